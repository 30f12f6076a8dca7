"""What can be wrong with a file or a load as a whole. Rows have `base.RowError`."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib


class FileError(Exception):
    """A file that can't be read or recognised. `code` is a message of loaders/messages.toml."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
)
"""What reading a damaged or hostile archive may raise."""
