"""Writes a whole generation into a folder, taking over the files of lists that were not touched."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

from graph.dates import from_micros, to_micros
from graph.generation.build import (
    LIST_FILES,
    PARTY_EXTRA,
    PARTY_FILES,
    RELATION_FILES,
    build_list,
    build_parties,
    build_relations,
    decoded_parties,
    link_lists,
    merge_lists,
    merge_names,
)
from graph.generation.delta import change_parties, change_relations, small
from graph.generation.errors import GenerationError
from graph.generation.format import Array, Progress, Sink, fsync_folder
from graph.generation.indexing import Indexer
from graph.generation.language import Language
from graph.generation.manifest import (
    MANIFEST,
    ListSection,
    Manifest,
    PartySection,
    Recorded,
    RelationSection,
    digest,
    encode,
    history,
    reference,
)
from graph.generation.projected import slot_text
from graph.generation.relationpages import beside, write_pages
from graph.generation.source import Source

SLOTS: dict[str, str | None] = {"index": None, "projection": None}
"""What the manifest says of parts with a format of their own: the index of names, if a writer was given, and the
projection (`graph.generation.projected.Slot`)."""


_PARTIES = {name: name for name in (*(f"party.{part}" for part in PARTY_FILES), *PARTY_EXTRA)}
_RELATIONS = {name: name for name in RELATION_FILES}


class IndexWriter(Protocol):
    """Writes an index of names into a generation; who searches names knows how."""

    def __call__(
        self,
        sink: Sink,
        texts: Sequence[str],
        keys: Array,
        previous: Manifest | None,
        progress: Progress | None,
    ) -> str:
        """Put files called `index.*` into the sink.

        Args:
            sink: where; files of `previous` may be adopted from it.
            texts: the listed organisations' names in their searched form.
            keys: `graph.keys.org_name` of each name's comparison form, ascending, each once.
            previous: the generation published last, if its names were made by the same functions.
            progress: told of each step.

        Returns:
            What the manifest says of the index: enough to open it and to tell two indexes apart.
        """
        ...


def build(
    sink: Sink,
    source: Source,
    language: Language,
    *,
    previous: Manifest | None = None,
    created_at: datetime | None = None,
    progress: Progress | None = None,
    index: IndexWriter | None = None,
) -> str:
    """Write all files and the manifest; returns the generation's reference.

    Args:
        sink: an empty folder, and where equal files are shared.
        source: the rows.
        language: the name functions by which keys are made.
        previous: the generation published last; its untouched files are taken over.
        created_at: instead of the newest publication's time.
        progress: told of each step.
        index: writes the index of names; without it the generation has none.

    Raises:
        GenerationError: `generation.empty` (nothing published and no `created_at`),
        `generation.inconsistent`.
    """
    newest = created_at or max((one.recorded_at for one in source.publications), default=None)
    if newest is None:
        raise GenerationError("generation.empty")
    spoken = language.fingerprint()
    if previous is not None and previous.language != spoken:
        previous = None
    indexer = Indexer(language.n6, language.stems, language.text)
    sections: list[ListSection] = []
    for dataset in source.datasets:
        prefix = f"list{len(sections):02d}-{re.sub('[^A-Za-z0-9]', '_', dataset)[:24]}"
        section = _list(sink, source, indexer, previous, dataset, prefix, progress)
        if section is not None:
            sections.append(section)
    records = merge_lists(sink, sections)
    lists = {one.dataset for one in sections}
    worked_in = _worked_in(sink, source, indexer, lists, previous)
    parties, relations = worked_in or _graph(sink, source, indexer, lists, previous, progress)
    codes = link_lists(sink, sections, parties)
    slots = {**SLOTS, "projection": slot_text(codes)}
    if index is not None:
        slots["index"] = index(sink, *merge_names(sink, sections), previous, progress)
    manifest = Manifest(
        number=source.number,
        created_at=from_micros(to_micros(newest)),
        publications=tuple(
            Recorded(number=one.number, recorded_at=one.recorded_at) for one in source.publications
        ),
        snapshots=history(source.publications),
        counts=dict(source.counts),
        lists=tuple(sections),
        listings=records,
        parties=parties,
        relations=relations,
        files=sink.files,
        slots=slots,
        language=spoken,
    )
    data = encode(manifest)
    with (sink.folder / MANIFEST).open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    fsync_folder(sink.folder)
    return reference(source.number, digest(data))


def _list(
    sink: Sink, source: Source, indexer: Indexer, previous: Manifest | None, dataset: str, prefix: str,
    progress: Progress | None,
) -> ListSection | None:  # fmt: skip
    touched = source.touched(dataset)
    for old in previous.lists if previous is not None else ():
        if old.dataset == dataset and touched and old.touched == touched:
            assert previous is not None  # noqa: S101  (narrowing only)
            if _adopt(sink, previous, {f"{old.prefix}.{part}": f"{prefix}.{part}" for part in LIST_FILES}):
                if progress is not None:
                    progress(dataset, old.rows, old.rows)
                return ListSection(
                    dataset=dataset, prefix=prefix, codes=old.codes, rows=old.rows, touched=touched
                )
    rows = iter(source.listings(dataset))
    first = next(rows, None)
    if first is None:
        return None
    total = source.counts.get(dataset, 0)
    return build_list(
        sink, prefix, dataset, chain((first,), rows), source.number, indexer, progress, touched, total
    )


def _worked_in(
    sink: Sink, source: Source, indexer: Indexer, lists: set[str], previous: Manifest | None
) -> tuple[PartySection, RelationSection] | None:
    """A few changes worked into the parties and relations of the generation before; None where that can't be."""
    touched = source.touched("")
    if previous is None or not previous.parties.touched or previous.parties.touched == touched:
        return None
    if lists != {one.dataset for one in previous.lists}:  # which decide what counts as a register's row
        return None
    changes = source.changes(previous.number, previous.parties.touched)
    if changes is None or not small(changes, previous):
        return None
    changed = change_parties(sink, previous, changes, indexer, lists, touched)
    if changed is None:
        return None
    parties, moved = changed
    relations = change_relations(sink, previous, changes, source.number, parties, moved)
    return None if relations is None else (parties, relations)


