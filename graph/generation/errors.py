"""What goes wrong with a generation, as codes of graph/messages.toml."""

from __future__ import annotations


class GenerationError(Exception):
    """A generation is missing, damaged, foreign or being published by someone else; it was not read.

    `code` is one of `generation.missing`, `generation.damaged`, `generation.foreign`, `generation.busy`,
    `generation.unwritable`, `generation.empty`, `generation.inconsistent`; `params` fill its sentence.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


def damaged(path: object, detail: str) -> GenerationError:
    """The error for content that is not what its manifest or header says."""
    return GenerationError("generation.damaged", path=str(path), detail=detail)
