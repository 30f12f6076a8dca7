"""Make the guide's pictures of those that its browser test left: `python scripts/guide_pictures.py`.

The test is `pytest tests/browser/test_guide_in_chromium.py`; it leaves artifacts/guide. A picture gets 64 colours, so
that fifty of them weigh about as much as one photograph.

A browser shows dates in its own language. With its Chinese words installed (Debian: chromium-l10n), run the test with
`-k zh-CN` and LANGUAGE=zh_CN first, and then with `-k en`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
MADE, KEPT = ROOT / "artifacts" / "guide", ROOT / "docs" / "how-to" / "pictures"


def main() -> int:
    """Write every picture anew; 1 where the test left none."""
    pictures = sorted(MADE.glob("*.png"))
    KEPT.mkdir(parents=True, exist_ok=True)
    for path in pictures:
        with Image.open(path) as picture:
            small = picture.convert("RGB").resize(
                (960, picture.height * 960 // picture.width), Image.Resampling.LANCZOS
            )
            small.quantize(64, dither=Image.Dither.NONE).save(KEPT / path.name, optimize=True)
    print(f"{len(pictures)} pictures in {KEPT.relative_to(ROOT)}")
    return 0 if pictures else 1


if __name__ == "__main__":
    sys.exit(main())
