"""Ownership between the units of a tender: who holds, controls or decides in whom, and whom two have above them.

Kinds of ties: `holds` (more than half, directly), `controls` (along a chain, or by adding up), `influences` (half,
decisive votes, declared control, concert, ranges), `shareholding` (any direct share), `manages`, `branch`,
`common_controller`, `common_owner` (beneficial owner), `common_holder` (a share of 20 % and more).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from graph.control import PERCENT, QUARTER, Control, Economics, half_is_control, reaches
from graph.dates import china_day
from graph.model import PartyType
from graph.relations import RelationType
from matching.decision import Bilingual
from matching.rules.base import Case, EntityView
from matching.ties import around, offices
from matching.ties import heads as head_ties
from matching.ties.base import Ties
from matching.ties.closure import Link
from matching.ties.connect import connect, percent, unit_pairs
from matching.ties.field import Field, Unit
from matching.ties.holdings import HALF, Row, Web
from matching.ties.paths import chain

MANAGEMENT_STEPS = 4
Said = dict[str, str | Bilingual]


def read(case: Case) -> Ties:
    """Every connection by ownership, posts and kinship; nothing is read where nobody could be connected."""
    beside = around.others(case)
    if len(case.bidders) + len(beside.others) < 2:
        return _nobody(case, beside)
    field = Field(case, beside.others)
    beside.report(field)
    field.read()
    around.ties(field)
    everyone = head_ties.heads(field)
    head_ties.ties(field, everyone)
    web = Web(field)
    above = _Above(field, web)
    _between(field, web, above)
    _branches(field)
    _management(field)
    _common_controllers(field, web, above)
    _common_owners(field, web)
    _common_holders(field, web)
    offices.ties(field, everyone)
    _gaps(field, web)
    field.ties.boundaries.extend(field.closure.boundaries)
    return field.ties


def _nobody(case: Case, beside: around.Around) -> Ties:
    """Nobody meets anybody now; who was left out is said, and when that changes is kept."""
    if not (beside.boundaries or beside.cut):
        return Ties()
    field = Field(case)
    beside.report(field)
    field.ties.boundaries.extend(field.closure.boundaries)
    return field.ties


class Found(NamedTuple):
    """Why an owner, or a group in concert, counts as standing above a company."""

    how: str
    """`chain`, `by_sum`, `votes`, `concert`, `declared`, `half`, `self_held`, `possible` or `doubtful`."""
    control: Control | None = None
    links: tuple[Link, ...] = ()


SURE = frozenset({"chain"})
CONTROLLING = frozenset({"chain", "by_sum", "votes", "concert", "declared"})


class _Above:
    """Who stands above each company: by holdings, and by declared control."""

    def __init__(self, field: Field, web: Web) -> None:
        self._field, self._web = field, web
        self._of: dict[str, dict[tuple[str, ...], Found]] = {}

    def of(self, company: str) -> dict[tuple[str, ...], Found]:
        """By owner; a group that acts in concert is one owner."""
        if company not in self._of:
            self._of[company] = dict(self._read(company))
        return self._of[company]

    def _read(self, company: str) -> Iterator[tuple[tuple[str, ...], Found]]:
        found = self._held(company)
        front: list[tuple[str, tuple[Link, ...]]] = [(company, ())]
        front += [(o[0], self.links(f)) for o, f in found.items() if len(o) == 1 and f.how in CONTROLLING]
        seen = {node for node, _ in front}
        while front:
            node, way = front.pop(0)
            for link in self._field.closure.declared.get(node, ()):
                if link.relation.type is not RelationType.CONTROLS or link.src in seen:
                    continue
                seen.add(link.src)
                links = (link, *way)
                found.setdefault((link.src,), Found("declared", links=links))
                front.append((link.src, links))
                for owner, upper in self._held(link.src).items():
                    if len(owner) == 1 and owner[0] not in seen and upper.how in CONTROLLING:
                        seen.add(owner[0])
                        further = (*self.links(upper), *links)
                        found.setdefault(owner, Found("declared", links=further))
                        front.append((owner[0], further))
        return iter(found.items())

    def _held(self, company: str) -> dict[tuple[str, ...], Found]:
        web = self._web
        if company not in web.nodes:
            return {}
        found = {}
        for answer in web.controls.by(web.number(company)):
            how = _how(answer)
            owner = tuple(web.name(number) for number in answer.owner)
            if how is not None and owner != (company,):
                found[owner] = Found(how, answer)
        return found

    def links(self, found: Found) -> tuple[Link, ...]:
        """The relations that prove it."""
        return self._web.proof(found.control) if found.control is not None else found.links


def _how(answer: Control) -> str | None:
    """Why an answer of `graph.control` matters; None for a plain no."""
    if answer.answer == "yes":
        if answer.doubtful:
            return "doubtful"
        if len(answer.owner) > 1:
            return "concert"
        if answer.basis == "votes":
            return "votes"
        return "by_sum" if answer.by_sum else "chain"
    if answer.answer == "possibly":
        return "doubtful" if answer.doubtful else "possible"
    if answer.basis == "shares":
        return "votes"
    return "half" if answer.half else "self_held" if answer.without_self_held else None


def _between(field: Field, web: Web, above: _Above) -> None:
    """One position above another: holdings, control, influence."""
    by_node = field.by_legal
    inclusive = half_is_control(china_day(field.case.as_of))
    for company in web.companies:
        own = by_node[company]
        direct = {row.owner: row for row in web.above(company)}
        known = above.of(company)
        doubtful = any(found.how == "doubtful" for found in known.values())
        owners = dict.fromkeys((*direct, *(member for owner in known for member in owner)))
        for owner in owners:
            if owner not in by_node or owner == company:
                continue
            row, found = direct.get(owner), known.get((owner,))
            if found is None:
                found = next((f for group, f in known.items() if owner in group), None)
            for upper in by_node[owner]:
                for lower in own:
                    if next(unit_pairs(field, (upper, lower)), None) is None:
                        continue
                    _one_above(field, upper, lower, row, found, above, inclusive, doubtful)


def _one_above(
    field: Field,
    upper: Unit,
    lower: Unit,
    row: Row | None,
    found: Found | None,
    above: _Above,
    inclusive: bool,
    doubtful: bool,
) -> None:
    def add(kind: str, links: tuple[Link, ...], *notes: str) -> None:
        way = "down" if upper.position < lower.position else "up"
        share = None if row is None or not row.stated else Decimal(row.least) / PERCENT
        whole = (*upper.via, *links, *lower.via)
        said: Said = {"share": "" if row is None else percent(row), "chain": chain(field.closure, whole)}
        connect(field, upper, lower, kind, whole, notes=(*notes, way), share=share, said=said)

    more_than_half = (
        row is not None and row.decides and (row.least > HALF or (inclusive and row.least == HALF))
    )
    if (upper.via or lower.via) and max(upper.position, lower.position) < field.count:
        # the unit that bids is a branch: its company stands above both, as over sisters, and is no bidder itself
        if more_than_half or found is not None:
            _through_branch(field, upper, lower, row, found, above, more_than_half)
        return
    if row is not None and more_than_half:
        add("holds", row.links, *(("doubtful",) if doubtful else ()))
    elif found is not None:
        links, how = above.links(found), found.how
        if how == "by_sum" and row is not None and links == row.links:
            # one holding alone adds nothing up: its votes decide, whatever its share may be
            how = "votes"
        elif how == "possible" and row is not None and not row.stated:
            how = "unknown"
        add("controls" if how in ("chain", "by_sum") else "influences", links, how)
    if row is not None:
        add("shareholding", row.links, "possible" if row.least != row.most else "stated")


def _through_branch(
    field: Field,
    upper: Unit,
    lower: Unit,
    row: Row | None,
    found: Found | None,
    above: _Above,
    more_than_half: bool,
) -> None:
    if row is not None and more_than_half:
        held, sure = row.links, True
    elif found is not None:
        held, sure = above.links(found), found.how in CONTROLLING
    else:
        return
    links = (*upper.via, *held, *lower.via)
    company = field.closure.label(upper.legal)
    said: Said = {"via": company, "chain": chain(field.closure, links)}
    notes = ("controls" if sure else "possible", f"owner:{upper.legal}")
    connect(field, upper, lower, "common_controller", links, notes=notes, other=company, said=said)
    regime = field.case.tender.regime
    if regime is None or not regime.procurement:
        # in law the branch is its company (公司法 13), which is barred beside whom it controls in any way (条例 34);
        # procurement bars direct holdings between the suppliers themselves only (采条例 18)
        way = "down" if upper.position < lower.position else "up"
        connect(field, upper, lower, "influences", links, notes=("branch", way), said={**said, "share": ""})


def _branches(field: Field) -> None:
    """A branch and its company, or two branches of one: one legal person under two names."""
    for units in field.by_legal.values():
        if not any(unit.via for unit in units):
            continue
        for a, b in unit_pairs(field, units):
            if a.via or b.via:
                connect(field, a, b, "branch", (*a.via, *b.via), said={"via": field.closure.label(a.legal)})


def _management(field: Field) -> None:
    """One unit manages another without holding shares: a competent department, or by a contract to manage."""
    managers = field.closure.managers
    if not managers:
        return
    by_node = field.by_legal
    for lower in field.units:
        front: list[tuple[str, tuple[Link, ...]]] = [(lower.legal, ())]
        seen = {lower.legal}
        for step in range(MANAGEMENT_STEPS):
            reached = [
                (link.src, (link, *way))
                for node, way in front
                for link in managers.get(node, ())
                if link.src not in seen
            ]
            seen.update(node for node, _ in reached)
            for node, way in reached:
                for upper in by_node.get(node, ()):
                    for a, b in unit_pairs(field, (upper, lower)):
                        names = {"upper": upper.entity.label, "lower": lower.entity.label}
                        notes = ("indirect" if step else "documented", "down" if a is upper else "up")
                        connect(field, a, b, "manages", way, notes=notes, said=names)
            front = reached


def _common_controllers(field: Field, web: Web, above: _Above) -> None:
    """Whoever stands above two positions; of several the nearest. State investors relate nobody (265(4))."""
    groups: dict[tuple[str, ...], list[Unit]] = {}
    for unit in field.units:
        if unit.legal in web.nodes or unit.legal in field.closure.declared:
            for owner in above.of(unit.legal):
                groups.setdefault(owner, []).append(unit)
    shared = {owner: units for owner, units in groups.items() if len({u.position for u in units}) > 1}
    nearest = sorted(shared, key=lambda owner: -len(above.of(owner[0])) if len(owner) == 1 else 0)
    done: set[tuple[int, int]] = set()
    for owner in nearest:
        if all(field.closure.state(member) for member in owner):
            continue
        for a, b in unit_pairs(field, shared[owner]):
            pair = (a.position, b.position)
            if pair in done or a.legal == b.legal or {a.legal, b.legal} & set(owner):
                continue
            if _one_over_the_other(above, a.legal, b.legal):
                continue
            done.add(pair)
            one, other = above.of(a.legal)[owner], above.of(b.legal)[owner]
            hows = {one.how, other.how}
            note = "declared" if "declared" in hows else "controls" if hows <= CONTROLLING else "possible"
            links = (*a.via, *above.links(one), *above.links(other), *b.via)
            names = "、".join(field.closure.label(member) for member in owner)
            connect(
                field, a, b, "common_controller", links, notes=(note, f"owner:{'|'.join(owner)}"), other=names,
                said={"via": names, "chain": chain(field.closure, links)},
            )  # fmt: skip


def _one_over_the_other(above: _Above, a: str, b: str) -> bool:
    over = above.of(a).get((b,)), above.of(b).get((a,))
    return any(found is not None and found.how in CONTROLLING for found in over)


def _common_owners(field: Field, web: Web) -> None:
    """A natural person to whom 25 % or more of two units finally belongs, or who is filed for both."""
    owners: dict[str, dict[str, bool]] = {}
    for unit in field.units:
        for link in field.closure.declared.get(unit.legal, ()):
            if link.relation.type is RelationType.UBO_OF and (sure := _filed(link)) is not None:
                owners.setdefault(link.src, {})[unit.legal] = sure
    wanted = {web.number(node): node for node in web.companies if node in web.nodes}
    economics = Economics.of(web.holdings) if wanted else None
    for owner in [node for node in web.nodes if field.closure.person(node)]:
        for share in economics.of_owner(web.number(owner)) if economics is not None else ():
            if share.owned in wanted:
                sure, maybe = reaches(web.holdings, share, QUARTER)
                if maybe:
                    of = owners.setdefault(owner, {})
                    of[wanted[share.owned]] = of.get(wanted[share.owned], False) or sure
    for owner, companies in owners.items():
        for a, b in unit_pairs(field, field.at(companies)):
            if a.legal == b.legal or owner in (a.legal, b.legal) or _controlled_by(field, a, b, owner):
                continue
            links = (*a.via, *_ways(field, web, owner, a), *_ways(field, web, owner, b), *b.via)
            sure = companies[a.legal] and companies[b.legal]
            connect(
                field, a, b, "common_owner", links, notes=("sure" if sure else "possible",),
                other=field.closure.label(owner),
                said={"via": field.closure.label(owner), "chain": chain(field.closure, links)},
            )  # fmt: skip


def _filed(link: Link) -> bool | None:
    """Whether a filed beneficial owner counts: with 25 % or more, or without a share (by votes or control)."""
    relation = link.relation
    if relation.share is not None:
        return True if relation.share >= 25 else None
    if relation.share_min is not None or relation.share_max is not None:
        return (
            None
            if relation.share_max is not None and relation.share_max < 25
            else (relation.share_min or 0) >= 25
        )
    return True


def _ways(field: Field, web: Web, owner: str, unit: Unit) -> tuple[Link, ...]:
    held = web.between(owner, unit.legal) if unit.legal in web.nodes else ()
    filed = tuple(link for link in field.closure.declared.get(unit.legal, ()) if link.src == owner)
    return held or filed


def _controlled_by(field: Field, a: Unit, b: Unit, owner: str) -> bool:
    """Whether the pair is known to have this owner as its controller already."""
    low, high = sorted((a.position, b.position))
    own = field.ties.pairs.get((low, high), ()) if high < field.count else field.ties.bidders.get(low, ())
    return any(tie.kind == "common_controller" and f"owner:{owner}" in tie.notes for tie in own)


def _common_holders(field: Field, web: Web) -> None:
    """A shareholder with 20 % and more of two units."""
    least = field.case.policy.option("significant_influence") * PERCENT
    direct: dict[str, dict[str, Row]] = {}
    for company in web.companies:
        for row in web.above(company):
            if row.most >= least and not field.closure.state(row.owner):
                direct.setdefault(row.owner, {})[company] = row
    for owner, rows in direct.items():
        for a, b in unit_pairs(field, field.at(rows)):
            if a.legal == b.legal or owner in (a.legal, b.legal):
                continue
            one, other = rows[a.legal], rows[b.legal]
            sure = one.least >= least and other.least >= least
            links = (*a.via, *one.links, *other.links, *b.via)
            connect(
                field, a, b, "common_holder", links, notes=("sure" if sure else "possible",),
                other=field.closure.label(owner),
                said={"via": field.closure.label(owner), "chain": chain(field.closure, links)},
            )  # fmt: skip


def _gaps(field: Field, web: Web) -> None:
    """What could not be read, contradicts itself, or is not there at all."""
    for name, count in field.closure.cut.items():
        field.gap(None, "cut" if name else "limit", "not_covered", party=name, count=str(count))
    for company in web.excesses():
        field.gap(None, "excess", "not_covered", party=field.closure.label(company))
    held = field.closure.owners
    known = {id(unit.entity) for unit in field.units if unit.legal in held or unit.via}
    nobody = not known and not field.closure.declared
    if nobody and field.count > 1:
        field.gap(None, "none", count=str(field.count))
        return
    for view in field.bidders:
        for entity in view.entities:
            if id(entity) not in known and entity.type is PartyType.ORGANIZATION and _has_owners(entity):
                field.gap(view.index, "no_owners", party=entity.label)


def _has_owners(entity: EntityView) -> bool:
    """Whether the unit is one that has shareholders: public bodies and individual businesses have none."""
    codes = [key[5:] for key in entity.identity if key.startswith("uscc:")]
    return not entity.individual_business and not any(code[:1] != "9" for code in codes)
