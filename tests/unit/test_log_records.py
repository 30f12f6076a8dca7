"""What the log file keeps of a defect: one record each, with nothing in it that names a person or opens a door."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.errors import log_unexpected, mask_secrets, one_record

NUMBER = "32990119881106" + "2462"
KEY = "lc_ab12cd34_" + "a2" * 26


def logged(folder: Path, message: str, trace: str = "") -> str:
    try:
        raise ValueError(message)
    except ValueError as error:
        path = log_unexpected(error, folder, trace=trace)
    assert path is not None
    return path.read_text("utf-8")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x1b[2K", "\u2028", "\u202e", "\x85"])
def test_what_somebody_sent_can_not_pass_for_a_record(tmp_path: Path, end: str) -> None:
    said = logged(tmp_path, f"临江{end}2026-11-23T00:00:00+00:00 administrator signed in")
    assert sum(line.startswith("2026-") for line in said.splitlines()) == 1
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_numbers_and_secrets_are_not_kept(tmp_path: Path) -> None:
    secrets = (
        KEY, "whsec_" + "Qm9iU2VjcmV0" * 3, "$argon2id$v=19$m=47104,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
        "Bearer " + "k" * 40, "__Host-liancheng=" + "x" * 43, "liancheng=" + "y" * 43,
    )  # fmt: skip
    said = logged(tmp_path, f"{NUMBER} " + " | ".join(secrets))
    assert NUMBER not in said
    for secret in secrets:
        assert secret not in said
        assert secret[-16:] not in said


def test_what_opens_no_door_stays_readable() -> None:
    text = "File 'api/liancheng.py', line 3: lc_ab12cd34 was revoked, see liancheng keys list"
    assert mask_secrets(text) == text
    assert one_record("a\nb\n") == "a\n    b"


def test_the_trace_of_a_request_that_failed_is_found_in_the_log(tmp_path: Path) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    assert f" trace {trace} Traceback" in logged(tmp_path, "broken", trace)
    assert " trace " not in logged(tmp_path / "other", "broken")
