"""Who is connected with a bidder: parents and branches, holders and held, predecessors, officers, operators.

One hop over dated, sourced relations of the generation, plus branch names where the register is silent (then `by`
is `name`, never enough to block). Shared owners count above 50 % only; state investors tie nobody together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from graph import keys, text
from graph.generation import Generation
from graph.messages import say
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, PathEdge, PathNode, RelationPath
from matching.policy import Policy
from matching.subjects import Subject, from_party

Role = Literal["parent", "branch", "controller", "subsidiary", "sister", "predecessor"]

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
HALF = Decimal(50)
MAX_BRANCH_STEPS = 8
"""How far a branch is followed upward; deeper chains are errors of a register."""


class Connected(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation one or two steps away, comparable, with the path to it."""

    role: Role
    by: Literal["code", "name"]
    subject: Subject
    path: RelationPath


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """A person whom the graph connects with the entity in a role."""

    role: str
    subject: Subject
    path: RelationPath


class Kinship:
    """Reads the neighbourhood of one party at `as_of`, as recorded by generation `known`."""

    def __init__(self, generation: Generation, policy: Policy, *, as_of: datetime, known: int) -> None:
        self._generation = generation
        self._policy = policy
        self._as_of = as_of
        self._known = known
        self.boundaries: list[datetime] = []
        """Instants after `as_of` at which a relation that was read begins or ends."""
        self.cut = False
        """Whether a hub had more relations than are read for one decision."""

    def relations(self, ordinal: int) -> list[PartyRelation]:
        """The relations of a party that hold at `as_of`; none of a hub's, which is noted."""
        if self._generation.relation_count(ordinal) > self._policy.option("relation_cap"):
            self.cut = True
            return []
        holding = []
        for relation in self._generation.relations(ordinal, self._known):
            self.boundaries.extend(
                t for t in (relation.valid.start, relation.valid.end) if t is not None and t > self._as_of
            )
            if relation.valid.contains(self._as_of):
                holding.append(relation)
        return holding

    def read(self, ordinal: int, me: Party) -> tuple[list[Connected], list[Officer]]:
        """Everyone connected with the party at `ordinal`."""
        connected: list[Connected] = []
        officers: list[Officer] = []
        for relation in self.relations(ordinal):
            outgoing = relation.src == me.key
            other = self._party(relation.dst if outgoing else relation.src)
            if other is None:
                continue
            if relation.type is RelationType.BRANCH_OF:
                if outgoing:
                    connected.extend(self._parents(me, other, relation))
                else:
                    connected.append(self._connect("branch", me, other, (relation,)))
            elif relation.type is RelationType.SUCCEEDS or relation.type is RelationType.RENAMED_FROM:
                if outgoing:
                    connected.append(self._connect("predecessor", me, other, (relation,)))
            elif relation.type is RelationType.HOLDS and other.type is PartyType.ORGANIZATION:
                connected.extend(self._holding(me, other, relation, outgoing))
            elif not outgoing and relation.type in OFFICER_ROLES and other.type is PartyType.PERSON:
                officers.append(
                    Officer(
                        role=OFFICER_ROLES[relation.type],
                        subject=from_party(other, derived=relation.by == "name"),
                        path=self._path((me, other), (relation,), OFFICER_ROLES[relation.type]),
                    )
                )
        return connected, officers

    def _parents(self, me: Party, parent: Party, first: PartyRelation) -> Iterator[Connected]:
        """The company a branch belongs to, and whose branch that is in turn, up to the legal person."""
        path: tuple[PartyRelation, ...] = (first,)
        seen = {me.key}
        while parent.key not in seen and len(path) <= MAX_BRANCH_STEPS:
            seen.add(parent.key)
            yield self._connect("parent", me, parent, path)
            position = self._generation.party_ordinal(parent.key)
            upward = [] if position is None else self.relations(position)
            above = next(
                (r for r in upward if r.type is RelationType.BRANCH_OF and r.src == parent.key), None
            )
            grand = None if above is None else self._party(above.dst)
            if above is None or grand is None:
                return
            path, parent = (*path, above), grand

    def _holding(
        self, me: Party, other: Party, relation: PartyRelation, outgoing: bool
    ) -> Iterator[Connected]:
        if relation.share is None or relation.share <= HALF:
            return
        if outgoing:
            yield self._connect("subsidiary", me, other, (relation,))
            return
        yield self._connect("controller", me, other, (relation,))
        if self._policy.state_investor(tuple(n.text for n in other.names)):
            return
        position = self._generation.party_ordinal(other.key)
        siblings = [] if position is None else self.relations(position)
        held = [
            r
            for r in siblings
            if r.type is RelationType.HOLDS
            and r.src == other.key
            and r.dst != me.key
            and (r.share or 0) > HALF
        ]
        cap = self._policy.option("sister_cap")
        self.cut = self.cut or len(held) > cap
        for edge in held[:cap]:
            sister = self._party(edge.dst)
            if sister is not None:
                yield self._connect("sister", me, sister, (relation, edge), via=other)

    def _connect(
        self, role: Role, me: Party, other: Party, edges: tuple[PartyRelation, ...], via: Party | None = None
    ) -> Connected:
        by: Literal["code", "name"] = "name" if any(e.by == "name" for e in edges) else "code"
        nodes = (me, via, other) if via is not None else (me, other)
        return Connected(role=role, by=by, subject=from_party(other), path=self._path(nodes, edges, role))

    def _party(self, key: str) -> Party | None:
        ordinal = self._generation.party_ordinal(key)
        return None if ordinal is None else self._generation.party(ordinal)

    def _path(self, nodes: Iterable[Party], edges: tuple[PartyRelation, ...], role: str) -> RelationPath:
        shown = tuple(PathNode(id=p.key, name=_name(p), type=p.type.value) for p in nodes)
        share = next((f"{e.share.normalize():f}" for e in reversed(edges) if e.share is not None), "")
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
            sentence=sentence(role, shown[0].name, shown[-1].name, share=share),
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
                yield Connected(role="parent", by="name", path=path, subject=self._named(parent))

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
                yield Connected(
                    role="branch", by="name", path=name_path(subject.name, branch.name, "branch"),
                    subject=Subject(type=PartyType.ORGANIZATION, name=branch.name, n6=branch.n6),
                )  # fmt: skip


def name_path(me: str, other: str, role: str) -> RelationPath:
    """A path that rests on a name only: no edge, and the sentence says so."""
    nodes = (PathNode(id="", name=me, type="organization"), PathNode(id="", name=other, type="organization"))
    return RelationPath(nodes=nodes, edges=(), sentence=sentence(f"{role}_by_name", me, other))


def sentence(role: str, me: str, other: str, *, share: str = "") -> Bilingual:
    """The path in words."""
    params = {"me": me, "other": other, "share": share}
    return Bilingual(
        zh=say("matching", f"path.{role}", "zh", **params), en=say("matching", f"path.{role}", "en", **params)
    )


def _name(party: Party) -> str:
    return party.names[0].text if party.names else party.key
