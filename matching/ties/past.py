"""What bidders' earlier bids say of them (R11-R14, R16, R18): `past.clique`, `past.cover`, `past.rotation`,
`past.winner`, `past.sole`, `past.encounter` ties. Facts are called `past.<value>`; rules put them into sentences.

Everything comes from the bids, wins and roles that the generation holds of the last months. No history is no sign, and
is said once for the tender.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from graph.relations import PartyRelation, RelationType
from matching.decision import Bilingual, Fact, NotAssessable, RelationPath
from matching.policy import Policy
from matching.redflags.collect import Actor, history
from matching.redflags.history import Cut, History, Limits, Sign
from matching.rules.base import Case, EntityView, Tie
from matching.rules.wording import both
from matching.subjects import person_subject
from matching.ties.base import Ties
from matching.ties.posts import People, path_edge

ROLES: Mapping[str, str] = {"buyer": "buyer", "agency": "agency", "expert": "expert", "committee": "expert"}
"""Roles in a tender, as what bidders may meet again and again."""
SHOWN = 3
"""Lots whose relations a path shows; the facts name up to twenty."""
_KINDS: Mapping[str, str] = {
    "R12": "past.cover", "R13": "past.rotation", "R14": "past.winner", "R16": "past.sole", "R18": "past.encounter",
}  # fmt: skip


def limits(policy: Policy) -> Limits:
    """The policy's thresholds for histories."""
    return Limits(
        months=policy.option("history_months"),
        support=policy.option("history_lots"),
        jaccard=policy.option("clique_overlap") / 100,
        lift=policy.option("history_lift") / 100,
        bids=policy.option("history_bids"),
        win_rate=policy.option("cover_wins") / 100,
        same_winner=policy.option("cover_losses") / 100,
        group=policy.option("rotation_group"),
        rotation_lots=policy.option("rotation_lots"),
        entropy=policy.option("rotation_entropy") / 100,
        relations=policy.option("relation_cap"),
    )


def read(case: Case) -> Ties:
    """The signs about the bidders of a tender."""
    ties = Ties()
    bidders = {str(view.index): _ordinals(view.entities) for view in case.bidders}
    known = {name: found for name, found in bidders.items() if found}
    count = case.generation.relation_count
    if not any(count(ordinal) for found in known.values() for ordinal in found):
        if case.bidders:
            ties.gaps.append((None, _gap("none")))
        return ties
    reader = _Reader(case)
    actors = list(reader.actors())
    past = history(
        case.generation, case.known, known, as_of=case.as_of, actors=actors, limits=limits(case.policy)
    )
    reader.read(past, known, {actor.id: actor for actor in actors}, ties)
    return ties


def _ordinals(entities: Iterable[EntityView]) -> tuple[int, ...]:
    """The parties that a bidder's entities are: those known by number, else those of the name."""
    found = [one for entity in entities for one in entity.found]
    sure = [one.ordinal for one in found if one.sure]
    return tuple(dict.fromkeys(sure or [one.ordinal for one in found]))


