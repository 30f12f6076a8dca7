"""Which encoding a text file is in: marks first, then what decodes without damage.

Chinese published files come as UTF-8 with and without mark, GB18030 (also called GBK or GB2312) and UTF-16 of
both byte orders. A file is read twice: once to find out and to hash it, once to read rows.
"""

from __future__ import annotations

import codecs
import hashlib
from typing import BinaryIO

from graph.model import Doc
from loaders.errors import FileError

CHUNK = 1 << 20
TOLERATED = 200
"""One damaged character in so many bytes is still damage of single rows; more is another encoding."""


class Encoding(Doc):
    """An encoding as found: Python's codec, the name shown, how many damaged characters it leaves."""

    codec: str
    label: str
    damaged: int = 0


_MARKS = (
    (codecs.BOM_UTF8, Encoding(codec="utf-8-sig", label="UTF-8 (BOM)")),
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF16_LE, Encoding(codec="utf-16", label="UTF-16 LE")),
    (codecs.BOM_UTF16_BE, Encoding(codec="utf-16", label="UTF-16 BE")),
)


class _Trial:
    """Decodes a stream in one encoding and counts what could not be read."""

    def __init__(self, codec: str) -> None:
        self.damaged = 0
        self.size = 0
        self.alive = True
        self._strict = codecs.getincrementaldecoder(codec)("strict")
        self._loose = codecs.getincrementaldecoder(codec)("replace")

    def feed(self, chunk: bytes, final: bool) -> None:
        if not self.alive:
            return
        self.size += len(chunk)
        if self.damaged == 0:
            state = self._strict.getstate()
            try:
                self._strict.decode(chunk, final)
            except UnicodeDecodeError:
                self._loose.setstate(state)
            else:
                return
        self.damaged += self._loose.decode(chunk, final).count("\ufffd")
        if self.damaged * TOLERATED > self.size + TOLERATED * 4:
            self.alive = False


def _unmarked_utf16(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: digits, commas and line ends leave zero bytes on one side only."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 50 < len(head) or min(even, odd) * 20 > max(even, odd):
        return None
    little = odd > even
    return Encoding(
        codec="utf-16-le" if little else "utf-16-be", label="UTF-16 LE" if little else "UTF-16 BE"
    )


def detect(handle: BinaryIO) -> tuple[Encoding, str]:
    """The encoding of a stream and its SHA-256; reads it to the end.

    Raises:
        FileError: `file.empty`, `file.binary`, `file.encoding`.
    """
    digest = hashlib.sha256()
    head = handle.read(CHUNK)
    digest.update(head)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise FileError("file.empty")
    fixed: Encoding | None = None
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if encoding is None:
                raise FileError("file.encoding")
            fixed = encoding
            break
    if fixed is None:
        fixed = _unmarked_utf16(head[:65_536])
    if fixed is None and head.count(0) * 100 > len(head):
        raise FileError("file.binary")
    choices = (
        [fixed]
        if fixed
        else [Encoding(codec="utf-8", label="UTF-8"), Encoding(codec="gb18030", label="GB18030")]
    )
    trials = [_Trial(choice.codec) for choice in choices]
    chunk = head
    while chunk:
        following = handle.read(CHUNK)
        digest.update(following)
        for trial in trials:
            trial.feed(chunk, not following)
        chunk = following
    best, choice = min(
        zip(trials, choices, strict=True), key=lambda pair: (not pair[0].alive, pair[0].damaged)
    )
    if not best.alive:
        raise FileError("file.encoding")
    return Encoding(codec=choice.codec, label=choice.label, damaged=best.damaged), digest.hexdigest()
