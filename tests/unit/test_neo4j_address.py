"""Store URLs of servers: read strictly, never with a password, one spelling."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import SettingsError, absolute, read_settings
from graph.messages import LANGS, say
from graph.store import StoreError, open_store, open_trial_store
from graph.stores.bolt.address import parse
from graph.stores.bolt.queries import query


@pytest.mark.parametrize(
    ("url", "uri", "database", "user"),
    [
        ("neo4j://host", "neo4j://host:7687", "neo4j", "neo4j"),
        ("bolt+s://eva@host:99/graph", "bolt+s://host:99", "graph", "eva"),
        ("neo4j+ssc://[::1]:7687/", "neo4j+ssc://[::1]:7687", "neo4j", "neo4j"),
        ("neo4j://host?policy=eu", "neo4j://host:7687?policy=eu", "neo4j", "neo4j"),
        ("bolt://a%40b@host/x", "bolt://host:7687", "x", "a@b"),
    ],
)
def test_parts_of_a_url(url: str, uri: str, database: str, user: str) -> None:
    assert tuple(parse(url)) == (uri, database, user)
    assert "@" not in parse(url).url
    assert tuple(parse(parse(url).url, user)) == (uri, database, user)


def test_the_user_may_come_from_elsewhere() -> None:
    assert parse("bolt://host", "eva").user == "eva"
    assert parse("bolt://adam@host", "eva").user == "adam"


@pytest.mark.parametrize(
    "url", ["neo4j://", "bolt://host:port", "bolt://host/a/b", "bolt://host?x=1", "bolt://host#x", "bolt+x://host"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert caught.value.code == "store.url"
    assert all(say("graph", "store.url", lang) for lang in LANGS)


@pytest.mark.parametrize("url", ["neo4j://eva:geheim@host", "bolt+s://:geheim@host/x"])
def test_a_password_in_a_url_is_refused_and_not_repeated(url: str) -> None:
    for call in (open_store, absolute, open_trial_store):
        with pytest.raises(StoreError) as caught:
            call(url)
        assert caught.value.code == "store.url_password"
        assert "geheim" not in repr(caught.value)


def test_only_servers_have_databases_for_trials(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"store\.scheme"):
        open_trial_store(str(tmp_path / "store.db"))


def test_settings_know_the_server(tmp_path: Path) -> None:
    environment = {"NEO4J_URI": "bolt://host:1", "NEO4J_USER": "eva", "NEO4J_PASSWORD": "geheim"}
    settings = read_settings({**environment, "LIANCHENG_STORE": "neo4j://"}, tmp_path)
    assert settings.store == "bolt://host:1/neo4j"
    assert (settings.neo4j_user, settings.neo4j_password) == ("eva", "geheim")
    assert "geheim" not in repr(settings)
    # without being asked for, the server is not used
    assert "://" not in read_settings(environment, tmp_path).store
    with pytest.raises(SettingsError, match=r"settings\.neo4j_uri"):
        read_settings({"LIANCHENG_STORE": "neo4j://"}, tmp_path)


def test_who_opens_a_store_does_not_make_it_another_one(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    one, two = settings.with_store("bolt://eva@host"), settings.with_store("bolt://adam@host:7687/neo4j")
    assert one.data_root == two.data_root != settings.data_root
    assert settings.with_store("bolt://host/other").data_root != one.data_root


def test_a_type_is_filled_in_only_where_it_stands() -> None:
    from graph.relations import RelationType

    assert "[r:HOLDS {" in query("current_relations", RelationType.HOLDS)
    for name, relation in (("current_relations", None), ("sources", RelationType.HOLDS)):
        with pytest.raises(LookupError):
            query(name, relation)
