"""Organisations of a contracting process as mentions: by their codes, else by an id that holds beyond the process."""

from __future__ import annotations

import re

from graph.identifiers import looks_personal, parse_organization, parse_person
from graph.model import Id, Mention, PartyType
from graph.procurement import FOREIGN, Actor, OrgRef, Process
from graph.text import clean, org_key, person_key, repair
from loaders.records import digest, to_id

CHINESE = re.compile(r"CN(?:-[A-Z]{2,8})?|USCC|USCI")
"""Registers of China in org-id.guide, whose codes are unified or organisation codes."""
_GLOBAL = re.compile(r"[A-Z]{2,3}-[A-Z0-9]{2,12}-\S+")
"""The form `register-code`, which OCDS recommends for ids of organisations: it holds beyond one process."""


class Parties:
    """The mentions of one process, each made once."""

    def __init__(self, process: Process, prefix: str) -> None:
        self._prefix = prefix
        self._process = process.key
        self._actors: dict[str, Actor] = {actor.id: actor for actor in process.parties if actor.id}
        self._made: dict[str, Mention] = {}
        self.damaged = 0
        """Codes that could not be read."""

    def mention(self, ref: OrgRef) -> Mention:
        """The mention of whoever a reference means."""
        known = self._made.get(ref.id or f"\0{ref.name}")
        if known is None:
            actor = self._actors.get(ref.id) or Actor(id=ref.id, name=ref.name)
            known = self._made[ref.id or f"\0{ref.name}"] = self._mention(actor, ref)
        return known

    def part(self, ref: OrgRef) -> str:
        """What of a reference goes into the key of a relation: never a person's number."""
        text = ref.id or ref.name
        return f"#{digest(self._process, ref.name)[:12]}" if looks_personal(text) else text

    def _mention(self, actor: Actor, ref: OrgRef) -> Mention:
        name = repair(clean(actor.legal_name or actor.name or ref.name))
        ids = self._ids(actor)
        person = any(one.scheme in ("citizen_id", "passport", "residence_permit") for one in ids)
        if person:
            return Mention(
                type=PartyType.PERSON,
                name=name,
                key=f"{self._prefix}:{self._process}:p{digest(self._process, name)[:12]}",
                n6=person_key(name),
                ids=ids,
            )
        return Mention(
            type=PartyType.ORGANIZATION,
            name=name,
            key=self._key(actor),
            n6=org_key(name) if name else "",
            ids=ids,
            region=actor.region,
            address=actor.address,
        )

    def _key(self, actor: Actor) -> str:
        """An id of the form `register-code` means one organisation everywhere; any other only in its process."""
        if actor.scheme and actor.code:
            return f"{self._prefix}:{actor.scheme}-{actor.code}"
        if _GLOBAL.fullmatch(actor.id) and not looks_personal(actor.id):
            return f"{self._prefix}:{actor.id}"
        return f"{self._prefix}:{self._process}:{digest(actor.id, actor.name)[:16]}"

    def _ids(self, actor: Actor) -> tuple[Id, ...]:
        found: list[Id] = []
        own: tuple[tuple[str, str], ...] = ()
        if not actor.code and _GLOBAL.fullmatch(actor.id):
            country, register, code = actor.id.split("-", 2)
            own = ((f"{country}-{register}", code),)
        for scheme, code in ((actor.scheme, actor.code), *actor.more, *own):
            if not code:
                continue
            one = self._id(scheme, code)
            if one is not None and all((i.scheme, i.value) != (one.scheme, one.value) for i in found):
                found.append(one)
        return tuple(found)

    def _id(self, scheme: str, code: str) -> Id | None:
        chinese = bool(CHINESE.fullmatch(scheme.upper()))
        parsed = parse_organization(code, "")
        if (
            parsed.state == "valid"
            and parsed.scheme in ("uscc", "org_code")
            and (chinese or parsed.scheme == "uscc")
        ):
            return to_id(parsed)
        if looks_personal(code):
            person = parse_person(code, "")
            return to_id(person) if person.state != "empty" else None
        if chinese:
            self.damaged += parsed.state in ("malformed", "damaged", "checksum")
            return to_id(parsed) if parsed.state != "empty" else None
        return Id(scheme=f"{FOREIGN}{scheme}" if scheme else f"{FOREIGN}-", value=code[:100])
