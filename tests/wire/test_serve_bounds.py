"""What is too large, too deep, packed, or no address: refused before it costs anything, and the server goes on."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import psutil
import pytest
from every_kind import OPEN, routes
from leaks import leaks, logs_of
from serving import LISTED, Installation, ask, bearer

from api.heads import MOST_BYTES, MOST_FIELDS
from api.problems import MAX_BODY

JSON = {"Content-Type": "application/json"}
EVIL_PATHS = (
    "../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2f%2e%2e%2fsecret.key", "....//....//secret.key",
    "..%5c..%5csecret.key", "%00", "a%00b", "%0d%0aX-Injected:%20yes", "%c0%ae%c0%ae%2f", "x" * 5_000, "%E2%80%AE",
    "1' OR '1'='1", "=1%2b1", "${7*7}", "{{7*7}}", "-1", "NaN",
)  # fmt: skip
EVIL_VALUES = (
    "../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "\x00", "a\r\nX-Injected: yes", "x" * 5_000, "-1",
    "1e400", "1' OR '1'='1' --", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "[]", "{}",
)  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    found = Installation(tmp_path_factory.mktemp("bounds") / "home")
    found.publish({"SXBZXR": [("临江澄远建设工程有限公司", LISTED, "2025-06-18")]}, codes=("SXBZXR",))
    return found


@pytest.fixture(scope="module")
def client(house: Installation) -> Iterator[httpx.Client]:
    key = house.key()
    with house.serving(key=key, LIANCHENG_WORK="off") as one:
        one.get("/healthz")
        yield one


def raw(client: httpx.Client, *parts: bytes) -> bytes:
    """What comes back for bytes that no client would send; empty where the connection was just closed."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=60) as wire:
        answer = b""
        try:
            for part in parts:
                wire.sendall(part)
            # its head and its body may come apart
            while not _whole(answer) and (more := wire.recv(65_536)):
                answer += more
        except (ConnectionResetError, BrokenPipeError):
            pass
        return answer


def _whole(answer: bytes) -> bool:
    told, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length: (\d+)", told)
    return length is not None and len(body) >= int(length[1])


def head(*fields: bytes, line: bytes = b"GET /healthz HTTP/1.1") -> bytes:
    return b"\r\n".join((line, b"Host: 127.0.0.1", *fields)) + b"\r\n\r\n"


@pytest.mark.parametrize(
    "parts",
    [
        (head(b"X: " + b"a" * MOST_BYTES),),
        (head(b"X: " + b"a" * MOST_BYTES)[:-4], *[b"a" * 100_000] * 50),
        (head(line=b"GET /" + b"a" * MOST_BYTES + b" HTTP/1.1"),),
        (head(*[b"X%d: a" % n for n in range(MOST_FIELDS + 1)]),),
        (head(*[b"X%d: a" % n for n in range(50_000)]),),
    ],
    ids=["long", "endless", "address", "fields", "many fields"],
)
def test_a_head_that_is_too_large_is_refused_and_takes_no_memory(
    client: httpx.Client, parts: tuple[bytes, ...]
) -> None:
    answer = raw(client, *parts)
    assert not answer or answer.startswith(b"HTTP/1.1 431 ")
    if answer:
        assert b'"code":"http.head"' in answer
        assert b"X-Content-Type-Options: nosniff" in answer
    assert client.get("/healthz").status_code == 200


def test_as_many_fields_as_allowed_are_read(client: httpx.Client) -> None:
    answer = raw(client, head(*[b"X%d: a" % n for n in range(MOST_FIELDS - 1)]))
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        head(b"Content-Length: 10", b"Transfer-Encoding: chunked", line=b"POST /v1/decisions HTTP/1.1"),
        head(b"Content-Length: 1", b"Content-Length: 2", line=b"POST /v1/decisions HTTP/1.1"),
        head(b"Content-Length: -1", line=b"POST /v1/decisions HTTP/1.1"),
        head(b"Transfer-Encoding: chunked", line=b"POST /v1/decisions HTTP/1.1") + b"zz\r\n",
    ],
    ids=["tls", "no address", "version", "two lengths", "other lengths", "negative", "chunk"],
)
def test_what_is_no_request_is_a_problem_with_the_headers_of_any_other(
    client: httpx.Client, data: bytes
) -> None:
    """Two ways to say where a request ends are none: a proxy in front may have read the other (request smuggling)."""
    answer = raw(client, data)
    assert not answer or re.match(rb"HTTP/1.1 4\d\d ", answer), answer[:200]
    assert not answer or b"nosniff" in answer.lower()


