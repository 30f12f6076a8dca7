"""What tests of the pages share: a city with hostile names in every place, and a browser without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import explored
import httpx
import msgspec
from serving import Installation

from graph.identifiers import citizen_check_character
from graph.model import Id, Interval, Listing, PartyRecord, Source
from graph.relations import Relation
from graph.relations import RelationType as Kind

SCRIPT = "临江<script>alert(1)</script>\"'><img src=x onerror=alert(2)>有限公司"
LONG = "临江" + "长" * 190 + "有限公司"
TURNED = "临江\u202e司公限有\u2066翻转\u2069有限公司"
STEERED = "临江\u0007\u001b[31m控制\u0085字符有限公司"
FORMULA = '=HYPERLINK("http://evil.example","临江")有限公司'
HOSTILE = (SCRIPT, LONG, TURNED, STEERED, FORMULA)
CODES = (
    "91329901MAGLD1001A",
    "91329901MAGLD1002A",
    "91329901MAGLD1003A",
    "91329901MAGLD1004A",
    "91329901MAGLD1005A",
)
COMMON = "张伟"
"""A fictitious person, and another one of that name."""
NUMBERS = tuple(
    first + citizen_check_character(first) for first in ("32990119750228123", "32990119880611224")
)
CHOSEN = "seven lanterns over Linjiang"


def hostile() -> Iterator[Listing | PartyRecord | Relation]:
    """A party and a record of each hostile name, with the name in every other text of them too."""
    for number, (name, code) in enumerate(zip(HOSTILE, CODES, strict=True)):
        subject = explored.org(name, code)
        yield PartyRecord(
            key=f"hostile-{number}",
            subject=subject,
            attributes={"address": name, "scope": name, name[:40]: name},
            source=explored.REGISTER,
        )
        yield explored._relation(Kind.HOLDS, subject, explored.A, share="1", role=name)
        yield Listing(
            list_code="ZFCG", key=f"hostile-{number}", subject=subject, effect=Interval(start=explored.SINCE),
            case_no=name, decision_no=name, authority=name, reason=name, measure=name, basis=name, raw={name: name},
            source=Source(dataset="ZFCG", file=name[:100], publisher="city"),
        )  # fmt: skip


def namesakes() -> Iterator[Listing | PartyRecord]:
    """Two persons of one name, and a record that shows neither's whole number."""
    for number in NUMBERS:
        who = explored.person(COMMON, number)
        yield PartyRecord(key=f"namesake-{number[-4:]}", subject=who, source=explored.REGISTER)
    shown = explored.person(COMMON)
    masked = Id(scheme="citizen_id", value=f"{NUMBERS[0][:4]}{'*' * 10}{NUMBERS[0][-4:]}", state="masked")
    yield Listing(
        list_code="SXBZXR", key="namesake", subject=msgspec.structs.replace(shown, ids=(masked,)),
        effect=Interval(start=explored.SINCE), case_no="（2025）临01执虚456号", authority="虚构人民法院",
        source=Source(dataset="SXBZXR", publisher="court"),
    )  # fmt: skip


def city(home: Path, more: Iterable[Listing | PartyRecord | Relation] = ()) -> Installation:
    """An installation with the small city, everything hostile and `more` in it."""
    explored.loaded(home, explored.SINCE, companies=40, more=(*hostile(), *more))
    return Installation(home)


def doubted() -> dict[str, Any]:
    """A person of a common name, and two companies whose bonds came from one account: a question of fact."""
    bidders: list[dict[str, Any]] = [
        {
            "client_id": f"c{number}",
            "name": name,
            "identifiers": [{"id": code}],
            "bond_account": "6222039901004471208",
        }
        for number, (name, code) in enumerate(
            (("临江恒泰投资控股有限公司", explored.HENGTAI), ("临江远禾贸易有限公司", explored.YUANHE))
        )
    ]
    numbered = [{"scheme": "citizen_id", "id": NUMBERS[0]}]
    bidders.append({"client_id": "c2", "type": "person", "name": COMMON, "identifiers": numbered})
    return {"tender": {"id": "T-DOUBT", "regime": "procurement_tender"}, "bidders": bidders}


