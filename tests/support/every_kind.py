"""One object of every kind that an address can name, made over HTTP: what tests over the whole route table ask for.

A new route with a name in its path needs a maker here, and a body where it takes one; the tests say which are missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple

import httpx
import msgspec
import uuid_utils
from serving import CLEAN, LISTED, OTHER, Installation, ask, bearer

from api.bootstrap import now
from api.principals import Role, Scope
from api.routes.openapi import operations
from api.routes.table import ROUTERS
from graph.dates import china_day
from matching.decision import Effect
from matching.ledger import Draft, open_ledger
from matching.watch.alerts import Alert

REPAIRED_NAME: Final = "临江修复名单有限公司"
FAR: Final = "2199-01-01T09:00:00+08:00"


class Bids(NamedTuple):
    """Bids of one opening, and what tells who they are from."""

    opening: str
    bidder: str
    listed: str
    code: str
    client: str

    @property
    def marks(self) -> tuple[str, ...]:
        """What stands in no answer for somebody who may not know."""
        return (self.bidder, self.listed, self.code, self.client)


OPENED: Final = Bids(
    "2026-01-05T09:00:00+08:00", "临江公开投标有限公司", "临江公开名单有限公司", CLEAN, "bidder-seen"
)
SEALED: Final = Bids(FAR, "临江密封投标有限公司", "临江密封名单有限公司", LISTED, "bidder-unseen")
CHOSEN: Final = "seven lanterns over Linjiang"
CSRF: Final = "X-CSRF-Token"

OPEN: Final = frozenset({"/healthz", "/readyz", "/docs", "/docs/{name}"})
"""Addresses without a key: nobody's data stands in their answers."""
ANYBODY: Final = frozenset({"/v1/sessions", "/v1/sessions/current", "/v1/sessions/current/password"})
"""Addresses by which people say who they are, and ask who they are: they need no scope."""
SHARED: Final = ("/v1/parties/{party_id}", "/v1/lists/loads/{load_id}")
"""Published facts, the same for every tenant, and how they were loaded."""


def named(template: str) -> str:
    """The part of an address up to the first name in it: what a maker is found by."""
    found = re.match(r"[^{]*\{[^}]+\}", template)
    return found[0] if found else ""


def routes() -> list[tuple[str, str, Scope | None]]:
    """Method, path and scope of every route of the program."""
    found = list(operations(ROUTERS))
    assert len(found) > 40
    return found


class World:
    """An installation with a key of each sort, a browser of each role, and what they made."""

    def __init__(
        self, house: Installation, client: httpx.Client, root: httpx.Client, stack: ExitStack
    ) -> None:
        self.house = house
        self.client = client
        self.root = root
        self.stack = stack
        self.owner = bearer(house.key())
        """The platform that decides."""
        self.colleague = bearer(self.key(*Scope))
        """Another key of the tenant with every scope."""
        self.stranger = bearer(house.key(tenant="elsewhere"))
        """A key of another tenant with every scope."""
        self.people = {role: self.person(f"{role.value}-x", role) for role in Role}
        document: Any = client.get("/openapi.json", headers=self.owner).json()
        self.paths: dict[str, Any] = document["paths"]

    def key(self, *scopes: Scope) -> str:
        """Make a key of the tenant."""
        body = {"name": "made", "scopes": [scope.value for scope in scopes]}
        found: str = self.client.post("/v1/keys", json=body, headers=self.owner).json()["key"]
        return found

    def person(self, name: str, *roles: Role) -> httpx.Client:
        """A person who signed in and chose a password; the second token is in every request."""
        made = self.root.post("/v1/users", json={"name": name, "roles": [role.value for role in roles]})
        assert made.status_code == 201, made.text
        return signed_in(self.stack, str(self.client.base_url), name, made.json()["password"])

    def stranger_person(self, name: str, *roles: str) -> httpx.Client:
        """A person of another tenant who signed in."""
        options = [part for role in roles for part in ("--role", role)]
        said = self.house.run(
            "users", "add", name, *options, "--format", "json", LIANCHENG_TENANT="elsewhere"
        )
        first = json.loads(said)["users"][0]["password"]
        return signed_in(self.stack, str(self.client.base_url), name, first, "elsewhere")

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """What the owner posts, which has to succeed."""
        made = self.client.post(path, json=body, headers=self.owner | headers)
        assert made.status_code in (200, 201, 202), (path, made.text)
        return made

    def takes_body(self, method: str, path: str) -> bool:
        """Whether a route's document names a body."""
        return "requestBody" in self.paths[path][method.lower()]


def signed_in(stack: ExitStack, base: str, name: str, first: str, tenant: str = "default") -> httpx.Client:
    """A browser in which a person signed in with a first password and chose another."""
    browser = stack.enter_context(
        httpx.Client(base_url=base, timeout=60, transport=httpx.HTTPTransport(retries=7))
    )
    begun = browser.post("/v1/sessions", json={"name": name, "password": first, "tenant": tenant})
    assert begun.status_code == 201, begun.text
    browser.headers[CSRF] = begun.json()["csrf_token"]
    chosen = browser.post("/v1/sessions/current/password", json={"current": first, "password": CHOSEN})
    assert chosen.status_code == 200, chosen.text
    browser.headers[CSRF] = chosen.json()["csrf_token"]
    return browser


