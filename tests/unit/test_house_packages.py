"""The packages beside the program: whose licences they have, and what the audit says of them."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

PERMISSIVE = re.compile(
    r"(?:MIT(?: License|-CMU|-0)?|BSD(?:-[23]-Clause| License)?|0BSD|ISC|Zlib|CC0-1\.0|Unlicense"
    r"|Apache(?:-2\.0| Software License)(?: WITH LLVM-exception)?|Apache(?: License)?,? (?:Version )?2\.0"
    r"|PSF-2\.0|PSFL|Python-2\.0|Python Software Foundation License)"
)
LIBRARIES = {
    "certifi": {"MPL-2.0", "Mozilla Public License 2.0 (MPL 2.0)"},
    "psycopg": {"LGPL-3.0-only"},
    "psycopg-binary": {"LGPL-3.0-only"},
}
"""Used unchanged as libraries, loaded at run time and replaceable, as their licence asks; NOTICE names them."""


def pinned(root: Path, lock: str) -> list[str]:
    found = re.findall(r"^([A-Za-z0-9._-]+)==", (root / lock).read_text("utf-8"), re.MULTILINE)
    assert len(found) > 20
    return found


def licence(name: str) -> str:
    said: Any = metadata.metadata(name)
    if said.get("License-Expression"):
        return str(said["License-Expression"])
    classes = [
        c.rpartition("::")[2].strip() for c in said.get_all("Classifier") or () if c.startswith("License ::")
    ]
    return (
        " AND ".join(one for one in classes if one != "OSI Approved")
        or (said.get("License") or "").partition("\n")[0]
    )


def test_every_package_that_is_installed_with_the_program_has_a_permissive_licence(root: Path) -> None:
    notice = (root / "NOTICE").read_text("utf-8")
    for name in pinned(root, "requirements.lock"):
        try:
            said = licence(name)
        except metadata.PackageNotFoundError:
            # for another platform or version of Python
            continue
        if name in LIBRARIES:
            assert said in LIBRARIES[name]
            assert name.partition("-")[0] in notice
            continue
        parts = re.split(r"\s+(?:AND|OR)\s+|[()]", said)
        wrong = [part for part in parts if part.strip() and not PERMISSIVE.fullmatch(part.strip())]
        assert said, name
        assert wrong == [], (name, said)


@pytest.fixture(scope="module")
def audit(root: Path) -> Any:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("audit_of_packages", root / "scripts" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_finding_stops_and_a_service_that_is_away_does_not(audit: Any) -> None:
    bug = {"id": "PYSEC-0000-1", "fix_versions": ["2.0"]}
    packages = [{"name": "a", "version": "1.0", "vulns": [bug]}, {"name": "b", "version": "1.0", "vulns": []}]
    sound, lines = audit.summary("x.lock", {"dependencies": packages})
    assert not sound
    assert lines == ["x.lock: a 1.0 has PYSEC-0000-1, fixed in 2.0", "x.lock: 2 of 2 packages audited"]
    sound, lines = audit.summary("x.lock", None)
    assert (sound, "NOT audited" in lines[0]) == (True, True)


def test_what_was_not_asked_about_is_never_called_sound(audit: Any) -> None:
    packages = [{"name": "a", "skip_reason": "away"}, {"name": "b", "version": "1.0", "vulns": []}]
    sound, lines = audit.summary("x.lock", {"dependencies": packages})
    assert sound
    assert lines[0] == "x.lock: 1 of 2 packages audited"
    assert "NOT audited" in lines[1]
    assert lines[1].endswith(" a")


def test_the_audit_ends_well_without_a_network(root: Path) -> None:
    nowhere = {
        "PATH": "/usr/bin:/bin",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
    }
    done = subprocess.run(
        [sys.executable, str(root / "scripts" / "audit.py")],
        env=nowhere, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "NOT audited" in done.stdout
