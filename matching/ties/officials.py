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

from graph import keys
from graph.dates import china_day
from graph.kinship_codes import MAX_EDGES, Relative
from graph.model import Interval, Status
from graph.relations import PartyRelation, RelationType
from matching.decision import Fact
from matching.gaps import note
from matching.responsibility import Default, defaults_of, project_of, traceback
from matching.rules.base import Case, SubjectView, Tie
from matching.rules.wording import both
from matching.subjects import person_subject
from matching.ties import recusal
from matching.ties.base import Ties
from matching.ties.crowd import Around
from matching.ties.posts import POSTS, last_day_of
from matching.ties.recusal import kin_name, post_name

RUNS = frozenset(
    {
        "legal_rep",
        "principal",
        "executive",
        "director",
        "operator",
        "investor",
        "partner",
        "controller",
        "by_sum",
    }
)
"""Posts of whoever runs an enterprise (公务员法 74(2): 经营的企业)."""
_AROUND = (*POSTS, RelationType.HOLDS, RelationType.CONTROLS)
_RELATED = ("buyer", "oversees_buyer", "oversees_bidder")
_LEADING_POST = re.compile("(?:局|厅|部|市|县|区|州|省|乡|镇|院|署|关|处|盟|旗|检察)长|书记")
_NOT_LEADING_POST = re.compile("科员|办事员|调研员|巡视员|主办|干事|秘书|专员$")
_COUNTY_UP = re.compile(
    "县处|处级|厅|司局|局级|部级|省级|国家级|county|division|bureau|department|minist|provinc",
    re.IGNORECASE,
)


def read(case: Case) -> Ties:
    """The ties of everybody who evaluates, buys and decides, of officials, of the buyer and of bidders."""
    around = Around(case)
    people = around.people
    ties = recusal.gather(around)
    reader = _Reader(around)
    for place, subject in enumerate(case.subjects):
        found: list[Tie] = []
        if subject.role == "official" and subject.person is not None:
            found = list(reader.offices(subject))
        elif subject.role == "buyer":
            found = [*reader.families(), *reader.defaults(subject)]
        if found:
            ties.subjects.setdefault(place, []).extend(found)
    for place, tie in reader.former():
        ties.bidders.setdefault(place, []).append(tie)
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
    """What somebody is in a bidder: its place, the post, the edges (none where the bid itself says so)."""

    place: int
    kind: str
    edges: tuple[PartyRelation, ...]
    sure: bool


