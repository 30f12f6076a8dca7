"""People over the wire: signing in, cookie and second token, first passwords, ends of sessions, waits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Installation

from api.principals import ROLE_SCOPES, Role, Scope

CHOSEN = "seven lanterns over Linjiang"
OTHER = "quiet ferries leave at dawn"
PLAIN = "liancheng"
CSRF = "X-CSRF-Token"
Fresh = Callable[[], httpx.Client]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return Installation(tmp_path_factory.mktemp("users") / "home", LIANCHENG_WORK="off")


def made(house: Installation, name: str, *roles: Role, tenant: str = "default") -> str:
    """Make a user on the command line and return the first password."""
    options = [part for role in roles for part in ("--role", role.value)]
    said = house.run("users", "add", name, *options, "--format", "json", LIANCHENG_TENANT=tenant)
    first: str = json.loads(said)["users"][0]["password"]
    return first


@pytest.fixture(scope="module")
def first(house: Installation) -> str:
    """The first password of the first administrator, made at set-up and shown once."""
    return made(house, "root", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def client(house: Installation, first: str) -> Iterator[httpx.Client]:
    assert first
    with house.serving() as one:
        yield one


@pytest.fixture(scope="module")
def fresh(client: httpx.Client) -> Iterator[Fresh]:
    """Another browser: the same server without cookies."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(
            httpx.Client(base_url=client.base_url, timeout=60, transport=httpx.HTTPTransport(retries=7))
        )


@pytest.fixture(scope="module")
def root(fresh: Fresh, first: str) -> httpx.Client:
    """The first administrator, who chose a password."""
    return entered(fresh(), "root", first)


def sign_in(browser: httpx.Client, name: str, password: str, **more: Any) -> httpx.Response:
    return browser.post("/v1/sessions", json={"name": name, "password": password, **more})


def entered(browser: httpx.Client, name: str, first: str, tenant: str = "default") -> httpx.Client:
    """A browser whose user signed in and chose a password; the second token is in every request."""
    begun = sign_in(browser, name, first, tenant=tenant)
    assert begun.status_code == 201, begun.text
    browser.headers[CSRF] = begun.json()["csrf_token"]
    chosen = browser.post("/v1/sessions/current/password", json={"current": first, "password": CHOSEN})
    assert chosen.status_code == 200, chosen.text
    browser.headers[CSRF] = chosen.json()["csrf_token"]
    return browser


@pytest.fixture(scope="module")
def signed(root: httpx.Client, fresh: Fresh) -> Callable[..., httpx.Client]:
    """A new user with roles who has signed in."""

    def make(name: str, *roles: Role) -> httpx.Client:
        body = {"name": name, "roles": [role.value for role in roles]}
        answer = root.post("/v1/users", json=body)
        assert answer.status_code == 201, answer.text
        return entered(fresh(), name, answer.json()["password"])

    return make


Signed = Callable[..., httpx.Client]


def test_without_a_session_nothing_is_answered_once_there_is_a_user(fresh: Fresh) -> None:
    for path in ("/v1/users", "/v1/lists", "/v1/sessions/current"):
        answer = fresh().get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "http.auth"), path


def test_a_first_password_opens_nothing_but_the_way_to_another(fresh: Fresh, house: Installation) -> None:
    first = made(house, "first", Role.CLERK)
    browser = fresh()
    begun = sign_in(browser, "first", first)
    assert (begun.status_code, begun.json()["must_change_password"]) == (201, True)
    assert browser.get("/v1/decisions/none").json()["code"] == "http.password"
    browser.headers[CSRF] = begun.json()["csrf_token"]
    for bad, code in (
        ("short", "password.short"),
        ("x" * 129, None),
        ("password1234", "password.common"),
        ("qwertyuiopas", "password.common"),
        (first, "users.same"),
    ):
        answer = browser.post("/v1/sessions/current/password", json={"current": first, "password": bad})
        assert answer.status_code == 422, bad
        assert code is None or answer.json()["errors"][0]["code"] == code
    wrong = browser.post("/v1/sessions/current/password", json={"current": OTHER, "password": CHOSEN})
    assert wrong.json()["errors"][0] == {
        "pointer": "/current",
        "code": "users.password",
        "message": "The current password is wrong.",
    }
    before = browser.cookies[PLAIN]
    chosen = browser.post("/v1/sessions/current/password", json={"current": first, "password": CHOSEN})
    assert (chosen.status_code, chosen.json()["must_change_password"]) == (200, False)
    assert browser.cookies[PLAIN] != before
    assert browser.get("/v1/decisions/none").status_code == 404
    assert sign_in(fresh(), "first", first).status_code == 401
    assert sign_in(fresh(), "first", CHOSEN).status_code == 201


