"""Compiles every walk once, over a graph of three invented parties."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec

from graph.generation.build import EdgeRow
from graph.generation.language import Language
from graph.generation.publish import publish_source
from graph.generation.reader import open_generation
from graph.generation.source import Source
from graph.model import Party, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import Publication


def warm(folder: Path) -> None:
    """Publish three parties into an empty folder and walk among them in every way there is."""
    parties = [msgspec.json.encode(Party(key=key, type=PartyType.ORGANIZATION)) for key in "abc"]
    edges = [
        EdgeRow(PartyRelation(type=RelationType.HOLDS, src=src, dst=dst), 1, None)
        for src, dst in ("ab", "bc")
    ]
    source = Source(
        number=1,
        newest=lambda: 1,
        publications=[Publication(number=1, recorded_at=datetime(2026, 1, 1, tzinfo=UTC))],
        counts={},
        datasets=(),
        touched=lambda dataset: "",
        listings=lambda dataset: (),
        parties=lambda: parties,
        edges=lambda: edges,
    )
    language = Language(n6=lambda name, person: name, stems=lambda n6: ())
    with open_generation(
        folder, publish_source(lambda: source, folder, language=language), language=language
    ) as made:
        projection = made.projection
        projection.neighbours(0)
        projection.closure((0,))
        projection.shortest_path(0, 2)
        projection.groups((0, 2))
