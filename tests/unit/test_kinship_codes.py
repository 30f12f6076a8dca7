"""Kinship codes: what each means, which set of the law counts it, and what edges put together make of somebody."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from graph.kinship_codes import CODES, MAX_EDGES, Relative, inverse, read_code, relatives, within, words_of
from graph.messages import LANGS, catalogue

NEAR = {"spouse", "parent", "child", "sibling", "grandparent", "grandchild"}
RECUSAL = NEAR | {
    "great_grandparent", "great_grandchild", "uncle_aunt", "nephew_niece", "cousin", "spouse_parent",
    "spouse_sibling", "spouse_sibling_spouse", "child_spouse", "child_spouse_parent", "sibling_spouse",
    "uncle_aunt_spouse", "nephew_niece_spouse", "cousin_spouse", "sibling_in_law",
}  # fmt: skip
BUSINESS = {"spouse", "child", "child_spouse"}
OPEN = {"step_parent", "step_child"}


def test_the_sets_of_the_law() -> None:
    for code in set(CODES) - OPEN:
        assert within(code, "near") == ("certain" if code in NEAR else "none"), code
        assert within(code, "recusal") == ("certain" if code in RECUSAL else "none"), code
        assert within(code, "business") == ("certain" if code in BUSINESS else "none"), code


def test_of_step_relatives_the_law_asks_whether_the_child_was_brought_up() -> None:
    assert {within(code, "near") for code in OPEN} == {"possible"}
    assert {within(code, "recusal") for code in OPEN} == {"possible"}
    assert (within("step_parent", "business"), within("step_child", "business")) == ("none", "possible")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("配偶", "spouse"), ("妻子", "spouse"), ("Spouse", "spouse"), ("10", "spouse"), ("12", "spouse"),
        ("父亲", "parent"), ("养父", "parent"), ("51", "parent"), ("儿子", "child"), ("22", "child"),
        ("胞妹", "sibling"), ("half-brother", "sibling"), ("73", "sibling"), ("外祖母", "grandparent"),
        ("外孙女", "grandchild"), ("伯父", "uncle_aunt"), ("姨母", "uncle_aunt"), ("外甥女", "nephew_niece"),
        ("堂兄", "cousin"), ("表妹", "cousin"), ("first cousin", "cousin"), ("岳母", "spouse_parent"),
        ("公公", "spouse_parent"), ("小舅子", "spouse_sibling"), ("连襟", "spouse_sibling_spouse"),
        ("女婿", "child_spouse"), ("儿媳", "child_spouse"), ("亲家", "child_spouse_parent"),
        ("嫂子", "sibling_spouse"), ("姑父", "uncle_aunt_spouse"), ("brother_in_law", "sibling_in_law"),
        ("再从兄弟", "second_cousin"), ("堂侄", "first_cousin_once_removed"), ("继父", "step_parent"),
        ("57", "step_parent"), ("孙女婿", "grandchild_spouse"), ("cousin", "cousin"),
    ],
)  # fmt: skip
def test_how_registers_and_people_write_them(text: str, code: str) -> None:
    assert read_code(text) == code
    assert read_code(f" {text} ") == code


@pytest.mark.parametrize("text", ["非亲属", "99", "none", "户主"])
def test_entries_that_are_no_kinship(text: str) -> None:
    assert read_code(text) == ""
    assert words_of(text) == frozenset()
    assert within(text, "recusal") == "none"


@pytest.mark.parametrize("text", ["", "干亲", "partner", "relative", "亲属", "媳妇"])
def test_a_text_nobody_knows_is_possible_and_never_fine(text: str) -> None:
    assert read_code(text) is None
    assert within(text, "recusal") == "possible"


def test_the_way_back() -> None:
    assert {inverse(inverse(word)) == word for words in CODES.values() for word in words} == {True}
    assert words_of("uncle", backwards=True) == words_of("nephew")
    assert words_of("parent", backwards=True) == words_of("child")
    assert words_of("cousin", backwards=True) == words_of("cousin")
    assert words_of("岳父", backwards=True) == words_of("女婿")


def test_every_code_has_a_word_in_both_languages() -> None:
    texts = catalogue("matching")
    for code in (*CODES, "relative"):
        assert all(texts[f"rule.kin.{code}"][lang] for lang in LANGS)


def found(*edges: tuple[str, str, str]) -> dict[str, Relative[tuple[str, str, str]]]:
    """Relatives of `me`, by edges `src` is the `role` of `dst`."""

    def around(person: str) -> Iterable[tuple[str, frozenset[str], tuple[str, str, str]]]:
        for edge in edges:
            src, role, dst = edge
            if dst == person:
                yield src, words_of(role), edge
            elif src == person:
                yield dst, words_of(role, backwards=True), edge

    people, cut = relatives("me", around)
    assert not cut
    return {one.person: one for one in people}


@pytest.mark.parametrize(
    ("edges", "code"),
    [
        ([("w", "spouse", "me"), ("x", "sibling", "w")], "spouse_sibling"),
        ([("w", "spouse", "me"), ("x", "parent", "w")], "spouse_parent"),
        ([("c", "child", "me"), ("x", "spouse", "c")], "child_spouse"),
        ([("c", "child", "me"), ("s", "spouse", "c"), ("x", "parent", "s")], "child_spouse_parent"),
        ([("w", "spouse", "me"), ("b", "sibling", "w"), ("x", "spouse", "b")], "spouse_sibling_spouse"),
        ([("p", "parent", "me"), ("x", "child", "p")], "sibling"),
        ([("p", "parent", "me"), ("x", "parent", "p")], "grandparent"),
        ([("p", "parent", "me"), ("x", "sibling", "p")], "uncle_aunt"),
        ([("b", "sibling", "me"), ("x", "child", "b")], "nephew_niece"),
        ([("u", "uncle", "me"), ("x", "child", "u")], "cousin"),
        ([("p", "parent", "me"), ("g", "parent", "p"), ("u", "child", "g"), ("x", "child", "u")], "cousin"),
        ([("me", "child", "p"), ("me", "nephew", "x")], "uncle_aunt"),
        (
            [
                ("p", "parent", "me"), ("g", "parent", "p"), ("u", "child", "g"), ("c", "child", "u"),
                ("x", "spouse", "c"),
            ],
            "cousin_spouse",
        ),
    ],
)  # fmt: skip
def test_edges_put_together(edges: list[tuple[str, str, str]], code: str) -> None:
    relative = found(*edges)["x"]
    assert relative.code == code
    assert relative.within("recusal") == "certain"
    assert relative.edges[-1] in edges
    assert len(relative.edges) <= MAX_EDGES


@pytest.mark.parametrize(
    "edges",
    [
        [("c", "child", "me"), ("x", "parent", "c")],
        [("w", "spouse", "me"), ("x", "child", "w")],
        [("p", "parent", "me"), ("x", "spouse", "p")],
        [("b", "sibling", "me"), ("x", "sibling", "b")],
        [("b", "sibling", "me"), ("x", "parent", "b")],
        [("x", "干亲", "me")],
    ],
)
def test_what_edges_leave_open_is_possible_only(edges: list[tuple[str, str, str]]) -> None:
    assert found(*edges)["x"].within("recusal") == "possible"


@pytest.mark.parametrize(
    "edges",
    [
        [("w", "spouse", "me"), ("p", "parent", "w"), ("x", "parent", "p")],
        [("c", "child", "me"), ("g", "child", "c"), ("x", "spouse", "g")],
        [("k", "cousin", "me"), ("x", "child", "k")],
        [("w", "spouse", "me"), ("b", "sibling", "w"), ("x", "child", "b")],
        [("w", "spouse", "me"), ("x", "spouse", "w")],
        [("x", "非亲属", "me")],
        [("b", "sibling", "me"), ("s", "spouse", "b"), ("x", "sibling", "s")],
    ],
)
def test_whom_the_law_does_not_count(edges: list[tuple[str, str, str]]) -> None:
    assert "x" not in found(*edges)


def test_a_surer_way_replaces_an_open_one_and_never_the_other_way_round() -> None:
    open_first = [("c", "child", "me"), ("x", "parent", "c"), ("x", "spouse", "me")]
    assert found(*open_first)["x"].within("recusal") == "certain"
    assert found(*reversed(open_first))["x"].within("recusal") == "certain"


def test_circles_and_crowds_end() -> None:
    ring = [(f"p{n}", "sibling", f"p{(n + 1) % 40}") for n in range(40)]
    assert "p1" in found(("me", "sibling", "p0"), *ring)

    def everyone(person: str) -> Iterable[tuple[str, frozenset[str], None]]:
        return ((f"{person}.{n}", words_of("child"), None) for n in range(60))

    people, cut = relatives("me", everyone)
    assert cut
    assert people