def test_the_cookie_is_for_this_site_alone_and_no_script_reads_it(fresh: Fresh, signed: Signed) -> None:
    signed("cookie", Role.CLERK)
    here = sign_in(fresh(), "cookie", CHOSEN).headers["set-cookie"].lower()
    assert {"httponly", "path=/", "samesite=strict"} <= {part.strip() for part in here.split(";")}
    assert "domain=" not in here


def test_each_role_may_what_its_table_says(signed: Signed) -> None:
    for role in Role:
        browser = signed(f"role-{role.value}", role)
        shown = browser.get("/v1/sessions/current").json()
        assert (shown["kind"], shown["roles"]) == ("person", [role.value])
        assert shown["scopes"] == sorted(scope.value for scope in ROLE_SCOPES[role])
        assert shown["csrf_token"] == browser.headers[CSRF]


def test_what_changes_something_comes_from_our_own_page(client: httpx.Client, signed: Signed) -> None:
    browser = signed("clicks", Role.ADMINISTRATOR)
    for headers in (
        {CSRF: ""},
        {CSRF: "x" * 43},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = browser.post("/v1/users", json={"name": "never", "roles": ["clerk"]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.csrf"), headers
    assert browser.get("/v1/users/never").status_code == 404
    own = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    made = browser.post("/v1/users", json={"name": "clicked", "roles": ["clerk"]}, headers=own)
    assert made.status_code == 201, made.text


def test_nobody_is_signed_in_by_another_site(fresh: Fresh, signed: Signed) -> None:
    signed("lured", Role.CLERK)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = fresh().post("/v1/sessions", json={"name": "lured", "password": CHOSEN}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "http.csrf")
    form = fresh().post("/v1/sessions", data={"name": "lured", "password": CHOSEN})
    assert form.status_code == 415
    elsewhere = fresh().post(
        "/v1/sessions", json={"name": "lured", "password": CHOSEN}, headers={"Host": "evil.example"}
    )
    assert elsewhere.json()["code"] == "http.host"


def test_signing_out_ends_a_session_at_once_and_signing_in_again_the_former_one(
    client: httpx.Client, signed: Signed
) -> None:
    browser = signed("leaves", Role.CLERK)
    old = dict(browser.cookies)
    again = sign_in(browser, "leaves", CHOSEN)
    browser.headers[CSRF] = again.json()["csrf_token"]
    assert httpx.get(f"{client.base_url}/v1/sessions/current", cookies=old, timeout=60).status_code == 401
    kept = dict(browser.cookies)
    assert browser.delete("/v1/sessions/current", headers={CSRF: "x"}).status_code == 403
    assert browser.delete("/v1/sessions/current").status_code == 204
    assert PLAIN not in browser.cookies
    assert httpx.get(f"{client.base_url}/v1/sessions/current", cookies=kept, timeout=60).status_code == 401


def test_disabling_somebody_and_a_new_password_end_their_sessions(signed: Signed) -> None:
    admin, victim = signed("chief", Role.ADMINISTRATOR), signed("gone", Role.CLERK)
    shown = admin.get("/v1/users/gone")
    assert shown.headers["etag"]
    change = {"state": "disabled"}
    assert admin.patch("/v1/users/gone", json=change).json()["code"] == "http.precondition"
    assert admin.patch("/v1/users/gone", json=change, headers={"If-Match": '"v1"'}).status_code == 412
    done = admin.patch("/v1/users/gone", json=change, headers={"If-Match": shown.headers["etag"]})
    assert (done.status_code, done.json()["state"], done.json()["changed_by"]) == (
        200,
        "disabled",
        "user:chief",
    )
    ends(victim)
    assert sign_in(victim, "gone", CHOSEN).json()["code"] == "http.sign_in"
    back = admin.patch("/v1/users/gone", json={"state": "active"}, headers={"If-Match": done.headers["etag"]})
    assert back.status_code == 200
    assert sign_in(victim, "gone", CHOSEN).status_code == 201
    reset = admin.post("/v1/users/gone/password")
    assert reset.status_code == 201
    ends(victim)
    assert sign_in(victim, "gone", CHOSEN).status_code == 401
    assert sign_in(victim, "gone", reset.json()["password"]).json()["must_change_password"] is True


def ends(browser: httpx.Client) -> None:
    """Within seconds, in every worker."""
    end = time.monotonic() + 60
    while browser.get("/v1/sessions/current").status_code != 401:
        assert time.monotonic() < end
        time.sleep(0.2)


def test_an_administrator_gives_rights_and_has_none_to_decide(signed: Signed) -> None:
    admin = signed("giver", Role.ADMINISTRATOR)
    own = admin.get("/v1/users/giver")
    match = {"If-Match": own.headers["etag"]}
    for change in ({"roles": ["clerk"]}, {"state": "disabled"}):
        answer = admin.patch("/v1/users/giver", json=change, headers=match)
        assert (answer.status_code, answer.json()["code"]) == (409, "http.conflict"), answer.text
    assert admin.post("/v1/users/giver/password").status_code == 409
    both = admin.post("/v1/users", json={"name": "both", "roles": ["administrator", "clerk"]})
    assert both.json()["errors"][0]["code"] == "users.alone"
    body = {"bidders": [{"name": "临江他方有限公司"}]}
    assert admin.post("/v1/decisions", json=body).json()["code"] == "http.scope"


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    alone = Installation(tmp_path / "home", LIANCHENG_WORK="off")
    made(alone, "only", Role.ADMINISTRATOR)
    with pytest.raises(AssertionError, match="last administrator"):
        alone.run("users", "disable", "only")
    with pytest.raises(AssertionError, match="last administrator"):
        alone.run("users", "roles", "only", "--role", "clerk")
    made(alone, "another", Role.ADMINISTRATOR)
    alone.run("users", "disable", "only")


def test_a_key_makes_no_people(fresh: Fresh, house: Installation) -> None:
    headers = {"Authorization": f"Bearer {house.key(*Scope)}"}
    body = {"name": "second", "roles": ["supervisor"]}
    answer = fresh().post("/v1/users", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "http.person")
    assert fresh().post("/v1/users/root/password", headers=headers).json()["code"] == "http.person"
    shown = fresh().get("/v1/sessions/current", headers=headers).json()
    assert (shown["kind"], shown["csrf_token"]) == ("key", None)
    assert fresh().delete("/v1/sessions/current", headers=headers).status_code == 404


def test_two_tenants_may_have_a_user_of_one_name_and_see_only_their_own(
    signed: Signed, fresh: Fresh, house: Installation
) -> None:
    here = signed("same", Role.ADMINISTRATOR)
    first = made(house, "same", Role.ADMINISTRATOR, tenant="elsewhere")
    there = entered(fresh(), "same", first, "elsewhere")
    names = {one["tenant"] for one in there.get("/v1/users").json()["users"]}
    assert names == {"elsewhere"}
    assert there.get("/v1/users/root").status_code == 404
    assert here.get("/v1/users/root").status_code == 200
    assert there.get("/v1/sessions/current").json()["tenant"] == "elsewhere"


def test_a_wrong_password_an_unknown_name_and_a_disabled_user_look_alike(
    fresh: Fresh, signed: Signed, house: Installation
) -> None:
    signed("known", Role.CLERK)
    signed("former", Role.CLERK)
    house.run("users", "disable", "former")
    answers: list[httpx.Response] = []
    quickest: dict[str, float] = {}
    # a machine that does much else delays one or the other: the quickest of some tells what each takes
    for turn in range(4):
        for name, password in (
            ("known", OTHER),
            (f"nobody{turn}", OTHER),
            ("former", CHOSEN),
            (f"Bad Name {turn}", OTHER),
        ):
            begun = time.perf_counter()
            answers.append(sign_in(fresh(), name, password))
            kind = name.rstrip("0123456789")
            quickest[kind] = min(quickest.get(kind, 60), time.perf_counter() - begun)
    assert len(quickest) == 4
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "http.sign_in")}
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    # a name that nobody has is hashed like any other: a tenth of the time would tell
    assert min(quickest.values()) > max(quickest.values()) / 10


def test_guessing_is_slowed_down_and_many_at_once_are_no_way_round(
    fresh: Fresh, signed: Signed, house: Installation
) -> None:
    signed("guessed", Role.CLERK)
    stranger = fresh()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: sign_in(stranger, "guessed", f"{OTHER} {n}"), range(16)))
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {401, 429, 503}
    assert statuses.count(401) <= 5
    for n in range(40):
        waiting = sign_in(stranger, "guessed", f"{OTHER} again {n}")
        if waiting.status_code == 429 and int(waiting.headers["retry-after"]) >= 3:
            break
    # even the right password waits now
    assert sign_in(stranger, "guessed", CHOSEN).status_code == 429
    # other people at the same address go on
    assert sign_in(fresh(), "nobody-else", OTHER).status_code == 401


