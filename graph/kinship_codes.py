"""Kinship as the law counts it, from typed and sourced edges only; never from a surname or an address.

A relative is reached by steps: `U` up to a parent, `D` down to a child, `S` to a spouse. A code such as `uncle_aunt`
is a word of such steps (`UUD`: up to a grandparent, down to that one's child), so that the sets of the law are sets
of words and two edges put together are two words put together. Source: 民法典 1045 (近亲属), 公务员法 74, 采条例 9(四);
the members of 三代以内旁系血亲 and 近姻亲 as in SPEC 3 C and 《公务员任职回避和公务回避规定（试行）》 5.

Where two edges leave open who somebody is (a child's parent, a spouse's child), the answer is `possible` and never
more: such a relative is for a human.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Literal, NamedTuple, TypeVar

CODES: dict[str, tuple[str, ...]] = {
    "spouse": ("S",),
    "parent": ("U",),
    "child": ("D",),
    "sibling": ("UD",),
    "grandparent": ("UU",),
    "grandchild": ("DD",),
    "great_grandparent": ("UUU",),
    "great_grandchild": ("DDD",),
    "uncle_aunt": ("UUD",),
    "nephew_niece": ("UDD",),
    "cousin": ("UUDD",),
    "spouse_parent": ("SU",),
    "spouse_sibling": ("SUD",),
    "spouse_sibling_spouse": ("SUDS",),
    "child_spouse": ("DS",),
    "child_spouse_parent": ("DSU",),
    "sibling_spouse": ("UDS",),
    "uncle_aunt_spouse": ("UUDS",),
    "nephew_niece_spouse": ("UDDS",),
    "cousin_spouse": ("UUDDS",),
    "sibling_in_law": ("SUD", "UDS"),
    "great_uncle_aunt": ("UUUD",),
    "grandnephew_grandniece": ("UDDD",),
    "first_cousin_once_removed": ("UUUDD", "UUDDD"),
    "second_cousin": ("UUUDDD",),
    "spouse_grandparent": ("SUU",),
    "grandchild_spouse": ("DDS",),
    "step_parent": ("US", "U"),
    "step_child": ("SD", "D"),
    "spouse_nephew_niece": ("SUDD",),
    "spouse_uncle_aunt": ("SUUD",),
}
"""The codes that `Relation.role` of a KIN_OF edge takes: `src` is the <code> of `dst`. Other texts: `read_code`.

