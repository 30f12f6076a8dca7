"""The contracting processes of a file, for whoever works on them and not on the graph."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from graph.procurement import Process
from loaders.base import Problem
from loaders.files import Limits, open_tables
from loaders.kinds import recogniser
from loaders.ocds.convert import process
from loaders.ocds.table import refuse_other


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
    tables = open_tables(path, recogniser(None), limits).tables
    for table in tables:
        refuse_other(table)
    for table in tables:
        for line in table.read():
            if line.problem and not line.cells:
                yield Refused(row=line.number, code=line.problem)
                continue
            made, troubles = process(json.loads(line.cells[0], parse_float=Decimal))
            if line.problem:
                yield Problem(row=line.number, code=line.problem)
            for trouble in dict.fromkeys(troubles):
                kind = Problem if made is not None else Refused
                yield kind(row=line.number, column=trouble.path, code=trouble.code)
            if made is not None:
                yield made
