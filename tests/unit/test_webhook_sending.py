"""Webhooks over a real connection: signed, repeated at growing intervals, given up, and never sent inwards."""

from __future__ import annotations

import asyncio
import base64
import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from webhook_receiver import Receiver, genuine, receiving

from api import webhooks
from api.outbound import OutboundError, permitted, post
from api.webhook_sending import JITTER, SCHEDULE, send_due
from graph.dates import CST
from matching.ledger import Ledger, open_ledger
from matching.ledger.deliveries import DEAD, DELIVERED, PENDING, Delivery

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CST)
KEY = b"k" * 32
LOOPBACK = ("127.0.0.0/8",)
TENANT = "linjiang"


class Outbox:
    """A ledger, one endpoint, and a clock."""

    def __init__(self, ledger: Ledger, receiver: Receiver) -> None:
        self.ledger = ledger
        self.receiver = receiver
        self.now = NOW
        self.secret, view = webhooks.create(
            ledger, url=receiver.url, events=(), description="", tenant=TENANT, actor="user:admin", at=NOW, key=KEY,
            allowed=LOOPBACK,
        )  # fmt: skip
        self.webhook = view.id

    def put(self, **data: Any) -> str:
        one = webhooks.message(self.webhook, TENANT, "monitor.changed", data, self.now)
        self.ledger.deliveries.put([one])
        return one.id

    def send(self, **options: Any) -> int:
        return send_due(self.ledger, key=KEY, clock=lambda: self.now, **{"allowed": LOOPBACK, **options})

    def get(self, name: str) -> Delivery:
        found = self.ledger.deliveries.get(name, tenant=TENANT)
        assert found is not None
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def outbox(tmp_path: Path, receiver: Receiver) -> Iterator[Outbox]:
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        yield Outbox(ledger, receiver)


def test_a_message_is_signed_and_says_what_and_not_who(outbox: Outbox) -> None:
    name = outbox.put(monitor_id="m1", changes=3, since="MQ")
    assert outbox.send() == 1
    (got,) = outbox.receiver.requests
    assert (got.path, got.headers["content-type"]) == ("/hook", "application/json")
    assert got.headers["host"] == f"127.0.0.1:{outbox.receiver.port}"
    assert got.headers["webhook-id"] == name
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert genuine(outbox.secret, got) == [True]
    assert json.loads(got.body) == {
        "type": "monitor.changed",
        "timestamp": NOW.isoformat(),
        "data": {"monitor_id": "m1", "changes": 3, "since": "MQ"},
    }
    done = outbox.get(name)
    assert (done.state, done.attempts, done.status, done.error) == (DELIVERED, 1, 204, "")
    assert outbox.send() == 0


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification's reference libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = webhooks.signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_sign_for_a_day_after_a_rotation(outbox: Outbox) -> None:
    new, view = webhooks.rotate(
        outbox.ledger, outbox.webhook, tenant=TENANT, actor="user:admin", at=NOW, key=KEY
    )
    assert new != outbox.secret
    assert view.rotated_until == NOW + webhooks.GRACE
    outbox.put()
    outbox.send()
    got = outbox.receiver.requests[-1]
    assert (genuine(new, got), genuine(outbox.secret, got)) == ([True, False], [False, True])
    outbox.now = NOW + webhooks.GRACE
    outbox.put()
    outbox.send()
    got = outbox.receiver.requests[-1]
    assert (genuine(new, got), genuine(outbox.secret, got)) == ([True], [False])


def test_an_endpoint_that_fails_and_comes_back_gets_the_same_message(outbox: Outbox) -> None:
    name = outbox.put(changes=1)
    outbox.receiver.status = 500
    for attempt, pause in enumerate(SCHEDULE[:3], 1):
        assert outbox.send() == 1
        waiting = outbox.get(name)
        assert (waiting.state, waiting.attempts, waiting.status, waiting.error) == (
            PENDING,
            attempt,
            500,
            "refused",
        )
        assert pause <= waiting.next_at - outbox.now <= pause * (1 + JITTER)
        assert outbox.send() == 0
        outbox.now = waiting.next_at
    outbox.receiver.status = 200
    outbox.send()
    assert outbox.get(name).state == DELIVERED
    assert len({request.body for request in outbox.receiver.requests}) == 1
    assert {request.headers["webhook-id"] for request in outbox.receiver.requests} == {name}
    assert all(genuine(outbox.secret, request) == [True] for request in outbox.receiver.requests)