Of a step-parent the law asks whether the child was brought up by him or her (民法典 1072): two words, so `possible`."""

NONE = frozenset({"none", "unrelated", "非亲属", "99", "保姆", "98", "本人", "01", "户主", "02"})
"""Entries of a household register that are no kinship at all."""

_ALIASES: dict[str, str] = {
    "spouse": "husband wife 配偶 夫 妻 丈夫 妻子 夫妻 爱人 老公 老婆 10 11 12",
    "parent": "father mother adoptive_parent 父母 父 母 父亲 母亲 爸爸 妈妈 养父 养母 养父母 50 51 52",
    "child": (
        "son daughter adopted_child 子女 子 女 儿子 女儿 独生子 独生女 长子 次子 三子 四子 五子 长女 "
        "次女 三女 四女 五女 养子 养女 养子女 20 21 22 23 24 25 26 30 31 32 33 34 35 36"
    ),
    "sibling": (
        "brother sister half_sibling half_brother half_sister 兄弟姐妹 兄弟 姐妹 兄 弟 姐 妹 哥哥 "
        "弟弟 姐姐 妹妹 胞兄 胞弟 胞姐 胞妹 70 71 73 75 77"
    ),
    "grandparent": (
        "grandfather grandmother 祖父母 外祖父母 祖父 祖母 外祖父 外祖母 爷爷 奶奶 外公 外婆 姥爷 "
        "姥姥 60 61 62 63 64"
    ),
    "grandchild": "grandson granddaughter 孙子女 外孙子女 孙子 孙女 外孙 外孙子 外孙女 40 41 42 43 44",
    "great_grandparent": "great_grandfather great_grandmother 曾祖父母 曾祖父 曾祖母 外曾祖父 外曾祖母 66 67",
    "great_grandchild": "great_grandson great_granddaughter 曾孙 曾孙子 曾孙女 外曾孙 外曾孙子 外曾孙女 47 48",
    "uncle_aunt": (
        "uncle aunt 伯父 叔父 伯伯 叔叔 伯 叔 姑母 姑姑 姑 舅父 舅舅 舅 姨母 姨妈 姨 叔伯姑舅姨 "
        "伯叔姑舅姨 81 83 85 88 90"
    ),
    "nephew_niece": "nephew niece 侄子 侄女 侄 侄儿 外甥 外甥女 侄子女 甥子女 侄子(女) 93 94 95 96",
    "cousin": (
        "first_cousin 堂兄弟姐妹 表兄弟姐妹 堂兄弟 堂姐妹 表兄弟 表姐妹 堂兄 堂弟 堂姐 堂妹 表兄 表弟 "
        "表姐 表妹 表哥 堂哥 91 92"
    ),
    "spouse_parent": (
        "parent_in_law father_in_law mother_in_law 配偶的父母 岳父 岳母 岳父母 公公 婆婆 公婆 丈人 "
        "丈母娘 53 54 55 56"
    ),
    "spouse_sibling": "配偶的兄弟姐妹 大伯子 小叔子 大姑子 小姑子 大舅子 小舅子 大姨子 小姨子 内兄 内弟",
    "spouse_sibling_spouse": "配偶的兄弟姐妹的配偶 连襟 妯娌",
    "child_spouse": "child_in_law son_in_law daughter_in_law 子女的配偶 子女配偶 儿媳 儿媳妇 女婿 28 38",
    "child_spouse_parent": "co_parent_in_law 子女配偶的父母 子女的配偶的父母 亲家 亲家公 亲家母",
    "sibling_spouse": "兄弟姐妹的配偶 嫂 嫂子 嫂嫂 弟媳 弟妹 弟妇 姐夫 妹夫 72 74 76 78",
    "uncle_aunt_spouse": "uncle_in_law aunt_in_law 伯母 婶母 婶婶 舅母 舅妈 姨父 姨夫 姑父 姑夫 82 84 86 87 89",
    "nephew_niece_spouse": "侄媳 侄婿 侄女婿 外甥媳 外甥女婿 甥婿",
    "cousin_spouse": "堂嫂 堂姐夫 堂妹夫 堂弟媳 表嫂 表姐夫 表妹夫 表弟媳",
    "sibling_in_law": "brother_in_law sister_in_law",
    "great_uncle_aunt": "great_uncle great_aunt 伯祖父 叔祖父 伯祖母 舅公 姑婆 姨婆",
    "grandnephew_grandniece": "grandnephew grandniece 侄孙 侄孙女 外甥孙",
    "first_cousin_once_removed": "堂侄 堂侄女 表侄 表侄女 堂叔 堂伯 表叔 表舅 表姑 表姨",
    "second_cousin": "从堂兄弟 再从兄弟 从表兄弟 远房堂兄弟 远房表兄弟",
    "spouse_grandparent": "grandparent_in_law 配偶的祖父母 配偶的外祖父母 65 68",
    "grandchild_spouse": "grandchild_in_law 孙媳 孙媳妇 孙女婿 外孙媳 外孙女婿 45 46",
    "step_parent": "stepfather stepmother stepparent 继父 继母 继父母 57 58",
    "step_child": "stepson stepdaughter stepchild 继子 继女 继子女 27 37",
    "spouse_nephew_niece": "配偶的侄子 配偶的侄女 配偶的外甥 内侄 内侄女",
    "spouse_uncle_aunt": "配偶的叔伯 配偶的舅父",
}  # numbers: GB/T 4761 家庭关系代码
_READ = {alias: code for code, text in _ALIASES.items() for alias in (code, *text.split())}

_LINEAL = frozenset(step * n for step in "UD" for n in range(1, 5))
_COLLATERAL = frozenset({"UD", "UUD", "UDD", "UUDD"})
"""三代以内旁系血亲: the common ancestor counts as the first generation, and neither side goes below the third."""
_AFFINITY = frozenset({"SU", "SUD", "SUDS", "DS", "DSU"} | {f"{word}S" for word in _COLLATERAL})
"""近姻亲, as SPEC 3 C lists them: a spouse's grandparents and a grandchild's spouse are not among them."""

Sets = Literal["near", "recusal", "business"]
SETS: dict[Sets, frozenset[str]] = {
    "near": frozenset({"S", "U", "D", "UD", "UU", "DD"}),
    "recusal": frozenset({"S"} | _LINEAL | _COLLATERAL | _AFFINITY),
    "business": frozenset({"S", "D", "DS"}),
}
"""`near`: 近亲属 (民法典 1045). `recusal`: 夫妻、直系血亲、三代以内旁系血亲、近姻亲 (采条例 9(四), 公务员法 74(1)).
`business`: 配偶、子女及其配偶 (公务员法 74(2))."""

_NAMES = {words[0]: code for code, words in CODES.items() if len(words) == 1}
_BEGINNINGS = frozenset(word[:n] for word in SETS["recusal"] for n in range(1, len(word) + 1))
MAX_EDGES = 5
"""Edges put together at most: a cousin's spouse, from parent, child and spouse edges alone."""
MAX_PERSONS = 500
"""Relatives looked at of one person; more is an error of the data."""

Degree = Literal["certain", "possible", "none"]
E = TypeVar("E")


class Relative(NamedTuple, Generic[E]):
    """Someone whom typed edges make a relative, with the edges in order from the person asked about.

    `words` are all readings of these edges: more than one where they leave something open, `-` for one that the law
    does not count, `?` for a code that nobody knows.
    """

    person: str
    words: frozenset[str]
    edges: tuple[E, ...]

    @property
    def code(self) -> str:
        """The code by which sentences call the relative: `relative` where the edges leave it open."""
        if len(self.words) == 1:
            return _NAMES.get(next(iter(self.words)), "relative")
        return next((code for code, words in CODES.items() if frozenset(words) == self.words), "relative")

    def within(self, kind: Sets) -> Degree:
        """Whether the law counts the relative in one of its sets."""
        return _within(self.words, kind)


