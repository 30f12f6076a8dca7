"""A Latin name as words: transliterated, its legal form and numbers set apart, each word with its weight.

Russian and Greek letters, accents, Japanese kana and Korean syllables become plain capitals; letters of other
scripts stay as they are and only agree with themselves.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

MAX_LATIN: Final = 240
"""Characters of a Latin name that are read; the longest registered ones have about 200."""
MAX_WORDS: Final = 24

FILLER: Final = 0
GENERAL: Final = 1
ACTIVITY: Final = 2
PLACE: Final = 3
BRANDING: Final = 4
"""A word with a meaning that firms call themselves by (SUNSHINE): rare enough to tell firms apart."""
RARE: Final = 5

_CLASSES = {"f": FILLER, "g": GENERAL, "i": ACTIVITY, "b": BRANDING}

_LETTERS = {
    "ß": "SS", "Æ": "AE", "Œ": "OE", "Ø": "O", "Đ": "D", "Ð": "D", "Þ": "TH", "Ł": "L", "Ħ": "H", "ı": "I", "Ŋ": "N",
    "А": "A", "Б": "B", "В": "V", "Г": "G", "Д": "D", "Е": "E", "Ж": "ZH", "З": "Z", "И": "I", "К": "K", "Л": "L",
    "М": "M", "Н": "N", "О": "O", "П": "P", "Р": "R", "С": "S", "Т": "T", "У": "U", "Ф": "F", "Х": "KH", "Ц": "TS",
    "Ч": "CH", "Ш": "SH", "Щ": "SHCH", "Ъ": "", "Ы": "Y", "Ь": "", "Э": "E", "Ю": "YU", "Я": "YA", "І": "I", "Є": "YE",
    "Ґ": "G", "Ј": "J", "Љ": "LJ", "Њ": "NJ", "Ћ": "C", "Ђ": "DJ", "Џ": "DZ", "Ѕ": "DZ", "Қ": "K", "Ғ": "G", "Ң": "N",
    "Ө": "O", "Ұ": "U", "Ү": "U", "Һ": "H", "Ә": "A", "Α": "A", "Β": "V", "Γ": "G", "Δ": "D", "Ε": "E", "Ζ": "Z",
    "Η": "I", "Θ": "TH", "Ι": "I", "Κ": "K", "Λ": "L", "Μ": "M", "Ν": "N", "Ξ": "X", "Ο": "O", "Π": "P", "Ρ": "R",
    "Σ": "S", "Τ": "T", "Υ": "Y", "Φ": "F", "Χ": "CH", "Ψ": "PS", "Ω": "O",
}  # fmt: skip
_GREEK_PAIRS = (("ΟΥ", "U"), ("ΜΠ", "B"), ("ΝΤ", "NT"), ("ΓΓ", "NG"), ("ΓΚ", "GK"))
_SEPARATE = re.compile(r"[^\w]+|_", re.UNICODE)
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´ʼʹ](?=\w)")
_NUMBER_SIGN = re.compile(r"\bN(?:O\.?|R\.?|°|º)\s*(?=\d)")
_ORDINAL = re.compile(r"\A(\d+)(?:ST|ND|RD|TH)\Z")
_MISREAD = re.compile(r"(?<=[A-Z])[01359](?=[A-Z]|\Z)")
_DIGIT_LETTERS = {"0": "O", "1": "I", "3": "E", "5": "S", "9": "G"}
_UNITS = (
    "ZERO", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "NINE", "TEN", "ELEVEN",
    "TWELVE", "THIRTEEN", "FOURTEEN", "FIFTEEN", "SIXTEEN", "SEVENTEEN", "EIGHTEEN", "NINETEEN",
)  # fmt: skip
_TENS = (
    "TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY",
)  # fmt: skip
_ORDINALS = (
    "FIRST", "SECOND", "THIRD", "FOURTH", "FIFTH", "SIXTH", "SEVENTH", "EIGHTH", "NINTH", "TENTH",
    "ELEVENTH", "TWELFTH",
)  # fmt: skip
_ROMAN = re.compile(r"\A(?=[IVX])(X{0,2})(IX|IV|V?I{0,3})\Z")


class Word(NamedTuple):
    """A word of a Latin name."""

    text: str
    kind: int
    sense: int
    """Number of its meaning in english.tsv or places.tsv; words of one meaning agree. -1 for none."""


class LatinName(NamedTuple):
    """A Latin name as read."""

    words: tuple[Word, ...]
    """Words that are neither form nor number, in their order."""
    numbers: tuple[int, ...]
    forms: tuple[str, ...]
    """Groups of legal_forms.tsv in their order."""
    kinds: frozenset[str]
    """Kinds of those forms: limited, shares, company, branch …"""
    collapsed: str
    """All words but THE and AND run together."""


def _rows(name: str) -> list[list[str]]:
    text = files("matching.names").joinpath(name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]


class _Vocabulary(NamedTuple):
    forms: dict[tuple[str, ...], tuple[str, str]]
    form_words: frozenset[str]
    words: dict[tuple[str, ...], tuple[int, int]]
    meanings: tuple[tuple[str, ...], ...]
    """Chinese words of each meaning."""
    places: dict[int, str]
    """Meaning to GB/T 2260 prefix or a foreign place's letters."""
    longest: int


