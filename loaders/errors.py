"""What can be wrong with a file or a load as a whole. Rows have `base.RowError`."""

from __future__ import annotations


class FileError(Exception):
    """A file that can't be read or recognised. `code` is a message of loaders/messages.toml."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