def read_code(role: str) -> str | None:
    """The code that a text of a register or declaration stands for.

    Returns:
        A key of `CODES`; empty for an entry that says there is no kinship; None for a text nobody knows: such an
        edge counts as possible, for a human.
    """
    text = role.strip().lower().replace("-", "_").replace(" ", "_").replace("（", "(").replace("）", ")")
    if text in NONE:
        return ""
    return _READ.get(text)


def words_of(role: str, *, backwards: bool = False) -> frozenset[str]:
    """The steps that a role means, from the one who has the relative to the relative.

    Args:
        role: the role of a KIN_OF edge: `src` is the role of `dst`.
        backwards: the other way, from `src` to `dst`.

    Returns:
        Its words; `{"?"}` for a role nobody knows, nothing for one that is no kinship.
    """
    code = read_code(role)
    if code is None:
        return frozenset("?")
    if not code:
        return frozenset()
    return frozenset(inverse(word) if backwards else word for word in CODES[code])


def inverse(word: str) -> str:
    """The same way back: a nephew's way to me is my uncle's way to him."""
    return word[::-1].translate({ord("U"): "D", ord("D"): "U"})


def within(role: str, kind: Sets) -> Degree:
    """Whether the law counts a relative of that role in one of its sets."""
    return _within(words_of(role), kind)


def _within(words: frozenset[str], kind: Sets) -> Degree:
    counted = words & SETS[kind]
    if not words:
        return "none"
    if counted == words:
        return "certain"
    return "possible" if counted or "?" in words else "none"


def _join(before: str, after: str, stops: frozenset[int]) -> frozenset[str]:
    """What two words mean together; with `-` (nobody whom the law counts) among them where they leave it open, nothing
    where they lead back.

    A child's parent may be the spouse or not, a spouse's child one's own or not, a parent's spouse the other parent
    or not.

    `stops` are the lengths of `before` at which the way has met somebody: nobody is met twice.
    """
    turn = before[-1] + after[0]
    if turn in ("DU", "SD", "US"):
        middle = {"DU": "" if before[-2:-1] == "U" else "S", "SD": "D", "US": "U"}[turn]
        return frozenset((before[:-1] + middle + after[1:], "-"))
    if turn == "SS":
        return frozenset()
    if turn != "UD":
        return frozenset((before + after,))
    up = len(before) - len(before.rstrip("U"))
    down = len(after) - len(after.lstrip("D"))
    found = set()
    for back in range(min(up, down) + 1):
        word = before[: len(before) - back] + after[back:]
        if not after[back:] and len(before) - back in stops:
            continue
        found.add(word)
    return frozenset(found - {""})


def join(
    before: frozenset[str], after: frozenset[str], stops: frozenset[int] = frozenset({0})
) -> frozenset[str]:
    """All readings of two edges one after the other."""
    found: set[str] = set()
    for one in before:
        for other in after:
            both = {one, other}
            found |= frozenset("?") if "?" in both else {"-"} if "-" in both else _join(one, other, stops)
    return frozenset(found)


def relatives(
    person: str, edges: Callable[[str], Iterable[tuple[str, frozenset[str], E]]]
) -> tuple[list[Relative[E]], bool]:
    """Everyone whom typed edges make, surely or possibly, a relative in the sets of the law.

    Args:
        person: the key of the person asked about.
        edges: the KIN_OF edges of a person: the other one's key, the words from the first to the other
            (`words_of`), and the edge itself.

    Returns:
        The relatives, each by the way with the fewest edges that says most, and whether the search was cut.
    """
    best: dict[str, Relative[E]] = {}
    gone: set[tuple[str, frozenset[str]]] = set()
    layer: list[tuple[Relative[E], frozenset[int], frozenset[str]]] = [
        (Relative(person, frozenset(), ()), frozenset({0}), frozenset({person}))
    ]
    for _ in range(MAX_EDGES):
        following = []
        for at, stops, met in layer:
            for other, step, edge in edges(at.person):
                if other in met:
                    continue
                words = step if not at.words else join(at.words, step, stops)
                found = Relative(other, words, (*at.edges, edge))
                if found.within("recusal") != "none" and _says_more(found, best.get(other)):
                    best[other] = found
                if not words & _BEGINNINGS or (other, words) in gone:
                    continue
                gone.add((other, words))
                lengths = {len(word) for word in words}
                plain = len(words) == 1 and len(step) == 1 and len(at.words) <= 1
                stop = stops | lengths if plain else frozenset({0})
                following.append((found, stop, met | {other}))
                if len(following) > MAX_PERSONS:
                    return list(best.values()), True
        layer = following
    return list(best.values()), False


def _says_more(found: Relative[E], known: Relative[E] | None) -> bool:
    return known is None or (known.within("recusal") == "possible" and found.within("recusal") == "certain")


__all__ = [
    "CODES", "MAX_EDGES", "MAX_PERSONS", "SETS", "Degree", "Relative", "Sets", "inverse", "join", "read_code",
    "relatives", "within", "words_of",
]  # fmt: skip
