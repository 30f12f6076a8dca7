"""Sentences that people read, by code, in zh-CN and English, from each room's `messages.toml`.

A file holds `["some.code"]` tables with `zh` and `en`, formatted with `str.format` parameters. Tests compare the
two languages and every code used in the code base.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


@cache
def catalogue(room: str) -> dict[str, dict[str, str]]:
    """All messages of a room (`graph`, `matching`, `loaders`, `api`): code to {zh, en}."""
    with resources.files(room).joinpath("messages.toml").open("rb") as handle:
        return tomllib.load(handle)


def say(room: str, code: str, lang: Lang, /, **params: object) -> str:
    """The sentence for `code`, filled in.

    Raises:
        KeyError: no such code, or a parameter is missing: a defect that tests catch.
    """
    return catalogue(room)[code][lang].format_map(params)
