"""Writes graph/text/variants.tsv: which characters are written forms of the same character.

A development tool. It reads the dictionaries inside the `opencc` package (extra `dev`; Apache-2.0) with the
package's own `opencc_dict`, keeps what a comparison of names needs and writes a table with its source in the
header:

* `ts`: traditional to simplified, the first reading (TSCharacters, TSCharactersExt);
* `form`: Japanese, Hong Kong, Taiwan and old forms, followed through to the simplified character. Only
  characters outside GB 2312 are taken: what a mainland register can write is never rewritten as a variant;
* `own`: added here, each with its reason in `OWN`;
* `phrase`: TSPhrases, where the phrase differs from its characters taken one by one. A phrase that GB
  2312 can
  write is left out: in a simplified name 沈重 is short for a Shenyang plant, and no misspelt 沉重.

Characters in `KEPT` are left alone on purpose. Usage: python scripts/build_script_table.py
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import unicodedata
from pathlib import Path

import opencc

TARGET = Path(__file__).resolve().parent.parent / "graph" / "text" / "variants.tsv"

KEPT = {
    "乾": "a standard simplified character too (乾元, 乾坤); 乾 to 干 would make one name of two",
}
OWN = {
    "釆": "采",  # a radical (U+91C6) that typists pick for 采 (SPEC 7.2 N3)
    "﨑": "崎",  # in the compatibility block, yet without a decomposition that NFKC could follow
    "髙": "高",
    "淸": "清",
    "靑": "青",
    "眞": "真",
    "囯": "国",
    "囻": "国",
    "煕": "熙",
    "⺼": "月",
    "曺": "曹",
    "亰": "京",
    "剏": "创",
    "鑛": "矿",
    "锺": "钟",  # 鍾 and 鐘 are both 钟; 锺 came back as a character for names in 2013
    "鑪": "炉",  # OpenCC's first reading (𬬻) is a chemical element
}


def dictionary(name: str) -> dict[str, list[str]]:
    """One OpenCC dictionary as key to readings, decompiled with the package's own tool."""
    home = Path(opencc.__file__).parent / "clib"
    environment = {**os.environ, "LD_LIBRARY_PATH": str(home / "lib64")}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.txt"
        source = home / "share" / "opencc" / f"{name}.ocd2"
        tool = str(home / "bin" / "opencc_dict")
        command = [tool, "-i", str(source), "-o", str(out), "-f", "ocd2", "-t", "text"]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        lines = out.read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line.strip())
    return {key: values.split(" ") for key, values in rows}


def in_gb2312(character: str) -> bool:
    """Whether a mainland register of any age can hold the character."""
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def settle(table: dict[str, str], character: str) -> str:
    """Follow the table until it changes nothing more."""
    seen = {character}
    while character in table and table[character] not in seen:
        character = table[character]
        seen.add(character)
    return character


def build() -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """The characters (from, to, kind) and the phrases."""
    simplified: dict[str, str] = {}
    for name in ("TSCharacters", "TSCharactersExt"):
        for key, values in dictionary(name).items():
            if values[0] != key and key not in KEPT and key not in OWN:
                simplified[key] = values[0]
    forms: dict[str, str] = dict(OWN)
    for name in ("JPShinjitaiCharacters", "HKVariantsRev", "TWVariantsRev", "JPShinjitaiCharactersRev"):
        for key, values in dictionary(name).items():
            others = [value for value in values if value != key]
            other = next((value for value in others if value in simplified), others[0] if others else "")
            leads_back = settle(simplified, other) == key
            if other and not leads_back and key not in simplified and key not in forms and not in_gb2312(key):
                forms[key] = other
    joined = {**simplified, **forms}
    characters = {}
    for key in joined:
        target = settle(joined, key)
        kind = "own" if key in OWN else "ts" if key in simplified else "form"
        if target not in joined:  # two forms that only name each other say nothing
            characters[key] = (target, kind)
    table = {ord(key): target for key, (target, _kind) in characters.items()}
    phrases = {}
    for key, values in dictionary("TSPhrases").items():
        target = values[0].translate(table)
        if target != key.translate(table) and not all(map(in_gb2312, key)):
            phrases[key] = target
    compatible = {
        key: value for key, value in characters.items() if unicodedata.normalize("NFKC", key) == key
    }
    return compatible, phrases


def main() -> None:
    """Write the table."""
    characters, phrases = build()
    lines = [
        "# Written forms of the same character: from, to, kind (ts, form, own, phrase).",
        "# Source: OpenCC (https://github.com/BYVoid/OpenCC), Apache License 2.0: TSCharacters,",
        "# TSCharactersExt, TSPhrases, JPShinjitaiCharacters, HKVariantsRev, TWVariantsRev, from the opencc",
        "# package; rows of kind `own` are this project's. Selected and changed by",
        "# scripts/build_script_table.py.",
    ]
    lines += [f"{key}\t{target}\t{kind}" for key, (target, kind) in sorted(characters.items())]
    lines += [f"{key}\t{target}\tphrase" for key, target in sorted(phrases.items())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{TARGET}: {len(characters)} characters, {len(phrases)} phrases")


if __name__ == "__main__":
    main()
