"""The same person at the head of two units: `same_head` ties, for B01 (条例 34(2), 采条例 18(1)).

The head is the legal representative, or who by law represents a unit that is no legal person (branch, individual
business). Heads come from the request and from the register; where they disagree the register may be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from graph.identifiers import compare_masked, mask_person_id
from graph.relations import RelationType
from matching.decision import Fact, PathNode, RelationPath
from matching.rules.base import EntityView, Tie
from matching.rules.wording import both
from matching.subjects import Subject, from_party, person_subject
from matching.ties.base import grouped
from matching.ties.closure import Link
from matching.ties.field import Field, Unit
from matching.ties.paths import edge

HEADS = ("legal_rep", "principal", "operator")
_PERSONAL = re.compile("个体|独资企业|个人独资|合伙|分公司|分支机构")
_BRANCH = re.compile(r"(?:分公司|分店|分部|分所|分院|分行|支行|营业部|办事处)$")


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands at the head of a unit, and who says so."""

    position: int
    entity: EntityView
    role: str
    subject: Subject
    node: str | None
    """The person in the graph, where a number finds one."""
    sure: bool
    """Whether unit and person are known by number or by the request itself."""
    link: Link | None = None
    outdated: bool = False
    """The request names somebody else for this post."""
    by_law: bool = True
    """Whether this post makes the 单位负责人: not a principal where a legal representative stands, or may."""
    beside: bool = False
    """A principal beside a legal representative who is known."""

    @property
    def key(self) -> str:
        """What two mentions of one person share: a valid number."""
        return self.subject.codes[0] if self.subject.codes else ""


def heads(field: Field) -> list[Head]:
    """The heads of every unit of a tender."""
    found: list[Head] = []
    units: dict[int, list[Unit]] = {}
    for unit in field.units:
        units.setdefault(id(unit.entity), []).append(unit)
    stated: dict[int, list[tuple[str, Subject]]] = {}
    for position, entity in field.entities():
        for role, person in (("legal_rep", entity.ref.legal_rep), ("principal", entity.ref.principal)):
            if person is None:
                continue
            subject = person_subject(person)
            stated.setdefault(id(entity), []).append((role, subject))
            node = field.closure.find(subject.codes)
            found.append(
                _placed(
                    field,
                    Head(position=position, entity=entity, role=role, subject=subject, node=node, sure=True),
                    units.get(id(entity), ()),
                )
            )
    for unit in field.units:
        for link in field.closure.offices.get(unit.node, ()):
            role = _role(link)
            party = field.closure.party(link.src) if role in HEADS else None
            if party is None:
                continue
            subject = from_party(party)
            own = [given for as_, given in stated.get(id(unit.entity), ()) if as_ == role]
            if any(_one(given, subject) == "code" for given in own):
                continue
            head = Head(
                position=unit.position,
                entity=unit.entity,
                role=role,
                subject=subject,
                node=link.src if subject.codes else None,
                sure=unit.sure and not link.by_name,
                link=link,
                outdated=bool(own) and not any(_one(given, subject) == "name" for given in own),
            )
            found.append(_placed(field, head, (unit,)))
    return found


def _placed(field: Field, head: Head, units: Sequence[Unit]) -> Head:
    """The head with what the post means: a company is headed by its legal representative, not by a principal."""
    if head.role != "principal" or any(_no_legal_person(field, head.entity, unit) for unit in units):
        return head
    if _no_legal_person(field, head.entity, None):
        return head
    known = head.entity.ref.legal_rep is not None or any(
        _role(link) == "legal_rep" for unit in units for link in field.closure.offices.get(unit.node, ())
    )
    return msgspec.structs.replace(head, by_law=False, beside=known)


def _no_legal_person(field: Field, entity: EntityView, unit: Unit | None) -> bool:
    """Whether a unit is a branch, an individual business, a sole proprietorship or a partnership."""
    if entity.individual_business or _PERSONAL.search(entity.legal_form) or _BRANCH.search(entity.label):
        return True
    return unit is not None and (
        bool(unit.via)
        or any(
            link.relation.type in (RelationType.INVESTS_ALONE, RelationType.PARTNER_IN)
            for link in field.closure.owners.get(unit.node, ())
        )
    )


