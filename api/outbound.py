"""Requests to addresses that somebody typed in: only to where an administrator lets the program go (SSRF).

Government platforms live on intranets, so that private ranges can be allowed, one by one. Everything else that is not
on the public internet is refused: this machine, its neighbours, and the address at which clouds hand out credentials.
A name is resolved once, every address is checked, and the connection goes to the checked one, so that a name that
answers differently a moment later (rebinding) leads nowhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 15.0
"""For resolving, connecting, sending and reading together: nobody can hold a message up longer."""
MOST_READ: Final = 16_384
"""Bytes of an answer that are read; nothing in it is used."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_6TO4: Final = ipaddress.ip_network("2002::/16")
_UNICAST: Final = ipaddress.ip_network("2000::/3")
"""The public part of IPv6. Outside lie forms that lead to private IPv4, which no table has in full: `::10.0.0.1`,
`::ffff:0:10.0.0.1`, translators of a network's own (64:ff9b:1::/48), sites of old (fec0::/10)."""
_SPECIAL: Final = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20"))
)
"""Public by their look: 192.0.0.192 and 168.63.129.16 hand out credentials in two clouds, the others lead nowhere."""


class OutboundError(Exception):
    """A request was not made, or not answered. `code`: `address`, `https`, `name`, `connect`, `tls`, `timeout`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def permitted(text: str, scheme: str, allowed: Sequence[str]) -> Address:
    """An address to which a request may go.

    Args:
        text: the address in numbers.
        scheme: `https`, or `http`, which is for allowed ranges only.
        allowed: ranges that an administrator allows, e.g. `10.0.0.0/8`.

    Raises:
        OutboundError: `address`, `https`.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _inner(address)
    if any(
        one in network for one in (address, inner) for network in map(_network, allowed) if one is not None
    ):
        return address
    for one in (address, inner):
        if one is not None and not _public(one):
            raise OutboundError("address")
    if scheme != "https":
        raise OutboundError("https")
    return address


def _public(address: Address) -> bool:
    """Whether an address is one of the public internet."""
    known = address.version == 4 or address in _UNICAST or address in _NAT64
    return (
        known and address.is_global and not address.is_multicast and not any(address in n for n in _SPECIAL)
    )


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _inner(address: Address) -> Address | None:
    """The IPv4 address inside an IPv6 one that leads there."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _6TO4:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None


def check_literal(host: str, scheme: str, allowed: Sequence[str]) -> None:
    """Refuse an address in numbers that may not be asked; names are checked when they are resolved.

    Raises:
        OutboundError: as `permitted`.
    """
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # 127.1, 0x7f000001 and alike: some resolvers read them as numbers, no name ends so
        if host.rpartition(".")[2][:1].isdigit() or host.lower().startswith("0x"):
            raise OutboundError("address") from None
        if host.lower().rstrip(".") == "localhost":
            permitted("127.0.0.1", scheme, allowed)
        return
    permitted(host, scheme, allowed)


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name.

    Raises:
        OutboundError: `name`.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundError("name") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    *,
    allowed: Sequence[str],
    resolver: Resolver = resolve,
    whole: float = WHOLE_SECONDS,
    verify: bool | ssl.SSLContext = True,
) -> tuple[int, str]:
    """Send a body, following no redirect; the answer's status, and its `Retry-After`.

    Raises:
        OutboundError: why it did not come to an answer.
    """
    try:
        return await asyncio.wait_for(_post(url, body, headers, allowed, resolver, verify), whole)
    except TimeoutError:
        raise OutboundError("timeout") from None


async def _post(
    url: str,
    body: bytes,
    headers: dict[str, str],
    allowed: Sequence[str],
    resolver: Resolver,
    verify: bool | ssl.SSLContext,
) -> tuple[int, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    check_literal(host, parts.scheme, allowed)
    addresses = await resolver(host, port)
    if not addresses:
        raise OutboundError("name")
    # one address among several that may not be asked is one too many: which is used is the resolver's choice
    checked = [permitted(one, parts.scheme, allowed) for one in addresses]
    chosen = str(checked[0])
    try:
        where = httpx.URL(url).copy_with(host=chosen)
    except (httpx.InvalidURL, ValueError):
        raise OutboundError("name") from None
    named = host if ":" not in host else f"[{host}]"
    sent = {**headers, "Host": named if parts.port is None else f"{named}:{parts.port}"}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    try:
        # no proxy of the environment: it would connect to where the name says, not to the checked address
        async with (
            httpx.AsyncClient(
                timeout=timeout, follow_redirects=False, trust_env=False, verify=verify
            ) as client,
            client.stream(
                "POST", where, content=body, headers=sent, extensions={"sni_hostname": host}
            ) as answer,
        ):
            read = 0
            async for part in answer.aiter_raw():
                read += len(part)
                if read > MOST_READ:
                    break
            return answer.status_code, answer.headers.get("retry-after", "")
    except httpx.TimeoutException:
        raise OutboundError("timeout") from None
    except httpx.ConnectError as error:
        raise OutboundError(
            "tls" if "certificate" in str(error).lower() or "ssl" in str(error).lower() else "connect"
        ) from None
    except (httpx.HTTPError, OSError, ValueError):
        # a name that TLS can't state is a ValueError: one endpoint's name must not hold up the messages of others
        raise OutboundError("connect") from None
