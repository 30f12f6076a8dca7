"""Names of two persons compared, as writing alone (SPEC 7.7): for explanations and evaluation, never a hit by itself.

`graph.text.person_names_near` says which names count as equal or near beside an identity number; what is only a
candidate (the pinyin of a Chinese name, characters of one sound, a Latin name misspelt) is found here.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations
from typing import Final

from rapidfuzz.distance import OSA

from graph import text
from graph.model import Doc
from matching.names.cross_sound import readings, spelt
from matching.names.latin import LatinEdit
from matching.names.latin_align import Pairing, skeleton, spelling_cost
from matching.names.latin_text import MAX_LATIN, mended, romanise, split_words

LIMIT: Final = 4000
"""The most points of two names of persons: thousands may share a name."""
_START: Final = -1200
_OTHER_NAME: Final = -5200
_SPARE_NAME: Final = -500
_ONLY_ONE_SHARED: Final = -2600
_MOST_WORDS: Final = 8
_LONGEST_GIVEN: Final = 8
"""Letters of a word that may be a Chinese name in pinyin; of two such words one is never a slip for the other."""
_TITLES = frozenset((
    "MR", "MRS", "MS", "MISS", "DR", "PROF", "SIR", "MADAM", "HERR", "FRAU", "MONSIEUR", "MADAME", "SHEIKH", "SHAIKH",
    "HAJI", "HON", "REV", "ENG", "PRESIDENT", "GENERAL", "COLONEL", "JR", "SR",
))  # fmt: skip
_PARTICLES = frozenset((
    "AL", "EL", "BIN", "BEN", "IBN", "BINTI", "DE", "DA", "DO", "DOS", "DI", "DEL", "DELLA", "LA", "LE", "VON", "VAN",
    "DER", "DEN", "ZU", "ABU", "UL", "UR",
))  # fmt: skip
_SURNAMES = {
    "单": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren", "盖": "ge",
    "区": "ou", "朴": "piao", "翟": "zhai", "乐": "yue", "员": "yun", "缪": "miao", "冼": "xian",
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "欧阳": "ouyang",
    "司马": "sima", "上官": "shangguan", "诸葛": "zhuge", "夏侯": "xiahou", "皇甫": "huangfu",
    "司徒": "situ", "东方": "dongfang", "令狐": "linghu", "慕容": "murong", "宇文": "yuwen",
    "端木": "duanmu", "公孙": "gongsun", "轩辕": "xuanyuan", "钟离": "zhongli", "闾丘": "lvqiu",
    "南宫": "nangong", "独孤": "dugu", "呼延": "huyan", "覃": "qin", "洗": "xian", "秘": "bi",
    "种": "chong", "召": "shao", "繁": "po", "黑": "he", "折": "she", "宓": "mi", "逄": "pang",
    "娄": "lou", "郇": "xun", "郄": "qie", "晁": "chao", "隗": "wei", "訾": "zi", "殷": "yin",
    "车": "che",
}  # fmt: skip
"""Surnames whose reading differs from that of the character elsewhere, and those of two characters."""


class PersonNames(Doc):
    """Two names of persons compared. Nothing here says that they are one person."""

    outcome: str
    """equal, near (these two count beside an identity number), candidate (worth a look, proves nothing) or
    different."""
    points: int
    """1/1000 of a log-odds unit that both are spellings of one name; at most LIMIT."""
    why: tuple[str, ...] = ()
    """equal, writing (dots, gaps, variants), lost_character, alias, order, near, masked, unreadable, pinyin,
    same_sound, initial, spelling, name_missing, other_name."""
    edits: tuple[LatinEdit, ...] = ()


def compare_persons(left: str, right: str) -> PersonNames:
    """Compare the names of two persons as written; the same from either side.

    Args:
        left: a name as it stands in a list or a request, with aliases in brackets if it has any.
        right: the other one.
    """
    if left <= right:
        return _compare(left, right)
    found = _compare(right, left)
    edits = tuple(LatinEdit(kind=e.kind, left=e.right, right=e.left, where=e.where) for e in found.edits)
    return PersonNames(outcome=found.outcome, points=found.points, why=found.why, edits=edits)


@lru_cache(maxsize=16_384)
def _compare(left: str, right: str) -> PersonNames:
    a, b = text.person_name(left), text.person_name(right)
    if a.masked or b.masked:
        return PersonNames(outcome="different", points=-LIMIT, why=("masked",))
    if not a.n6 or not b.n6:
        return PersonNames(outcome="different", points=-LIMIT, why=("unreadable",))
    known = text.person_names_near(left, right)
    if known == "equal":
        why = "equal" if left == right else "writing"
        return PersonNames(outcome="equal", points=LIMIT, why=(why,))
    if known == "near":
        return PersonNames(outcome="near", points=2500, why=(_why_near(a, b),))
    names_a = [a.n6 if _is_chinese(a.n6) else left, *(alias.text for alias in a.aliases)]
    names_b = [b.n6 if _is_chinese(b.n6) else right, *(alias.text for alias in b.aliases)]
    found = [_one(x, y) for x in names_a for y in names_b]
    return max(found, key=lambda one: one.points)


def _is_chinese(name: str) -> bool:
    return any(c >= "\u3400" and not "\uac00" <= c <= "\ud7a3" for c in name)


def _why_near(a: text.PersonName, b: text.PersonName) -> str:
    if a.wildcard or b.wildcard:
        return "lost_character"
    forms_a = {a.n6, *(text.person_key(alias.text) for alias in a.aliases)}
    forms_b = {b.n6, *(text.person_key(alias.text) for alias in b.aliases)}
    if forms_a & forms_b:
        return "alias"
    if sorted(a.n6) == sorted(b.n6):
        return "order"
    if len(a.n6) == len(b.n6):
        return "same_sound"
    return "name_missing"


def _one(x: str, y: str) -> PersonNames:
    """One name of the left person against one of the right."""
    chinese = _is_chinese(x), _is_chinese(y)
    if chinese == (True, True):
        return _both_chinese(text.person_key(x), text.person_key(y))
    if chinese == (False, False):
        return _both_latin(x, y)
    latin, hanzi = (x, y) if chinese[1] else (y, x)
    return _pinyin(latin, text.person_key(hanzi))


def _different(why: str) -> PersonNames:
    return PersonNames(outcome="different", points=-LIMIT, why=(why,))


def _both_chinese(x: str, y: str) -> PersonNames:
    """Characters of one sound in one place (闫 and 颜) make a candidate, every other difference another name."""
    if len(x) != len(y) or len(x) < 2:
        return _different("other_name")
    sounds = readings(x), readings(y)
    edits = []
    for place, (one, other) in enumerate(zip(x, y, strict=True)):
        if one == other:
            continue
        shared = {name for name, _ in sounds[0][place]} & {name for name, _ in sounds[1][place]}
        if not shared:
            return _different("other_name")
        edits.append(LatinEdit(kind="same_sound", left=one, right=other, where="name"))
    points = -600 - 900 * (len(edits) - 1)
    return PersonNames(outcome="candidate", points=points, why=("same_sound",), edits=tuple(edits))


def _pinyin(latin: str, hanzi: str) -> PersonNames:
    """Whether Latin words are the pinyin of a Chinese name, its parts in either order."""
    words = [word for word in words_of(latin) if word not in _TITLES]
    if not words or len(words) > _MOST_WORDS or len(hanzi) < 2:
        return _different("other_name")
    sounds = [{name for name, _ in options} for options in readings(hanzi)]
    for length in (2, 1):
        surname = _SURNAMES.get(hanzi[:length])
        if surname and length == 1:
            sounds[0].add(surname)
        elif surname:
            sounds = [{surname}, *sounds[2:]]
            break
    if not all(sounds):
        return _different("other_name")
    orders = {"".join(words), "".join((*words[1:], words[0])), "".join((words[-1], *words[:-1]))}
    if len(words) <= 4:
        orders |= {"".join(order) for order in permutations(words)}
    edit = LatinEdit(kind="sound", left=" ".join(words), right=hanzi, where="name")
    if any(_says(order.lower(), sounds) for order in orders):
        points = 600 if len(hanzi) > 2 else 200
        return PersonNames(outcome="candidate", points=points, why=("pinyin",), edits=(edit,))
    return _different("other_name")


def _says(letters: str, sounds: list[set[str]]) -> bool:
    """Whether letters are one reading of each character after another."""
    reached = {0}
    for options in sounds:
        reached = {at + len(name) for at in reached for name in options if letters.startswith(name, at)}
    return len(letters) in reached


def words_of(name: str) -> list[str]:
    """The words of a person's Latin name in plain capitals; single letters stay apart."""
    found: list[str] = []
    for word in split_words(romanise(name[:MAX_LATIN]))[: _MOST_WORDS * 2]:
        if found and found[-1] == "ABD" and word in ("AL", "EL", "UL"):
            found[-1] = "ABDUL"
        else:
            found.append("ABDUL" if word in ("ABDEL", "ABDAL", "ABDOL", "ABDOUL") else mended(word))
    return found


