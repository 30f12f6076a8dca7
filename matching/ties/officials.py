"""Officials around a tender: their offices, those who left office, and who was responsible when. For D07-D10.

Kinds of ties, beside those that `recusal` reads of a named official:

- of an official `office`: a post held on the day (`role` the post, `leading:yes|no|unknown` among `notes`, and
  `buyer`, `oversees_buyer`, `oversees_bidder` where the graph says so); `responsible`: for this project now;
- of the buyer `family`: someone who leads it, or an organ that oversees it or a bidder, has close family who runs a
  bidder (found in the graph, not named in the request);
- of the buyer `default`: who was responsible for the project when a default is on record (`other`, `role` the phase);
- of a bidder `ex_official`: an official who left office works for it or holds shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Literal, NamedTuple

from graph.dates import china_day
from graph.kinship_codes import Relative
from graph.model import Interval, PartyType, Status
from graph.relations import PartyRelation, RelationType
from matching.decision import Fact
from matching.gaps import note
from matching.request import Person
from matching.responsibility import Default, defaults_of, project_of, traceback
from matching.rules.base import BidderView, Case, SubjectView, Tie
from matching.rules.wording import both
from matching.subjects import person_subject
from matching.ties.base import Ties
from matching.ties.posts import POSTS, People, Units, last_day_of, majority, units_of
from matching.ties.recusal import kin_name, post_name

RUNS = frozenset(
    {"legal_rep", "principal", "executive", "director", "operator", "investor", "partner", "controller"}
)
"""Posts of whoever runs an enterprise (公务员法 74(2): 经营的企业)."""
STAFF_READ = 200
"""Up to this many employees of one bidder are looked at for former offices; above, only those of known organs."""
_RELATED = ("buyer", "oversees_buyer", "oversees_bidder")
_LEADING_POST = re.compile("(?:局|厅|部|市|县|区|州|省|乡|镇|院|署|关|处|盟|旗|检察)长|书记")
_NOT_LEADING_POST = re.compile("(?:局|厅|部|市|县|区|州|省|乡|镇|院|署|关|处|盟|旗|检察)长|书记")
_COUNTY_UP = re.compile(
    "县处|处级|厅|司局|局级|部级|省级|国家级|county|division|bureau|department|minist|provinc",
    re.IGNORECASE,
)


def read(case: Case) -> Ties:
    """The ties of officials, of the buyer and of bidders."""
    ties = Ties()
    people = People(case)
    reader = _Reader(case, people)
    for place, subject in enumerate(case.subjects):
        found: list[Tie] = []
        if subject.role == "official" and subject.person is not None:
            found = list(reader.offices(subject))
        elif subject.role == "buyer":
            found = [*reader.families(), *reader.defaults(subject)]
        if found:
            ties.subjects.setdefault(place, []).extend(found)
    for view in case.bidders:
        if found := list(reader.former(view)):
            ties.bidders.setdefault(view.index, []).extend(found)
    if people.cut:
        ties.gaps.append(
            (None, note("cut", "relation:OFFICIAL_OF", case.tender.name or case.tender.id, False))
        )
    ties.boundaries.extend(people.boundaries)
    return ties


class Office(NamedTuple):
    """A post in an organ, what the graph says of its rank, and how the organ is connected with the tender."""

    relation: PartyRelation
    leading: str
    county_up: bool | None
    connected: str
    """One of `_RELATED`, or empty."""
    bidders: frozenset[int]
    """The bidders that the organ oversees."""
    path: tuple[PartyRelation, ...]


class Runner(NamedTuple):
    """Someone in a bidder: the party's key, the post, the edge (none where the bid itself says so)."""

    person: str
    kind: str
    edges: tuple[PartyRelation, ...]
    sure: bool