def test_a_message_that_nobody_takes_is_given_up_and_can_be_sent_again(outbox: Outbox) -> None:
    name = outbox.put()
    outbox.receiver.status = 503
    for _ in range(len(SCHEDULE) + 1):
        assert outbox.send() == 1
        outbox.now += timedelta(days=2)
    assert (outbox.get(name).state, outbox.get(name).attempts) == (DEAD, len(SCHEDULE) + 1)
    assert outbox.send() == 0
    outbox.receiver.status = 204
    outbox.ledger.deliveries.again(outbox.get(name), outbox.now)
    outbox.send()
    assert outbox.get(name).state == DELIVERED


def test_an_endpoint_may_ask_for_a_longer_pause(outbox: Outbox) -> None:
    name = outbox.put()
    outbox.receiver.status, outbox.receiver.headers = 429, {"Retry-After": "600"}
    outbox.send()
    assert outbox.get(name).next_at == outbox.now + timedelta(seconds=600)


def test_gone_switches_the_endpoint_off(outbox: Outbox) -> None:
    first, second = outbox.put(), ""
    outbox.receiver.status = 410
    outbox.send()
    assert outbox.get(first).state == DEAD
    item = webhooks.found(outbox.ledger, outbox.webhook, TENANT)
    assert (item.state, webhooks.view(item).disabled) == (webhooks.DISABLED, "gone")
    second = outbox.put()
    outbox.send()
    assert (outbox.get(second).state, outbox.get(second).error) == (DEAD, "disabled")
    assert len(outbox.receiver.requests) == 1


def test_a_redirect_is_not_followed(outbox: Outbox) -> None:
    with receiving() as elsewhere:
        outbox.receiver.status, outbox.receiver.headers = 307, {"Location": elsewhere.url}
        name = outbox.put()
        outbox.send()
        assert elsewhere.requests == []
    assert (outbox.get(name).state, outbox.get(name).error, outbox.get(name).status) == (
        PENDING,
        "redirect",
        307,
    )


def test_one_slow_endpoint_keeps_no_other_waiting(outbox: Outbox) -> None:
    slow = outbox.put()
    outbox.receiver.delay = 8
    with receiving() as quick:
        _, view = webhooks.create(
            outbox.ledger, url=quick.url, events=(), description="", tenant=TENANT, actor="user:admin", at=NOW,
            key=KEY, allowed=LOOPBACK,
        )  # fmt: skip
        one = webhooks.message(view.id, TENANT, "monitor.changed", {}, NOW)
        outbox.ledger.deliveries.put([one])
        outbox.send(whole=2.5)
        assert outbox.get(one.id).state == DELIVERED
    assert (outbox.get(slow).state, outbox.get(slow).error) == (PENDING, "timeout")


def test_nobody_listens(outbox: Outbox, receiver: Receiver) -> None:
    with receiving() as gone:
        url = gone.url
    with pytest.raises(OutboundError, match="connect"):
        asyncio.run(post(url, b"{}", {}, allowed=LOOPBACK))


def test_an_endless_answer_is_not_read_and_one_that_drips_is_cut(receiver: Receiver) -> None:
    receiver.status, receiver.length = 200, 50_000_000
    assert asyncio.run(post(receiver.url, b"{}", {}, allowed=LOOPBACK)) == (200, "")
    receiver.length, receiver.drip = 200, True
    with pytest.raises(OutboundError, match="timeout"):
        asyncio.run(post(receiver.url, b"{}", {}, allowed=LOOPBACK, whole=0.5))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "100.100.100.200", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1",
        "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
        "2001:db8::1", "fe80::1%eth0", "192.0.0.192", "168.63.129.16", "192.88.99.1", "64:ff9b:1::7f00:1", "::7f00:1",
        "::ffff:0:10.0.0.1", "fec0::1", "3fff::1",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(OutboundError, match="address"):
        permitted(address, "https", ())


def test_allowed_ranges_may_be_asked_without_https_and_public_ones_not() -> None:
    assert str(permitted("10.1.2.3", "http", ("10.0.0.0/8",))) == "10.1.2.3"
    assert permitted("::ffff:10.1.2.3", "http", ("10.0.0.0/8",)).version == 6
    assert str(permitted("8.8.8.8", "https", ())) == "8.8.8.8"
    assert str(permitted("2400:3200::1", "https", ())) == "2400:3200::1"
    assert str(permitted("fec0::1", "http", ("fec0::/10",))) == "fec0::1"
    with pytest.raises(OutboundError, match="https"):
        permitted("8.8.8.8", "http", ("10.0.0.0/8",))
    with pytest.raises(OutboundError, match="address"):
        permitted("192.168.0.1", "http", ("10.0.0.0/8",))