class _Reader:
    """Turns signs into ties of one case."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._people = People(case)
        self._labels: dict[str, str] = {}

    def actors(self) -> Iterator[Actor]:
        """The buyer, the agency and the experts of the tender, as far as the generation knows them."""
        for place, subject in enumerate(self._case.subjects):
            role = ROLES.get(subject.role)
            ordinals: Sequence[int] = ()
            if role is None:
                continue
            if subject.entity is not None:
                ordinals = _ordinals((subject.entity,))
            elif subject.person is not None:
                ordinals = self._people.ordinals(person_subject(subject.person.person))
            if ordinals:
                self._labels[f"{role}:{place}"] = subject.label
                yield Actor(role, f"{role}:{place}", tuple(ordinals))

    def read(
        self, past: History, bidders: Mapping[str, tuple[int, ...]], actors: Mapping[str, Actor], ties: Ties
    ) -> None:
        """Add the signs, and what was not looked at."""
        if not past.lots:
            ties.gaps.append((None, _gap("none")))
        for cut in past.cut:
            ties.gaps.append((None, self._cut(cut)))
        for sign in past.signs:
            ends = [*(bidders[name] for name in sign.bidders if name in bidders)]
            if sign.other in actors:
                ends.append(actors[sign.other].ordinals)
            path = self._path(sign, ends)
            if sign.code == "R11":
                i, j = sorted(int(name) for name in sign.bidders)
                ties.pair(i, j, self._tie(sign, "past.clique", i, path))
            elif sign.code == "R13":
                for place in sorted(int(name) for name in sign.bidders):
                    ties.bidders.setdefault(place, []).append(self._tie(sign, _KINDS[sign.code], place, path))
            else:
                place = int(sign.bidders[0])
                ties.bidders.setdefault(place, []).append(self._tie(sign, _KINDS[sign.code], place, path))

    def _tie(self, sign: Sign, kind: str, place: int, path: RelationPath | None) -> Tie:
        sure = all(
            any(one.sure for entity in self._case.bidders[int(name)].entities for one in entity.found)
            for name in sign.bidders
        )
        return Tie(
            kind=kind,
            by="code" if sure else "name",
            facts=tuple(self._facts(sign)),
            path=path,
            other=self._called(sign.other) if sign.other else "",
            role=sign.role,
            size=len(sign.bidders),
        )

    def _facts(self, sign: Sign) -> Iterator[Fact]:
        for name, value in sign.facts.items():
            if isinstance(value, tuple):
                text = "、".join(self._called(one) for one in value)
            elif isinstance(value, float):
                text = f"{value:.4f}".rstrip("0").rstrip(".") or "0"
            else:
                text = str(value)
            yield Fact(field=f"past.{name}", a=text)
        if sign.reference is not None:
            judged = sign.reference
            yield Fact(
                field="past.limit", a=f"{judged.fence:.4f}".rstrip("0").rstrip("."), b=str(judged.count)
            )
        yield Fact(field="past.evidence", a="、".join(self._called(lot) for lot in sign.lots))

    def _called(self, name: str) -> str:
        """How sentences call a bidder, an actor, a lot or any other party."""
        if name in self._labels:
            return self._labels[name]
        if name.isdigit() and int(name) < len(self._case.bidders):
            return "、".join(entity.label for entity in self._case.bidders[int(name)].entities)
        return self._people.label(name)

    def _path(self, sign: Sign, ends: Sequence[tuple[int, ...]]) -> RelationPath | None:
        """Who bid in, won, judged or bought the newest of the lots, as relations."""
        generation = self._case.generation
        keys = [generation.party(ordinal).key for found in ends for ordinal in found]
        if sign.code == "R12" and sign.other:
            keys.append(sign.other)
        edges: list[PartyRelation] = []
        for lot in sign.lots[:SHOWN]:
            edges += self._around(lot, keys)
        if not edges:
            return None
        nodes = dict.fromkeys(end for edge in edges for end in (edge.src, edge.dst))
        path = self._people.path(edges[0].src, (), both(f"path.past.{sign.code}", **self._words(sign)))
        return RelationPath(
            nodes=tuple(self._people.path(node, (), path.sentence).nodes[0] for node in nodes),
            edges=tuple(path_edge(edge) for edge in edges),
            sentence=path.sentence,
        )

    def _around(self, lot: str, keys: Sequence[str]) -> Iterator[PartyRelation]:
        for edge in self._people.relations(lot):
            if edge.type is RelationType.LOT_OF and edge.src == lot:
                ordered = [
                    one
                    for one in self._people.relations(edge.dst)
                    if one.src in keys and one.type in (RelationType.BUYER_OF, RelationType.AGENT_FOR)
                ]
                yield from (edge, *ordered) if ordered else ()
            elif edge.dst == lot and edge.src in keys:
                yield edge

    def _words(self, sign: Sign) -> dict[str, str | Bilingual]:
        parties = "、".join(self._called(name) for name in sign.bidders)
        return {
            "parties": parties,
            "other": self._called(sign.other) if sign.other else "",
            "count": str(len(sign.lots)),
        }

    def _cut(self, cut: Cut) -> NotAssessable:
        about = self._called(cut.about) if cut.about else ""
        since = cut.since.date().isoformat() if cut.since is not None else ""
        return _gap(cut.reason, party=about, count=str(cut.count), since=since)


def _gap(why: str, **params: str) -> NotAssessable:
    return NotAssessable(
        code="INPUT",
        what="relation:BID_IN",
        reason="not_supplied" if why == "none" else "not_covered",
        detail=both(f"rule.past.{why}", **params),
    )