class _Reader:
    """Reads one case's officials."""

    def __init__(self, case: Case, people: People) -> None:
        self._case = case
        self._people = people
        self._units: Units = units_of(case, people)
        self._units_of: dict[int, list[str]] = {}
        for unit in self._units.keys:
            for place, _ in self._units.places(unit):
                self._units_of.setdefault(place, []).append(unit)
        for found in self._units_of.values():
            found.sort()
        self._buyers = {
            people.generation.party(one.ordinal).key
            for subject in case.subjects
            if subject.role == "buyer" and subject.entity is not None
            for one in subject.entity.found
            if one.sure
        }
        self._overseers = self._organs()

    def _organs(self) -> dict[str, list[tuple[PartyRelation, str, frozenset[int]]]]:
        """Organs that oversee the buyer or a bidder, by key."""
        organs: dict[str, list[tuple[PartyRelation, str, frozenset[int]]]] = {}
        for key in self._buyers | set(self._units.sure):
            for relation in self._people.relations(key):
                if relation.type is RelationType.OVERSEES and relation.dst == key and relation.by != "name":
                    kind = "oversees_buyer" if key in self._buyers else "oversees_bidder"
                    places = frozenset(self._units.sure.get(key, ()))
                    organs.setdefault(relation.src, []).append((relation, kind, places))
        return organs

    def _office(self, relation: PartyRelation) -> Office:
        """What is known of an office."""
        leading, county = leading_of(relation), level_of(relation)
        connected, bidders = "", frozenset[int]()
        path: tuple[PartyRelation, ...] = (relation,)
        if relation.dst in self._buyers:
            connected = "buyer"
        for edge, kind, places in self._overseers.get(relation.dst, ()):
            if not connected or (kind == "oversees_buyer" and connected == "oversees_bidder"):
                connected, path = kind, (relation, edge)
            bidders |= places
        return Office(relation, leading, county, connected, bidders, path)

    def _offices(self, person: str) -> Iterator[Office]:
        for relation in self._people.relations(person):
            if relation.type is RelationType.OFFICIAL_OF and relation.src == person:
                yield self._office(relation)

    def offices(self, view: SubjectView) -> Iterator[Tie]:
        """The offices and phases of a named official on the day of the activity."""
        if view.person is None:
            return
        project = project_of(self._case.generation, self._case.tender.id)
        for ordinal in self._people.ordinals(person_subject(view.person.person)):
            key = self._people.generation.party(ordinal).key
            for office in self._offices(key):
                if self._people.holds(office.relation.valid):
                    yield self._office_tie(view.label, key, office)
            for relation in self._people.relations(key):
                if (
                    relation.type is RelationType.RESPONSIBLE_FOR
                    and relation.src == key
                    and project is not None
                    and relation.dst == project.key
                    and self._people.holds(relation.valid)
                ):
                    words = both(
                        "rule.official.path_responsible",
                        me=view.label,
                        other=self._people.label(relation.dst),
                    )
                    yield Tie(
                        kind="responsible", by=_by(relation), role=relation.role,
                        other=self._people.label(relation.dst), since=relation.valid.start,
                        until=relation.valid.end, path=self._people.path(key, (relation,), words),
                    )  # fmt: skip

    def _office_tie(self, me: str, key: str, office: Office) -> Tie:
        relation = office.relation
        organ = self._people.label(relation.dst)
        words = both("rule.official.path_office", me=me, other=organ)
        return Tie(
            kind="office",
            by=_by(relation),
            role=relation.role,
            other=organ,
            since=relation.valid.start,
            until=relation.valid.end,
            notes=tuple(filter(None, (f"leading:{office.leading}", office.connected))),
            path=self._people.path(key, office.path, words),
            facts=self._people.facts((relation,)),
        )

    def _runners(self, view: BidderView) -> Iterator[Runner]:
        """The people in a bidder, as the graph knows them (few employees) and as the bid names them by number."""
        staff = 0
        for unit in self._units_of.get(view.index, ()):
            for relation in self._people.relations(unit):
                if relation.dst != unit or not self._people.holds(relation.valid):
                    continue
                kind = POSTS.get(relation.type, "")
                if relation.type in (RelationType.HOLDS, RelationType.CONTROLS):
                    kind = "controller" if majority(relation) else "shareholder"
                if not kind or kind == "staff":
                    continue
                if kind == "employed":
                    staff += 1
                    if staff > STAFF_READ:
                        self._people.cut = True
                        continue
                party = self._people.party(relation.src)
                if party is not None and party.type is PartyType.PERSON:
                    sure = unit in self._units.sure and relation.by != "name"
                    yield Runner(relation.src, kind, (relation,), sure)
        for person, kind in stated_people(view):
            for ordinal in self._people.ordinals(person_subject(person)):
                yield Runner(self._people.generation.party(ordinal).key, kind, (), True)

    def families(self) -> Iterator[Tie]:
        """Leaders of the buyer, or of organs over it or a bidder, whose close family runs a bidder."""
        if not self._buyers:
            return
        named = {
            self._people.generation.party(ordinal).key
            for subject in self._case.subjects
            if subject.role == "official" and subject.person is not None
            for ordinal in self._people.ordinals(person_subject(subject.person.person))
        }
        seen: set[tuple[str, str, int]] = set()
        for view in self._case.bidders:
            for runner in self._runners(view):
                if runner.kind not in RUNS and runner.kind != "shareholder":
                    continue
                for relative in self._people.relatives(runner.person):
                    if relative.person in named or (runner.person, relative.person, view.index) in seen:
                        continue
                    tie = self._family(view, runner, relative)
                    if tie is not None:
                        seen.add((runner.person, relative.person, view.index))
                        yield tie

    def _family(self, view: BidderView, runner: Runner, relative: Relative[PartyRelation]) -> Tie | None:
        """The tie of a relative who leads an organ that matters here, seen from that relative."""
        person, kind = runner.person, runner.kind
        back = next((r for r in self._people.relatives(relative.person) if r.person == person), None)
        if back is None or back.within("business") == "none":
            return None
        for office in self._offices(relative.person):
            concerns = office.connected in ("buyer", "oversees_buyer") or view.index in office.bidders
            if not concerns or office.leading == "no" or not self._people.holds(office.relation.valid):
                continue
            edges = (*back.edges, *runner.edges)
            official, name = self._people.label(relative.person), self._people.label(person)
            other = self._bidder(view)
            words = both(
                "rule.recusal.path_kin", me=official, relative=name, kin=kin_name(back.code),
                post=post_name(kind), other=other,
            )  # fmt: skip
            return Tie(
                kind="family",
                by="code" if runner.sure and all(e.by != "name" for e in (*edges, *office.path)) else "name",
                role=back.code,
                bidder=view.index,
                other=other,
                notes=(
                    "now", f"post:{kind}", f"business:{back.within('business')}", f"leading:{office.leading}",
                ),
                path=self._people.path(relative.person, edges, words),
                facts=(
                    Fact(field="kin", a=official, b=name),
                    *self._people.facts((*edges, *office.path)),
                ),
            )  # fmt: skip
        return None

    def former(self, view: BidderView) -> Iterator[Tie]:
        """Those in a bidder who left office within three years before the activity."""
        seen: set[tuple[str, str]] = set()
        for runner in self._runners(view):
            if (runner.person, runner.kind) not in seen:
                seen.add((runner.person, runner.kind))
                yield from self._former(view, runner)

    def _former(self, view: BidderView, runner: Runner) -> Iterator[Tie]:
        person, kind = runner.person, runner.kind
        offices = list(self._offices(person))
        if not offices or any(self._people.holds(office.relation.valid) for office in offices):
            return
        left = max((o.relation.valid.end for o in offices if o.relation.valid.end is not None), default=None)
        if left is None or last_day_of(left) >= self._case.activity:
            return
        for office in offices:
            if office.relation.valid.end != left:
                continue
            related = office.connected in ("buyer", "oversees_buyer") or view.index in office.bidders
            me, other = self._people.label(person), self._bidder(view)
            words = both("rule.recusal.path_own", me=me, post=post_name(kind), other=other)
            path = self._people.path(person, runner.edges, words)
            yield Tie(
                kind="ex_official",
                by="code" if runner.sure and office.relation.by != "name" else "name",
                role=kind,
                bidder=view.index,
                other=me,
                until=left,
                notes=(
                    f"leading:{office.leading}",
                    f"county:{ {True: 'yes', False: 'no', None: 'unknown'}[office.county_up] }",
                    "related" if related else "unrelated",
                    f"organ:{self._people.label(office.relation.dst)}",
                ),
                path=path,
                facts=self._people.facts((*runner.edges, office.relation)),
            )

    def defaults(self, view: SubjectView) -> Iterator[Tie]:
        """Who was responsible for the tender's project on each day of a default on record."""
        project = project_of(self._case.generation, self._case.tender.id)
        if project is None:
            return
        found = list(defaults_of(self._case.generation, self._case.tender.id, self._case.known))
        found += [
            Default(day, "listing", hit.listing.case_no or hit.listing.key)
            for hit in view.hits
            if hit.listing.list_code in ("ZFJG", "SXBZXR")
            and hit.status in (Status.ACTIVE, Status.DISPUTED)
            and (day := _listed_on(hit.listing.effect)) is not None
        ]
        for default in dict.fromkeys(found):
            if default.on is None:
                facts = (Fact(field=f"default.{default.kind}", a="", b=default.record),)
                yield Tie(kind="default", by="code", role=default.kind, notes=("unreadable",), facts=facts)
                continue
            if default.on > self._case.activity:
                continue
            people = traceback(self._case.generation, project, on=default.on, known=self._case.known)
            facts = (Fact(field=f"default.{default.kind}", a=default.on.isoformat(), b=default.record),)
            if not people:
                yield Tie(
                    kind="default", by="code", other="", role=default.kind, notes=("nobody",), facts=facts
                )
            for one in people:
                words = both("rule.official.path_responsible", me=one.name, other=one.project)
                yield Tie(
                    kind="default",
                    by=_by(one.relation),
                    role=default.kind,
                    other=one.name,
                    since=one.relation.valid.start,
                    until=one.relation.valid.end,
                    notes=(f"phase:{one.phase}",),
                    path=self._people.path(one.person, (one.relation,), words),
                    facts=facts,
                )

    def _bidder(self, view: BidderView) -> str:
        return view.bidder.name or "、".join(entity.label for entity in view.entities)