def _value(word: str) -> int:
    return 100 if word in _PARTICLES else 1100 + 150 * min(len(word), 8)


def _both_latin(x: str, y: str) -> PersonNames:
    left = [word for word in dict.fromkeys(words_of(x)) if word not in _TITLES][:_MOST_WORDS]
    right = [word for word in dict.fromkeys(words_of(y)) if word not in _TITLES][:_MOST_WORDS]
    if not left or not right:
        return _different("unreadable")
    pairs = _pairs(left, right)
    used_left = {i for pair in pairs for i in pair.left}
    used_right = {j for pair in pairs for j in pair.right}
    spare_left = [w for i, w in enumerate(left) if i not in used_left and w not in _PARTICLES]
    spare_right = [w for j, w in enumerate(right) if j not in used_right and w not in _PARTICLES]
    points = _START + sum(pair.gain - pair.cost for pair in pairs)
    edits = [
        LatinEdit(
            kind=pair.kind,
            left=" ".join(left[i] for i in pair.left),
            right=" ".join(right[j] for j in pair.right),
            where="name",
        )
        for pair in pairs
        if pair.kind != "equal"
    ]
    why = [pair.kind for pair in pairs if pair.kind in ("initial", "spelling")]
    full = [pair for pair in pairs if pair.kind != "initial" and pair.gain > 100]
    if spare_left and spare_right:
        points += _OTHER_NAME * min(len(spare_left), len(spare_right))
        why.append("other_name")
    spare = abs(len(spare_left) - len(spare_right))
    if spare:
        shared = sum(max(len(pair.left), len(pair.right)) for pair in full)
        points += (_SPARE_NAME if shared > 1 else _ONLY_ONE_SHARED) * spare
        why.append("name_missing")
    edits += [LatinEdit(kind="gap", left=word, right="", where="name") for word in spare_left]
    edits += [LatinEdit(kind="gap", left="", right=word, where="name") for word in spare_right]
    points = max(-LIMIT, min(LIMIT - 1, points))
    outcome = "candidate" if points >= 0 else "different"
    return PersonNames(
        outcome=outcome, points=points, why=tuple(dict.fromkeys(why or ["writing"])), edits=tuple(edits)
    )


