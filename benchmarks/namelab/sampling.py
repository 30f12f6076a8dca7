"""Labelled pairs and lists for fitting and judging: names that mean one company, and names that do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final, NamedTuple

from graph.text import org_key
from namelab import negatives, variants
from namelab.company import Company
from namelab.pool import Pool
from namelab.world import World, companies

FIT_SEEDS: Final = range(1_000, 2_000)
"""Seeds of what a model is fitted on."""
JUDGE_SEEDS: Final = range(5_000, 6_000)
"""Seeds of what it is judged by: no world of one is a world of the other."""

_TRIES: Final = 3_000
_SAME_PERSON: Final = 0.94
"""Share of variants that name the same legal representative: companies change them."""
_FAMILY_PERSON: Final = 0.3
_CHANCE_PERSON: Final = 0.004


class Pair(NamedTuple):
    """Two names, and whether they mean one company."""

    left: str
    right: str
    label: int
    """1: one company; 0: two."""
    kind: str
    left_code: str
    right_code: str
    left_rep: str
    right_rep: str


class Query(NamedTuple):
    """A name that is looked for in a list."""

    text: str
    truth: int | None
    """Which listed company it means; None for a clean one."""
    kind: str
    """The variant's kind, or `as_registered`."""
    company: Company


class Lists(NamedTuple):
    """A register split into listed and clean companies, and names to look for."""

    listed: list[Company]
    clean: list[Company]
    queries: list[Query]


def _other_person(rng: Random, pool: Pool) -> str:
    return pool.draw(rng).legal_rep


def _positive(rng: Random, pool: Pool, kind: str) -> Pair:
    variant = variants.KINDS[kind]
    for _ in range(_TRIES):
        company = pool.draw(rng)
        if kind == "numeral":
            company = negatives.numbered(rng, company)
        text = variant.make(rng, company)
        if text is not None and text != company.name:
            person = company.legal_rep
            other = person if rng.random() < _SAME_PERSON else _other_person(rng, pool)
            return Pair(text, company.name, 1, kind, company.code, company.code, other, person)
    raise ValueError(f"no company here has a variant of the kind {kind}")


def _negative(rng: Random, pool: Pool, kind: str) -> Pair:
    negative = negatives.KINDS[kind]
    for _ in range(_TRIES):
        company = pool.draw(rng)
        if negative.base is not None:
            company = negative.base(rng, company)
        made = negative.make(rng, pool, company)
        if made is None or org_key(made[1]) == org_key(company.name):
            continue
        other, text = made
        person = company.legal_rep
        same = rng.random() < (_FAMILY_PERSON if negative.family else _CHANCE_PERSON)
        return Pair(
            text, company.name, 0, kind, other.code, company.code, person if same else other.legal_rep, person
        )
    raise ValueError(f"no company here has a neighbour of the kind {kind}")


def _swapped(pair: Pair) -> Pair:
    return Pair(
        pair.right,
        pair.left,
        pair.label,
        pair.kind,
        pair.right_code,
        pair.left_code,
        pair.right_rep,
        pair.left_rep,
    )


def _spread(rng: Random, kinds: Sequence[str], count: int) -> list[str]:
    """So many draws of these kinds, evenly but for those with a smaller share."""
    shares = [negatives.KINDS[kind].share if kind in negatives.KINDS else 1.0 for kind in kinds]
    found: list[str] = []
    for kind, share in zip(kinds, shares, strict=True):
        found += [kind] * int(count * share / sum(shares))
    return found + rng.choices(kinds, shares, k=count - len(found)) if kinds else []


def pairs(
    seed: int, n: int, kinds: Sequence[str] | None = None, *, world: World | None = None
) -> Iterator[Pair]:
    """Labelled pairs, shuffled: half of them variants and half negatives, each half evenly over its kinds.

    Args:
        seed: of the draws, and of the world where none is given.
        n: how many pairs.
        kinds: only these kinds of variants and negatives; all when None.
        world: where the companies come from; a new one of a fitting size when None.

    Raises:
        ValueError: a kind that there is not.
    """
    rng = Random(f"pairs/{seed}")
    wanted = list(kinds) if kinds is not None else [*variants.KINDS, *negatives.KINDS]
    unknown = [kind for kind in wanted if kind not in variants.KINDS and kind not in negatives.KINDS]
    if unknown:
        raise ValueError(f"no such kinds: {', '.join(unknown)}")
    positive = [kind for kind in wanted if kind in variants.KINDS]
    negative = [kind for kind in wanted if kind in negatives.KINDS]
    half = n // 2 if positive and negative else n if positive else 0
    slots = _spread(rng, positive, half) + _spread(rng, negative, n - half)
    rng.shuffle(slots)
    source = world if world is not None else World(seed, min(max(3_000, n), 120_000))
    pool = Pool(source.companies)
    for kind in slots:
        pair = _positive(rng, pool, kind) if kind in variants.KINDS else _negative(rng, pool, kind)
        yield _swapped(pair) if rng.getrandbits(1) else pair


def lists(seed: int, listed: int, clean: int, queries: int) -> Lists:
    """A register of listed and clean companies, and names to look for in the list of the listed.

    A branch stands on the side of its head office: that the one is listed says something of the other.

    Half of the queries are variants of listed companies, a quarter clean names as registered, a quarter variants
    of clean names (all kinds evenly).

    Args:
        seed: of the world and the draws.
        listed: companies on the list.
        clean: companies that are not.
        queries: names to look for.
    """
    rng = Random(f"lists/{seed}")
    barred: list[Company] = []
    free: list[Company] = []
    share = listed / max(listed + clean, 1)
    for company in companies(seed, 3 * (listed + clean)):
        head = company.branch_of or company.name
        side, wanted = (barred, listed) if Random(f"{seed}/{head}").random() < share else (free, clean)
        if len(side) < wanted:
            side.append(company)
        if len(barred) >= listed and len(free) >= clean:
            break
    kinds = list(variants.KINDS)
    found: list[Query] = []
    for count in range(queries):
        if count % 4 == 3:
            company = free[rng.randrange(len(free))]
            found.append(Query(company.name, None, "as_registered", company))
            continue
        source, is_listed = (barred, True) if count % 2 == 0 else (free, False)
        found.append(_query(rng, source, kinds[rng.randrange(len(kinds))], is_listed))
    rng.shuffle(found)
    return Lists(barred, free, found)


def _query(rng: Random, source: list[Company], kind: str, is_listed: bool) -> Query:
    for _ in range(_TRIES):
        at = rng.randrange(len(source))
        text = variants.KINDS[kind].make(rng, source[at])
        if text is not None:
            return Query(text, at if is_listed else None, kind, source[at])
    raise ValueError(f"no company here has a variant of the kind {kind}")