@contextmanager
def world(house: Installation) -> Iterator[World]:
    """An installation with one list, served, with its people and keys."""
    lists = {
        "SXBZXR": [(bids.listed, bids.code, "2025-06-18") for bids in (OPENED, SEALED)],
        "ZFCG": [(REPAIRED_NAME, OTHER, "2025-06-18")],
    }
    house.publish(lists, codes=tuple(lists))
    made = json.loads(house.run("users", "add", "root", "--role", "administrator", "--format", "json"))
    with (
        ExitStack() as stack,
        house.serving(LIANCHENG_WEBHOOK_ALLOW="127.0.0.1/32", LIANCHENG_WORK="off") as client,
    ):
        root = signed_in(stack, str(client.base_url), "root", made["users"][0]["password"])
        yield World(house, client, root, stack)


# One object of each kind.


def decision(one: World, bids: Bids) -> str:
    """A decision on a listed bidder, and on one that only a human can tell from a record."""
    bidders = [
        {"client_id": bids.client, "name": bids.listed, "identifiers": [{"id": bids.code}]},
        {"client_id": f"{bids.client}-2", "name": bids.bidder},
        {"client_id": f"{bids.client}-3", "name": bids.listed},
    ]
    tender = {"id": f"T-{bids.opening[:4]}", "regime": "procurement_tender", "opening_at": bids.opening}
    made = one.post("/v1/decisions", {"tender": tender, "bidders": bidders})
    found: str = made.json()["decision_id"]
    return found


def measure(one: World, bids: Bids) -> str:
    """A measure that was carried out on a decision."""
    tickets = one.client.get(f"/v1/decisions/{decision(one, bids)}/tickets", headers=one.owner).json()
    ticket = tickets["tickets"][0]
    body = {
        "ticket": ticket["ticket"],
        "measure": ticket["measure"],
        "implementer": "临江市公共资源交易中心",
        "date": china_day(now()).isoformat(),
    }
    found: str = one.post("/v1/measures", body).headers["location"].rpartition("/")[2]
    return found


def objection(one: World, bids: Bids) -> str:
    """An objection to a decision."""
    body = {
        "decision_id": decision(one, bids),
        "ground": "result_objection",
        "reference": "临公资异议〔2026〕1号",
        "client_id": bids.client,
        "text": f"{bids.listed}提出异议",
    }
    found: str = one.post("/v1/objections", body).headers["location"].rpartition("/")[2]
    return found


def repair(one: World, bids: Bids) -> str:
    """A repair of a record of somebody who bids nowhere."""
    found = one.post("/v1/decisions", ask(OTHER)).json()["bidders"][0]["reasons"]
    record = next(e["record"] for reason in found for e in reason["evidence"] if e["list"] == "ZFCG")
    body = {
        "list": "ZFCG",
        "record": record,
        "party": {"name": REPAIRED_NAME, "identifiers": [{"id": OTHER}]},
        "decided_on": "2025-06-18",
        "text": bids.opening,
        "documents": [{"name": "申请书.pdf", "sha256": "0" * 64}],
    }
    made: str = one.post("/v1/repairs", body).headers["location"].rpartition("/")[2]
    return made


def case(one: World, bids: Bids) -> str:
    """A case about a decision, with a party, a pin, a link and a note that come from it."""
    about = decision(one, bids)
    body = {
        "title": "虚构案件",
        "decisions": [{"decision_id": about, "remark": f"{bids.bidder}投标"}],
        "parties": [{"name": bids.bidder, "decision_id": about}],
        "links": [{"kind": "page", "ref": "x", "title": bids.listed, "decision_id": about}],
        "pins": [{"node": "P0", "label": bids.bidder, "decision_id": about}],
    }
    made: str = one.post("/v1/cases", body).headers["location"].rpartition("/")[2]
    one.post(f"/v1/cases/{made}/notes", {"text": f"{bids.bidder}的说明", "decision_id": about})
    return made


def tender(one: World, bids: Bids) -> str:
    """A tender that is watched."""
    body = {"reference": "虚构项目", "decision_id": decision(one, bids)}
    made: str = one.post("/v1/tenders", body).headers["location"].rpartition("/")[2]
    return made


def alert(one: World, bids: Bids) -> str:
    """An alert about a bidder, as the program opens it when a list changes."""
    found = Alert(
        kind="tender",
        item=tender(one, bids),
        ref=bids.bidder,
        watched=1,
        effect=Effect.REVIEW,
        codes=("A02",),
        decision_id=decision(one, bids),
        changes=1,
    )
    draft = Draft(
        kind="alert",
        id=str(uuid_utils.uuid7()),
        state="open",
        body=msgspec.json.encode(found),
        opening_at=datetime.fromisoformat(bids.opening),
    )
    actor = f"key:{one.owner['Authorization'].split('_')[1]}"
    with open_ledger(f"sqlite:///{one.house.home / 'ledger.db'}") as ledger:
        ledger.items.put(draft, tenant="default", actor=actor, at=now())
    return draft.id