def stated_people(view: BidderView) -> Iterator[tuple[Person, str]]:
    """The people whom a bid names, with what they are in it."""
    for entity in view.entities:
        for person, kind in ((entity.ref.legal_rep, "legal_rep"), (entity.ref.principal, "principal")):
            if person is not None:
                yield person, kind
    bidder = view.bidder
    for person in (bidder.agent, bidder.project_manager, *bidder.key_staff):
        if person is not None:
            yield person, "staff"


def leading_of(relation: PartyRelation) -> str:
    """Whether an office makes its holder a leading member: `yes`, `no` or `unknown`.

    As the record says (`attributes.leading`), else by the title of the post where that leaves no doubt.
    """
    stated = relation.attributes.get("leading", "").strip().lower()
    if stated in ("yes", "true", "1", "是"):
        return "yes"
    if stated in ("no", "false", "0", "否"):
        return "no"
    if _NOT_LEADING_POST.search(relation.role):
        return "no"
    return "yes" if _LEADING_POST.search(relation.role) or relation.role == "leading" else "unknown"


def level_of(relation: PartyRelation) -> bool | None:
    """Whether the rank is county and division level (县处级) or above; None where none is stated."""
    stated = relation.attributes.get("level", "").strip()
    if not stated:
        return None
    return bool(_COUNTY_UP.search(stated))


def _by(relation: PartyRelation) -> Literal["code", "name"]:
    return "name" if relation.by == "name" else "code"


def _listed_on(effect: Interval) -> date | None:
    start: datetime | None = effect.start
    return None if start is None else china_day(start)
