"""Who is connected with a bidder: parents and branches, holders and held, predecessors, officers, operators.

Over dated, sourced relations of the generation, plus branch names where the register is silent (then `by` is `name`,
never enough to block). Companies are one group by control (`matching.groups`); state investors tie nobody together.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from graph import keys, text
from graph.generation import Generation
from graph.messages import say
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, PathEdge, PathNode, RelationPath
from matching.groups import Groups, Under, share_of
from matching.policy import Policy
from matching.proximity import Neighbour, neighbours
from matching.subjects import Subject, from_party

Role = Literal[
    "parent", "branch", "controller", "subsidiary", "sister", "predecessor", "partner",
    "controlling_person", "shared_legal_rep", "shared_owner", "shared_address",
]  # fmt: skip

OFFICER_ROLES: dict[RelationType, str] = {
    RelationType.LEGAL_REP_OF: "legal_rep",
    RelationType.HEAD_OF: "principal",
    RelationType.DIRECTOR_OF: "director",
    RelationType.SUPERVISOR_OF: "supervisor",
    RelationType.EXEC_OF: "executive",
    RelationType.OPERATES: "operator",
    RelationType.INVESTS_ALONE: "investor",
    RelationType.PARTNER_IN: "partner",
}
_ALONE = re.compile("^(?!.*有限).*个人独资")
"""Forms in which whoever holds the firm answers for its debts, also where a register says no more than that somebody
holds it (个人独资企业法 31). A company that one natural person owns has limited liability."""
PREDECESSORS = frozenset({RelationType.SUCCEEDS, RelationType.RENAMED_FROM})
SMALL_GROUP = 20
"""Companies under one owner that are all compared with the lists; of larger groups those that a record is linked to."""
CHAINED = {"controller": 1, "controlling_person": 1, "subsidiary": 1, "sister": 2}
"""More relations than this on a path are told as a chain."""
MAX_BRANCH_STEPS = 8
"""How far a branch is followed upward; deeper chains are errors of a register."""


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation or owner some steps away, comparable; its path is worked out when something was found."""

    role: Role
    by: Literal["code", "name"]
    about: Subject | Party
    way: Callable[[], RelationPath]

    @property
    def subject(self) -> Subject:
        """The party in comparable form."""
        return from_party(self.about) if isinstance(self.about, Party) else self.about

    @property
    def path(self) -> RelationPath:
        """How it is connected."""
        return self.way()


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom the graph connects with the entity in a role."""

    role: str
    subject: Subject
    way: Callable[[], RelationPath]

    @property
    def path(self) -> RelationPath:
        """How the person is connected."""
        return self.way()


class Kinship:
    """Reads the neighbourhood of one party at `as_of`, as recorded by generation `known`."""

    def __init__(
        self,
        generation: Generation,
        policy: Policy,
        *,
        as_of: datetime,
        known: int,
        matters: Callable[[Party], bool] = lambda party: True,
    ) -> None:
        """Set up.

        Args:
            generation: what is read.
            policy: caps and state investors.
            as_of: relations that hold then are read.
            known: as this generation number shows them.
            matters: whether anything is known of a company of the group; the others of a large group are passed over.
        """
        self._generation = generation
        self._policy = policy
        self._as_of = as_of
        self._known = known
        self.boundaries: list[datetime] = []
        """Instants after `as_of` at which a relation that was read begins or ends."""
        self.cut = False
        """Whether a hub had more relations than are read for one decision."""
        self._matters = matters
        self._notable: dict[str, list[Under]] = {}
        self._holding: dict[int, list[PartyRelation]] = {}
        # a weak way back: in a circle all that a decision read would wait for the collector of garbage
        me: Kinship = weakref.proxy(self)
        self.groups = Groups(
            generation,
            lambda ordinal: me.relations(ordinal),
            as_of=as_of,
            cap=policy.option("sister_cap"),
            cut=lambda: setattr(me, "cut", True),
        )

    def relations(self, ordinal: int) -> list[PartyRelation]:
        """The relations of a party that hold at `as_of`; none of a hub's, which is noted."""
        holding = self._holding.get(ordinal)
        if holding is None:
            holding = self._holding[ordinal] = list(self._read(ordinal))
        return holding

    def _read(self, ordinal: int) -> Iterator[PartyRelation]:
        if self._generation.relation_count(ordinal) > self._policy.option("relation_cap"):
            self.cut = True
            return
        for relation in self._generation.relations(ordinal, self._known):
            start, end = relation.valid.start, relation.valid.end
            if start is None and end is None:
                yield relation
                continue
            self.boundaries.extend(t for t in (start, end) if t is not None and t > self._as_of)
            if relation.valid.contains(self._as_of):
                yield relation

    def read(self, ordinal: int, me: Party) -> tuple[list[Connected], list[Officer]]:
        """Everyone connected with the party at `ordinal`."""
        connected: list[Connected] = []
        officers: list[Officer] = []
        relations = self.relations(ordinal)
        posts = OFFICER_ROLES
        if _ALONE.search(me.attributes.get("legal_form", "")):
            posts = {**OFFICER_ROLES, RelationType.HOLDS: "investor"}
        for relation in relations:
            outgoing = relation.src == me.key
            if relation.type is RelationType.BRANCH_OF:
                other = self.party(relation.dst if outgoing else relation.src)
                if other is not None and outgoing:
                    connected.extend(self._parents(me, other, relation))
                elif other is not None:
                    connected.append(self.connect("branch", me, other, (relation,)))
            elif relation.type in PREDECESSORS and outgoing:
                connected.extend(self._predecessors(me, relation))
            elif not outgoing and relation.type in posts:
                other = self.party(relation.src)
                if other is None or (relation.type is RelationType.PARTNER_IN and limited(relation.role)):
                    continue
                if other.type is PartyType.PERSON:
                    officers.append(self._officer(me, other, relation, posts[relation.type]))
                elif relation.type is RelationType.PARTNER_IN and other.type is PartyType.ORGANIZATION:
                    connected.append(self.connect("partner", me, other, (relation,)))
        connected.extend(self._group(me, relations))
        return connected, officers

    def _officer(self, me: Party, other: Party, relation: PartyRelation, role: str) -> Officer:
        return Officer(
            role=role,
            subject=from_party(other, derived=relation.by == "name"),
            way=lambda: self._path((me, other), (relation,), role),
        )

    def _predecessors(self, me: Party, first: PartyRelation) -> Iterator[Connected]:
        """Whom a party succeeds, and whom that one succeeded in turn."""
        path: tuple[PartyRelation, ...] = (first,)
        seen = {me.key}
        while path[-1].dst not in seen and len(path) <= MAX_BRANCH_STEPS:
            other = self.party(path[-1].dst)
            if other is None:
                return
            seen.add(other.key)
            yield self.connect("predecessor", me, other, path)
            earlier = (r for r in self.groups.of(other.key) if r.type in PREDECESSORS and r.src == other.key)
            following = next(earlier, None)
            if following is None:
                return
            path = (*path, following)

    def _group(self, me: Party, relations: Sequence[PartyRelation]) -> Iterator[Connected]:
        """Who controls a party, whom it controls, and who else stands under its controllers (state investors make
        no sisters)."""
        holdings = [relation for relation in relations if share_of(relation) is not None]
        if any(relation.src == me.key for relation in holdings):
            for under in self._below(me.key):
                other = self.party(under.key)
                if other is not None:
                    yield self.connect("subsidiary", me, other, under.edges)
        if not any(relation.dst == me.key for relation in holdings):
            return
        mine = {me.key}
        for above in self.groups.above(me.key):
            owner = self.party(above.key)
            if owner is None:
                continue
            mine.add(owner.key)
            person = owner.type is PartyType.PERSON
            yield self.connect("controlling_person" if person else "controller", me, owner, above.edges)
            if self._policy.state_investor(tuple(n.text for n in owner.names)):
                continue
            for under in self._below(owner.key):
                sister = None if under.key in mine else self.party(under.key)
                if sister is not None and not any(edge.src == me.key for edge in under.edges):
                    mine.add(under.key)
                    yield self.connect("sister", me, sister, (*above.edges, *under.edges), via=owner)

    def _parents(self, me: Party, parent: Party, first: PartyRelation) -> Iterator[Connected]:
        """The company a branch belongs to, and whose branch that is in turn, up to the legal person."""
        waiting: list[tuple[Party, tuple[PartyRelation, ...]]] = [(parent, (first,))]
        seen = {me.key}
        while waiting:
            company, path = waiting.pop(0)
            if company.key in seen or len(path) > MAX_BRANCH_STEPS:
                continue
            seen.add(company.key)
            yield self.connect("parent", me, company, path)
            position = self._generation.party_ordinal(company.key)
            for above in () if position is None else self.relations(position):
                if above.type is RelationType.BRANCH_OF and above.src == company.key:
                    grand = self.party(above.dst)
                    if grand is not None:
                        waiting.append((grand, (*path, above)))

    def _below(self, owner: str) -> list[Under]:
        """The companies under an owner that matter, worked out once however many bidders it stands above."""
        found = self._notable.get(owner)
        if found is None:
            below = self.groups.below(owner)
            known = [
                under for under in below.values() if len(below) <= SMALL_GROUP or self._linked(under.key)
            ]
            parties = ((under, self.party(under.key)) for under in known)
            found = [under for under, party in parties if party is not None and self._matters(party)]
            self._notable[owner] = found
        return found

    def _linked(self, key: str) -> bool:
        """Whether a record is linked to a party by number or by a human."""
        place = self.groups.place(key)
        return place is not None and bool(self._generation.party_listings(place))

    def near(self, ordinal: int, me: Party, heads: Iterable[str]) -> Iterator[Connected]:
        """Listed parties that share the legal representative, a beneficial owner or the address (R20).

        Args:
            ordinal: the party's place.
            me: the party.
            heads: numbers (`scheme:value`) of legal representatives that the request names.
        """
        for found in neighbours(self, self._generation, self._policy, ordinal, me, heads):
            yield self._near(me, found)

    def _near(self, me: Party, found: Neighbour) -> Connected:
        by: Literal["code", "name"] = "name" if any(e.by == "name" for e in found.edges) else "code"

        def way() -> RelationPath:
            nodes = (me, *((found.via,) if found.via is not None else ()), found.party)
            path = self._path(nodes, found.edges, found.role)
            said = sentence(found.role, _name(me), _name(found.party), via=found.value)
            return msgspec.structs.replace(path, sentence=said)

        return Connected(role=found.role, by=by, about=found.party, way=way)

    def connect(
        self, role: Role, me: Party, other: Party, edges: tuple[PartyRelation, ...], via: Party | None = None
    ) -> Connected:
        """Another party some relations away."""
        by: Literal["code", "name"] = "name" if any(e.by == "name" for e in edges) else "code"
        return Connected(
            role=role, by=by, about=other,
            way=lambda: self._path(self._nodes(me, via, other, edges), edges, role),
        )  # fmt: skip

    def _nodes(
        self, me: Party, via: Party | None, other: Party, edges: tuple[PartyRelation, ...]
    ) -> Iterable[Party]:
        """Everyone on a path, from the one asked about to the other end."""
        between = [self.party(key) for edge in edges for key in (edge.dst, edge.src)]
        inner = {p.key: p for p in between if p is not None and p.key not in (me.key, other.key)}
        if via is not None:
            inner.setdefault(via.key, via)
        return (me, *inner.values(), other)

    def party(self, key: str) -> Party | None:
        """A party by its surrogate key."""
        return self.groups.party(key)

    def _path(self, nodes: Iterable[Party], edges: tuple[PartyRelation, ...], role: str) -> RelationPath:
        shown = tuple(PathNode(id=p.key, name=_name(p), type=p.type.value) for p in nodes)
        held = (share_of(e) if e.share is None else e.share for e in reversed(edges))
        share = next((f"{share.normalize():f}" for share in held if share is not None), "")
        return RelationPath(
            nodes=shown,
            edges=tuple(
                PathEdge(
                    src=e.src,
                    dst=e.dst,
                    type=e.type.value,
                    share="" if e.share is None else f"{e.share.normalize():f}",
                    valid_from=e.valid.start,
                    valid_to=e.valid.end,
                    by=e.by,
                    source=e.source,
                )
                for e in edges
            ),
            sentence=sentence(
                f"{role}_chain" if len(edges) > CHAINED.get(role, len(edges)) else role,
                shown[0].name,
                shown[-1].name,
                share=share,
            ),
        )

    def by_name(self, subject: Subject, known: frozenset[str]) -> Iterator[Connected]:
        """Parents that a branch's name alone points to, and theirs in turn where the name is a branch's branch.

        Of one name the longest prefix that a register knows, and every listed one beyond it: listed names count
        beside the register's, so that one more record never hides another.
        """
        names = [subject.n6] if subject.n6 else []
        seen = set(known)
        for name in names:
            for parent in self._stems(name):
                if parent in seen or len(seen) > MAX_BRANCH_STEPS + len(known):
                    continue
                seen.add(parent)
                names.append(parent)
                path = name_path(subject.name, parent, "parent")
                yield Connected(role="parent", by="name", way=_given(path), about=self._named(parent))

    def _stems(self, n6: str) -> list[str]:
        branch = text.branch(n6)
        if branch is None or not branch.stated:
            return []
        registered = text.parent_of(n6, self._registered) or ""
        listed = [
            stem
            for stem in branch.stem_candidates
            if len(stem) > len(registered) and self._generation.listings(keys.org_name(stem))
        ]
        return [stem for stem in dict.fromkeys([*listed, registered]) if stem]

    def _registered(self, n6: str) -> bool:
        """Whether a register knows the name, as a current or a former one."""
        return self._generation.registered(n6) or self._party_named(n6) is not None

    def _party_named(self, n6: str) -> Party | None:
        for ordinal in self._generation.parties(keys.org_name(n6))[:MAX_BRANCH_STEPS]:
            party = self._generation.party(ordinal)
            if party.type is PartyType.ORGANIZATION:
                subject = from_party(party)
                if n6 == subject.n6 or n6 in subject.former:
                    return party
        return None

    def _named(self, n6: str) -> Subject:
        """The party of a name with what a register knows of it; only the name where it knows nothing."""
        party = self._party_named(n6)
        if party is None:
            return Subject(type=PartyType.ORGANIZATION, name=n6, n6=n6)
        return from_party(party, derived=True)

    def branches_by_name(self, subject: Subject) -> Iterator[Connected]:
        """Listed branches whose name begins with this whole registered name, and with no longer registered one."""
        if not subject.n6:
            return
        seen: set[str] = set()
        for ordinal in self._generation.listings(keys.branch_parent(subject.n6)):
            if not self._generation.recorded(ordinal, self._known):
                continue
            branch = self._generation.listing(ordinal).subject
            if branch.n6 in seen:
                continue
            seen.add(branch.n6)
            if (
                text.parent_of(branch.n6, lambda s: s == subject.n6 or self._generation.registered(s))
                == subject.n6
            ):
                path = name_path(subject.name, branch.name, "branch")
                yield Connected(
                    role="branch", by="name", way=_given(path),
                    about=Subject(type=PartyType.ORGANIZATION, name=branch.name, n6=branch.n6),
                )  # fmt: skip


def _given(path: RelationPath) -> Callable[[], RelationPath]:
    return lambda: path


def limited(role: str) -> bool:
    """Whether a partner answers with its share only (有限合伙人): such debts do not run together with the firm's."""
    return "有限" in role or "limited" in role.lower() or role.strip().upper() == "LP"


def name_path(me: str, other: str, role: str) -> RelationPath:
    """A path that rests on a name only: no edge, and the sentence says so."""
    nodes = (PathNode(id="", name=me, type="organization"), PathNode(id="", name=other, type="organization"))
    return RelationPath(nodes=nodes, edges=(), sentence=sentence(f"{role}_by_name", me, other))


def sentence(role: str, me: str, other: str, *, share: str = "", via: str = "") -> Bilingual:
    """The path in words."""
    params = {"me": me, "other": other, "share": share, "via": via}
    return Bilingual(
        zh=say("matching", f"path.{role}", "zh", **params), en=say("matching", f"path.{role}", "en", **params)
    )


def _name(party: Party) -> str:
    return party.names[0].text if party.names else party.key