def batch(one: World, bids: Bids) -> str:
    """A list of bidders that was handed in."""
    rows = f"序号,名称,统一社会信用代码\r\n{bids.client},{bids.listed},{bids.code}\r\n2,{bids.bidder},\r\n"
    made = one.client.post(
        "/v1/batches",
        params={"name": "清单", "opening_at": bids.opening, "regime": "procurement_tender"},
        content=rows.encode(),
        headers=one.owner | {"Content-Type": "text/csv"},
    )
    assert made.status_code == 202, made.text
    return made.headers["location"].rpartition("/")[2]


def override(one: World, bids: Bids) -> str:
    """A proposal to override a finding; people propose, and none of them knows sealed bids."""
    if bids is SEALED:
        return "0000"
    about = decision(one, bids)
    found = one.client.get(f"/v1/decisions/{about}", headers=one.owner).json()["bidders"][0]["reasons"]
    reason = next(reason for reason in found if reason["effect"] == "BLOCK")
    body = {
        "client_id": bids.client,
        "code": reason["code"],
        "list": reason["evidence"][0]["list"],
        "records": [each["record"] for each in reason["evidence"]],
        "ground": "court_deletion",
        "reason": f"{bids.listed}已删除",
        "documents": [{"number": "虚构决〔2026〕1号"}],
    }
    made = one.people[Role.SUPERVISOR].post(f"/v1/decisions/{about}/override", json=body)
    assert made.status_code == 202, made.text
    return made.headers["location"].rpartition("/")[2]


def monitor(one: World, bids: Bids) -> str:
    """Parties that are watched, whoever bids."""
    body = {"reference": "监测", "parties": [{"name": REPAIRED_NAME, "identifiers": [{"id": OTHER}]}]}
    made: str = one.post("/v1/monitors", body).headers["location"].rpartition("/")[2]
    return made


def webhook(one: World, bids: Bids) -> str:
    """An endpoint that is told."""
    body = {"url": "http://127.0.0.1:9/liancheng", "description": "虚构平台"}
    made: str = one.post("/v1/webhooks", body).json()["webhook"]["id"]
    return made


def key(one: World, bids: Bids) -> str:
    """The prefix of a key."""
    return one.key(Scope.READ).split("_")[1]


def user(one: World, bids: Bids) -> str:
    """The name of a user."""
    name = f"made-{bids.opening[:4]}"
    one.root.post("/v1/users", json={"name": name, "roles": ["clerk"]})
    return name


MAKERS: Mapping[str, Callable[[World, Bids], str]] = {
    "/v1/decisions/{decision_id}": decision,
    "/v1/measures/{measure_id}": measure,
    "/v1/objections/{objection_id}": objection,
    "/v1/repairs/{repair_id}": repair,
    "/v1/cases/{case_id}": case,
    "/v1/tenders/{tender_id}": tender,
    "/v1/alerts/{alert_id}": alert,
    "/v1/batches/{batch_id}": batch,
    "/v1/overrides/{override_id}": override,
    "/v1/monitors/{monitor_id}": monitor,
    "/v1/webhooks/{webhook_id}": webhook,
    "/v1/keys/{prefix}": key,
    "/v1/users/{name}": user,
}
"""By the address up to the name: what makes one, and returns the name."""

BODIES: Mapping[str, Any] = {
    "POST /v1/measures/{measure_id}/revoke": {"ground": "measure_error", "reason": "录入错误"},
    "PATCH /v1/objections/{objection_id}": {"step": "withdraw", "reason": "撤回"},
    "PATCH /v1/repairs/{repair_id}": {"step": "withdraw", "reason": "撤回"},
    "PATCH /v1/cases/{case_id}": {"title": "另一名称"},
    "POST /v1/cases/{case_id}/notes": {"text": "说明"},
    "PATCH /v1/tenders/{tender_id}": {"reference": "另一名称"},
    "PATCH /v1/alerts/{alert_id}": {"note": "说明"},
    "POST /v1/monitors/{monitor_id}/parties": {"parties": [{"name": REPAIRED_NAME}]},
    "PATCH /v1/webhooks/{webhook_id}": {"state": "disabled"},
    "POST /v1/decisions/{decision_id}/override": {
        "client_id": "b0",
        "code": "A01",
        "ground": "court_deletion",
        "reason": "已删除",
        "documents": [{"number": "虚构决〔2026〕1号"}],
    },
    "POST /v1/overrides/{override_id}/confirm": {"reason": "同意"},
    "POST /v1/overrides/{override_id}/reject": {"reason": "不同意"},
    "POST /v1/overrides/{override_id}/withdraw": {"reason": "撤回"},
    "PATCH /v1/users/{name}": {"state": "disabled"},
}
"""A body that each route with a name in its path would take."""
