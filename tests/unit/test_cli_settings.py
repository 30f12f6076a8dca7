"""Settings: environment before `.env`, frozen, one spelling for a store."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import SETTINGS, SettingsError, absolute, locale_lang, read_settings


def test_the_environment_wins_over_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LIANCHENG_TENANT=from-file\nLIANCHENG_LANG=zh\n", "utf-8")
    settings = read_settings({"LIANCHENG_TENANT": "from-environment"}, tmp_path)
    assert (settings.tenant, settings.lang) == ("from-environment", "zh")


def test_defaults_stand_in_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read_settings({"LANG": "C"}, tmp_path)
    assert settings.home == tmp_path / "var"
    assert settings.store == str(tmp_path / "var" / "store.db")
    assert settings.ledger == f"sqlite:///{tmp_path / 'var' / 'ledger.db'}"
    assert (settings.policy, settings.lang, settings.api_key) == (None, "en", "")
    assert settings.data_root == settings.home


def test_a_policy_in_the_home_is_used(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("", "utf-8")
    assert read_settings({"LIANCHENG_HOME": str(tmp_path)}, tmp_path).policy == tmp_path / "policy.toml"


def test_each_store_has_a_folder_of_its_own(tmp_path: Path) -> None:
    settings = read_settings({"LIANCHENG_HOME": str(tmp_path)}, tmp_path)
    one, two = settings.with_store("/data/one.db"), settings.with_store("/data/two.db")
    assert len({settings.data_root, one.data_root, two.data_root}) == 3
    assert settings.with_store(str(tmp_path / "store.db")).data_root == settings.home
    assert settings.with_store(None) is settings


def test_one_spelling_for_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute("a.db") == absolute("sqlite:///a.db") == str(tmp_path / "a.db")
    assert absolute("sqlite:////srv/a.db") == "/srv/a.db"
    assert absolute("neo4j://host") == absolute("neo4j://host:7687/neo4j") == "neo4j://host:7687/neo4j"


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({"LIANCHENG_LANG": "fr"}, "settings.lang"),
        ({"LIANCHENG_POLICY": "/nowhere/policy.toml"}, "settings.policy"),
        ({"LIANCHENG_API_KEY": "x" * 31}, "settings.api_key"),
    ],
)
def test_values_that_cannot_be_used(environment: dict[str, str], code: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment, tmp_path)
    assert caught.value.code == code


def test_locale() -> None:
    assert locale_lang({"LC_ALL": "zh_TW.UTF-8", "LANG": "en_GB"}) == "zh"
    assert locale_lang({"LC_MESSAGES": "en_US", "LANG": "zh_CN"}) == "en"
    assert locale_lang({}) == "en"


def test_no_setting_has_a_secret_as_default() -> None:
    assert all(not s.default for s in SETTINGS if "KEY" in s.name or "PASSWORD" in s.name)
