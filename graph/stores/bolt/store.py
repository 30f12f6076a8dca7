"""The store in Neo4j: `BoltStore` reads and writes one database of a server or cluster (`graph.store`)."""

from __future__ import annotations

from graph.stores.bolt.address import parse
from graph.stores.bolt.pages import Pages
from graph.stores.bolt.people import People
from graph.stores.bolt.schema import Schema, claim
from graph.stores.bolt.server import Server


class BoltStore(Pages, People):
    """A database in Neo4j. Safe to read from several threads and processes; one writes at a time.

    Args:
        url: `neo4j://user@host:7687/database`, also `bolt://` and either with `+s` or `+ssc`; never with a password.
        create: make an empty database ours.
        user: who, where the URL does not say.
        password: of that user.
        trials: only in a database for trials, which may be emptied; an empty one becomes one.

    Raises:
        StoreError: `store.url`, `store.url_password`, `store.unavailable`, `store.slow`, `store.auth`,
            `store.database`, `store.server_version`, `store.foreign`, `store.missing_database`, `store.version`,
            `store.not_scratch`.
    """

    def __init__(
        self, url: str, *, create: bool = False, user: str = "", password: str = "", trials: bool = False
    ) -> None:
        self._server = Server(parse(url, user), password)
        self._schema = Schema(self._server)
        self.url = self._server.url
        self._links_cache = {}
        self._origins = {}
        self._held = None
        self._run = None
        try:
            self._server.check()
            claim(self._server, self._schema, create=create, trials=trials)
        except BaseException:
            self._server.close()
            raise

    def close(self) -> None:
        """Release the connections. What was staged and not published stays for the next `begin` of the same token."""
        self._leave()
        self._server.close()

    def empty(self) -> None:
        """Remove everything from a database for trials.

        Raises:
            StoreError: `store.not_scratch`: it holds data that was loaded for good.
        """
        claim(self._server, self._schema, create=True, trials=True)
        self._leave()
        for name in ("wipe_relations", "wipe_nodes"):
            self._repeat(name)
        self._links_cache = {}
        self._origins = {}
