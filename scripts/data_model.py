"""Draw docs/reference/data-model.svg: `python scripts/data_model.py`. A test keeps it equal to what this writes.

Boxes stand where people look for them: who decides on the left, what is tendered in the middle, who bids and what
bidders use on the right. Arrows carry the names of `graph.relations`.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

WIDTH, HEIGHT = 1240, 800
BOX = {
    "person": (60, 330, "Person", "自然人"),
    "organization": (700, 330, "Organization", "组织"),
    "tender": (380, 60, "Tender", "招标项目"),
    "lot": (700, 60, "Lot", "标段"),
    "contract": (1010, 60, "Contract", "合同"),
    "project": (60, 60, "Project", "项目（PPP）"),
    "listing": (60, 640, "Listing", "名单记录"),
    "account": (700, 640, "Account", "账户"),
    "phone": (840, 640, "Phone", "电话"),
    "email": (980, 640, "Email", "邮箱"),
    "address": (1110, 640, "Address", "地址"),
    "device": (700, 720, "Device", "设备"),
    "document": (840, 720, "Document", "文件"),
}
SMALL = ("account", "phone", "email", "address", "device", "document")
ARROWS: tuple[tuple[tuple[int, int], tuple[int, int], tuple[str, ...], tuple[int, int]], ...] = (
    ((120, 330), (120, 122), ("RESPONSIBLE_FOR",), (128, 230)),
    ((200, 340), (700, 110), ("EVALUATES",), (272, 258)),
    (
        (210, 358), (700, 358),
        ("LEGAL_REP_OF · HEAD_OF · DIRECTOR_OF · SUPERVISOR_OF · EXEC_OF", "EMPLOYED_BY · OFFICIAL_OF · ACTS_FOR"),
        (250, 328),
    ),
    (
        (210, 380), (700, 380),
        ("HOLDS · CONTROLS · UBO_OF · OPERATES", "INVESTS_ALONE · PARTNER_IN · IN_CONCERT"),
        (290, 402),
    ),
    ((740, 330), (510, 122), ("BUYER_OF · AGENT_FOR", "PLATFORM_FOR · SERVED"), (515, 272)),
    ((790, 330), (790, 122), ("BID_IN · WON",), (800, 220)),
    ((845, 330), (1040, 122), ("PARTY_TO",), (965, 235)),
    ((700, 90), (530, 90), ("LOT_OF",), (588, 80)),
    ((1010, 90), (850, 90), ("CONTRACT_OF",), (888, 80)),
    ((790, 392), (790, 620), ("USES",), (800, 520)),
    ((130, 640), (130, 392), ("about",), (140, 520)),
    ((210, 660), (700, 392), ("about",), (430, 560)),
)  # fmt: skip
LOOPS = (
    (60, 361, ("KIN_OF", "IN_CONCERT"), "left"),
    (850, 361, ("HOLDS · CONTROLS · BRANCH_OF · MANAGES", "SUCCEEDS · RENAMED_FROM · OVERSEES · IN_CONCERT"), "right"),
)  # fmt: skip


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start", name: str = "") -> str:
    klass = f' class="{name}"' if name else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"{klass}>{escape(words)}</text>'


def picture() -> str:
    """The picture as SVG."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="system-ui, \'Noto Sans CJK SC\', sans-serif">',
        "<title>What the graph holds</title>",
        "<style>.box{fill:#eef3fa;stroke:#2f5d8c}.list{fill:#fbeceb;stroke:#a33}.line{stroke:#555;fill:none}"
        "text{fill:#1b1b1b}.zh{fill:#555}@media(prefers-color-scheme:dark){.box{fill:#22344a}.list{fill:#4a2525}"
        "text{fill:#eee}.zh,.line{fill:#bbb}.line{stroke:#aaa;fill:none}}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"'
        ' orient="auto"><path d="M0 0L10 5L0 10z" fill="#555"/></marker></defs>',
    ]
    for (x1, y1), (x2, y2), words, (tx, ty) in ARROWS:
        parts.append(f'<path class="line" marker-end="url(#tip)" d="M{x1} {y1}L{x2} {y2}"/>')
        parts.extend(_text(tx, ty + 15 * line, word) for line, word in enumerate(words))
    for x, y, words, side in LOOPS:
        reach = -42 if side == "left" else 42
        parts.append(
            f'<path class="line" marker-end="url(#tip)" d="M{x} {y - 16}c{reach} -26 {reach} 58 0 32"/>'
        )
        at = 12 if side == "left" else x + 40
        line_y = y + 48 if side == "left" else y - 4
        parts.extend(_text(at, line_y + 15 * line, word) for line, word in enumerate(words))
    parts.append('<rect class="line" x="685" y="620" width="550" height="172" rx="12" stroke-dasharray="4 4"/>')
    for kind, (x, y, english, chinese) in BOX.items():
        width, height = (110, 62) if kind in SMALL else (150, 62)
        klass = "list" if kind == "listing" else "box"
        parts.append(f'<rect class="{klass}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>')
        parts.append(_text(x + width / 2, y + 27, english, size=15, anchor="middle"))
        parts.append(_text(x + width / 2, y + 47, chinese, size=13, anchor="middle", name="zh"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Write the picture."""
    target = Path(__file__).parents[1] / "docs" / "reference" / "data-model.svg"
    target.write_text(picture(), encoding="utf-8")


if __name__ == "__main__":
    main()
