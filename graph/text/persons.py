"""Names of persons (SPEC 7.6, 7.7): comparison form, aliases, masks, and names that are near but not equal.

A name alone never proves that two persons are one; what is here only compares writing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import permutations

from graph.model import Doc, Name, NameKind
from graph.text._tables import DASHES, DOTS, HANZI, INVISIBLE, LOST, WILDCARD, simplify
from graph.text.organizations import wildcard_equal
from graph.text.repair import may_be_mojibake, repair

_MAX = 200
MASK = "*"

_ROLE = re.compile(
    r"\((?:男|女|先生|女士|负责人|法定代表人|法人代表|法人|经营者|业主|主要负责人|项目负责人|项目经理|委托代理人|授权代表|"
    r"签字|签章|盖章|已故|离职|自然人|个体|股东|董事长|总经理|执行董事)\)|(?:先生|女士|同志)\Z|\(?等[0-9一二三四五六七八九十]{0,3}人\)?\Z"
)
_MASK_RUN = re.compile(r"[*＊×✕✖●○◯□■※]+|[Xx]{2,}|(?<=[" + HANZI + r"])[Xx](?![A-Za-z])|[•]{2,}|•\Z|某+")
_LOST = re.compile(f"[{LOST}]")
_PUNCTUATION = re.compile(rf"[{re.escape(DOTS)}{DASHES}\s'’‘`´\"“”,，、;；:：。/\\|_!！~^#&+=%$@]+")
_LATIN = re.compile("[A-Z]+")
_SIMPLE = re.compile("[一-鿿]{2,12}")
_TITLE = re.compile(r"\A(?:曾用名|又名|别名|原名|英文名|中文名|译名)[:：]?")


class PersonName(Doc):
    """The name of a person as written and as compared (`n6`)."""

    raw: str
    n6: str = ""
    aliases: tuple[Name, ...] = ()
    """The same person's name in another script or a former one, as the text itself states it."""
    masked: bool = False
    """Part of the name is hidden (张*, 张某某): `n6` holds `*`, and the name is never used for matching."""
    wildcard: bool = False
    """A character was lost: `n6` holds `?` for it."""


