"""Telephones, e-mail and addresses of two bids: `phone`, `phone.adjacent`, `email`, `domain`, `address` (C02, R04–R06).

The agency's or buyer's own telephone, mail and address link nobody, and an address at which more companies are
registered than the policy's `address_hub` says nothing (集中注册地).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import combinations, pairwise

from graph.generation import GenerationError
from graph.projection.contacts import address, phones
from matching.request import Contact, PartyRef
from matching.rules.base import BidderView, Case, EntityView, Fact, Tie
from matching.ties import values
from matching.ties.base import ALL_PAIRS, Ties
from matching.ties.rivals import Rivals, Values

_PREFIX = 7
"""Leading digits that adjacent numbers share (SPEC 8, R04)."""


def read(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Ties of equal and adjacent contact data."""
    numbers, mails, domains = Values(), Values(), Values()
    for view in case.bidders:
        for contact in _contacts(view):
            for number in phones(contact.phone) if contact.phone else ():
                numbers.put(view.index, number, contact.phone)
            for mail, domain in values.mails(contact.email, case.policy) if contact.email else ():
                mails.put(view.index, mail, contact.email)
                if domain:
                    domains.put(view.index, domain, contact.email)
    own = _Own(case) if numbers or mails else None
    hub = case.policy.option("shared_value_hub")
    if own is not None:
        show = values.masked_phone
        numbers.link(ties, rivals, "phone", "contacts.phone", hub=hub, apart=own.phones, show=show)
        _adjacent(case, rivals, ties, numbers, own.phones)
        mails.link(ties, rivals, "email", "contacts.email", hub=hub, apart=own.mails, show=show)
        domains.link(ties, rivals, "domain", "contacts.email", hub=hub, apart=own.domains, show=show)
    _addresses(case, rivals, ties)


def _refs(view: BidderView) -> Iterator[PartyRef]:
    """The bidder and, in a consortium, its members."""
    yield view.bidder
    if view.bidder.consortium is not None:
        yield from view.bidder.consortium.members


def _contacts(view: BidderView) -> Iterator[Contact]:
    for ref in _refs(view):
        yield from ref.contacts


class _Own:
    """What belongs to the buyer, the agency and others who run the tender: bids often state it as their own."""

    def __init__(self, case: Case) -> None:
        phone_texts, mail_texts = [], []
        for subject in case.subjects:
            if subject.entity is None:
                continue
            phone_texts += [c.phone for c in subject.entity.ref.contacts]
            mail_texts += [c.email for c in subject.entity.ref.contacts]
            for attributes in _register(case, subject.entity):
                phone_texts.append(attributes.get("phone", ""))
                mail_texts.append(attributes.get("email", ""))
        found = [pair for text in mail_texts if text for pair in values.mails(text, case.policy)]
        self.phones = frozenset(number for text in phone_texts if text for number in phones(text))
        self.mails = frozenset(mail for mail, _ in found)
        self.domains = frozenset(domain for _, domain in found)


def _register(case: Case, entity: EntityView) -> Iterator[dict[str, str]]:
    """What the register states of an entity that it knows by number."""
    for found in entity.found:
        if found.sure:
            yield case.generation.party(found.ordinal).attributes


def _adjacent(case: Case, rivals: Rivals, ties: Ties, numbers: Values, apart: frozenset[str]) -> None:
    """Numbers that differ in the last digit or so: bought together, or the lines of one office."""
    reach = case.policy.option("adjacent_phones")
    blocks: dict[tuple[str, int], list[tuple[int, str, int]]] = {}
    for value, place in numbers.items():
        if value not in apart:
            blocks.setdefault((value[:_PREFIX], len(value)), []).append((int(value), value, place))
    done: set[tuple[int, int]] = set()
    for block in blocks.values():
        block.sort()
        pairs = combinations(block, 2) if len(block) <= ALL_PAIRS else pairwise(block)
        for (low, one, i), (high, other, j) in pairs:
            key = (min(i, j), max(i, j))
            if i == j or key in done or not 0 < high - low <= reach or not rivals.meet(*key):
                continue
            done.add(key)
            first, second = (one, other) if i < j else (other, one)
            fact = Fact(
                field="contacts.phone",
                a=values.masked_phone(numbers.raw(key[0], first)),
                b=values.masked_phone(numbers.raw(key[1], second)),
            )
            ties.pair(*key, Tie(kind="phone.adjacent", by="stated", facts=(fact,), notes=("adjacent",)))


def _addresses(case: Case, rivals: Rivals, ties: Ties) -> None:
    """Equal addresses, as bids state them and as the register does."""
    hub = case.policy.option("address_hub")
    words = case.policy.shared("address_words")
    places = Values()
    for view in case.bidders:
        for text in _stated(case, view):
            if any(word in text for word in words):
                continue
            if value := address(text):
                places.put(view.index, _plain_number(value), text)
    if len(places.places()) < 2:
        return
    scratch = Ties()
    places.link(scratch, rivals, "address", "address", hub=hub, apart=_run_by(case))
    crowds: dict[int, bool] = {}
    for (i, j), found in scratch.pairs.items():
        kept = [tie for tie in found if "hub" not in tie.notes]
        if kept and not (_crowded(case, i, hub, crowds) or _crowded(case, j, hub, crowds)):
            for tie in kept:
                ties.pair(i, j, tie)


def _run_by(case: Case) -> frozenset[str]:
    """Addresses of those who run the tender: where bids are handed in."""
    texts = []
    for subject in case.subjects:
        if subject.entity is not None:
            texts += [subject.entity.ref.address, *(c.address for c in subject.entity.ref.contacts)]
    return frozenset(_plain_number(value) for text in texts if text and (value := address(text)))


def _stated(case: Case, view: BidderView) -> Iterator[str]:
    for ref in _refs(view):
        yield from filter(None, (ref.address, *(contact.address for contact in ref.contacts)))
    for entity in view.entities:
        for attributes in _register(case, entity):
            if text := attributes.get("address", ""):
                yield text


def _plain_number(value: str) -> str:
    """An address with its numbers written one way: `8号楼101室` and `8幢101`."""
    value = unicodedata.normalize("NFKC", value)
    for word, plain in (("号楼", "栋"), ("幢", "栋"), ("座", "栋"), ("房", "室"), ("单位", "室")):
        value = value.replace(word, plain)
    return value.removeprefix("中国").removesuffix("室")


def _crowded(case: Case, place: int, hub: int, known: dict[int, bool]) -> bool:
    """Whether the register has more companies than `hub` at an address of the bidder."""
    if place not in known:
        known[place] = any(
            found.sure and _sharers(case, found.ordinal, hub)
            for entity in case.bidders[place].entities
            for found in entity.found
        )
    return known[place]


def _sharers(case: Case, ordinal: int, hub: int) -> bool:
    try:
        shared = case.generation.projection.sharing("address", ordinal, cap=hub)
    except GenerationError:
        return False  # published by an earlier program, which did not count them
    # the others at the address, and the bidder itself
    return any(one.total + 1 > hub for one in shared)
