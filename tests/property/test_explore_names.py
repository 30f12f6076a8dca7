"""The search box against the plain way of searching: every name looked at one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projections import MEMORY, generation, key

from graph.generation import Generation
from graph.generation.veil import listing_docs, party_docs
from graph.model import Name, NameKind, Party, PartyType
from graph.text import org_key
from matching.explore.names import NameFinder, ensure, initials, number_form, open_names

TEXT = st.text(alphabet="临江虚构甲乙丙建设重有限公司𠮷A3（）", min_size=1, max_size=12)
NAMES = st.lists(st.lists(TEXT, min_size=1, max_size=3), min_size=1, max_size=12)


def party(number: int, names: list[str], kind: PartyType = PartyType.ORGANIZATION) -> Party:
    told = tuple(Name(text=one, kind=NameKind.REGISTERED) for one in names)
    return Party(key=key(number), type=kind, names=told, mentions=(f"REGISTER/city/{number}",))


def opened(folder: str, parties: list[Party]) -> tuple[Generation, NameFinder]:
    home = Path(folder)
    made = generation(home, parties, [])
    return made, open_names(ensure(home, made))


@pytest.fixture
def place() -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield folder


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=NAMES, asked=TEXT, limit=st.integers(1, 5))
def test_a_part_of_a_name_finds_exactly_those_that_hold_it(
    names: list[list[str]], asked: str, limit: int
) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made, finder = opened(folder, [party(number, one) for number, one in enumerate(names)])
        form = org_key(asked)
        found = finder.names(form, limit)
        forms = [[org_key(name) for name in one] for one in names]
        holding = {number for number, one in enumerate(forms) if form and any(form in name for name in one)}
        assert found.total == len(holding)
        assert {one.ordinal for one in found.found} <= holding
        assert len(found.found) == min(limit, len(holding))
        for one in found.found:
            own = forms[one.ordinal]
            expected = (
                "exact" if form in own else "prefix" if any(n.startswith(form) for n in own) else "infix"
            )
            assert one.by == expected
        order = ["exact", "prefix", "infix"]
        ranks = [order.index(one.by) for one in found.found]
        assert ranks == sorted(ranks)
        if len(holding) > limit and any(form in one for one in forms):
            assert found.found[0].by == "exact"
        made.close()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(names=NAMES, letters=st.text(alphabet="ljxgjsczyb", min_size=2, max_size=4))
def test_initials_find_exactly_those_whose_characters_may_sound_so(
    names: list[list[str]], letters: str
) -> None:
    first, second = initials()

    def fits(name: str) -> bool:
        told = name.encode("utf-16-le")
        units = [int.from_bytes(told[at : at + 2], "little") for at in range(0, len(told), 2)]
        sounds = [{int(first[unit]), int(second[unit])} for unit in units]
        wanted = [ord(letter) for letter in letters]
        return any(
            all(wanted[at] in sounds[start + at] for at in range(len(wanted)))
            for start in range(len(sounds) - len(wanted) + 1)
        )

    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        made, finder = opened(folder, [party(number, one) for number, one in enumerate(names)])
        found = finder.initials(letters, 100)
        assert {one.ordinal for one in found.found} == {
            number for number, one in enumerate(names) if any(fits(org_key(name)) for name in one)
        }
        made.close()


def test_a_character_of_two_readings_is_found_by_both(place: str) -> None:
    made, finder = opened(place, [party(0, ["重庆虚构建设有限公司"]), party(1, ["临江虚构长城有限公司"])])
    for letters, ordinal in (("cqxg", 0), ("zqxg", 0), ("xgccyx", 1), ("xgzc", 1)):
        assert [one.ordinal for one in finder.initials(letters, 5).found] == [ordinal], letters
    made.close()


def test_persons_are_found_by_their_whole_name_only_and_counted(place: str) -> None:
    people = [party(number, ["虚构甲"], PartyType.PERSON) for number in range(3)]
    made, finder = opened(place, [*people, party(3, ["虚构甲商贸有限公司"])])
    assert finder.namesakes("虚构甲") == 3
    assert list(finder.persons("虚构甲")) == [0, 1, 2]
    assert finder.persons("虚构") == ()
    assert [one.ordinal for one in finder.names("虚构甲", 9).found] == [3]
    made.close()


def test_who_is_hidden_is_neither_found_nor_counted(place: str) -> None:
    import numpy as np

    made, finder = opened(place, [party(number, [f"临江虚构{number}有限公司"]) for number in range(4)])
    found = finder.names("虚构", 9, hidden=np.array([1, 3], "<u4"))
    assert ([one.ordinal for one in found.found], found.total) == ([0, 2], 2)
    made.close()


def test_a_damaged_folder_is_seen_and_nothing_is_searched_in_it(place: str) -> None:
    from graph.generation import GenerationError
    from matching.explore.names import Finders

    made, _ = opened(place, [party(0, ["临江虚构有限公司"])])
    folder = ensure(Path(place), made)
    whole = (folder / "names.text").read_bytes()
    (folder / "names.text").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(GenerationError):
        open_names(folder)
    assert Finders(Path(place)).of(made).names("虚构", 5).total == 1
    assert len(list(party_docs(made))) == 1
    assert list(listing_docs(made)) == []
    made.close()


@pytest.mark.parametrize(
    "text",
    ["（2025）临01执虚123号", "(2025)临01执虚123号", "〔2025〕临01执虚123号", " (2025) 临01执 虚123号"],
)
def test_a_case_number_is_the_same_with_any_brackets(text: str) -> None:
    assert number_form(text) == "2025临01执虚123号"