@cache
def vocabulary() -> _Vocabulary:
    """The tables of forms, words and places, read once."""
    forms: dict[tuple[str, ...], tuple[str, str]] = {}
    for group, kind, spellings in _rows("legal_forms.tsv"):
        for spelling in spellings.split("|"):
            forms.setdefault(tuple(spelling.split()), (group, kind))
    words: dict[tuple[str, ...], tuple[int, int]] = {}
    meanings: list[tuple[str, ...]] = []
    for kind, spellings, chinese in _rows("english.tsv"):
        for spelling in spellings.split("|"):
            words.setdefault(tuple(spelling.split()), (_CLASSES[kind], len(meanings)))
        meanings.append(tuple(chinese.split()))
    places: dict[int, str] = {}
    for code, chinese, spellings in _rows("places.tsv"):
        places[len(meanings)] = code
        for spelling in spellings.split("|"):
            words.setdefault(tuple(spelling.split()), (PLACE, len(meanings)))
        meanings.append((chinese,))
    return _Vocabulary(
        forms,
        frozenset(word for spelling in forms for word in spelling if len(word) >= 7),
        words,
        tuple(meanings),
        places,
        max(map(len, (*forms, *words))),
    )


def romanise(text: str) -> str:
    """Text in plain capitals: accents dropped, Cyrillic, Greek, kana and Hangul spelt out."""
    if text.isascii():
        return text.upper()
    text = unicodedata.normalize("NFKC", text).upper()
    for pair, latin in _GREEK_PAIRS:
        text = text.replace(pair, latin)
    return "".join(_romanised(c) for c in text)


@lru_cache(maxsize=4096)
def _romanised(character: str) -> str:
    if character.isascii():
        return character
    if character in _LETTERS:
        return _LETTERS[character]
    plain = "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))
    if plain and plain != character and not "\uac00" <= character <= "\ud7a3":
        return "".join(_LETTERS.get(c, c) for c in plain)
    name = unicodedata.name(character, "")
    for script in ("HANGUL SYLLABLE ", "KATAKANA LETTER ", "HIRAGANA LETTER "):
        if name.startswith(script):
            return name.removeprefix(script).removeprefix("SMALL ")
    return "" if unicodedata.combining(character) else character


def split_words(text: str) -> list[str]:
    """What stands between blanks, dashes and punctuation; an apostrophe parts nothing."""
    return [word for word in _SEPARATE.split(_APOSTROPHE.sub("", text)) if word]


def tokens(raw: str) -> list[str]:
    """The words of a name in plain capitals, single letters joined (L. L. C. is LLC)."""
    text = _NUMBER_SIGN.sub(" ", romanise(raw[:MAX_LATIN]))
    found = split_words(text.replace("&", " AND ").replace("+", " AND "))
    joined: list[str] = []
    run = ""
    for word in found[: MAX_WORDS * 4]:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        joined += _parted(run)
        run = ""
        joined.append(word)
    return joined + _parted(run)


def _parted(run: str) -> list[str]:
    """Single letters run together, a form at their end apart: V L P is V and LP."""
    known = vocabulary()
    if len(run) > 2 and (run,) not in known.forms and (run,) not in known.words:
        for length in (4, 3, 2):
            if len(run) > length and (run[-length:],) in known.forms:
                return [run[:-length], run[-length:]]
    return [run] if run else []


def mended(word: str) -> str:
    """A word in which digits were read for letters (SECH1N)."""
    if len(word) >= 4 and sum(map(str.isalpha, word)) >= 3 and sum(map(str.isdigit, word)) <= 2:
        return _MISREAD.sub(lambda match: _DIGIT_LETTERS[match.group()], word)
    return word


