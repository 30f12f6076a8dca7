"""What ties experts, committee members and officials to those who bid, buy and run the tender: for D01-D08.

Kinds of ties of such a subject:

- `post`: own post, labour relation or share in a bidder (`role` a value of `posts.POSTS`, `controller`,
  `shareholder`); `notes` say `now`, `past` (ended within three years before the activity), `old` or `later`;
- `kin`: a relative (`role` a kinship code) who now has a post in a bidder (`post:…` among `notes`, and how surely the
  law counts the relative: `near:certain`, `recusal:possible` …); the fact `kin` names both;
- `bidder`: the person bids;
- `employer`: works for the `buyer` or the `agency` (`role`);
- `authority`: works for an organ that oversees the buyer or the project;
- `unknown`: nothing is known of the person (`unidentified` among `notes`: no number was given).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from graph import keys, text
from graph.dates import start_of_day, within_years_before
from graph.identifiers import parse_person
from graph.kinship_codes import Relative, read_code, within
from graph.model import Interval
from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, Fact
from matching.gaps import note
from matching.request import PartyRef, Person
from matching.rules.base import Case, SubjectView, Tie
from matching.rules.wording import both
from matching.subjects import Subject, party_subject, person_subject
from matching.ties.base import Ties
from matching.ties.crowd import Around, Stated
from matching.ties.posts import LOOKBACK_YEARS, People, Post, last_day_of

ROLES = ("expert", "committee", "official")
HEADS = ("legal_rep", "principal", "operator", "investor")
"""法定代表人 and 负责人, and whoever an individual business or sole proprietorship belongs to."""
_PARTS = re.compile(r"[\s:：,，;；、()（）/|]+")
By = Literal["code", "stated", "name"]


def gather(around: Around) -> Ties:
    """The ties of every person who evaluates, buys or decides."""
    ties, case, people = Ties(), around.case, around.people
    asked = [
        (place, subject, subject.person.person)
        for place, subject in enumerate(case.subjects)
        if subject.role in ROLES and subject.person is not None
    ]
    reader = _Reader(around) if asked else None
    for place, subject, person in asked:
        found = list(reader.ties(subject, person)) if reader is not None else []
        if found:
            ties.subjects[place] = found
        if people.cut:
            people.cut = False
            ties.gaps.append((None, note("cut", f"relation:{subject.role}", subject.label, False)))
    return ties


class _Reader:
    """Reads one case's persons."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._case = around.case
        self._people = around.people
        self._units = around.units
        self._unit_keys = around.units.keys
        self._heads: dict[str, list[Stated]] | None = None
        self._named: dict[str, list[tuple[str, int]]] = {}
        self._buyers = _parties(around, "buyer")
        self._agencies = _parties(around, "agency")
        self._overseen = {**self._buyers, **_project(self._case, self._people)}
        for view in self._case.bidders:
            for entity in view.entities:
                for key in entity.identity:
                    self._named.setdefault(key, []).append(("bidder", view.index))
        for subject in self._case.subjects:
            if subject.role in ("buyer", "agency") and subject.entity is not None:
                for key in subject.entity.identity:
                    self._named.setdefault(key, []).append((subject.role, -1))

    def _heads_named(self, name: str) -> Iterable[Stated]:
        """The bidders whose head, as the bids state, bears a name (comparison form)."""
        if self._heads is None:
            self._heads = {}
            for view in self._case.bidders:
                for entity in view.entities:
                    for person in entity.persons:
                        key = text.person_key(person.person.name) if person.role in HEADS else ""
                        if key:
                            self._heads.setdefault(key, []).append(Stated(view.index, person.role))
        return self._heads.get(name, ()) if name else ()

    def ties(self, view: SubjectView, person: Person) -> Iterator[Tie]:
        """Every tie of one person."""
        subject = person_subject(person)
        known = [self._people.generation.party(o).key for o in self._people.ordinals(subject)]
        if not subject.codes:
            yield Tie(kind="unknown", by="name", notes=("unidentified",))
        elif not known:
            yield Tie(kind="unknown", by="code")
        for key in known:
            yield from self._own(view.label, key)
            yield from self._kin(view.label, key)
            yield from self._works(view.label, key)
        yield from self._stated_self(view.label, subject.codes)
        yield from self._employer(view, subject, person.employer)
        for relative in person.relatives:
            yield from self._declared(view.label, relative)

    def _label(self, place: int) -> str:
        return self._around.label(place)

    def _own(self, me: str, key: str) -> Iterator[Tie]:
        for post in self._people.posts(key, self._unit_keys):
            for place, sure in self._units.places(post.unit):
                words = both(
                    "rule.recusal.path_own", me=me, post=post_name(post.kind), other=self._label(place)
                )
                yield Tie(
                    kind="post",
                    by="code" if sure and self._people.sure(post.edges) else "name",
                    role=post.kind,
                    bidder=place,
                    other=self._label(place),
                    share=post.share,
                    since=post.span.start,
                    until=post.span.end,
                    notes=(self._state(post.span),),
                    path=self._people.path(key, post.edges, words),
                    facts=self._people.facts(post.edges),
                )

    def _state(self, span: Interval) -> str:
        if self._people.holds(span):
            return "now"
        if span.end is None or span.end > start_of_day(self._case.activity):
            return "later"
        ended = last_day_of(span.end)
        return "past" if within_years_before(ended, self._case.activity, LOOKBACK_YEARS) else "old"

    def _kin(self, me: str, key: str) -> Iterator[Tie]:
        """Relatives who now have a post in a bidder; each relative, post and bidder once."""
        seen: set[tuple[str, str, int]] = set()
        for relative in self._people.relatives(key):
            for post, place, sure in self._posts_of(relative.person):
                if (relative.person, post.kind, place) in seen:
                    continue
                seen.add((relative.person, post.kind, place))
                yield self._kin_tie(me, key, relative, post, place, sure)

    def _posts_of(self, person: str) -> Iterator[tuple[Post, int, bool]]:
        for post in self._people.posts(person, self._unit_keys):
            if self._people.holds(post.span):
                for place, sure in self._units.places(post.unit):
                    yield post, place, sure and self._people.sure(post.edges)
        for place, role in self._around.stated_as(person):
            yield Post(role, "", (), Interval()), place, True

    def _kin_tie(
        self, me: str, key: str, relative: Relative[PartyRelation], post: Post, place: int, sure: bool
    ) -> Tie:
        kin = relative.edges
        name, other = self._people.label(relative.person), self._label(place)
        words = both(
            "rule.recusal.path_kin", me=me, relative=name, kin=kin_name(relative.code),
            post=post_name(post.kind), other=other,
        )  # fmt: skip
        return Tie(
            kind="kin",
            by="code" if sure and self._people.sure(kin) else "name",
            role=relative.code,
            bidder=place,
            other=other,
            share=post.share,
            since=post.span.start,
            until=post.span.end,
            notes=(
                f"post:{post.kind}",
                f"near:{relative.within('near')}",
                f"recusal:{relative.within('recusal')}",
                f"business:{relative.within('business')}",
                *(("restricted",) if any(edge.attributes.get("restricted") == "yes" for edge in kin) else ()),
            ),
            path=self._people.path(key, (*kin, *post.edges), words),
            facts=(Fact(field="kin", a=me, b=name), *self._people.facts((*kin, *post.edges))),
        )

    def _works(self, me: str, key: str) -> Iterator[Tie]:
        """Whom the person works for on the day: the buyer, the agency, or an organ that oversees the buyer."""
        for relation in self._people.relations(key):
            if relation.src != key or relation.type not in (
                RelationType.EMPLOYED_BY,
                RelationType.OFFICIAL_OF,
            ):
                continue
            if not self._people.holds(relation.valid):
                continue
            other = self._people.label(relation.dst)
            for role, parties in (("buyer", self._buyers), ("agency", self._agencies)):
                if relation.dst in parties:
                    sure = parties[relation.dst] and self._people.sure((relation,))
                    yield self._work_tie("employer", role, me, key, (relation,), other, sure)
            for edge in self._people.relations(relation.dst):
                if (
                    edge.type is RelationType.OVERSEES
                    and edge.src == relation.dst
                    and edge.dst in self._overseen
                    and self._people.holds(edge.valid)
                ):
                    sure = self._overseen[edge.dst] and self._people.sure((relation, edge))
                    yield self._work_tie("authority", "authority", me, key, (relation, edge), other, sure)

    def _work_tie(
        self,
        kind: str,
        role: str,
        me: str,
        key: str,
        edges: tuple[PartyRelation, ...],
        other: str,
        sure: bool,
    ) -> Tie:
        words = both("rule.recusal.path_work", me=me, other=other, role=both(f"rule.recusal.{role}"))
        return Tie(
            kind=kind,
            by="code" if sure else "name",
            role=role,
            other=other,
            since=edges[0].valid.start,
            until=edges[0].valid.end,
            notes=("now",),
            path=self._people.path(key, edges, words),
            facts=self._people.facts(edges),
        )

    def _stated_self(self, me: str, codes: Iterable[str]) -> Iterator[Tie]:
        """Bids in which the person stands by number."""
        for place, role in dict.fromkeys(s for code in codes for s in self._around.stated.get(code, ())):
            other = self._label(place)
            facts = (Fact(field=f"bidders.{role}", a=me, b=other),)
            kind = "bidder" if role == "bidder" else "post"
            yield Tie(kind=kind, by="code", role=role, bidder=place, other=other, notes=("now",), facts=facts)

    def _employer(self, view: SubjectView, subject: Subject, employer: str) -> Iterator[Tie]:
        """The employer that the request itself states: by number; an equal name is a hint for a human."""
        if not employer:
            return
        stated = party_subject(PartyRef(name=employer))
        coded = [code for code in stated.codes if code in self._named]
        found = [(role, place, True) for code in coded for role, place in self._named[code]]
        if not stated.codes and stated.n6:
            found += [(role, place, False) for role, place in self._named.get(f"name:{stated.n6}", ())]
        for role, place, by_code in dict.fromkeys(found):
            strong = bool(subject.codes) and by_code
            other = view.label if place < 0 else self._label(place)
            facts = (Fact(field=f"{view.role}.employer", a=employer, b=self._role_label(role, other)),)
            yield Tie(
                kind="post" if role == "bidder" else "employer",
                by="stated" if strong else "name",
                role="employed" if role == "bidder" else role,
                bidder=None if place < 0 else place,
                other=employer if place < 0 else other,
                notes=("now",),
                facts=facts,
            )

    def _role_label(self, role: str, other: str) -> str:
        return next((s.label for s in self._case.subjects if s.role == role), other)

    def _declared(self, me: str, declared: str) -> Iterator[Tie]:
        """A relative whom the request names: by number as sure as the word of whoever declared it, by name a hint."""
        code, name, numbers = read_declared(declared)
        if code == "":
            return
        degrees = ("near", "recusal", "business")
        notes = [f"{kind}:{within(code, kind) if code else 'possible'}" for kind in degrees]  # type: ignore[arg-type]
        if all(said.endswith(":none") for said in notes):
            return
        found: list[tuple[Stated, By]] = [
            (s, "stated") for number in numbers for s in self._around.stated.get(number, ())
        ]
        if not numbers:
            found += [(s, "name") for s in self._heads_named(name)]
            found += [(s, "name") for s in self._registered_heads(name)]
        for stated, by in dict.fromkeys(found):
            other = self._label(stated.place)
            yield Tie(
                kind="kin",
                by=by,
                role=code or "relative",
                bidder=stated.place,
                other=other,
                notes=(f"post:{stated.role}", *notes),
                facts=(Fact(field="kin", a=me, b=name), Fact(field="relatives", a=declared, b=other)),
            )

    def _registered_heads(self, name: str) -> Iterator[Stated]:
        """The bidders whose legal representative or principal, as registered, bears the name."""
        if not name:
            return
        for unit in (*self._units.sure, *self._units.named):
            for relation in self._people.relations(unit):
                if relation.dst != unit or not self._people.holds(relation.valid):
                    continue
                if relation.type not in (RelationType.LEGAL_REP_OF, RelationType.HEAD_OF):
                    continue
                party = self._people.party(relation.src)
                if party is not None and any(text.person_key(n.text) == name for n in party.names):
                    role = "legal_rep" if relation.type is RelationType.LEGAL_REP_OF else "principal"
                    for place, _ in self._units.places(unit):
                        yield Stated(place, role)


