"""The built wheel, installed into an environment of its own, does the main job from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOMS = ("graph", "matching", "loaders", "api")

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing left over in the checkout gets in."""
    source = tmp_path_factory.mktemp("source")
    for room in (*ROOMS, "LICENSES"):
        shutil.copytree(root / room, source / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(root / name, source)
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """`liancheng` of a fresh environment that sees this one's packages, but not this checkout."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "venv", with_pip=False)
    python = home / "venv" / "bin" / "python"
    where = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "-q"]
    subprocess.run([*where, str(wheel)], capture_output=True, timeout=300, check=True)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    ours = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    theirs = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    (Path(theirs.strip()) / "packages-of-the-test-environment.pth").write_text(ours, "utf-8")
    elsewhere = home / "elsewhere"
    elsewhere.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("LIANCHENG", "PYTHON"))}

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [home / "venv" / "bin" / "liancheng", *arguments],
            cwd=elsewhere, env=environment | {"LIANCHENG_LANG": "en"}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip  (the first call compiles the matching functions)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


def test_the_wheel_holds_every_file_of_the_rooms_and_nothing_else(root: Path, wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    ours = {
        path.relative_to(root).as_posix()
        for room in ROOMS
        for path in (root / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == ours
    notices = {Path(name).name for name in names if "/licenses/" in name}
    assert notices == {
        "LICENSE", "NOTICE", "Apache-2.0.txt", "0BSD-htmx.txt", "MIT-cytoscape.txt", "MIT-cytoscape-fcose.txt",
        "MIT-cose-base.txt", "MIT-layout-base.txt",
    }  # fmt: skip


def test_it_is_marked_as_private(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    assert "Classifier: Private :: Do Not Upload" in metadata
    assert "License-Expression: LicenseRef-Proprietary" in metadata


def test_help_doctor_and_a_screening_work_from_another_folder(root: Path, installed: Cli) -> None:
    assert "screen" in installed("--help").stdout
    installed("demo", "city", "--load")
    report = installed("doctor", "--format", "json").stdout
    assert str(root) not in report, "a room of the checkout is used instead of the installed one"
    tender = "city/tenders/B-goods"
    arguments = [f"{tender}/供应商名单.xlsx", "--tender", f"{tender}/tender.json", "--format", "jsonl"]
    rows = [json.loads(line) for line in installed("screen", *arguments).stdout.splitlines()]
    assert {"CLEAR", "BLOCK", "REVIEW"} <= {row["verdict"] for row in rows}
    replayed = installed("replay", rows[0]["decision_id"], "--format", "json").stdout
    assert json.loads(replayed)["identical"] is True