def _graph(
    sink: Sink, source: Source, indexer: Indexer, lists: set[str], previous: Manifest | None,
    progress: Progress | None,
) -> tuple[PartySection, RelationSection]:  # fmt: skip
    """Parties and relations: as they were, or written anew.

    The mark of the parties is that of the relations too; relations that are taken over need the parties' ordinals.
    """
    touched = source.touched("")
    same = previous if previous is not None and touched and previous.parties.touched == touched else None
    kept = same.parties if same is not None and _adopt(sink, same, _PARTIES) else None
    if kept is not None and progress is not None:
        progress("parties", kept.rows, kept.rows)
    if same is not None and kept is not None and _adopt(sink, same, _RELATIONS):
        if progress is not None:
            progress("relations", same.relations.rows, same.relations.rows)
        return kept, same.relations
    pages = source.graph_pages()
    if pages is None:
        rows = decoded_parties(source.parties())
        parties = kept or build_parties(sink, rows, indexer, lists, progress, touched)
        return parties, build_relations(sink, source.edges(), source.number, parties, progress)
    with beside(sink, pages, source.number) as other:
        if other is None:
            relations = write_pages(sink, pages.edges(), progress)
        else:
            pages.names()
        parties = kept or build_parties(sink, pages.parties(), indexer, lists, progress, touched)
        if other is not None:
            relations = other.relations() or write_pages(sink, pages.edges(named=False), progress)
    return parties, relations.close(sink, parties, progress)


def _adopt(sink: Sink, previous: Manifest, names: Mapping[str, str]) -> bool:
    """Whether all of a section's files (old name: new name) could be taken over; a partial take-over is written
    over."""
    return all(
        (info := previous.files.get(old)) is not None and sink.adopt(new, info) is not None
        for old, new in names.items()
    )
