"""The names that a generation keeps for searching, and the place it has for an index of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from graph import keys, text
from graph.dates import CST
from graph.generation import Generation, GenerationError, current_generation, publish
from graph.generation.format import Array, Progress, Sink
from graph.generation.manifest import Manifest
from graph.model import Listing, Mention, Name, NameKind, PartyType, Source
from graph.store import Batch, SnapshotInfo, Store, open_store

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CST)


class Writer:
    """Keeps what it was given, and writes the keys as the index."""

    def __init__(self) -> None:
        self.given: dict[int, str] = {}
        self.previous: Manifest | None = None

    def __call__(
        self,
        sink: Sink,
        texts: Sequence[str],
        keys: Array,
        previous: Manifest | None,
        progress: Progress | None,
    ) -> str:
        self.given = dict(zip(keys.tolist(), texts, strict=True))
        self.previous = previous
        assert bool((keys[1:] > keys[:-1]).all())
        sink.put("index.keys", "keys", keys)
        return "fake-1"


def record(code: str, name: str, *names: Name, type_: PartyType = PartyType.ORGANIZATION) -> Listing:
    n6 = text.org_key(name) if type_ is PartyType.ORGANIZATION else text.person_key(name)
    subject = Mention(type=type_, name=name, n6=n6, names=names)
    return Listing(list_code=code, key=name, subject=subject, source=Source(dataset=code, taken_at=NOW))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "store.db"), create=True)
    yield opened
    opened.close()


def load(store: Store, at: datetime, *records: Listing) -> None:
    lists = sorted({record.list_code for record in records})
    store.begin(at.isoformat(), [SnapshotInfo(dataset=c, source="t", full=True, taken_at=at) for c in lists])
    store.write(Batch(listings=records))
    store.publish(at)


def expected(*names: str) -> dict[int, str]:
    return {keys.org_name(text.org_key(name)): text.index_text(name) for name in names}


def test_own_former_and_further_names_of_organisations_are_kept_once(store: Store, tmp_path: Path) -> None:
    load(
        store,
        NOW,
        record("SXBZXR", "临江市澄远建设(集团)有限公司", Name(text="临江澄远工程队", kind=NameKind.FORMER)),
        record("SXBZXR", "臨江市澄遠建設（集團）有限公司"),
        record("SXBZXR", "虚构甲", type_=PartyType.PERSON),
        record("ZDSS", "临江市澄远建设(集团)有限公司"),
        record("ZDSS", "Xugou Trading  Co., Ltd."),
        record("ZDSS", "XUGOU Trading Co., Ltd"),
    )
    writer = Writer()
    publish(store, tmp_path, index=writer)
    assert writer.given == expected(
        "临江市澄远建设(集团)有限公司", "临江澄远工程队", "Xugou Trading Co., Ltd"
    )
    assert "XUGOU TRADING CO., LTD" in writer.given.values()


def test_an_untouched_list_hands_over_the_same_names(store: Store, tmp_path: Path) -> None:
    load(store, NOW, record("SXBZXR", "临江澄远建设有限公司"), record("ZDSS", "临江启禾市政有限公司"))
    first = Writer()
    publish(store, tmp_path, index=first)
    assert first.previous is None
    load(store, NOW + timedelta(days=1), record("ZDSS", "临江朗佑科技有限公司"))
    second = Writer()
    publish(store, tmp_path, index=second)
    assert second.previous is not None
    assert second.previous.slots["index"] == "fake-1"
    assert second.given == first.given | expected("临江朗佑科技有限公司")


def test_the_index_is_mapped_checked_and_named(store: Store, tmp_path: Path) -> None:
    load(store, NOW, record("SXBZXR", "临江澄远建设有限公司"))
    ref = publish(store, tmp_path, index=Writer())
    with current_generation(tmp_path) as generation:
        assert generation.index == "fake-1"
        files = generation.index_files()
        assert files is not None
        wanted = keys.org_name("临江澄远建设有限公司")
        np.testing.assert_array_equal(files["index.keys"].array("<u8"), [wanted])
    damaged = tmp_path / "generations" / ref / "index.keys"
    data = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(GenerationError) as refused:
        current_generation(tmp_path)
    assert refused.value.code == "generation.damaged"


def test_without_a_writer_there_is_no_index(store: Store, tmp_path: Path) -> None:
    load(store, NOW, record("SXBZXR", "临江澄远建设有限公司"))
    publish(store, tmp_path)
    with current_generation(tmp_path) as generation:
        assert isinstance(generation, Generation)
        assert (generation.index, generation.index_files()) == ("", None)


def test_a_list_without_organisations_has_no_names(store: Store, tmp_path: Path) -> None:
    load(store, NOW, record("SXBZXR", "虚构甲", type_=PartyType.PERSON))
    writer = Writer()
    publish(store, tmp_path, index=writer)
    assert writer.given == {}


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("临江市 虚构（集团）有限公司", "临江市虚构集团有限公司"),
        ("3M（中国）有限公司", "3M中国有限公司"),
        ("Xugou   Trading Co., Ltd.", "XUGOU TRADING CO., LTD"),
        ("Ｘugou GmbH（联合体牵头人）", "XUGOU GMBH"),
        ("O’Xugou & Sons", "OXUGOU & SONS"),
        ("", ""),
    ],
)
def test_the_searched_form_keeps_the_words_of_latin_names(raw: str, form: str) -> None:
    assert text.index_text(raw) == form
    assert text.index_text(form) == form
    assert text.org_key(form) == text.org_key(raw)
