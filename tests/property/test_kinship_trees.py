"""Kinship from typed edges against the law's definitions, worked out on random family trees in another way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.kinship_codes import relatives, words_of


@dataclass
class Tree:
    """Families without remarriage: parents by child, spouse by person."""

    parents: dict[str, tuple[str, str]] = field(default_factory=dict)
    spouse: dict[str, str] = field(default_factory=dict)

    def children(self, person: str) -> set[str]:
        return {child for child, pair in self.parents.items() if person in pair}

    def up(self, people: set[str]) -> set[str]:
        return {parent for person in people for parent in self.parents.get(person, ())}

    def down(self, people: set[str]) -> set[str]:
        return {child for person in people for child in self.children(person)}

    def married(self, people: set[str]) -> set[str]:
        return {self.spouse[person] for person in people if person in self.spouse}

    def siblings(self, people: set[str]) -> set[str]:
        return {s for person in people for s in self.down(self.up({person})) if s != person}

    def near(self, me: str) -> set[str]:
        """近亲属 (民法典 1045)."""
        up, down = self.up({me}), self.down({me})
        return self.married({me}) | up | down | self.siblings({me}) | self.up(up) | self.down(down)

    def recusal(self, me: str) -> set[str]:
        """夫妻、直系血亲、三代以内旁系血亲、近姻亲, as SPEC 3 C lists them."""
        wife, siblings = self.married({me}), self.siblings({me})
        uncles = self.siblings(self.up({me}))
        collateral = siblings | uncles | self.down(siblings) | self.down(uncles)
        lineal: set[str] = set()
        up, down = {me}, {me}
        for _ in range(4):
            up, down = self.up(up), self.down(down)
            lineal |= up | down
        wifes = self.siblings(wife)
        in_laws = self.married(self.down({me}))
        near = (
            self.up(wife)
            | wifes
            | self.married(wifes)
            | in_laws
            | self.up(in_laws)
            | self.married(collateral)
        )
        return (wife | lineal | collateral | near) - {me}


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    tree = Tree()
    people: list[str] = []
    couples: list[tuple[str, str]] = []
    for n in range(draw(st.integers(2, 9))):
        one = f"a{n}"
        with_parents: bool = draw(st.booleans())
        marries: int = draw(st.integers(0, 2))
        if couples and with_parents:
            tree.parents[one] = draw(st.sampled_from(couples))
        people.append(one)
        unmarried = [p for p in people if p not in tree.spouse and p != one]
        strangers = [p for p in unmarried if p not in tree.recusal(one) and one not in tree.recusal(p)]
        if strangers and marries:
            other = draw(st.sampled_from(strangers))
        else:
            other = f"b{n}"
            people.append(other)
        tree.spouse[one], tree.spouse[other] = other, one
        couples.append((one, other))
        for k in range(draw(st.integers(0, 2))):
            child = f"c{n}.{k}"
            people.append(child)
            tree.parents[child] = (one, other)
    return tree


@settings(max_examples=150, deadline=None)
@given(trees())
def test_every_relative_is_found_and_nobody_else_is_certain(tree: Tree) -> None:
    everyone = set(tree.spouse) | set(tree.parents)

    def edges(person: str) -> Iterable[tuple[str, frozenset[str], None]]:
        for parent in tree.parents.get(person, ()):
            yield parent, words_of("parent"), None
        for child in sorted(tree.children(person)):
            yield child, words_of("child"), None
        if person in tree.spouse:
            yield tree.spouse[person], words_of("spouse"), None

    for me in sorted(everyone):
        found, cut = relatives(me, edges)
        assert not cut
        certain = {one.person for one in found if one.within("recusal") == "certain"}
        assert certain == tree.recusal(me), me
        close = {one.person for one in found if one.within("near") == "certain"}
        assert close <= tree.near(me), me
