"""What a first search needs is read when a generation is opened; one whose names are not made yet is used too."""

from __future__ import annotations

import shutil
from pathlib import Path

import explored
import pytest

from api.routes.exploring import Explorer
from api.service import Service
from api.settings import read_settings
from matching.explore import names, view


def test_a_generation_is_read_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    explored.loaded(tmp_path / "home", explored.SINCE)
    settings = read_settings({"LIANCHENG_HOME": str(tmp_path / "home")})
    explorer, service = Explorer(settings), Service(settings)
    service.prepare = explorer.ready
    try:
        service.refresh()
        # nothing is opened or worked out any more
        monkeypatch.setattr(names, "open_names", None)
        monkeypatch.setattr(view, "_read", None)
        with service.generation() as generation:
            found = explorer.finders.of(generation).names("临江", 3)
            assert len(found.found) == 3
            assert explorer.views.of(generation, explored.SINCE).hidden()
    finally:
        service.close()


def test_names_that_are_not_made_yet_are_not_waited_for(tmp_path: Path) -> None:
    explored.loaded(tmp_path / "home", explored.SINCE)
    settings = read_settings({"LIANCHENG_HOME": str(tmp_path / "home")})
    shutil.rmtree(settings.data_root / names.FOLDER)
    explorer, service = Explorer(settings), Service(settings)
    service.prepare = explorer.ready
    try:
        service.refresh()
        assert not (settings.data_root / names.FOLDER).exists()
        with service.generation() as generation:
            assert explorer.finders.of(generation).names("临江", 1).total > 1
    finally:
        service.close()
