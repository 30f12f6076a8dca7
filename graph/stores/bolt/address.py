"""Where a server is, read from a URL: `neo4j://user@host:7687/database`."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from graph.store import StoreError

SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
"""`neo4j` asks a cluster who leads it (and works with a single server), `bolt` speaks to one server only; `+s` is TLS
with a checked certificate, `+ssc` TLS with any."""
PORT = 7687
DATABASE = "neo4j"
USER = "neo4j"


class Address(NamedTuple):
    """A server, a database on it and the user as whom to speak to it. `uri` has none of the latter."""

    uri: str
    database: str
    user: str

    @property
    def url(self) -> str:
        """The same as a store URL, without the user: for messages, logs and file names."""
        server, mark, query = self.uri.partition("?")
        return f"{server}/{self.database}{mark}{query}"


def parse(url: str, user: str = "") -> Address:
    """Read a store URL; `user` stands in where it names none.

    Raises:
        StoreError: `store.url` (not readable), `store.url_password` (it holds one; never repeated in the message).
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        raise StoreError("store.url") from None
    if parts.password is not None:
        raise StoreError("store.url_password")
    database = unquote(parts.path.strip("/")) or DATABASE
    if parts.scheme not in SCHEMES or not host or "/" in database or parts.fragment:
        raise StoreError("store.url")
    host = f"[{host}]" if ":" in host else host
    query = f"?{parts.query}" if parts.query else ""
    if query and not parts.scheme.startswith("neo4j"):
        raise StoreError("store.url")
    return Address(
        f"{parts.scheme}://{host}:{port}{query}", database, unquote(parts.username or "") or user or USER
    )