def _number(words: list[str], at: int, roman: bool) -> tuple[int, int]:
    """The number that begins at a word and how many words it takes; 0 words when there is none."""
    word = words[at]
    if word.isdigit():
        return int(word[:12]), 1
    ordinal = _ORDINAL.match(word)
    if ordinal:
        return int(ordinal.group(1)[:12]), 1
    if word in _TENS:
        value = (_TENS.index(word) + 2) * 10
        following = words[at + 1] if at + 1 < len(words) else ""
        if following in _UNITS[1:10]:
            return value + _UNITS.index(following), 2
        if following in _ORDINALS[:9]:
            return value + _ORDINALS.index(following) + 1, 2
        return (value + int(following), 2) if following.isdigit() and len(following) == 1 else (value, 1)
    if word in _UNITS[1:]:
        return _UNITS.index(word), 1
    if word in _ORDINALS:
        return _ORDINALS.index(word) + 1, 1
    if roman and word:
        match = _ROMAN.match(word)
        # A syllable of pinyin and a single letter are numerals only at the end: Guang Xi, Bain Capital XI.
        if match and (word not in ("XI", "I", "V", "X") or at + 1 == len(words)):
            ending = {
                "": 0,
                "I": 1,
                "II": 2,
                "III": 3,
                "IV": 4,
                "V": 5,
                "VI": 6,
                "VII": 7,
                "VIII": 8,
                "IX": 9,
            }
            return 10 * len(match.group(1)) + ending[match.group(2)], 1
    return 0, 0


@lru_cache(maxsize=65_536)
def _corrected(word: str) -> str:
    """A word of a legal form that is one letter off (AKTIENGESELSCHAFT) put right; any other word as it is."""
    if len(word) < 6:
        return word
    known = vocabulary().form_words
    if word in known or (word,) in vocabulary().words:
        return word
    near = (form for form in known if abs(len(form) - len(word)) == 1 and _one_off(word, form))
    return min(near, default=word)


def _one_off(a: str, b: str) -> bool:
    """Whether one letter more or less is all that parts two words."""
    short, long = sorted((a, b), key=len)
    at = next((i for i, c in enumerate(short) if c != long[i]), len(short))
    return short[at:] == long[at + 1 :]


def take_forms(words: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
    """Words without legal forms, and the forms. A short form counts at either end or before a bracketed place."""
    forms = vocabulary().forms
    longest = max(map(len, forms))
    rest: list[str] = []
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            form = forms.get(tuple(words[at : at + length]))
            if form is None:
                continue
            edge = at == 0 or at + length == len(words) or _only_forms(words[at + length :])
            distinct = length > 1 or len(words[at]) >= 6
            if (edge or distinct) and (len(words) > length):
                found.append(form)
                at += length
                break
        else:
            rest.append(words[at])
            at += 1
    return rest, found


def _only_forms(words: list[str]) -> bool:
    """Whether nothing but forms, places, fillers and a branch's own name follows."""
    known = vocabulary()
    if any(known.forms.get((word,), ("", ""))[1] == "branch" for word in words):
        return True
    for word in words:
        if (word,) in known.forms:
            continue
        kind = known.words.get((word,), (RARE, -1))[0]
        if kind not in (FILLER, PLACE) and not word.isdigit():
            return False
    return True


def classified(words: list[str]) -> tuple[Word, ...]:
    """Words with their weight and meaning; words that belong together (REAL ESTATE) as one."""
    known = vocabulary().words
    longest = vocabulary().longest
    found: list[Word] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            entry = known.get(tuple(words[at : at + length]))
            if entry is not None:
                found.append(Word(" ".join(words[at : at + length]), *entry))
                at += length
                break
        else:
            found.append(Word(words[at], RARE, -1))
            at += 1
    return tuple(found)


@lru_cache(maxsize=16_384)
def read_latin(raw: str) -> LatinName:
    """Read the Latin name of a company: words with their weight, numbers, legal forms."""
    words = [_corrected(word) for word in tokens(raw)[:MAX_WORDS]]
    words, forms = take_forms(words)
    numbers: list[int] = []
    rest: list[str] = []
    at = 0
    while at < len(words):
        value, taken = _number(words, at, roman=at > 0 and bool(rest))
        if taken:
            numbers.append(value)
            at += taken
        else:
            word = words[at]
            digits = "".join(filter(str.isdigit, word)) if not word.isalpha() else ""
            put_right = mended(word)
            if digits and put_right == word:
                numbers.append(int(digits[:12]))
            rest.append(put_right)
            at += 1
    read = classified(rest)
    return LatinName(
        words=read,
        numbers=tuple(sorted(numbers)),
        forms=tuple(group for group, _ in forms),
        kinds=frozenset(kind for _, kind in forms),
        collapsed="".join(word.text.replace(" ", "") for word in read if word.text not in ("AND", "THE")),
    )
