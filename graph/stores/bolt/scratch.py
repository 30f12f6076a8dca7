"""A database for trials: golden scenarios and tests begin with an empty one, and never with one that holds data."""

from __future__ import annotations

from graph.store import StoreError
from graph.stores.bolt.address import parse
from graph.stores.bolt.server import Server
from graph.stores.bolt.store import BoltStore

_SLICE = 5_000


def empty_store(url: str, *, user: str = "", password: str = "") -> BoltStore:
    """An emptied store for trials, in a database that was made for them or holds nothing yet.

    Raises:
        StoreError: `store.not_scratch`: the database holds data that was loaded for good; as `BoltStore` otherwise.
    """
    server = Server(parse(url, user), password)
    try:
        server.check()
        mark = server.ask("store_mark")
        if mark and not mark[0][1]:
            raise StoreError("store.not_scratch", path=server.url)
        if mark:
            for name in ("wipe_relations", "wipe_nodes"):
                while server.write(lambda ask, name=name: int(ask(name, size=_SLICE)[0][0])) >= _SLICE:  # type: ignore[misc]
                    pass
    finally:
        server.close()
    store = BoltStore(url, create=True, user=user, password=password)
    if not mark:
        store.for_trials()
    return store
