"""What a person with a problem should check first: installation, data, ledger, clock, lists and parts."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Literal

import msgspec

from api import bootstrap
from api.errors import mask_numbers, sentence
from api.liststate import list_rows
from api.loading import current_number
from api.settings import Settings
from graph.dates import iso
from graph.messages import Lang, say

State = Literal["ok", "warn", "fail", "absent"]
ROOMS = ("graph", "matching", "loaders", "api")
MINIMUM_PYTHON = (3, 11)
LOW_DISK = 1_000_000_000
"""Bytes: a million records take about as much, and an interrupted load is safe but useless."""

OPTIONAL = (
    ("java", ("java",)),
    ("maven", ("mvn",)),
    ("docker", ("docker",)),
    ("postgresql", ("psql",)),
    ("chromium", ("chromium", "chromium-browser", "google-chrome")),
)
"""Programs that only some tests need, by the names under which they are installed."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One check: what was looked at, how it stands, and what to do. `absent` is an optional part."""

    name: str
    state: State
    detail: str
    todo: str = ""


def _check(name: str, state: State, lang: Lang, /, variant: str = "", **params: object) -> Check:
    suffix = f".{variant}" if variant else ""
    detail = say("api", f"doctor.{name}{suffix}", lang, **params)
    todo = "" if state == "ok" else say("api", f"doctor.{name}{suffix}.todo", lang, **params)
    return Check(name=name, state=state, detail=detail, todo=todo)


def run_checks(settings: Settings, lang: Lang, now: datetime) -> list[Check]:
    """All checks; one that breaks is a failed check and the others go on."""
    groups: tuple[tuple[str, Callable[[Settings, Lang, datetime], Iterator[Check]]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("rooms", _rooms),
        ("compiled", _compiled),
        ("home", _home),
        ("policy", _policy),
        ("store", _store),
        ("lists", _lists),
        ("ledger", _ledger),
        ("optional", _optional),
    )
    found: list[Check] = []
    for name, group in groups:
        try:
            found += group(settings, lang, now)
        except Exception as error:  # noqa: BLE001 - whatever broke is what a person wants to know
            said = sentence(error, lang) or mask_numbers(f"{type(error).__name__}")
            found.append(_check("broken", "fail", lang, what=name, said=said))
    return found


def _python(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield _check("python", "ok" if sys.version_info >= MINIMUM_PYTHON else "fail", lang, version=version)


def _packages(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    missing = []
    wanted = [line for line in metadata.requires("liancheng") or [] if "extra ==" not in line]
    for line in wanted:
        name = re.split(r"[^A-Za-z0-9._-]", line)[0]
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
    state: State = "fail" if missing else "ok"
    yield _check("packages", state, lang, count=len(wanted), missing=", ".join(missing) or "-")


def _rooms(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    home = Path(__file__).resolve().parents[1]
    foreign = []
    for room in ROOMS:
        file = getattr(importlib.import_module(room), "__file__", None)
        if file is None or Path(file).resolve().parents[1] != home:
            foreign.append(f"{room}: {file}")
    yield _check("rooms", "fail" if foreign else "ok", lang, folder=home, foreign="; ".join(foreign) or "-")


def _compiled(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    from matching.warm import compiled_state

    found = compiled_state()
    if found == "ready":
        yield _check("compiled", "ok", lang)
    else:
        yield _check("compiled", "warn", lang, found)


def _home(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    bootstrap.ensure_home(settings)
    writable = os.access(settings.home, os.W_OK)
    yield _check("home", "ok" if writable else "fail", lang, path=settings.home)
    bootstrap.secret_key(settings)
    free = shutil.disk_usage(settings.home).free
    yield _check("disk", "ok" if free >= LOW_DISK else "warn", lang, gb=f"{free / 1e9:.1f}")


def _policy(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    policy = bootstrap.load_policy(settings)
    yield _check("policy", "ok", lang, path=settings.policy or "-", hash=policy.hash[:12])


def _store(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    if "://" not in settings.store and not Path(settings.store).exists():
        yield _check("store", "warn", lang, "none", path=settings.store)
        return
    with bootstrap.opened_store(settings) as store:
        newest = store.generation()
    yield _check("store", "ok", lang, path=settings.store, generation=newest)
    if newest == 0:
        return
    number = current_number(settings)
    if number != newest:
        yield _check("generation", "warn", lang, "behind", number=number, newest=newest)
    if number == 0:
        return
    generation = bootstrap.open_current_generation(settings)
    try:
        generation.verify(full=False)
        yield _check("generation", "ok", lang, ref=generation.ref)
        behind = now < generation.created_at
        yield _check("clock", "fail" if behind else "ok", lang, now=iso(now), last=iso(generation.created_at))
    finally:
        generation.close()


def _lists(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    if current_number(settings) == 0:
        return
    generation = bootstrap.open_current_generation(settings)
    try:
        rows = list_rows(generation.lists(generation.known(now)), bootstrap.load_policy(settings), now, lang)
    finally:
        generation.close()
    bad = [row["code"] for row in rows if row["required"] and row["stale"]]
    yield _check("lists", "warn" if bad else "ok", lang, count=len(rows), codes=", ".join(bad) or "-")


def _ledger(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    from matching.ledger import LedgerError

    try:
        with bootstrap.opened_ledger(settings, create=False, reading=True) as ledger:
            # reading a decision checks its bytes against the chain
            newest = ledger.decisions(tenant=settings.tenant, limit=1)
    except LedgerError as error:
        if error.code != "ledger.missing":
            raise
        yield _check("ledger", "warn", lang, "none")
        return
    yield _check("ledger", "ok", lang, last=iso(newest[0].recorded_at) if newest else "-")


def _optional(settings: Settings, lang: Lang, now: datetime) -> Iterator[Check]:
    for name, programs in OPTIONAL:
        path = next((found for program in programs if (found := shutil.which(program))), None)
        state: State = "ok" if path else "absent"
        detail = say("api", "doctor.optional" if path else "doctor.optional.none", lang, name=name, path=path)
        yield Check(
            name=name,
            state=state,
            detail=detail,
            todo="" if path else say("api", f"doctor.{name}.todo", lang),
        )
    uri = os.environ.get("NEO4J_URI", "")
    detail = say("api", "doctor.neo4j" if uri else "doctor.neo4j.none", lang)
    todo = "" if uri else say("api", "doctor.neo4j.todo", lang)
    yield Check(name="neo4j", state="ok" if uri else "absent", detail=detail, todo=todo)