def request() -> dict[str, Any]:
    """Bidders that are barred, clear, to be looked at by a person, and called by hostile names."""
    bidders = [
        {"client_id": "b0", "name": "临江澄远建设工程有限公司", "identifiers": [{"id": explored.CHENGYUAN}]},
        {"client_id": "b1", "name": "临江恒泰投资控股有限公司", "identifiers": [{"id": explored.HENGTAI}]},
        {"client_id": "b2", "name": "临江蓝天材料有限公司"},
        *(
            {"client_id": f"h{number}", "name": name, "identifiers": [{"id": code}]}
            for number, (name, code) in enumerate(zip(HOSTILE, CODES, strict=True))
        ),
    ]
    return {"tender": {"regime": "procurement_tender"}, "bidders": bidders}


class Seen(HTMLParser):
    """What of a page can be followed, sent, run or styled."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lang = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag == "html":
            self.lang = found.get("lang") or ""

    def links(self) -> list[str]:
        """Addresses that the page leads to or takes files from."""
        found = [attrs.get("href") or attrs.get("src") for _, attrs in self.tags]
        return [one for one in found if one]

    def ids(self) -> list[str]:
        """The names of its places."""
        return [one for _, attrs in self.tags if (one := attrs.get("id"))]

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        return next((attrs.get("value") or "" for _, attrs in self.tags if attrs.get("name") == name), "")

    def in_place(self) -> list[str]:
        """What would run or style something in place."""
        bad = [
            tag for tag, attrs in self.tags if tag == "style" or (tag == "script" and not attrs.get("src"))
        ]
        return bad + [
            f"{tag} {name}"
            for tag, attrs in self.tags
            for name in attrs
            if name == "style" or name.startswith(("on", "hx-on"))
        ]


class Browser:
    """A browser that knows forms and links, and nothing of scripts."""

    def __init__(self, base: httpx.URL | str, lang: str = "en") -> None:
        self.client = httpx.Client(
            base_url=base, timeout=60, transport=httpx.HTTPTransport(retries=7),
            headers={"Accept": "text/html", "Accept-Language": lang},
        )  # fmt: skip

    def get(self, address: str, **more: Any) -> httpx.Response:
        """Visit a page."""
        return self.client.get(address, **more)

    def post(self, address: str, fields: dict[str, str], page: str = "", **more: Any) -> httpx.Response:
        """Send a form; with `page`, the one that stands there, token and all."""
        token = Seen(self.get(page).text).field("csrf") if page else ""
        body = urlencode(fields | ({"csrf": token} if token else {}))
        headers = {"Content-Type": "application/x-www-form-urlencoded", **more.pop("headers", {})}
        return self.client.post(address, content=body, headers=headers, **more)

    def new_user(self, name: str, role: str) -> str:
        """Make a user, as an administrator, and return the first password."""
        token = Seen(self.get("/").text).field("csrf")
        made = self.client.post(
            "/v1/users", json={"name": name, "roles": [role]}, headers={"X-CSRF-Token": token}
        )
        assert made.status_code == 201, made.text
        return str(made.json()["password"])

    def sign_in(self, name: str, first: str) -> None:
        """Sign in with a first password and choose another."""
        begun = self.post("/sign-in", {"name": name, "password": first})
        assert (begun.status_code, begun.headers["location"]) == (303, "/account/password"), begun.text
        fields = {"current": first, "password": CHOSEN, "again": CHOSEN}
        chosen = self.post("/account/password", fields, page="/account/password")
        assert chosen.status_code == 303, chosen.text


def found(text: str, pattern: str) -> str:
    """The first address of a page that a pattern finds."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1]
