"""Errors as people read them: one sentence in their language, never a traceback, never an identity number."""

from __future__ import annotations

import errno
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from graph.messages import Lang, catalogue, say

REJECTED, USAGE, MISSING = 1, 2, 3
"""Exit statuses of COMMANDS: some input rejected; wrong usage; a part is missing or unreadable."""

_NUMBER = re.compile(r"[A-Za-z]{0,3}\d[\dA-Za-z*-]{5,}\d?[\dXx]")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_SECRET = re.compile(
    r"(lc_[0-9a-z]{8}_|whsec_|\$argon2[a-z]*\$|(?i:bearer )|(?i:__Host-liancheng|liancheng)=)[0-9A-Za-z+/=_$,.~-]{16,}"
)
"""What opens a door, by how it begins; `$argon2id$` and the like begin a password hash."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ROOMS = frozenset({"api", "matching", "loaders", "graph"})


class CommandError(Exception):
    """A command can't be done. `code` is a message of api/messages.toml, `status` the exit status."""

    def __init__(self, code: str, /, *, status: int = MISSING, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.status = status
        self.params = params


def mask_numbers(text: str) -> str:
    """A text with all that could be an identity number made unreadable: for logs and problem details."""
    from graph.identifiers import mask_numbers_in_text

    text = mask_numbers_in_text(text)
    return _NUMBER.sub(lambda m: m[0] if sum(c.isdigit() for c in m[0]) < 7 else m[0][:2] + "****", text)


def mask_secrets(text: str) -> str:
    """A text with keys, webhook secrets, password hashes and bearer tokens in it made unreadable."""
    return _SECRET.sub(lambda found: f"{found[1]}****", text)


def one_record(text: str) -> str:
    """A text of several lines as one record of a log: later lines are indented, other control characters escaped."""
    lines = (
        _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", line) for line in re.split("\r\n|\n|\r", text)
    )
    return "\n    ".join(lines).rstrip()


def mask_identity(text: str) -> str:
    """A path or key with identity numbers (15 or 18 characters, also in groups) made unreadable; dates and ids stay."""
    from graph.identifiers import mask_numbers_in_text

    return mask_numbers_in_text(_IDENTITY.sub(lambda m: m[0][:2] + "****", text))


def sentence(error: BaseException, lang: Lang) -> str | None:
    """The sentence for an error that carries a message code, or for an operating-system error; else None.

    An error of a room says its sentence from that room's catalogue, so that no caller has to know them all.
    """
    code = getattr(error, "code", None)
    params = getattr(error, "params", None)
    if isinstance(code, str) and type(error).__module__.startswith("loaders."):
        from loaders.report import sentence as loaders_sentence

        return loaders_sentence(code, params if isinstance(params, dict) else {}, lang)
    if isinstance(code, str):
        room = type(error).__module__.partition(".")[0]
        rooms = [room, *sorted(_ROOMS - {room})] if room in _ROOMS else sorted(_ROOMS)
        for candidate in rooms:
            if code in catalogue(candidate):
                return say(candidate, code, lang, **(params if isinstance(params, dict) else {}))
    if isinstance(error, OSError):
        return os_sentence(error, lang)
    return None


def os_sentence(error: OSError, lang: Lang) -> str:
    """What the operating system refused, and for which path."""
    kind = {
        errno.ENOENT: "os.missing",
        errno.EACCES: "os.denied",
        errno.EPERM: "os.denied",
        errno.EROFS: "os.denied",
        errno.ENOSPC: "os.full",
        errno.EDQUOT: "os.full",
        errno.EISDIR: "os.folder",
        errno.ENOTDIR: "os.folder",
        errno.EADDRINUSE: "os.address",
    }.get(error.errno or 0, "os.other")
    path = mask_identity(str(error.filename or "-"))
    return say("api", kind, lang, path=path, detail=mask_numbers(error.strerror or type(error).__name__))


def log_unexpected(error: BaseException, logs: Path, *, trace: str = "") -> Path | None:
    """Append the traceback, numbers masked, to `logs/liancheng.log`; None where no log can be written.

    The text of a traceback names files and lines; values of variables never stand in it, but the text of an error may
    hold what somebody sent: secrets in it are made unreadable, and no line of it can pass for a record of its own.
    `trace` is the id of the trace that a caller asked in, 32 hex digits, by which both sides find the same request.
    """
    text = one_record(mask_numbers(mask_secrets("".join(traceback.format_exception(error)))))
    if trace:
        text = f"trace {trace} {text}"
    path = logs / "liancheng.log"
    try:
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.FileHandler(path, encoding="utf-8")
    except OSError:
        return None
    stamp = datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - api/ reads the clock
    try:
        handler.emit(logging.makeLogRecord({"msg": f"{stamp} {text}", "levelno": logging.ERROR}))
    finally:
        handler.close()
    return path