def test_nothing_that_opens_a_door_is_kept_in_clear(
    client: httpx.Client, signed: Signed, house: Installation
) -> None:
    browser = signed("secretive", Role.CLERK)
    secrets = [CHOSEN, browser.cookies[PLAIN], browser.headers[CSRF]]
    for stored in house.home.rglob("*"):
        if stored.is_file():
            data = stored.read_bytes()
            assert [one for one in secrets if one.encode() in data] == [], stored.name


def test_every_change_of_a_user_is_in_the_chain(house: Installation, signed: Signed) -> None:
    signed("chained", Role.CLERK)
    house.run("users", "roles", "chained", "--role", "investigator")
    assert "intact" in house.run("audit", "verify")
    from matching.ledger import open_ledger

    with open_ledger(f"sqlite:///{house.home / 'ledger.db'}", reading=True) as ledger:
        versions = ledger.items.history("user", "default/chained", tenant="default")
    assert [version.actor for version in versions] == ["user:root", "user:chained", "cli"]


def test_behind_a_proxy_the_cookie_is_for_tls_and_only_known_names_are_answered(
    client: httpx.Client, signed: Signed, house: Installation
) -> None:
    signed("proxied", Role.CLERK)
    with house.serving(LIANCHENG_HOST_NAMES="lc.example.gov.cn", LIANCHENG_TRUSTED_PROXIES="") as near:
        known = {
            "Host": "lc.example.gov.cn",
            "X-Forwarded-For": "203.0.113.9",
            "X-Forwarded-Host": "evil.example",
        }
        begun = near.post("/v1/sessions", json={"name": "proxied", "password": CHOSEN}, headers=known)
        assert begun.status_code == 201, begun.text
        cookie = begun.headers["set-cookie"]
        assert cookie.startswith("__Host-liancheng=")
        assert {"secure", "httponly", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
        for path in ("/v1/sessions/current", "/v1/lists", "/healthz"):
            refused = near.get(path, headers={"Host": "evil.example"})
            assert (refused.status_code, refused.json()["code"]) == (421, "http.host"), path
        assert near.get("/healthz").status_code == 200