def read_declared(declared: str) -> tuple[str | None, str, tuple[str, ...]]:
    """A declared relative as kinship code (None: not said), comparable name and numbers.

    `配偶：虚构李四`, `虚构李四(配偶)` and a number beside the name are understood.
    """
    code: str | None = None
    name, numbers = "", []
    for part in filter(None, _PARTS.split(declared)):
        parsed = parse_person(part)
        if parsed.state == "valid":
            numbers.append(f"{parsed.scheme}:{parsed.value}")
        elif (found := read_code(part)) is not None:
            code = found
        elif not name:
            name = text.person_key(part)
    return code, name, tuple(numbers)


def _parties(around: Around, role: str) -> dict[str, bool]:
    """The party of a role and its branches, and whether each is known by number."""
    found: dict[str, bool] = {}
    people = around.people
    for subject in around.case.subjects:
        if subject.role != role or subject.entity is None:
            continue
        for one in subject.entity.found:
            key = people.generation.party(one.ordinal).key
            found[key] = found.get(key, False) or one.sure
            for relation in around.edges((one.ordinal,), RelationType.BRANCH_OF):
                if people.holds(relation.valid):
                    other = relation.dst if relation.src == key else relation.src
                    found.setdefault(other, one.sure and people.sure((relation,)))
    return found


def _project(case: Case, people: People) -> dict[str, bool]:
    """The tender and its project as things of the graph: an organ may oversee these instead of the buyer."""
    found = {}
    for scheme in ("project", "tender"):
        if case.tender.id:
            for ordinal in people.generation.parties(keys.identifier(scheme, case.tender.id)):
                found[people.generation.party(ordinal).key] = True
    return found


def kin_name(code: str) -> Bilingual:
    """A kinship code as a word."""
    return both(f"rule.kin.{code}")


def post_name(kind: str) -> Bilingual:
    """A post as a word."""
    return both(f"rule.post.{kind}")
