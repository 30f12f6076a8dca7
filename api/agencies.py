"""The public look-up of agencies (SPEC 1 #27): who they are and on which published lists they stand, and nothing else.

Open to anybody where the installation switches it on. What is shown was published by an authority: the name, the credit
code, qualifications of the register, and records in effect whose publication lasts, with authority, dates and law. No
person, no relation, no reason as written (it may name somebody), nothing that is known by name only.
"""

from __future__ import annotations

import threading
from typing import Final, NamedTuple

from fastapi import Request

from api import bootstrap
from api.explore.listings import laws_of
from api.explore.search import personal, title_of
from api.explore.shapes import Law
from api.explore.told import moment
from api.masking import mask_text
from api.routes.access import Limiter
from api.routes.base import service
from api.routes.exploring import explorer
from api.routes.problem import ProblemError
from graph.dates import china_day
from graph.generation import Generation
from graph.model import Listing, Party, PartyType, Status
from graph.paths import name_of
from graph.relations import RelationType
from graph.text import org_key
from matching.decision import Bilingual

SHOWN: Final = 30
RATE: Final = 5
"""Requests a second of one address, and as many at once after a pause."""
RATE_OF_ALL: Final = 200
"""Requests a second of everybody together, in each worker."""
LISTS: Final = frozenset({
    "SXBZXR", "ZFCG", "ZDSS", "TQGZ", "YZWF", "JYYC", "AQSC", "ZTBJ", "ZTBHMD", "XZCF", "RED",
})  # fmt: skip
"""Lists of organisations whose publication the law prescribes; convictions and orders against persons are not among
them."""
QUALIFICATIONS: Final = ("qualification", "qualifications", "grade", "status", "region")
"""What of the register's fields is shown."""


class PublicRecord(NamedTuple):
    """A record in effect, as its authority published it."""

    title: Bilingual
    authority: str
    document: str
    since: str | None
    until: str | None
    law: tuple[Law, ...]
    disputed: bool
    """Whether an objection is open; the record stands meanwhile (SPEC 4.5: it suspends nothing)."""


class Agency(NamedTuple):
    """An agency as anybody may see it."""

    name: str
    code: str
    qualifications: tuple[tuple[str, str], ...]
    records: tuple[PublicRecord, ...]


class Found(NamedTuple):
    """Some of the agencies that a text finds, and how many there are."""

    agencies: tuple[Agency, ...]
    total: int


class _Entry(NamedTuple):
    key: str
    """The name as it is compared."""
    code: str
    ordinal: int


class Agencies:
    """The agencies of the current generation, collected once, and how often each address asks. One an application."""

    def __init__(self) -> None:
        self._each = Limiter(RATE)
        self._all = Limiter(RATE_OF_ALL)
        self._lock = threading.Lock()
        self._known: tuple[str, tuple[_Entry, ...]] = ("", ())

    def admit(self, address: str) -> None:
        """Let one more request of an address in.

        Raises:
            ProblemError: `http.rate`.
        """
        for limiter, who in ((self._each, address), (self._all, "")):
            granted, _, wait = limiter.take(who)
            if not granted:
                raise ProblemError("http.rate", headers={"Retry-After": str(wait)})

    def entries(self, request: Request, generation: Generation) -> tuple[_Entry, ...]:
        """Every agency by name: an organisation that runs somebody's tender."""
        with self._lock:
            if self._known[0] != generation.ref:
                view = explorer(request).views.of(generation, bootstrap.now())
                found = []
                for ordinal in view.between((RelationType.AGENT_FOR,)):
                    party = generation.party(ordinal)
                    if party.type is PartyType.ORGANIZATION and party.names and not personal(name_of(party)):
                        found.append(_Entry(org_key(name_of(party)), _code(party), ordinal))
                self._known = (generation.ref, tuple(sorted(found)))
            return self._known[1]


def found(request: Request, text: str, start: int) -> Found:
    """The agencies whose name holds a text, or whose code it is; without one, all.

    Raises:
        ProblemError: `http.not_found` (not switched on), `http.rate`.
        GenerationError, StoreError: nothing has been loaded yet, or it is damaged.
    """
    parts = service(request)
    if not parts.settings.public_agencies:
        raise ProblemError("http.not_found")
    agencies: Agencies = request.app.state.agencies
    agencies.admit(request.client.host if request.client is not None else "")
    now = bootstrap.now()
    wanted, code = org_key(text), text.strip().upper()
    with parts.generation() as generation:
        entries = agencies.entries(request, generation)
        if text:
            entries = tuple(one for one in entries if (wanted and wanted in one.key) or code == one.code)
        known = generation.known(now)
        shown = []
        for entry in entries[start : start + SHOWN]:
            party = generation.party(entry.ordinal)
            records = [generation.listing(place) for place in generation.party_listings(entry.ordinal)
                       if generation.recorded(place, known)]  # fmt: skip
            public = [one for one in records if one.list_code in LISTS and one.published.contains(now)]
            standing = [one for one in public if one.status(now) in (Status.ACTIVE, Status.DISPUTED)]
            day = china_day(now)
            shown.append(
                Agency(
                    name=mask_text(name_of(party)),
                    code=entry.code,
                    qualifications=_qualifications(party),
                    records=tuple(
                        _record(
                            one,
                            laws_of(one.list_code, day),
                            disputed=one.status(now) is Status.DISPUTED,
                        )
                        for one in standing
                    ),
                )
            )
    return Found(tuple(shown), len(entries))


def _code(party: Party) -> str:
    code = next((one.value for one in party.ids if one.scheme == "uscc" and one.state == "valid"), "")
    return "" if personal(code) else code


def _qualifications(party: Party) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, mask_text(party.attributes[name])) for name in QUALIFICATIONS if party.attributes.get(name)
    )


def _record(record: Listing, law: tuple[Law, ...], *, disputed: bool) -> PublicRecord:
    return PublicRecord(
        title=title_of(record.list_code),
        authority=mask_text(record.authority),
        document=mask_text(record.decision_no),
        since=moment(record.effect.start),
        until=moment(record.effect.end),
        law=law,
        disputed=disputed,
    )


__all__ = ["Agencies", "Agency", "Found", "PublicRecord", "found"]
