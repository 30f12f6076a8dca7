"""Publishing: one switch, equal content kept once, nothing damaged is read, old generations stay."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from graph import keys
from graph.generation import Generation, GenerationError, current_generation, open_generation
from graph.generation.build import EdgeRow, ListingRow
from graph.generation.language import Language
from graph.generation.publish import prune, publish_source
from graph.generation.source import Source
from graph.messages import LANGS, say
from graph.model import Id, Listing, Mention, Party, PartyType
from graph.relations import PartyRelation, RelationType
from graph.store import Publication, SnapshotInfo

DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
LANGUAGE = Language(n6=lambda name, person: name, stems=lambda n6: ())


class Rows:
    """Rows to publish, with what was read of them."""

    def __init__(self) -> None:
        self.number = 1
        self.lists: dict[str, list[ListingRow]] = {}
        self.marks: dict[str, str] = {}
        self.read: list[str] = []
        self.newest: Callable[[], int] = lambda: self.number

    def put(self, dataset: str, *names: str, first: int = 1) -> None:
        rows = []
        for name in names:
            subject = Mention(
                type=PartyType.ORGANIZATION, name=name, n6=name, ids=(Id(scheme="reg_no", value=name),)
            )
            doc = msgspec.json.encode(Listing(list_code=dataset, key=name, subject=subject))
            rows.append(ListingRow(doc, hashlib.sha256(doc).digest(), first, None, "p1"))
        self.lists[dataset] = rows
        self.marks[dataset] = f"{dataset}{self.number}"

    def source(self) -> Source:
        def listings(dataset: str) -> Sequence[ListingRow]:
            self.read.append(dataset)
            return self.lists[dataset]

        def parties() -> Sequence[bytes]:
            self.read.append("")
            party = Party(key="p1", type=PartyType.ORGANIZATION)
            return [msgspec.json.encode(party)]

        return Source(
            number=self.number,
            newest=self.newest,
            publications=[
                Publication(
                    number=n,
                    recorded_at=DAY + timedelta(days=n),
                    snapshots=tuple(SnapshotInfo(dataset=name, source="x", full=True) for name in self.lists),
                )
                for n in range(1, self.number + 1)
            ],
            counts={name: len(rows) for name, rows in self.lists.items()},
            datasets=sorted(self.lists),
            touched=lambda dataset: self.marks.get(dataset, ""),
            listings=listings,
            parties=parties,
            edges=lambda: [EdgeRow(PartyRelation(type=RelationType.HOLDS, src="p1", dst="p1"), 1, None)],
        )


def publish(rows: Rows, home: Path, **more: object) -> str:
    return publish_source(rows.source, home, language=LANGUAGE, **more)  # type: ignore[arg-type]


def keys_in(home: Path) -> list[str]:
    with current_generation(home, language=LANGUAGE) as generation:
        generation.verify()
        return [generation.listing(ordinal).key for ordinal in range(len(generation))]


@pytest.fixture
def rows() -> Rows:
    made = Rows()
    made.put("SXBZXR", "甲", "乙")
    made.put("ZFCG", "丙")
    made.marks[""] = "parties1"
    return made


def test_what_is_published_is_current(rows: Rows, tmp_path: Path) -> None:
    ref = publish(rows, tmp_path)
    assert (tmp_path / "current").read_text() == ref + "\n"
    assert keys_in(tmp_path) == ["甲", "乙", "丙"]
    with open_generation(tmp_path, ref, language=LANGUAGE) as generation:
        assert generation.ref == f"1-{generation.hash[:12]}"
        assert generation.path == tmp_path / "generations" / ref
        assert generation.manifest.slots["index"] is None
    assert [path.name for path in (tmp_path / "generations").iterdir()] == [ref]


def test_the_same_state_has_the_same_reference(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path / "a")
    assert publish(rows, tmp_path / "a") == first
    assert publish(rows, tmp_path / "b") == first


def test_untouched_lists_are_taken_over(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)
    rows.read.clear()
    rows.number = 2
    rows.put("ZFCG", "丙", "丁")
    second = publish(rows, tmp_path)
    assert rows.read == ["ZFCG"]
    assert keys_in(tmp_path) == ["甲", "乙", "丙", "丁"]
    inodes = [
        (tmp_path / "generations" / ref / "list00-SXBZXR.docs").stat().st_ino for ref in (first, second)
    ]
    assert inodes[0] == inodes[1]
    with open_generation(tmp_path, first, language=LANGUAGE) as old:
        assert len(old) == 3, "an old generation stays as it was"


def test_a_new_list_moves_the_others_without_reading_them(rows: Rows, tmp_path: Path) -> None:
    publish(rows, tmp_path)
    rows.read.clear()
    rows.number = 2
    rows.put("AQSC", "戊")
    publish(rows, tmp_path)
    assert rows.read == ["AQSC"]
    assert keys_in(tmp_path) == ["戊", "甲", "乙", "丙"]
    with current_generation(tmp_path, language=LANGUAGE) as generation:
        (ordinal,) = generation.listings(keys.org_name("丙"))
        assert generation.listing(ordinal).key == "丙"


def test_rows_without_a_mark_are_read_each_time(rows: Rows, tmp_path: Path) -> None:
    rows.marks.clear()
    publish(rows, tmp_path)
    rows.read.clear()
    publish(rows, tmp_path)
    assert rows.read == ["SXBZXR", "ZFCG", ""]


def test_other_name_functions_make_everything_anew(rows: Rows, tmp_path: Path) -> None:
    publish(rows, tmp_path)
    rows.read.clear()
    other = Language(n6=lambda name, person: name.lower() + "!", stems=lambda n6: ())
    publish_source(rows.source, tmp_path, language=other)
    assert rows.read == ["SXBZXR", "ZFCG", ""]
    with pytest.raises(GenerationError) as caught:
        current_generation(tmp_path, language=LANGUAGE)
    assert caught.value.code == "generation.foreign"


def test_a_damaged_content_is_read_from_the_store_again(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)
    docs = tmp_path / "generations" / first / "list00-SXBZXR.docs"
    spoiled = bytearray(docs.read_bytes())
    spoiled[-1] ^= 1
    docs.write_bytes(bytes(spoiled))
    with pytest.raises(GenerationError):
        current_generation(tmp_path, language=LANGUAGE)
    rows.read.clear()
    assert publish(rows, tmp_path) == first
    assert rows.read == ["SXBZXR"]
    assert keys_in(tmp_path) == ["甲", "乙", "丙"]


def test_a_manifest_that_cannot_be_read_costs_only_time(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)
    (tmp_path / "generations" / first / "manifest.json").write_bytes(b"{}")
    assert publish(rows, tmp_path) == first
    assert keys_in(tmp_path) == ["甲", "乙", "丙"]


def test_every_damaged_file_is_refused(rows: Rows, tmp_path: Path) -> None:
    ref = publish(rows, tmp_path)
    folder = tmp_path / "generations" / ref
    files = sorted(folder.iterdir())
    assert len(files) > 40
    for path in files:
        whole = path.read_bytes()
        for change in (
            bytes([whole[0] ^ 1]) + whole[1:],
            whole[:-1] + bytes([whole[-1] ^ 1]),
            whole[:-1],
            whole + b"x",
        ):
            path.write_bytes(change)
            with pytest.raises(GenerationError) as caught:
                open_generation(tmp_path, ref, language=LANGUAGE)
            assert caught.value.code == "generation.damaged", path.name
        path.write_bytes(whole)
        path.unlink()
        with pytest.raises(GenerationError):
            open_generation(tmp_path, ref, language=LANGUAGE)
        path.write_bytes(whole)
    open_generation(tmp_path, ref, language=LANGUAGE).close()


def test_a_full_check_finds_files_that_do_not_belong(rows: Rows, tmp_path: Path) -> None:
    ref = publish(rows, tmp_path)
    with open_generation(tmp_path, ref, language=LANGUAGE) as generation:
        generation.verify(full=True)
        (generation.path / "notes.txt").write_text("?")
        with pytest.raises(GenerationError) as caught:
            generation.verify(full=False)
    assert caught.value.code == "generation.damaged"


@pytest.mark.parametrize(
    "ref", ["", "1", "../1-000000000000", "1-00000000000g", "1-000000000000/.", "2-000000000000"]
)
def test_a_reference_to_nothing_is_missing(rows: Rows, tmp_path: Path, ref: str) -> None:
    publish(rows, tmp_path)
    with pytest.raises(GenerationError) as caught:
        open_generation(tmp_path, ref, language=LANGUAGE)
    assert caught.value.code == "generation.missing"


def test_a_folder_under_another_name_is_refused(rows: Rows, tmp_path: Path) -> None:
    ref = publish(rows, tmp_path)
    for other in (f"2-{ref[2:]}", "1-0123456789ab"):
        (tmp_path / "generations" / ref).rename(tmp_path / "generations" / other)
        with pytest.raises(GenerationError) as caught:
            open_generation(tmp_path, other, language=LANGUAGE)
        assert caught.value.code == "generation.damaged"
        (tmp_path / "generations" / other).rename(tmp_path / "generations" / ref)


def test_without_a_generation_nothing_is_opened(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as caught:
        current_generation(tmp_path, language=LANGUAGE)
    assert caught.value.code == "generation.missing"
    (tmp_path / "current").write_text("rubbish\n")
    with pytest.raises(GenerationError) as caught:
        current_generation(tmp_path, language=LANGUAGE)
    assert caught.value.code == "generation.damaged"


def test_nothing_loaded_is_nothing_to_publish(tmp_path: Path) -> None:
    rows = Rows()
    rows.number = 0
    with pytest.raises(GenerationError) as caught:
        publish(rows, tmp_path)
    assert caught.value.code == "generation.empty"
    ref = publish(rows, tmp_path, created_at=DAY)
    with open_generation(tmp_path, ref, language=LANGUAGE) as generation:
        assert (generation.number, generation.created_at, len(generation)) == (0, DAY, 0)


def test_two_publishers_do_not_mix(rows: Rows, tmp_path: Path) -> None:
    publish(rows, tmp_path)
    with (tmp_path / "publish.lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        actions: tuple[Callable[[], object], ...] = (
            lambda: publish(rows, tmp_path),
            lambda: prune(tmp_path, set()),
        )
        for action in actions:
            with pytest.raises(GenerationError) as caught:
                action()
            assert caught.value.code == "generation.busy"
    assert keys_in(tmp_path) == ["甲", "乙", "丙"]


def test_a_load_that_publishes_meanwhile_is_read_again(rows: Rows, tmp_path: Path) -> None:
    answers = [2, 2]

    def newest() -> int:
        if answers:
            rows.number = answers.pop(0)
            rows.put("ZFCG", "丙", f"新{rows.number}")
        return rows.number

    rows.newest = newest
    ref = publish(rows, tmp_path)
    assert ref.startswith("2-")
    assert keys_in(tmp_path) == ["甲", "乙", "丙", "新2"]


def test_a_store_that_never_rests_is_given_up(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)

    def newest() -> int:
        rows.number += 1
        return rows.number

    rows.newest = newest
    with pytest.raises(GenerationError) as caught:
        publish(rows, tmp_path)
    assert caught.value.code == "generation.busy"
    assert (tmp_path / "current").read_text() == first + "\n"


def test_a_document_that_is_none_stops_the_publication(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)
    rows.number = 2
    rows.put("ZFCG", "丙")
    rows.lists["ZFCG"] = [ListingRow(b"{", bytes(32), 1, None, "")]
    with pytest.raises(GenerationError) as caught:
        publish(rows, tmp_path)
    assert caught.value.code == "generation.inconsistent"
    assert (tmp_path / "current").read_text() == first + "\n"
    assert keys_in(tmp_path) == ["甲", "乙", "丙"]


def test_pruning_keeps_what_is_asked_for(rows: Rows, tmp_path: Path) -> None:
    refs = []
    for number in (1, 2, 3):
        rows.number = number
        rows.put("ZFCG", "丙", f"新{number}")
        refs.append(publish(rows, tmp_path))
    before = len(list((tmp_path / "segments").iterdir()))
    assert prune(tmp_path, {refs[0]}) == [refs[1]]
    assert prune(tmp_path, {refs[0]}) == []
    assert len(list((tmp_path / "segments").iterdir())) < before
    for ref in (refs[0], refs[2]):
        with open_generation(tmp_path, ref, language=LANGUAGE) as generation:
            generation.verify()
    assert prune(tmp_path, set()) == [refs[0]]
    held = {path.name for path in (tmp_path / "segments").iterdir()}
    with current_generation(tmp_path, language=LANGUAGE) as generation:
        assert held == {info.segment for info in generation.manifest.files.values()}
    assert prune(tmp_path / "nowhere", set()) == []


def test_an_open_generation_outlives_its_folder(rows: Rows, tmp_path: Path) -> None:
    with open_generation(tmp_path, publish(rows, tmp_path), language=LANGUAGE) as generation:
        rows.number = 2
        rows.put("ZFCG", "丁")
        publish(rows, tmp_path)
        prune(tmp_path, set())
        assert not generation.path.exists()
        assert [generation.listing(ordinal).key for ordinal in range(3)] == ["甲", "乙", "丙"]


def test_progress_is_told(rows: Rows, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    publish(rows, tmp_path, progress=lambda *step: told.append(step))
    assert [step for step in told if step[1]] == [
        ("SXBZXR", 2, 2), ("ZFCG", 1, 1), ("parties", 1, 1), ("relations", 1, 1),
    ]  # fmt: skip


def test_a_home_that_cannot_be_written_is_an_error_of_ours(rows: Rows, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(GenerationError) as caught:
        publish(rows, tmp_path / "file")
    assert caught.value.code == "generation.unwritable"
    for lang in LANGS:
        assert str(tmp_path) in say("graph", caught.value.code, lang, **caught.value.params)


def test_the_current_generation_may_change_while_it_is_opened(rows: Rows, tmp_path: Path) -> None:
    first = publish(rows, tmp_path)
    calls: list[str] = []

    def meanwhile(name: str, person: bool) -> str:
        if not calls:
            calls.append(name)
            rows.number = 2
            rows.put("ZFCG", "丁")
            publish(rows, tmp_path)
            assert prune(tmp_path, set()) == [first]
        return name

    language = Language(n6=meanwhile, stems=lambda n6: ())
    with current_generation(tmp_path, language=language) as generation:
        assert generation.number == 2


def test_every_error_has_its_sentence(rows: Rows, tmp_path: Path) -> None:
    ref = publish(rows, tmp_path)
    errors: list[GenerationError] = []

    def attempt(action: Callable[[], Generation | str]) -> None:
        with pytest.raises(GenerationError) as caught:
            action()
        errors.append(caught.value)

    attempt(lambda: open_generation(tmp_path, "x", language=LANGUAGE))
    attempt(lambda: open_generation(tmp_path, "1-000000000000", language=LANGUAGE))
    attempt(lambda: current_generation(tmp_path / "none", language=LANGUAGE))
    other = Language(n6=lambda name, person: "", stems=lambda n6: ())
    attempt(lambda: open_generation(tmp_path, ref, language=other))
    (tmp_path / "generations" / ref / "listings.keys").write_bytes(b"")
    attempt(lambda: open_generation(tmp_path, ref, language=LANGUAGE))
    empty = Rows()
    empty.number = 0
    attempt(lambda: publish(empty, tmp_path))
    rows.lists["ZFCG"] = [ListingRow(b"{", bytes(32), 1, None, "")]
    rows.marks.clear()
    attempt(lambda: publish(rows, tmp_path))
    codes = {"missing", "foreign", "damaged", "empty", "inconsistent"}
    assert {error.code for error in errors} == {f"generation.{code}" for code in codes}
    for error in errors:
        for lang in LANGS:
            assert "{" not in say("graph", error.code, lang, **error.params)
