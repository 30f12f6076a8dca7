"""When an installation was last backed up, as the front page tells administrators."""

from __future__ import annotations

from pathlib import Path

import explored

from api import bootstrap
from api.backup import LAST, backup, last_backup
from api.settings import read_settings
from graph.dates import iso


def test_a_backup_leaves_its_time_and_an_unreadable_one_is_not_known(tmp_path: Path) -> None:
    home = tmp_path / "home"
    explored.loaded(home, explored.SINCE)
    settings = read_settings({"LIANCHENG_HOME": str(home)})
    with bootstrap.opened_ledger(settings, create=True):
        assert last_backup(settings) is None
    bootstrap.secret_key(settings)
    note = backup(settings, tmp_path / "copy")
    found = last_backup(settings)
    assert found is not None
    assert iso(found) == note.taken_at
    assert not (tmp_path / "copy" / LAST).exists()
    (home / LAST).write_text("yesterday", "utf-8")
    assert last_backup(settings) is None
