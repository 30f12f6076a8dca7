"""Sentences that people read, by code, in zh-CN and English, from each room's `messages.toml`.

A room with very many has further files beside it, `messages_<part>.toml`. A file holds `["some.code"]` tables with `zh`
and `en`, formatted with `str.format` parameters. Tests compare the two languages and every code used in the code base.
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
    """All messages of a room (`graph`, `matching`, `loaders`, `api`, `api.web`): code to {zh, en}.

    Raises:
        ValueError: a code stands in two files of the room: a defect that every start shows.
    """
    found: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files(room).iterdir(), key=lambda one: one.name):
        if file.name.startswith("messages") and file.name.endswith(".toml"):
            part = tomllib.loads(file.read_text("utf-8"))
            if twice := found.keys() & part.keys():
                raise ValueError(f"{file.name}: {sorted(twice)} stand twice")
            found.update(part)
    return found


def say(room: str, code: str, lang: Lang, /, **params: object) -> str:
    """The sentence for `code`, filled in.

    Raises:
        KeyError: no such code, or a parameter is missing: a defect that tests catch.
    """
    return catalogue(room)[code][lang].format_map(params)