def _plain_latin(text: str) -> str:
    """Latin letters without their marks: Müller is MULLER on a form."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _form(text: str) -> str:
    """Comparison form of one name without brackets: Chinese characters as they stand, Latin words sorted."""
    words = [word for word in _PUNCTUATION.sub(" ", text).split() if word]
    latin = sorted(word for word in words if _LATIN.fullmatch(word))
    other = "".join(word for word in words if not _LATIN.fullmatch(word))
    return other + "".join(latin)


def _normal(raw: str) -> str:
    text = unicodedata.normalize("NFKC", repair(raw[:_MAX]))
    text = re.sub(f"[{INVISIBLE}]", "", text)
    text = simplify(text, words=False)
    text = unicodedata.normalize("NFC", _plain_latin(text)).upper()
    text = re.sub(r"(?<=[A-Z])[-'’‘`´](?=[A-Z])", "", text)
    text = text.translate(str.maketrans("[【〔「〈《]】〕」〉》", "(((((())))))"))
    text = _ROLE.sub("", text)
    masked = _MASK_RUN.sub(lambda match: MASK * len(match.group()), text)
    return _LOST.sub(WILDCARD, masked)


def _parts(text: str) -> tuple[str, list[str]]:
    """The name before brackets, and what brackets or a second script add."""
    extra: list[str] = []

    def take(match: re.Match[str]) -> str:
        inside = _TITLE.sub("", match.group(1).strip())
        if inside:
            extra.append(inside)
        return " "

    main = re.sub(r"\(([^()]*)\)", take, text)
    main = main.replace("(", " ").replace(")", " ").strip()
    if re.search(f"[{HANZI}]", main) and re.search("[A-Z]{2}", main):
        words = re.findall(r"[A-Z][A-Z ,.\-]+", main)
        latin = [word.strip(" ,.-") for word in words if len(re.findall("[A-Z]", word)) >= 2]
        rest = re.sub(
            r"[A-Z][A-Z ,.\-]+",
            lambda m: " " if len(re.findall("[A-Z]", m.group())) >= 2 else m.group(),
            main,
        )
        if _form(rest):
            main = rest.strip()
            extra += latin
    if not main and extra:
        main = extra.pop(0)
    return main, extra


def _script_kind(main: str, other: str) -> NameKind:
    has_hanzi = re.compile(f"[{HANZI}]").search
    return NameKind.ALIAS if bool(has_hanzi(main)) == bool(has_hanzi(other)) else NameKind.FOREIGN


def _settled_as_it_is(raw: str) -> bool:
    """Whether a name is plain simplified characters without a mask or a title: what most names are."""
    if _SIMPLE.fullmatch(raw) is None or raw[-1] in "生士志人" or "某" in raw or may_be_mojibake(raw):
        return False
    return simplify(raw, words=False) == raw


@lru_cache(maxsize=2_048)
def person_name(raw: str) -> PersonName:
    """Read the name of a person: comparison form, aliases, whether it is masked (SPEC 7.7).

    Dots and spaces go (minority names lose them in transport), characters become simplified, Latin words are
    upper case and in alphabetical order, a name in brackets becomes an alias. Only 200 characters are read.
    """
    if _settled_as_it_is(raw):
        return PersonName(raw=raw, n6=raw)
    main, extra = _parts(_normal(raw))
    n6 = _form(main)
    for _ in range(4):
        again = _form(_parts(_normal(n6))[0])
        if again == n6:
            break
        n6 = again
    aliases = []
    for other in extra:
        text = " ".join(other.split())
        if _form(text) and _form(text) != n6 and MASK not in text:
            aliases.append(Name(text=text, kind=_script_kind(main, text)))
    return PersonName(raw=raw, n6=n6, aliases=tuple(aliases), masked=MASK in n6, wildcard=WILDCARD in n6)


@lru_cache(maxsize=65_536)
def person_key(raw: str) -> str:
    """The comparison form alone: `person_name(raw).n6`. With `*` it is masked, with `?` a character was
    lost."""
    return person_name(raw).n6


_HOMOPHONES = tuple(frozenset(group) for group in ("闫颜阎", "肖萧", "付傅", "戴代", "邱丘"))
_COMPOUND_LENGTH = 20
"""Fields of the older registers hold 20 characters and cut longer names (SPEC 7.7)."""


def _tokens(raw: str) -> list[str]:
    main, _ = _parts(_normal(raw))
    return [word for word in _PUNCTUATION.sub(" ", main).split() if word]


def _same_words(a: list[str], b: list[str]) -> bool:
    """The same words in another order, one side perhaps without the gaps between them."""
    if sorted(a) == sorted(b):
        return True
    for many, one in ((a, b), (b, a)):
        whole = "".join(one)
        fits = 1 < len(many) <= 5 and len("".join(many)) == len(whole)
        if fits and any("".join(order) == whole for order in permutations(many)):
            return True
    return False


def _lost_dot(a: str, b: str) -> bool:
    """A `?` that stands for a dot: it then hides no letter at all."""
    return any(WILDCARD in x and x.replace(WILDCARD, "") == y for x, y in ((a, b), (b, a)))


def _truncated(a: str, raw_a: str, b: str, raw_b: str) -> bool:
    for short, raw, long in ((a, raw_a, b), (b, raw_b, a)):
        if len(short) < len(long) and long.startswith(short) and len(raw.strip()) >= _COMPOUND_LENGTH - 1:
            return True
    return False


def _near(a: PersonName, b: PersonName) -> bool:
    x, y = a.n6, b.n6
    if wildcard_equal(x, y) or _lost_dot(x, y):
        return True
    if (
        len(x) == len(y)
        and x[1:] == y[1:]
        and len(x) > 1
        and any({x[0], y[0]} <= group for group in _HOMOPHONES)
    ):
        return True
    forms_a = {x, *(person_key(alias.text) for alias in a.aliases)}
    forms_b = {y, *(person_key(alias.text) for alias in b.aliases)}
    if forms_a & forms_b:
        return True
    words_a, words_b = _tokens(a.raw), _tokens(b.raw)
    if _same_words(words_a, words_b):
        return True
    for whole, part in ((words_a, words_b), (words_b, words_a)):
        if len(whole) == 2 and len(part) == 1 and part[0] in whole and len(part[0]) >= 3:
            return True  # the father's name left out
    return _truncated(x, a.raw, y, b.raw)


@lru_cache(maxsize=16_384)
def person_names_near(a: str, b: str) -> str:
    """Compare two names of persons as written: `equal`, `near` or `different` (SPEC 7.7).

    Near are: a lost dot or character, a homophone surname that registries confuse (闫 and 颜, 肖 and 萧),
    an alias in brackets, Latin words in another order, the father's name left out, a name cut at 20
    characters. Near counts only beside an identity number. A masked or an empty name is never equal or
    near.
    """
    if a == b and _settled_as_it_is(a):
        return "equal"
    x, y = person_name(a), person_name(b)
    if not x.n6 or not y.n6 or x.masked or y.masked:
        return "different"
    if x.n6 == y.n6:
        return "near" if x.wildcard else "equal"
    return "near" if _near(x, y) else "different"
