"""The contracting processes of a file, for whoever works on them and not on the graph."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graph.procurement import Process
from loaders.base import Problem
from loaders.errors import FileError
from loaders.files import Limits, open_tables
from loaders.kinds import recogniser
from loaders.ocds.convert import process
from loaders.ocds.table import OcdsTable


class Refused(Problem):
    """A release that could not be used at all, and not only one value of it."""


def processes(path: Path, limits: Limits | None = None) -> Iterator[Process | Problem]:
    """Every process of a file, and what could not be used, in the order of the file.

    Args:
        path: JSON, JSON lines, a flattened workbook, or an archive of them.
        limits: bounds for archives.

    Raises:
        FileError: the file can't be read or is no OCDS.
    """
    try:
        tables = open_tables(path, recogniser(None), limits).tables
    except FileError as error:
        if error.code != "file.no_header":
            raise
        raise FileError("ocds.other") from error
    for table in tables:
        if not isinstance(table, OcdsTable):
            raise FileError("ocds.other")
        yield from _of(table)


def _of(table: OcdsTable) -> Iterator[Process | Problem]:
    for one in table.found():
        if one.release is None:
            yield Refused(row=one.number, code=one.problem)
            continue
        made, troubles = process(one.release)
        if one.repeated:
            yield Problem(row=one.number, code="row.json_repeated")
        for trouble in dict.fromkeys(troubles):
            kind = Problem if made is not None else Refused
            yield kind(row=one.number, column=trouble.path, code=trouble.code)
        if made is not None:
            yield made
