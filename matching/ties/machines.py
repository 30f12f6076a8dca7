"""Machines, tools and lines that made or sent two bids: `device.*`, `file.*` and `ip` ties (C01, C02, R01–R03)."""

from __future__ import annotations

from matching.rules.base import Case
from matching.ties import values
from matching.ties.base import Ties
from matching.ties.rivals import Rivals, Values

CODES = ("mac", "cpu", "disk", "memory", "dongle")
"""The five codes of which several must be equal (SPEC 8, R01)."""
FILE_MARKS = {"file_id": "file.id", "valuation_id": "file.valuation", "author": "file.author"}


def read(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Ties of equal device codes, marks in files and upload addresses."""
    codes = {name: Values() for name in CODES}
    marks = {name: Values() for name in FILE_MARKS}
    hashes, lines = Values(), Values()
    policy = case.policy
    for view in case.bidders:
        place = view.index
        for device in view.bidder.devices:
            for name in CODES:
                raw = getattr(device, name)
                for value in values.machine(name, raw, policy) if raw else ():
                    codes[name].put(place, value, raw)
            for name in ("file_id", "valuation_id"):
                raw = getattr(device, name)
                for value in values.token(raw, policy) if raw else ():
                    marks[name].put(place, value, raw)
            if device.author and (value := values.author(device.author)):
                marks["author"].put(place, value, device.author)
            if device.file_md5 and (value := values.digest(device.file_md5)):
                hashes.put(place, value, device.file_md5)
            for value in values.ip(device.ip, policy) if device.ip else ():
                lines.put(place, value, device.ip)
        for document in view.bidder.documents:
            if document.sha256 and (value := values.digest(document.sha256)):
                hashes.put(place, value, document.sha256)
    for name, found in codes.items():
        # the hall's computers, on which very many make their files, are no sign (SPEC 8)
        found.link(
            ties, rivals, f"device.{name}", f"devices.{name}", hub=policy.option("shared_value_hub")
        )
    apart = _not_theirs(case)
    for name, found in marks.items():
        show = values.masked_phone if name == "author" else str
        found.link(ties, rivals, FILE_MARKS[name], f"devices.{name}", apart=apart, show=show)
    _files(case, rivals, ties, hashes)
    lines.link(ties, rivals, "ip", "devices.ip", hub=policy.option("shared_value_hub"))


def _not_theirs(case: Case) -> frozenset[str]:
    """Authors who work for the buyer or the agency, or are these: their forms are filled in by everybody."""
    names = [s.label for s in case.subjects if s.entity is not None]
    for subject in case.subjects:
        if subject.entity is not None:
            people = (subject.entity.ref.legal_rep, subject.entity.ref.principal)
            names.extend(person.name for person in people if person is not None)
            names.extend(contact.name for contact in subject.entity.ref.contacts)
    return frozenset(filter(None, map(values.author, filter(None, names))))


def _files(case: Case, rivals: Rivals, ties: Ties, hashes: Values) -> None:
    """Equal files, but for the tender's own and, among enough bids, those that nearly all of them hold."""
    own = frozenset(
        filter(None, (values.digest(d.sha256) for d in case.tender.documents if d.sha256 is not None))
    )
    holders = len(hashes.places())
    most = holders * case.policy.option("text_template") // 100
    count: dict[str, int] = {}
    for value, _ in hashes.items():
        count[value] = count.get(value, 0) + 1
    # two or three bids with one file are no sign that it is the tender's form
    forms = frozenset(value for value, many in count.items() if holders > 3 and many > most)
    hashes.link(ties, rivals, "file.hash", "documents.sha256", apart=own | forms)
    common = Values()
    for value, place in hashes.items():
        if value in forms - own:
            common.put(place, value, hashes.raw(place, value))
    common.link(ties, rivals, "file.common", "documents.sha256")
