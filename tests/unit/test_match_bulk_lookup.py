"""Queries against a list: what is found, in which order, and what a register and the size of the list change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from match_files import firm, uscc

from matching.bulk.lookup import Hit, Plan, Searcher
from matching.bulk.parties import Cells
from matching.bulk.table import Table, build, read_block

NAME = "临江市澄远建设工程有限公司"
MANY = 5_000
"""Alarms allowed: what is tried here is the order of decision, not where likeness begins."""
LISTED = [
    Cells(NAME, uscc(1), "虚构甲"),
    Cells("临江市鼎沣商贸有限公司", "", "虚构乙"),
    Cells("临江市衡硕物业管理有限公司(原临江市岚启物业管理有限公司)", ""),
    Cells("临江市沐阳环保科技有限公司第二分公司", ""),
    Cells("临江市晟?园林绿化有限公司", ""),
    Cells("临江市弘毅信息技术有限公司", uscc(7)[8:17]),
    Cells("武义科技印业机械有限公司", uscc(8), "虚构丙"),
    Cells(NAME, uscc(9)),
    Cells("", ""),
    *(Cells(firm(number), uscc(number + 100)) for number in range(40)),
]
REGISTER = [
    Cells("武义壳技印业机械有限公司", uscc(20)),
    Cells("临江市更名建设有限公司", uscc(8)),
    Cells("临江市沐阳环保科技有限公司", uscc(21)),
]


def table(folder: Path, rows: Sequence[Cells], *, index: bool) -> str:
    folder.mkdir()
    half = len(rows) // 2
    build(folder, (read_block(part) for part in (rows[:half], rows[half:])), index=index)
    return str(folder)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("tables")
    return table(folder / "list", LISTED, index=True), table(folder / "registry", REGISTER, index=False)


@pytest.fixture(scope="module")
def search(tables: tuple[str, str]) -> Searcher:
    return Searcher(Plan(table=tables[0], top=5, budget=MANY))


@pytest.fixture(scope="module")
def registered(tables: tuple[str, str]) -> Searcher:
    return Searcher(Plan(table=tables[0], registry=tables[1], top=5, budget=MANY))


def first(searcher: Searcher, name: str, code: str = "", rep: str = "") -> Hit:
    return searcher.chunk([Cells(name, code, rep)])[0][0]


def short(hit: Hit) -> tuple[int, str, str, str]:
    return hit.row, hit.found.relation, hit.found.tier, hit.found.decision


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((NAME, uscc(1)), (0, "same", "E1", "BLOCK")),
        (("别的名称有限公司", uscc(9)), (7, "same", "E1", "BLOCK")),
        ((NAME,), (0, "same", "E4", "REVIEW")),
        (("临江市鼎沣商贸有限公司", "", "虚构乙"), (1, "same", "E3", "REVIEW")),
        (("临江市岚启物业管理有限公司",), (2, "same", "E4", "REVIEW")),
        (("临江市鼎沣商贸有限公司连云港分公司",), (1, "branch_of", "E4", "REVIEW")),
        (("临江市沐阳环保科技有限公司",), (3, "branch_of", "E4", "REVIEW")),
        (("临江市晟拓园林绿化有限公司",), (4, "same", "E4", "REVIEW")),
        (("临江市弘毅信息技术有限公司", uscc(7)), (5, "same", "E2", "BLOCK")),
        (("武义壳技印业机械有限公司", "", "虚构丙"), (6, "same", "E5", "REVIEW")),
        (("",), (-1, "different", "", "UNDETERMINED")),
        (("无",), (-1, "different", "", "UNDETERMINED")),
    ],
)
def test_what_is_found(search: Searcher, cells: tuple[str, ...], expected: tuple[int, str, str, str]) -> None:
    assert short(first(search, *cells)) == expected


@pytest.mark.parametrize("top", [1, 3])
def test_rows_whose_code_contradicts_hide_no_other_row(tmp_path: Path, top: int) -> None:
    twice, alike = "临江市衡硕物业管理有限公司", "武义科技印业机械有限公司"
    rows = [Cells(twice, uscc(2))] * 60 + [Cells(alike, uscc(3))] * 60 + [Cells(twice), Cells(alike)]
    search = Searcher(Plan(table=table(tmp_path / "list", rows, index=True), top=top, budget=MANY))
    assert short(first(search, twice, uscc(4))) == (120, "same", "E4", "REVIEW")
    assert short(first(search, "武义壳技印业机械有限公司", uscc(4))) == (121, "same", "E5", "REVIEW")


@pytest.mark.parametrize("name", ["建筑", "???"])
def test_a_number_that_cannot_be_searched_saves_no_doubtful_name(search: Searcher, name: str) -> None:
    wrong = uscc(70)[:17] + next(c for c in "AB" if c != uscc(70)[17])
    assert first(search, name, wrong).found.decision == "UNDETERMINED"
    assert first(search, name, uscc(70)).found.decision == "CLEAR"


@pytest.mark.parametrize("listed", [uscc(8), uscc(8)[8:17]])
@pytest.mark.parametrize("known", [uscc(8), uscc(8)[8:17]])
def test_a_register_finds_the_records_of_all_bearers_of_a_name(
    tmp_path: Path, listed: str, known: str
) -> None:
    name = "武义壳技印业机械有限公司"
    register = [Cells(name, uscc(20)), Cells(name, known)]
    rows = [Cells("武义科技印业机械有限公司", listed), Cells("临江市鼎沣商贸有限公司")]
    search = Searcher(
        Plan(
            table=table(tmp_path / "list", rows, index=True),
            registry=table(tmp_path / "registry", register, index=False), budget=MANY,
        )
    )  # fmt: skip
    wrong = uscc(70)[:17] + next(c for c in "AB" if c != uscc(70)[17])
    for stated in ("", wrong):
        assert short(first(search, name, stated)) == (0, "same", "E3", "REVIEW")
    assert first(search, name, uscc(20)).found.decision == "CLEAR"


def test_all_rows_of_a_name_are_told_the_strictest_first(search: Searcher) -> None:
    hits = search.chunk([Cells(NAME, uscc(9))])[0]
    assert [short(hit) for hit in hits[:1]] == [(7, "same", "E1", "BLOCK")]
    other = next(hit for hit in hits if hit.row == 0)
    assert (other.found.tier, other.found.decision) == ("X", "CLEAR")
    assert len({hit.row for hit in hits}) == len(hits)


def test_a_neighbour_with_its_own_code_is_clear(search: Searcher) -> None:
    hits = search.chunk([Cells("武义壳技印业机械有限公司", uscc(30))])[0]
    assert {hit.found.decision for hit in hits} == {"CLEAR"}
    assert next(hit for hit in hits if hit.row == 6).found.tier == "X"


def test_a_registered_name_makes_its_neighbours_clear_and_says_so(registered: Searcher) -> None:
    hit = next(h for h in registered.chunk([Cells("武义壳技印业机械有限公司")])[0] if h.row == 6)
    assert (hit.found.relation, hit.found.tier, hit.found.decision) == ("different", "E5", "CLEAR")
    assert hit.found.reasons[0].code == "registered"
    contradicted = registered.chunk([Cells("武义壳技印业机械有限公司", uscc(31)[8:17])])[0]
    assert next(h for h in contradicted if h.row == 6).found.decision == "CLEAR"


def test_the_register_knows_a_company_under_another_name(registered: Searcher, search: Searcher) -> None:
    hit = first(registered, "临江市更名建设有限公司")
    assert short(hit) == (6, "same", "E3", "REVIEW")
    assert hit.found.reasons[0].code == "by_register"
    assert all(hit.row != 6 for hit in search.chunk([Cells("临江市更名建设有限公司")])[0])


def test_a_branch_goes_with_the_longest_registered_name(registered: Searcher, search: Searcher) -> None:
    assert first(search, "武义科技印业机械有限公司第一分公司").row == 6
    assert short(first(registered, "临江市沐阳环保科技有限公司")) == (3, "branch_of", "E4", "REVIEW")


def test_a_branch_of_a_misspelt_company_goes_to_a_human(search: Searcher) -> None:
    hit = first(search, "武义壳技印业机械有限公司第一分公司")
    assert short(hit) == (6, "branch_of", "E5", "REVIEW")


def test_unreadable_rows_of_the_list_are_counted_and_found_by_nobody(tables: tuple[str, str]) -> None:
    facts = Table(Path(tables[0])).facts
    assert (facts.rows, facts.bad, facts.first_bad) == (len(LISTED), 1, (9,))


def test_rows_keep_what_the_file_says(tables: tuple[str, str]) -> None:
    opened = Table(Path(tables[0]))
    assert [opened.cells(row) for row in range(len(LISTED))] == LISTED


def test_a_smaller_budget_never_alarms_more(tables: tuple[str, str]) -> None:
    queries = [Cells(firm(number)[:-1]) for number in range(40)] + [Cells("武义壳技印业机械有限公司")]

    def alarms(budget: int) -> int:
        found = Searcher(Plan(table=tables[0], budget=budget)).chunk(queries)
        return sum(
            any(hit.found.tier == "E5" and hit.found.decision == "REVIEW" for hit in hits) for hits in found
        )

    counts = [alarms(budget) for budget in (1, 100, 1000)]
    assert counts == sorted(counts)


def test_chunks_of_any_size_say_the_same(search: Searcher, registered: Searcher) -> None:
    queries = [Cells(c.name[:-1] if n % 3 else c.name, c.code if n % 2 else "") for n, c in enumerate(LISTED)]
    for searcher in (search, registered):
        whole = searcher.chunk(queries)
        assert [hit for query in queries for hit in searcher.chunk([query])[0]] == [
            h for hits in whole for h in hits
        ]


def test_at_most_so_many_candidates_are_told(tables: tuple[str, str]) -> None:
    queries = [Cells(firm(number)) for number in range(10)]
    for top in (1, 2, 4):
        found = Searcher(Plan(table=tables[0], top=top)).chunk(queries)
        assert all(1 <= len(hits) <= top for hits in found)
        assert [hits[0].row for hits in found] == [number + 9 for number in range(10)]


def test_an_empty_list_and_one_searched_as_written(tmp_path: Path) -> None:
    empty = Searcher(Plan(table=table(tmp_path / "empty", [], index=True)))
    assert short(first(empty, NAME)) == (-1, "different", "", "CLEAR")
    exact = Searcher(Plan(table=table(tmp_path / "exact", LISTED, index=False), limit=0))
    assert short(first(exact, NAME, uscc(1))) == (0, "same", "E1", "BLOCK")
    assert first(exact, "武义壳技印业机械有限公司").row == -1