class _Reader:
    """Reads one case's officials."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._case = case = around.case
        self._people = people = around.people
        self._units = around.units
        self._buyers = {
            people.generation.party(one.ordinal).key
            for subject in case.subjects
            if subject.role == "buyer" and subject.entity is not None
            for one in subject.entity.found
            if one.sure
        }
        self._overseers = self._organs()
        self._crowd = self._people_around()

    def _organs(self) -> dict[str, list[tuple[PartyRelation, str, frozenset[int]]]]:
        """Organs that oversee the buyer or a bidder, by key."""
        organs: dict[str, list[tuple[PartyRelation, str, frozenset[int]]]] = {}
        generation = self._people.generation
        below = [generation.party_ordinal(key) for key in sorted(self._buyers | set(self._units.sure))]
        ordinals = [one for one in below if one is not None]
        for relation in self._around.edges(ordinals, RelationType.OVERSEES, direction="in"):
            if self._people.sure((relation,)):
                kind = "oversees_buyer" if relation.dst in self._buyers else "oversees_bidder"
                places = frozenset(self._units.sure.get(relation.dst, ()))
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

    def _by(self, relation: PartyRelation) -> Literal["code", "name"]:
        return "code" if self._people.sure((relation,)) else "name"

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
                        kind="responsible", by=self._by(relation), role=relation.role,
                        other=self._people.label(relation.dst), since=relation.valid.start,
                        until=relation.valid.end, path=self._people.path(key, (relation,), words),
                    )  # fmt: skip

    def _office_tie(self, me: str, key: str, office: Office) -> Tie:
        relation = office.relation
        organ = self._people.label(relation.dst)
        words = both("rule.official.path_office", me=me, other=organ)
        return Tie(
            kind="office",
            by=self._by(relation),
            role=relation.role,
            other=organ,
            since=relation.valid.start,
            until=relation.valid.end,
            notes=tuple(filter(None, (f"leading:{office.leading}", office.connected))),
            path=self._people.path(key, office.path, words),
            facts=self._people.facts((relation,)),
        )

    def _people_around(self) -> list[int]:
        """Everybody who ever had a post or share in a bidder, as the graph knows or the bid says, by ordinal."""
        generation = self._people.generation
        units = [generation.party_ordinal(key) for key in sorted(self._units.keys)]
        found = self._around.reach((unit for unit in units if unit is not None), *_AROUND, direction="in")
        stated = (
            ordinal
            for code in self._around.stated
            for ordinal in generation.parties(keys.identifier(*code.split(":", 1)))
        )
        return list(dict.fromkeys([*found, *stated]))

    def _in_office(self, people: list[int]) -> list[str]:
        """Which of these people hold or held an office."""
        edges = self._around.edges(people, RelationType.OFFICIAL_OF, direction="out")
        return list(dict.fromkeys(edge.src for edge in edges))

    def _runs(self, person: str) -> Iterator[Runner]:
        """What somebody now is in the bidders."""
        for post in self._people.posts(person, self._units.keys):
            if post.kind != "staff" and self._people.holds(post.span):
                for place, sure in self._units.places(post.unit):
                    yield Runner(place, post.kind, post.edges, sure and self._people.sure(post.edges))
        for place, role in self._around.stated_as(person):
            yield Runner(place, role, (), True)

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
        relatives = self._around.reach(self._crowd, RelationType.KIN_OF, hops=MAX_EDGES)
        for official in self._in_office([*self._crowd, *relatives]):
            if official in named or not any(office.connected for office in self._offices(official)):
                continue
            seen: set[tuple[str, str, int]] = set()
            for relative in self._people.relatives(official):
                if relative.within("business") == "none":
                    continue
                for runner in self._runs(relative.person):
                    mark = (relative.person, runner.kind, runner.place)
                    if (runner.kind in RUNS or runner.kind == "shareholder") and mark not in seen:
                        seen.add(mark)
                        yield from self._family(official, relative, runner)

    def _family(self, key: str, relative: Relative[PartyRelation], runner: Runner) -> Iterator[Tie]:
        """The tie of an official who leads an organ that matters here."""
        for office in self._offices(key):
            concerns = office.connected in ("buyer", "oversees_buyer") or runner.place in office.bidders
            if not concerns or office.leading == "no" or not self._people.holds(office.relation.valid):
                continue
            edges = (*relative.edges, *runner.edges)
            official, name = self._people.label(key), self._people.label(relative.person)
            other = self._around.label(runner.place)
            words = both(
                "rule.recusal.path_kin", me=official, relative=name, kin=kin_name(relative.code),
                post=post_name(runner.kind), other=other,
            )  # fmt: skip
            yield Tie(
                kind="family",
                by="code" if runner.sure and self._people.sure((*edges, *office.path)) else "name",
                role=relative.code,
                bidder=runner.place,
                other=other,
                notes=(
                    "now",
                    f"post:{runner.kind}",
                    f"business:{relative.within('business')}",
                    f"leading:{office.leading}",
                ),
                path=self._people.path(key, edges, words),
                facts=(
                    Fact(field="kin", a=official, b=name),
                    *self._people.facts((*edges, *office.path)),
                ),
            )
            return

    def former(self) -> Iterator[tuple[int, Tie]]:
        """Those in a bidder who left office before the activity, each post once."""
        for person in self._in_office(self._crowd):
            seen: set[tuple[int, str]] = set()
            for runner in self._runs(person):
                if (runner.place, runner.kind) not in seen:
                    seen.add((runner.place, runner.kind))
                    for tie in self._former(person, runner):
                        yield runner.place, tie

    def _former(self, person: str, runner: Runner) -> Iterator[Tie]:
        offices = list(self._offices(person))
        if not offices or any(self._people.holds(office.relation.valid) for office in offices):
            return
        left = max((o.relation.valid.end for o in offices if o.relation.valid.end is not None), default=None)
        if left is None or last_day_of(left) >= self._case.activity:
            return
        for office in offices:
            if office.relation.valid.end != left:
                continue
            related = office.connected in ("buyer", "oversees_buyer") or runner.place in office.bidders
            me, other = self._people.label(person), self._around.label(runner.place)
            words = both("rule.recusal.path_own", me=me, post=post_name(runner.kind), other=other)
            county = {True: "yes", False: "no", None: "unknown"}[office.county_up]
            yield Tie(
                kind="ex_official",
                by="code" if runner.sure and self._people.sure((office.relation,)) else "name",
                role=runner.kind,
                bidder=runner.place,
                other=me,
                until=left,
                notes=(
                    f"leading:{office.leading}",
                    f"county:{county}",
                    "related" if related else "unrelated",
                    f"organ:{self._people.label(office.relation.dst)}",
                ),
                path=self._people.path(person, runner.edges, words),
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
                    by=self._by(one.relation),
                    role=default.kind,
                    other=one.name,
                    since=one.relation.valid.start,
                    until=one.relation.valid.end,
                    notes=(f"phase:{one.phase}",),
                    path=self._people.path(one.person, (one.relation,), words),
                    facts=facts,
                )


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


def _listed_on(effect: Interval) -> date | None:
    start: datetime | None = effect.start
    return None if start is None else china_day(start)