@pytest.mark.parametrize(
    "host", [b"evil.example", b"127.0.0.1, evil.example", b"127.0.0.1@evil.example", b"[::1", b"a b", b""]
)
def test_what_is_no_name_of_loopback_reaches_nothing_without_a_key(
    tmp_path_factory: pytest.TempPathFactory, host: bytes, local: httpx.Client
) -> None:
    answer = raw(local, b"GET /v1/keys HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 4(?:21|00) ", answer), answer[:100]
    twice = raw(local, b"GET /v1/keys HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n")
    assert twice.startswith(b"HTTP/1.1 421 ")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server without any key: the operator at this machine."""
    with Installation(tmp_path_factory.mktemp("local") / "home").serving(LIANCHENG_WORK="off") as one:
        assert one.get("/v1/keys").status_code == 200
        yield one


def test_a_page_of_another_site_changes_nothing_as_the_operator_of_this_machine(local: httpx.Client) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = local.post("/v1/audit/checkpoint", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.csrf")
    assert local.post("/v1/audit/checkpoint").status_code == 200


def bodies(client: httpx.Client) -> list[tuple[str, str]]:
    """Routes that take a JSON body."""
    paths = client.get("/openapi.json").json()["paths"]
    found = [
        (method, re.sub(r"\{[^}]+\}", "0000", path))
        for method, path, _ in routes()
        if "application/json" in paths[path][method.lower()].get("requestBody", {}).get("content", {})
    ]
    assert len(found) > 15
    return found


def test_every_body_is_bounded_and_read_strictly(client: httpx.Client) -> None:
    deep, twice = b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b'{"name":"a","name":"b"}'
    version = {"If-Match": '"v1"'}
    for method, path in bodies(client):
        large = client.request(method, path, content=b" " * (MAX_BODY + 1), headers=JSON | version)
        # what only people may do, or what is not there, is refused before it is read
        assert large.status_code in (413, 403, 404), (path, large.text)
        for body in (deep, twice, b"\xff\xfe", b"[" * 100_000, b'{"a":NaN}', b'{"a":1e999}', b"nul"):
            answer = client.request(method, path, content=body, headers=JSON | version)
            assert answer.status_code in (413, 422, 403, 404), (path, body[:20], answer.text)
        plain = client.request(method, path, content=b"{}", headers={"Content-Type": "text/plain"} | version)
        assert plain.status_code in (415, 403, 404), (path, plain.text)
    assert client.get("/healthz").status_code == 200


def test_nothing_that_a_caller_packed_is_unpacked(client: httpx.Client) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    for method, path in bodies(client):
        answer = client.request(method, path, content=bomb, headers=JSON | {"Content-Encoding": "gzip"})
        assert (answer.status_code, answer.json()["code"]) == (415, "http.media_type"), path


def test_an_address_leads_to_no_file_and_no_header(client: httpx.Client) -> None:
    for method, path, _ in routes():
        if "{" not in path:
            continue
        for evil in EVIL_PATHS:
            address = re.sub(r"\{[^}]+\}", lambda _: evil, path)  # noqa: B023 - used at once
            answer = client.request(method, address, content=b"{}", headers=JSON | {"If-Match": '"v1"'})
            assert answer.status_code < 500, (method, address, answer.text)
            assert "root:" not in answer.text
            assert "x-injected" not in answer.headers
            if method == "GET" and path not in OPEN:
                assert answer.status_code >= 400, (method, address, answer.text)


def test_a_nul_is_a_bad_request_wherever_it_stands(client: httpx.Client) -> None:
    """A database may refuse the whole statement for one: what callers send is never a trouble of the server."""
    for method, path, _ in routes():
        address = re.sub(r"\{[^}]+\}", "0000", path)
        places = [f"{address}?more=a%00b", f"{address}?%00=1"]
        if "{" in path:
            places += [re.sub(r"\{[^}]+\}", evil, path) for evil in ("%00", "a%00b")]
        for place in places:
            answer = client.request(method, place, content=b"{}", headers=JSON | {"If-Match": '"v1"'})
            assert (answer.status_code, answer.json()["code"]) == (400, "http.bad_request"), (method, place)
    for method, path in bodies(client):
        for body in (rb'{"name":"a\u0000b"}', rb'{"\u0000":1}', rb'{"a":[{"b":["\u0000"]}]}'):
            answer = client.request(method, path, content=body, headers=JSON | {"If-Match": '"v1"'})
            assert answer.status_code in (422, 403, 404), (method, path, answer.text)
            if answer.status_code == 422:
                assert [one["code"] for one in answer.json()["errors"]] == ["body.text"], (path, answer.text)
    escaped = ask(LISTED)
    escaped["bidders"][0]["name"] = r"a\u0000b"
    assert client.post("/v1/decisions", json=escaped).status_code == 200, "a backslash and letters are no NUL"


def test_what_is_refused_before_any_route_is_declared_for_every_one(client: httpx.Client) -> None:
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        for method, operation in operations.items():
            for status, code in (
                ("400", "http.bad_request"),
                ("415", "http.media_type"),
                ("431", "http.head"),
            ):
                assert code in operation["responses"][status]["description"], (method, path)


def test_a_parameter_leads_to_no_file_and_no_header(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    tried = 0
    for method, path, _ in routes():
        operation = paths[path][method.lower()]
        names = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        address = re.sub(r"\{[^}]+\}", "0000", path)
        for name in names:
            for evil in EVIL_VALUES:
                url = f"{address}?{quote(name)}={quote(evil, errors='surrogatepass')}"
                answer = client.request(method, url, content=b"{}", headers=JSON | {"If-Match": '"v1"'})
                assert answer.status_code < 500, (method, name, evil, answer.text)
                assert "root:" not in answer.text
                assert "x-injected" not in answer.headers
                tried += 1
    assert tried > 300


def test_what_callers_send_reaches_no_log(client: httpx.Client, house: Installation) -> None:
    """Numbers, keys and forged lines in every place of a request; the watch over the server's output sees the rest."""
    number, forged = "32990119881106" + "2462", "x\n2026-11-23 administrator signed in"
    places = [
        {"url": f"/v1/decisions/{number}"},
        {"url": "/v1/lists", "params": {"q": number}},
        {"url": "/v1/lists", "headers": {"Accept-Language": number, "Traceparent": number}},
        {"url": f"/v1/{quote(forged)}"},
        {"url": "/v1/lists", "headers": bearer("lc_aaaaaaaa_" + "b" * 52)},
    ]
    for place in places:
        client.request("GET", **place)  # type: ignore[arg-type]
    body = ask(LISTED)
    body["bidders"][0] |= {
        "name": forged,
        "client_id": number,
        "legal_rep": {"name": "虚构甲", "identifiers": [{"id": number}]},
    }
    assert client.post("/v1/decisions", json=body).status_code == 200
    client.post("/v1/decisions", json=body | {"more": number})
    client.post("/v1/sessions", json={"name": number, "password": "seven lanterns over Linjiang"})
    said = logs_of(house.home)
    assert leaks(said) == []
    assert "administrator signed in" not in said


def test_memory_is_what_it_was(client: httpx.Client) -> None:
    """After everything above: what was refused is not kept."""
    port = client.base_url.port
    pids = {
        one.pid
        for one in psutil.net_connections("tcp")
        if one.laddr and one.laddr.port == port and one.pid and one.status == "LISTEN"
    }
    assert pids
    assert max(psutil.Process(pid).memory_info().rss for pid in pids) < 700 << 20