def _role(link: Link) -> str:
    return {"LEGAL_REP_OF": "legal_rep", "HEAD_OF": "principal", "OPERATES": "operator"}.get(
        link.relation.type.value, ""
    )


def ties(field: Field, all_heads: list[Head]) -> None:
    """Pairs of units with the same head, by number; else by name, which says little and asks a human."""
    by_code: dict[str, list[Head]] = {}
    by_name: dict[str, list[Head]] = {}
    for head in all_heads:
        for code in head.subject.codes:
            by_code.setdefault(code, []).append(head)
        if head.subject.n6 and not head.beside:
            by_name.setdefault(head.subject.n6, []).append(head)
    done: set[tuple[int, int]] = set()
    for code, places in grouped((c, h.position) for c, hs in by_code.items() for h in hs):
        for i, j in field.pairs(places):
            match = _meet(field, by_code[code], i, j, "code")
            if match is not None and (i, j) not in done:
                done.add((i, j))
                field.add(i, j, _tie(field, *match, "code", len(places)))
    for name, places in grouped((n, h.position) for n, hs in by_name.items() for h in hs):
        for i, j in field.pairs(places):
            match = _meet(field, by_name[name], i, j, "name")
            if match is not None and (i, j) not in done:
                done.add((i, j))
                field.add(i, j, _tie(field, *match, "name", len(places)))


def _meet(
    field: Field, group: list[Head], i: int, j: int, how: Literal["code", "name"]
) -> tuple[Head, Head] | None:
    """The surest pair of heads at two positions who are one person."""
    pairs = [
        (a, b)
        for a in group
        if a.position == i
        for b in group
        if b.position == j and field.differ(a.entity, b.entity) and _one(a.subject, b.subject) == how
    ]
    return min(
        pairs,
        key=lambda p: (
            not (p[0].by_law and p[1].by_law),
            p[0].outdated + p[1].outdated,
            not (p[0].sure and p[1].sure),
        ),
        default=None,
    )


def _one(a: Subject, b: Subject) -> Literal["code", "name", "no"]:
    """Whether two statements are of one person: by number, by name with nothing against it, or not."""
    if set(a.codes) & set(b.codes):
        return "code"
    kinds = {c.split(":", 1)[0] for c in a.codes} & {c.split(":", 1)[0] for c in b.codes}
    if kinds or not a.n6 or a.n6 != b.n6:
        return "no"
    one, other = a.person_number, b.person_number
    if one and other:
        compared = compare_masked(one, other)
        if compared.kind != "incomparable" and not compared.agrees:
            return "no"
    return "name"


def _tie(field: Field, a: Head, b: Head, how: Literal["code", "name"], size: int) -> Tie:
    sure = a.sure and b.sure
    told = (
        ("outdated", a.outdated or b.outdated), ("principal", not (a.by_law and b.by_law)), (how, True),
    )  # fmt: skip
    notes = [note for note, there in told if there]
    if how == "name":
        notes.append(f"bearers:{field.closure.bearers(a.subject.n6)}")
    name = a.subject.name or b.subject.name
    links = [head.link for head in (a, b) if head.link is not None]
    person = PathNode(id=a.node or b.node or "", name=name, type="person")
    path = RelationPath(
        nodes=(_node(field, a), person, _node(field, b)),
        edges=tuple(edge(link) for link in links),
        sentence=both("path.tie.same_head", a=a.entity.label, b=b.entity.label, via=name),
    )
    return Tie(
        kind="same_head",
        by="code" if how == "code" and sure else "name",
        facts=tuple(_facts(a, b, how)),
        path=path,
        other=name,
        notes=tuple(notes),
        size=size,
    )


def _node(field: Field, head: Head) -> PathNode:
    node = head.link.dst if head.link is not None else head.entity.party
    party = None if node is None else field.closure.party(node)
    return PathNode(
        id="" if party is None else party.key, name=head.entity.label, type=head.entity.type.value
    )


def _facts(a: Head, b: Head, how: str) -> Iterator[Fact]:
    if how == "code":
        shared = next(c for c in a.subject.codes if c in b.subject.codes)
        scheme, value = shared.split(":", 1)
        shown = mask_person_id(value)
        yield Fact(field=f"{a.role}.{scheme}", a=shown, b=shown)
    yield Fact(field=f"{a.role}.name", a=a.subject.name, b=b.subject.name)
