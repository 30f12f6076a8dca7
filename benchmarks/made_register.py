"""Names and codes as registers hold them, in place of those of `bench_store`, for `--names varied`.

The names of `bench_store` are all of one city and one trade, and neighbours differ in one character: nearly every
search ends among near misses, which is the hardest case. Here names are drawn from the generated register of `namelab`
(cities, trades, brands and chains as often as in real ones), and codes carry their check character.
"""

from __future__ import annotations

import argparse

import bench_store as made
from namelab.world import companies

from graph.identifiers.checks import uscc_check_character

WORLD = 20_261_123
SPARE = 100_000
"""Companies beyond the listed and the registered ones: bidders of whom nothing is known."""

_RAW = made.uscc


def code(number: int) -> str:
    """A made-up code with its check character: one without is nobody's strong identifier."""
    first = _RAW(number)[:17]
    return first + uscc_check_character(first)


def option(parser: argparse.ArgumentParser) -> None:
    """`--names`, for benchmarks that make their own records."""
    parser.add_argument(
        "--names",
        choices=("alike", "varied"),
        default="alike",
        help="alike: of one city and trade, differing in one character; varied: as in a register; a home holds one",
    )


def use(names: str, count: int) -> None:
    """Make the records of `bench_store` those of a register.

    Args:
        names: `alike` leaves everything as it is.
        count: how many are listed, and as many registered.
    """
    if names == "alike":
        return
    register = [company.name for company in companies(WORLD, 2 * count + SPARE)]

    def company(number: int) -> str:
        return register[number % (2 * count)]

    def unknown(number: int) -> str:
        return register[2 * count + number % SPARE]

    made.company, made.unknown, made.uscc = company, unknown, code
