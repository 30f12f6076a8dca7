"""Latin names of companies: read into words, forms and numbers, and compared. All names are invented."""

from __future__ import annotations

from pathlib import Path

import bench_latin
import pytest

from matching.names.latin import LIMIT, compare_latin
from matching.names.latin_text import read_latin, romanise, tokens, vocabulary


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Müllerhaag ß", "MULLERHAAG SS"),
        ("Łozinek Ørn", "LOZINEK ORN"),
        ("Верхнеград", "VERKHNEGRAD"),
        ("Ґанок Їжа", "GANOK IZHA"),
        ("Θάλασσα", "THALASSA"),
        ("カワ", "KAWA"),
        ("한", "HAN"),
        ("ＡＢＣ", "ABC"),
    ],
)
def test_other_letters_become_plain_capitals(raw: str, plain: str) -> None:
    assert romanise(raw) == plain


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("L. L. C.", ["LLC"]),
        ("O'Drennan's", ["ODRENNANS"]),
        ("Velmoria V L.P.", ["VELMORIA", "V", "LP"]),
        ("A & B", ["A", "AND", "B"]),
        ("U.S.A.", ["USA"]),
        ("No. 7 Plant", ["7", "PLANT"]),
    ],
)
def test_words(raw: str, words: list[str]) -> None:
    assert tokens(raw) == words


@pytest.mark.parametrize(
    ("raw", "forms", "kinds"),
    [
        ("Velmoria Co., Ltd.", ("LTD",), {"company"}),
        ("Velmoria Company Limited", ("LTD",), {"company"}),
        ("Velmoria Sp. z o.o.", ("SPZOO",), {"limited"}),
        ("Velmoria S.A. de C.V.", ("SADECV",), {"shares"}),
        ("OAO Velmoria", ("OJSC",), {"shares"}),
        ("Public Joint Stock Company Velmoria", ("PJSC",), {"shares"}),
        ("Velmoria Aktiengeselschaft", ("AG",), {"shares"}),
        ("Velmoria Ltd Marlow Branch", ("LTD", "BRANCH"), {"company", "branch"}),
        ("Velmoria", (), set()),
    ],
)
def test_legal_forms(raw: str, forms: tuple[str, ...], kinds: set[str]) -> None:
    name = read_latin(raw)
    assert name.forms == forms
    assert name.kinds == kinds
    assert "VELMORIA" in [word.text for word in name.words]


@pytest.mark.parametrize(
    ("raw", "numbers"),
    [
        ("1st Velmoria", (1,)),
        ("First Velmoria", (1,)),
        ("Velmoria Forty-Four", (44,)),
        ("Velmoria Twenty First", (21,)),
        ("Velmoria II Ltd", (2,)),
        ("Velmoria Fund XI", (11,)),
        ("Guang Xi Velmoria", ()),
        ("3M Velmoria", (3,)),
        ("V3lmoria", ()),
        ("Velmoria 2004-1", (1, 2004)),
    ],
)
def test_numbers(raw: str, numbers: tuple[int, ...]) -> None:
    assert read_latin(raw).numbers == numbers


def test_every_row_of_the_tables_is_reached() -> None:
    known = vocabulary()
    assert len(known.forms) >= 300
    assert sum(1 for kind, _ in known.words.values() if kind in (1, 2, 4)) >= 500
    assert {"limited", "shares", "company", "partnership", "nonprofit", "state", "branch", "cooperative"} <= {
        kind for _, kind in known.forms.values()
    }


@pytest.mark.parametrize(
    ("left", "right", "veto"),
    [
        ("Velmoria Fund II LP", "Velmoria Fund III LP", "numbers_differ"),
        ("First Velmoria Bank", "Second Velmoria Bank", "numbers_differ"),
        ("Velmoria (France) SARL", "Velmoria (Germany) GmbH", "regions_differ"),
        ("Nanjing Velmoria Ltd", "Dalian Velmoria Ltd", "regions_differ"),
        ("Velmoria Co Ltd Dalian Branch", "Velmoria Co Ltd", "head_and_branch"),
    ],
)
def test_vetoes(left: str, right: str, veto: str) -> None:
    assert veto in compare_latin(left, right).vetoes


def test_a_place_inside_another_is_no_conflict() -> None:
    assert "regions_differ" not in compare_latin("Shandong Velmoria Ltd", "Qingdao Velmoria Ltd").vetoes
    assert "regions_differ" not in compare_latin("China Velmoria Ltd", "Qingdao Velmoria Ltd").vetoes


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        ("Velmoria Trading", "Velmoria Commerce", "meaning"),
        ("Velmorria Foods", "Velmoria Foods", "spelling"),
        ("Golden Reach Foods", "Goldenreach Foods", "joined"),
        ("Marrow Tarrick Bramlow", "MTB", "acronym"),
        ("Velmoria AG", "Velmoria GmbH", "form"),
        ("Velmoria Foods", "Velmoria", "gap"),
    ],
)
def test_each_difference_is_named(left: str, right: str, kind: str) -> None:
    found = compare_latin(left, right)
    assert kind in {edit.kind for edit in found.edits}
    turned = compare_latin(right, left)
    assert [(e.kind, e.right, e.left) for e in turned.edits] == [
        (e.kind, e.left, e.right) for e in found.edits
    ]


def test_two_words_of_pinyin_are_two_brands() -> None:
    assert compare_latin("Nanlinhe Shengda Trading", "Nanlinhe Shengta Trading").points < 0
    assert compare_latin("Velmoria Shegnda Trading", "Velmoria Shengda Trading").points > 0


def test_nothing_readable_is_nobody() -> None:
    for raw in ("", "...", "&", "(()"):
        assert compare_latin(raw, raw).points == -LIMIT
        assert compare_latin(raw, "Velmoria").points == -LIMIT


@pytest.mark.parametrize(("half", "pairs"), [("tune", 120), ("judge", 120)])
def test_the_projects_own_pairs(half: str, pairs: int) -> None:
    cases = bench_latin.own_cases(half)
    found = bench_latin.judge(cases)
    assert found.pairs >= pairs
    assert found.f1 >= 0.93, found
    companies = [case for case in cases if case.schema == "company"]
    assert bench_latin.judge(companies).f1 >= 0.93
    strong = [case for case in cases if case.tier == "strong"]
    assert bench_latin.judge(strong).f1 >= 0.95
    for name, scorer in bench_latin.SCORERS.items():
        if name != "liancheng":
            assert bench_latin.judge(cases, scorer).f1 < found.f1


def test_the_benchmark_reads_the_public_form(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        "case_group,schema,name1,name2,is_match,quality,category,notes\n"
        "g,Company,Velmoria Ltd,Velmoria Limited,true,STRONG,,\n"
        "g,Person,Marlow Verrick,Orsanne Verrick,false,,,\n"
        "g,Vessel,Velmoria,Velmoria 3,true,MEDIUM,,\n",
        encoding="utf-8",
    )
    cases = bench_latin.cases_of(path)
    assert [(case.schema, case.same, case.tier) for case in cases] == [
        ("company", True, "strong"),
        ("person", False, "medium"),
    ]
    assert bench_latin.main(["--cases", str(path), "--wrong", "--json", str(tmp_path / "out.json")]) == 0
    assert (tmp_path / "out.json").stat().st_size > 100
