"""Ask the advisory service of the package index about every pinned package; the exit status is 1 only for findings.

A package that could not be asked about is named as such, never counted as sound: a network without the service is no
reason to stop, and no proof either.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
SECONDS = 180


def asked(lock: str) -> Mapping[str, Any] | None:
    """What the service says of the packages of a lock file; None where it can't be asked at all."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", lock]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        found: Mapping[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return found


def summary(lock: str, found: Mapping[str, Any] | None) -> tuple[bool, list[str]]:
    """Whether a lock file has no known finding, and the lines that say what is known."""
    if found is None:
        return True, [f"{lock}: NOT audited, the advisory service can't be asked"]
    packages: Sequence[Mapping[str, Any]] = found["dependencies"]
    left = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        f"{lock}: {one['name']} {one['version']} has {bug['id']}, "
        f"fixed in {', '.join(bug['fix_versions']) or 'no version'}"
        for one in packages
        for bug in one.get("vulns", ())
    ]
    sound = not lines
    lines.append(f"{lock}: {len(packages) - len(left)} of {len(packages)} packages audited")
    if left:
        lines.append(f"{lock}: NOT audited, the advisory service does not answer for {', '.join(left)}")
    return sound, lines


def main() -> int:
    """Audit both lock files."""
    if find_spec("pip_audit") is None:
        print("NOT audited: pip-audit is not installed (make env-dev)")
        return 0
    results = [summary(lock, asked(lock)) for lock in LOCKS]
    print("\n".join(line for _, lines in results for line in lines))
    return 0 if all(sound for sound, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