def resolver(*answers: Sequence[str]) -> tuple[Callable[[str, int], Any], list[str]]:
    """A resolver that answers differently each time, and what it was asked."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    return resolve, asked


def test_the_connection_goes_to_the_address_that_was_checked(receiver: Receiver) -> None:
    """Rebinding: a name that answers differently a moment later leads nowhere else."""
    resolve, asked = resolver(["127.0.0.1"], ["169.254.169.254"])
    url = f"http://hooks.example.test:{receiver.port}/hook"
    status, _ = asyncio.run(post(url, b"{}", {}, allowed=LOOPBACK, resolver=resolve))
    assert (status, asked) == (204, ["hooks.example.test"])
    assert receiver.requests[0].headers["host"] == f"hooks.example.test:{receiver.port}"
    with pytest.raises(OutboundError, match="address"):
        asyncio.run(post(url, b"{}", {}, allowed=LOOPBACK, resolver=resolve))
    assert len(receiver.requests) == 1


def test_a_name_that_tls_cannot_state_is_a_failed_attempt_and_no_error(receiver: Receiver) -> None:
    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    port = urlsplit(receiver.url).port
    with pytest.raises(OutboundError, match="connect"):
        asyncio.run(post(f"https://.example.test:{port}/", b"", {}, allowed=("127.0.0.0/8",), resolver=here))


def test_a_name_with_one_bad_address_among_good_ones_is_refused(receiver: Receiver) -> None:
    resolve, _ = resolver(["127.0.0.1", "10.0.0.1"])
    with pytest.raises(OutboundError, match="address"):
        asyncio.run(
            post(receiver.url.replace("127.0.0.1", "a.test"), b"", {}, allowed=LOOPBACK, resolver=resolve)
        )
    resolve, _ = resolver([])
    with pytest.raises(OutboundError, match="name"):
        asyncio.run(post("http://a.test/", b"", {}, allowed=LOOPBACK, resolver=resolve))


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert asyncio.run(post(receiver.url, b"{}", {}, allowed=LOOPBACK))[0] == 204


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for hooks.example.test, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    path = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=hooks.example.test",
         "-addext", "subjectAltName=DNS:hooks.example.test",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "crt.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "crt.pem").read_bytes())
    return path


def test_a_certificate_has_to_be_that_of_the_name_and_trusted(certificate: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))
    resolve, _ = resolver(["127.0.0.1"])

    def send(host: str, context: ssl.SSLContext | bool) -> int:
        url = f"https://{host}:{receiver.port}/hook"  # type: ignore[attr-defined]
        return asyncio.run(post(url, b"{}", {}, allowed=LOOPBACK, resolver=resolve, verify=context))[0]

    with receiving(certificate) as receiver:
        assert send("hooks.example.test", trusted) == 204
        for host, context in (("other.example.test", trusted), ("hooks.example.test", True)):
            with pytest.raises(OutboundError, match="tls"):
                send(host, context)
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://a.example/", "webhook.url"),
        ("https://", "webhook.url"),
        ("https://user:secret@a.example/", "webhook.url"),
        ("https://a.example/#x", "webhook.url"),
        ("https://a.example:0/", "webhook.url"),
        ("https://a.example:99999/", "webhook.url"),
        ("https://a.example/ä", "webhook.url"),
        ("https://a.example/a b", "webhook.url"),
        ("https://a.example/" + "a" * 2_000, "webhook.url"),
        ("http://a.example/", "webhook.https"),
        ("https://127.0.0.1/", "webhook.address"),
        ("https://[::1]/", "webhook.address"),
        ("https://localhost/", "webhook.address"),
        ("https://127.1/", "webhook.address"),
        ("https://0x7f000001/", "webhook.address"),
        ("https://2130706433/", "webhook.address"),
        ("https://169.254.169.254/latest/meta-data", "webhook.address"),
    ],
)
def test_addresses_that_can_be_told_at_once_are_refused_at_once(url: str, code: str) -> None:
    with pytest.raises(webhooks.WebhookError) as caught:
        webhooks.checked_url(url, ())
    assert caught.value.code == code


def test_an_ordinary_address_is_taken() -> None:
    assert (
        webhooks.checked_url("https://platform.example/hooks?a=1", ()) == "https://platform.example/hooks?a=1"
    )
    assert webhooks.checked_url("http://10.0.0.9:8080/", ("10.0.0.0/8",)) == "http://10.0.0.9:8080/"
