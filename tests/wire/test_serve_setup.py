"""Set-up: what is served before there is a key or a user, to whom, and what becomes of it when the last key ends."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from serving import RETRIES, Installation, bearer

ANYWHERE = ("--host", "0.0.0.0")  # the server under test listens beyond loopback


@pytest.fixture
def house(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "home", LIANCHENG_WORK="off")


@pytest.fixture(scope="module")
def elsewhere() -> str:
    """An address of this machine that is not loopback's: what a caller from elsewhere sees."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # no packet is sent: the system only chooses the address that it would send from
            probe.connect(("192.0.2.1", 9))
            found: str = probe.getsockname()[0]
        except OSError:
            found = "127.0.0.1"
    if found.startswith("127."):
        pytest.skip("needs a network address beside loopback")
    return found


def test_beyond_loopback_nothing_is_served_before_there_is_a_key_or_a_user(house: Installation) -> None:
    for host in ("0.0.0.0", "::"):
        done = house.command("serve", "--host", host, "--port", "0")
        assert (done.returncode, done.stdout) == (2, "")
        assert "liancheng keys create" in done.stderr
        assert "liancheng users add" in done.stderr
    weak = house.command("serve", *ANYWHERE, LIANCHENG_API_KEY="short")
    assert weak.returncode == 2


def one_key(house: Installation) -> dict[str, str]:
    return bearer(house.key())


def one_user(house: Installation) -> dict[str, str]:
    house.run("users", "add", "admin", "--role", "administrator")
    return {}


def setting(house: Installation) -> dict[str, str]:
    house.settings["LIANCHENG_API_KEY"] = "k" * 40
    return bearer("k" * 40)


@pytest.mark.parametrize("guard", [one_key, one_user, setting])
def test_with_one_of_them_everything_asks_who_is_there(
    house: Installation, elsewhere: str, guard: Callable[[Installation], dict[str, str]]
) -> None:
    headers = guard(house)
    with served(house, elsewhere) as one:
        for forged in ({}, {"Host": "localhost"}, {"Host": "127.0.0.1", "X-Forwarded-For": "127.0.0.1"}):
            answer = one.get("/v1/keys", headers=forged)
            assert (answer.status_code, answer.json()["code"]) == (401, "http.auth")
        if headers:
            assert one.get("/v1/keys", headers=headers).status_code == 200


class served:  # noqa: N801 - reads as what it is in a with statement
    """A server that listens everywhere, asked from elsewhere."""

    def __init__(self, house: Installation, address: str) -> None:
        self._started = house.started(*ANYWHERE)
        self._address = address

    def __enter__(self) -> httpx.Client:
        _, listens = self._started.__enter__()
        port = int(re.findall(r":(\d+)", listens)[-1])
        self.client = httpx.Client(
            base_url=f"http://{self._address}:{port}",
            timeout=60,
            transport=httpx.HTTPTransport(retries=RETRIES),
        )
        return self.client

    def __exit__(self, *error: object) -> None:
        self.client.close()
        self._started.__exit__(*error)  # type: ignore[arg-type]


def test_when_the_last_key_ends_nobody_from_elsewhere_becomes_the_operator(
    house: Installation, elsewhere: str
) -> None:
    key = house.key()
    prefix = key.split("_")[1]
    with served(house, elsewhere) as one:
        assert one.get("/v1/keys", headers=bearer(key)).status_code == 200
        house.run("keys", "revoke", prefix)
        end = time.monotonic() + 60
        while one.get("/v1/keys").json().get("code") != "http.host":
            assert time.monotonic() < end
            time.sleep(0.2)
        for forged in ({"Host": "localhost"}, {"Host": "127.0.0.1"}, {"Host": "127.0.0.1", "Via": "x"}):
            answer = one.get("/v1/keys", headers=forged)
            assert (answer.status_code, answer.json()["code"]) == (421, "http.host"), forged
        decided = one.post("/v1/decisions", json={"bidders": []}, headers={"Host": "127.0.0.1"})
        assert decided.json()["code"] == "http.host"


def test_what_a_proxy_on_this_machine_passes_on_is_not_the_operators(house: Installation) -> None:
    with house.serving() as near:
        assert near.get("/v1/keys").status_code == 200
        for field in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            answer = near.get("/v1/keys", headers={field: "127.0.0.1"})
            assert (answer.status_code, answer.json()["code"]) == (421, "http.host"), field


def test_the_first_administrator_is_shown_once_and_never_asked_for_as_an_argument(
    house: Installation,
) -> None:
    said = house.command("users", "add", "admin", "--role", "administrator", "--format", "json")
    first = json.loads(said.stdout)["users"][0]["password"]
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", first)
    assert first not in said.stderr
    again = house.run("users", "list", "--format", "json")
    assert first not in again
    assert not [
        path for path in house.home.rglob("*") if path.is_file() and first.encode() in path.read_bytes()
    ]
    typed = house.command(
        "users", "add", "li", "--role", "clerk", "--stdin", given="seven lanterns over Linjiang\n"
    )
    assert typed.returncode == 0
    assert "seven lanterns" not in typed.stdout + typed.stderr
    for wrong, why in (
        ("short\n", "12"),
        ("password1234\n", "easy to guess"),
        ("liancheng-liancheng\n", "easy"),
    ):
        refused = house.command("users", "add", "wu", "--role", "clerk", "--stdin", given=wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert why in refused.stderr
        assert wrong.strip() not in refused.stderr
    helped = house.command("users", "add", "--help").stdout
    assert "--password" not in helped


@pytest.mark.parametrize(
    "name", ["a", "Ünal", "x" * 41, "a/b", "../a", "a b", "1abc", "a\nb", "x329901198811062462"]
)
def test_a_name_that_is_none_is_refused(house: Installation, name: str) -> None:
    done = house.command("users", "add", name, "--role", "clerk")
    assert (done.returncode, done.stdout) == (2, "")


def test_names_of_hosts_and_proxies_that_are_none_are_refused(house: Installation) -> None:
    for name, value in (
        ("LIANCHENG_HOST_NAMES", "*"), ("LIANCHENG_HOST_NAMES", "a/b"), ("LIANCHENG_HOST_NAMES", "https://a.example"),
        ("LIANCHENG_TRUSTED_PROXIES", "*"), ("LIANCHENG_TRUSTED_PROXIES", "proxy.example"),
    ):  # fmt: skip
        done = house.command("lists", **{name: value})
        assert (done.returncode, done.stdout) == (2, ""), value
        assert name in done.stderr


def test_only_a_trusted_proxy_says_from_where_a_request_comes(house: Installation) -> None:
    """Attempts are counted by address; one that a caller makes up must not be a new one each time."""
    house.run("users", "add", "admin", "--role", "administrator")

    def guesses(trusted: str) -> list[int]:
        with house.serving(LIANCHENG_TRUSTED_PROXIES=trusted) as near:
            return [
                near.post(
                    "/v1/sessions",
                    json={"name": "admin", "password": f"wrong guess number {n}"},
                    headers={"X-Forwarded-For": f"203.0.113.{n}"},
                ).status_code
                for n in range(9)
            ]

    assert 429 in guesses("")
    assert set(guesses("127.0.0.1")) == {401}