def _pairs(left: list[str], right: list[str]) -> list[Pairing]:
    """Words that belong together: equal, joined, misspelt, an initial; the surest first."""
    if left != right and _run_together(left, right):
        both = tuple(range(len(left))), tuple(range(len(right)))
        return [Pairing("joined", *both, min(sum(map(_value, left)), sum(map(_value, right))), 0)]
    found: list[tuple[int, int, str, str, Pairing]] = []
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            gain = min(_value(one), _value(other))
            if one == other:
                kind, cost = "equal", 0
            elif 1 in (len(one), len(other)) and one[0] == other[0]:
                kind, gain, cost = "initial", 300, 0
            else:
                kind, cost = "spelling", _spelling(one, other, gain)
            if cost < gain:
                rank = {"equal": 0, "spelling": 2, "initial": 3}[kind]
                first, last = sorted((one, other))
                found.append((rank, cost - gain, first, last, Pairing(kind, (i,), (j,), gain, cost)))
    joined = (*_joined(left, right), *map(_turned, _joined(right, left)))
    found += [(1, pair.cost - pair.gain, "", "", pair) for pair in joined]
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    pairs = []
    for *_, pair in sorted(found, key=lambda one: one[:4]):
        if taken_left.isdisjoint(pair.left) and taken_right.isdisjoint(pair.right):
            pairs.append(pair)
            taken_left.update(pair.left)
            taken_right.update(pair.right)
    return pairs


def _run_together(left: list[str], right: list[str]) -> bool:
    """Whether one side has the words of the other, in any order, without gaps."""
    if "".join(left) == "".join(right):
        return True
    one, many = sorted((left, right), key=len)
    fits = len(one) == 1 and 2 <= len(many) <= 4
    return fits and any("".join(order) == one[0] for order in permutations(many))


def _turned(pair: Pairing) -> Pairing:
    return Pairing(pair.kind, pair.right, pair.left, pair.gain, pair.cost)


def _joined(left: list[str], right: list[str]) -> list[Pairing]:
    found = []
    for start in range(len(left)):
        for length in (2, 3, 4):
            run = tuple(range(start, start + length))
            if run[-1] >= len(left):
                break
            whole = "".join(left[k] for k in run)
            initials = "".join(left[k][0] for k in run)
            for j, other in enumerate(right):
                if other == initials and len(whole) > 2 * length:
                    found.append(Pairing("initial", run, (j,), 500, 0))
                slips = OSA.distance(other, whole, score_cutoff=1)
                if slips == 0 or (slips == 1 and len(whole) >= 8):
                    gain = min(_value(other), sum(_value(left[k]) for k in run))
                    found.append(Pairing("joined", run, (j,), gain, 100 + 500 * slips))
    return found


def _spelling(one: str, other: str, gain: int) -> int:
    """Points that two spellings cost; names that sound alike (MOHAMED, MUHAMMAD) little."""
    if max(len(one), len(other)) <= _LONGEST_GIVEN and spelt(one.lower()) and spelt(other.lower()):
        return gain
    most = 1400 + 250 * min(len(one), len(other), 8)
    cost = spelling_cost(one, other, most)
    cost = cost * gain * 5 // (most * 6) if cost < most else gain
    bones = [skeleton(w).translate(_NO_VOWELS) for w in (one, other)]
    begins = one[0] == other[0] or (one[0] in _VOWELS and other[0] in _VOWELS)
    if begins and bones[0] == bones[1] and len(bones[0]) >= 2 and min(len(one), len(other)) >= 5:
        return min(cost, gain // 3)
    return cost


_VOWELS = "AEIOU"
_NO_VOWELS = str.maketrans("", "", _VOWELS)
