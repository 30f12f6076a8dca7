"""The pages over the wire, without JavaScript: the operator at this machine, the first administrator, then people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import httpx
import pytest
from serving import Installation
from visited import COMMON, HOSTILE, NUMBERS, Browser, Seen, city, doubted, found, namesakes, request

from api.principals import ROLE_SCOPES, Role
from api.web.pages import PAGES

PARTY = r'href="(/parties/[^"]+)"'
MATCH = r'href="(/reviews/[^"]+/[^"]+)"'


class Town(NamedTuple):
    """A served installation as the operator at this machine left it, and who can sign in since."""

    house: Installation
    base: httpx.URL
    before: dict[str, httpx.Response]
    """What the operator saw while nobody had to sign in, by address."""
    decision: str
    people: dict[Role, Browser]
    stack: ExitStack


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    house = city(tmp_path_factory.mktemp("pages") / "home", namesakes())
    with ExitStack() as stack:
        client = stack.enter_context(house.serving(LIANCHENG_WORK="off"))
        operator = Browser(client.base_url)
        stack.callback(operator.client.close)
        decided = client.post("/v1/decisions", json=request())
        assert decided.status_code == 200, decided.text
        decision = decided.json()["decision_id"]
        assert client.post("/v1/decisions", json=doubted()).status_code == 200
        addresses = ["/", "/search", "/search?q=临江", "/search?q=nothing-of-this-name", "/decisions", "/reviews",
                     "/lists", "/set-up", "/sign-in", f"/decisions/{decision}"]  # fmt: skip
        addresses.append(found(operator.get("/reviews").text, MATCH))
        parties = Seen(operator.get("/search?q=临江").text).links()
        addresses += [one for one in parties if one.startswith("/parties/")]
        before = {one: operator.get(one) for one in addresses}
        made = operator.post("/set-up", {"name": "root", "display": "虚构管理员"}, page="/set-up")
        first = found(made.text, r'class="secret">([^<]+)<')
        people = {Role.ADMINISTRATOR: Browser(client.base_url)}
        people[Role.ADMINISTRATOR].sign_in("root", first)
        for role in set(Role) - {Role.ADMINISTRATOR}:
            first = people[Role.ADMINISTRATOR].new_user(f"{role.value}-x", role.value)
            people[role] = Browser(client.base_url)
            people[role].sign_in(f"{role.value}-x", first)
        for one in people.values():
            stack.callback(one.client.close)
        yield Town(house, client.base_url, before, decision, people, stack)


def fresh(town: Town, lang: str = "en") -> Browser:
    """Another browser, without cookies."""
    made = Browser(town.base, lang)
    town.stack.callback(made.client.close)
    return made


def test_the_operator_is_let_in_while_nobody_can_sign_in(town: Town) -> None:
    assert {one: answer.status_code for one, answer in town.before.items()} == dict.fromkeys(town.before, 200)
    assert len(town.before) > 20
    assert "/set-up" in town.before["/"].text


def test_every_page_is_whole_bound_and_in_the_language_it_says(town: Town) -> None:
    for address, answer in town.before.items():
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, address
        assert "unsafe" not in policy, address
        assert answer.headers["cache-control"] == "no-store", address
        assert answer.headers["referrer-policy"] == "same-origin", address
        seen = Seen(answer.text)
        assert (seen.lang, answer.headers["content-language"]) == ("en", "en"), address
        assert seen.in_place() == [], address
        assert len(seen.ids()) == len(set(seen.ids())), address
        assert "Presence here is not wrongdoing" in answer.text, address


def test_no_page_asks_anything_of_another_site_and_every_link_leads_somewhere(town: Town) -> None:
    known: dict[str, int] = {}
    visitor = town.people[Role.SUPERVISOR]
    for address, answer in town.before.items():
        for link in Seen(answer.text).links():
            assert link.startswith(("/", "#")), (address, link)
            if link.startswith("#"):
                assert link[1:] in Seen(answer.text).ids(), (address, link)
            elif link not in known and not link.startswith("/set-up"):
                known[link] = visitor.get(link).status_code
                if known[link] == 403:  # an administrator's page
                    known[link] = town.people[Role.ADMINISTRATOR].get(link).status_code
    assert len(known) > 30
    assert {link: status for link, status in known.items() if status != 200} == {}


def test_hostile_names_are_words_and_nothing_else(town: Town) -> None:
    for address, answer in town.before.items():
        text = answer.text
        assert "<script>alert" not in text, address
        assert "<img src=x" not in text, address
        assert not set(text) & set("\u202e\u2066\u2069\u0007\u001b\u0085"), address
    shown = town.before[f"/decisions/{town.decision}"].text
    assert "&lt;script&gt;alert(1)" in shown
    assert HOSTILE[1] in shown


def test_from_the_first_user_on_everybody_signs_in(town: Town) -> None:
    visitor = fresh(town)
    for page in PAGES:
        address = page.path.replace("{party_id}", "0").replace("{decision_id}", "0").replace("{pair}", "0")
        if page.methods == ("GET",) and page.open_to != "anybody":
            answer = visitor.get(address)
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), (
                address
            )
    led = visitor.get("/lists").headers["location"]
    assert led == "/sign-in?next=/lists"
    assert Seen(visitor.get(led).text).field("next") == "/lists"


def test_every_page_asks_for_its_scope(town: Town) -> None:
    for role, visitor in town.people.items():
        for page in PAGES:
            path = page.path.replace("{party_id}", "0").replace("{decision_id}", "0").replace("{pair}", "0")
            if page.scope is None:
                continue
            if page.methods == ("GET",):
                status = visitor.get(path).status_code
            else:
                status = visitor.post(path, {}, page="/").status_code
            granted = page.scope in ROLE_SCOPES[role]
            assert (status != 403) == granted, (role, page.path, page.methods, status)
            assert status < 500, (role, page.path, status)


def test_a_wrong_password_says_no_more_than_that(town: Town) -> None:
    visitor = fresh(town)
    answers = [
        visitor.post("/sign-in", {"name": name, "password": "wrong"}) for name in ("root", "nobody-at-all")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert all("Name or password is not right." in answer.text for answer in answers)
    assert not visitor.client.cookies


def test_one_is_led_back_after_signing_in_and_never_elsewhere(town: Town) -> None:
    visitor = fresh(town)
    visitor.sign_in("guide", town.people[Role.ADMINISTRATOR].new_user("guide", "clerk"))
    out = visitor.post("/sign-out", {}, page="/")
    assert out.headers["location"] == "/sign-in?done=signed_out"
    assert visitor.get("/").status_code == 303
    for given, goes in (("/lists", "/lists"), ("//evil.example", "/"), ("https://evil.example/", "/")):
        fields = {"name": "guide", "password": "seven lanterns over Linjiang", "next": given}
        assert fresh(town).post("/sign-in", fields).headers["location"] == goes


def test_a_form_without_the_token_or_from_another_site_changes_nothing(town: Town) -> None:
    visitor = town.people[Role.SUPERVISOR]
    address = f"/decisions/{town.decision}/replay"
    assert visitor.post(address, {}).status_code == 403
    assert visitor.post(address, {"csrf": "wrong"}).status_code == 403
    other = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert visitor.post(address, {}, page="/", headers=other).status_code == 403
    assert visitor.post("/preferences", {"lang": "zh"}, headers=other).status_code == 403
    done = visitor.post(address, {}, page="/")
    assert done.status_code == 200
    assert "Calculated again: identical." in done.text


def test_a_match_is_rejected_with_a_reason_and_asked_no_more(town: Town) -> None:
    visitor = town.people[Role.SUPERVISOR]
    match, address = waiting(visitor, "same_party", "ZFCG")
    page = visitor.get(address)
    assert "≠" in page.text or "=" in page.text
    silent = visitor.post(address, {"answer": "reject", "reason": "  "}, page=address)
    assert silent.status_code == 422
    assert "State a reason" in silent.text
    given = visitor.post(address, {"answer": "reject", "reason": "another company"}, page=address)
    assert given.status_code == 303
    assert given.headers["location"].endswith("done=rejected")
    assert "Rejected" in visitor.get(given.headers["location"]).text
    assert address not in visitor.get("/reviews").text
    # beside the record stands who answered, when, and of whom
    party = found(visitor.get(f"/search?q={match['submitted']}").text, PARTY)
    said = re.compile(
        r"supervisor-x, \d{4}-\d\d-\d\d \d\d:\d\d: the submitted “"
        + match["submitted"]
        + "” is not the party"
    )
    assert said.search(town.people[Role.CLERK].get(party).text)
    about = visitor.post("/graph/data", {"about": party.rpartition("/")[2]}, page="/account")
    assert said.search(about.text), about.text


def waiting(visitor: Browser, question: str, list: str) -> tuple[dict[str, str], str]:
    """A match that waits, as the interface and as the page name it."""
    matches = visitor.client.get("/v1/reviews", headers={"Accept": "application/json"}).json()["matches"]
    match = next(one for one in matches if (one["question"], one["list"]) == (question, list))
    return match, f"/reviews/{match['decision_id']}/{match['pair']}"


def test_a_presumption_is_asked_as_a_fact_and_not_as_one_party(town: Town) -> None:
    visitor = town.people[Role.SUPERVISOR]
    match, address = waiting(visitor, "presumption", "C06")
    queue = visitor.get("/reviews").text
    row = queue[queue.index(address) : queue.index("</tr>", queue.index(address))]
    assert "Bid bonds paid from one account (C06)" in row
    assert "Whether the fact holds" in row
    assert "E4" not in row
    page = visitor.get(address).text
    assert "Does the fact hold?" in page
    assert "It does not hold: reject" in page
    assert "he same" not in page.partition("<main")[2]
    assert "E4" not in page
    assert f"/decisions/{match['decision_id']}#s0" in Seen(page).links()
    decision = visitor.get(f"/decisions/{match['decision_id']}").text
    assert "≠" not in decision[decision.index("A question to the committee") :].partition("</article>")[0]


def test_a_match_that_somebody_answered_is_answered_by_nobody_else(town: Town) -> None:
    first, second = town.people[Role.SUPERVISOR], town.people[Role.INVESTIGATOR]
    _, address = waiting(first, "presumption", "C06")
    assert 'name="reason"' in second.get(address).text
    given = first.post(address, {"answer": "reject", "reason": "two payers share a bank"}, page=address)
    assert given.status_code == 303
    late = second.post(address, {"answer": "confirm", "reason": "seen otherwise"}, page="/reviews")
    assert late.status_code == 409
    for said in ("Somebody was faster", "supervisor-x", "two payers share a bank", "seen otherwise"):
        assert said in late.text, said
    page = second.get(address).text
    assert "It does not hold: reject" in page
    assert 'name="reason"' not in page
    assert "Somebody was faster" not in page


def test_a_common_name_is_called_one_on_the_match_and_beside_the_name(town: Town) -> None:
    visitor = town.people[Role.SUPERVISOR]
    match, address = waiting(visitor, "same_party", "SXBZXR")
    while match["subject"] != COMMON:
        assert (
            visitor.post(address, {"answer": "reject", "reason": "another"}, page=address).status_code == 303
        )
        match, address = waiting(visitor, "same_party", "SXBZXR")
    assert "Persons of this name here: 2" in visitor.get(address).text
    queue = visitor.get("/reviews").text
    row = queue[queue.index(address) :].partition("</tr>")[0]
    assert row.count(COMMON) == 2, "as submitted, and as recorded"
    assert match["name"] == COMMON
    result = town.people[Role.CLERK].post("/search", {"q": COMMON}, page="/search").text
    names = re.findall(r'<th scope="row">(.*?)</th>', result)
    assert len(names) == 2
    assert all("1 namesake" in name for name in names)
    assert not any(number in result for number in NUMBERS)


def test_a_persons_name_or_number_stands_in_no_address(town: Town) -> None:
    import explored

    visitor = town.people[Role.CLERK]
    by_name = visitor.post("/search", {"q": "虚构甲"}, page="/search")
    assert by_name.status_code == 200
    assert "虚构甲" in by_name.text
    by_number = visitor.post("/search", {"q": explored.HEAD}, page="/search")
    assert by_number.status_code == 200
    assert explored.HEAD not in by_number.text
    assert found(by_number.text, PARTY) == found(by_name.text, PARTY)
    assert visitor.get(f"/search?q={explored.HEAD}").headers["location"] == "/search"
    nobody = visitor.post("/search", {"q": "虚构无此人"}, page="/search")
    assert (nobody.status_code, nobody.headers.get("location")) == (200, None), "it may be somebody's name"
    company = visitor.post("/search", {"q": "临江澄远"}, page="/search")
    assert (company.status_code, company.headers["location"][:10]) == (303, "/search?q=")


def test_a_part_of_the_search_page_is_given_to_a_page_that_is_shown(town: Town) -> None:
    visitor = town.people[Role.CLERK]
    part = visitor.post("/search", {"q": "临江澄远"}, page="/search", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "临江澄远建设工程有限公司" in part.text
    ended = fresh(town).post("/search", {"q": "临江"}, headers={"HX-Request": "true"})
    assert (ended.status_code, ended.headers["hx-redirect"]) == (200, "/sign-in")


def test_restricted_records_are_shown_to_a_stated_purpose_that_is_kept(town: Town) -> None:
    visitor = town.people[Role.INVESTIGATOR]
    name = visitor.get("/search?q=临江市虚构建设局").text
    address = found(name, PARTY)
    assert 'name="purpose"' in visitor.get(address).text
    silent = visitor.post(address, {"purpose": " "}, page=address)
    assert silent.status_code == 422
    told = visitor.post(address, {"purpose": "核查线索"}, page=address)
    assert told.status_code == 200
    assert "this look is in the audit chain" in told.text
    assert 'name="purpose"' not in town.people[Role.CLERK].get(address).text


def test_language_and_theme_are_remembered(town: Town) -> None:
    visitor = fresh(town, "de")
    assert Seen(visitor.get("/sign-in").text).lang == "en"
    changed = visitor.post("/preferences", {"lang": "zh", "back": "/sign-in"})
    assert changed.headers["location"] == "/sign-in"
    visitor.post("/preferences", {"theme": "dark"})
    page = visitor.get("/sign-in")
    assert Seen(page.text).lang == "zh-CN"
    assert 'data-theme="dark"' in page.text
    visitor.post("/preferences", {"lang": "xx", "theme": "pink"})
    assert 'lang="zh-CN" data-theme="dark"' in visitor.get("/sign-in").text


def test_what_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs(town: Town) -> None:
    visitor = fresh(town, "zh-CN")
    page = visitor.get("/no-such-page")
    assert (page.status_code, Seen(page.text).lang) == (404, "zh-CN")
    assert Seen(page.text).in_place() == []
    program = visitor.client.get("/no-such-page", headers={"Accept": "application/json"})
    assert program.headers["content-type"] == "application/problem+json"
    assert visitor.get("/assets/vendor/vendor.toml").status_code == 404
    assert visitor.get("/assets/%2e%2e/words.py").status_code == 404
    kept = visitor.get("/assets/app.css")
    assert "immutable" in kept.headers["cache-control"]
    assert town.people[Role.CLERK].get("/parties/0").status_code == 404
    wrong = town.people[Role.CLERK].get("/decisions/0")
    assert wrong.status_code == 404
    assert "text/html" in wrong.headers["content-type"]


def test_the_pages_stand_in_no_document_of_the_interface(town: Town) -> None:
    paths = town.people[Role.ADMINISTRATOR].client.get("/openapi.json").json()["paths"]
    assert not set(paths) & {page.path for page in PAGES}


def test_the_certificate_is_in_the_visitors_language(town: Town) -> None:
    visitor = town.people[Role.AUDITOR]
    visitor.post("/preferences", {"lang": "zh"})
    page = visitor.get(f"/decisions/{town.decision}/certificate")
    assert Seen(page.text).lang == "zh-CN"
    assert "script" not in page.headers["content-security-policy"]


def test_a_number_behind_a_mask_is_neither_lost_nor_kept_as_a_mask(town: Town) -> None:
    who, one, other = town.people[Role.INVESTIGATOR], "329901197502281234", "329901198502281234"
    made = who.post("/cases", {"title": "虚构案件", "summary": f"询问了{one}"}, page="/cases")
    case = made.headers["location"].partition("?")[0]
    shown = Seen(who.get(case).text)
    form = {"title": "虚构案件", "version": shown.field("version")}
    mask = found(who.get(case).text, r"询问了(3299\*+1234)")
    again = who.post(case, {**form, "summary": f"询问了{mask}"}, page=case)
    assert "done=" not in again.headers["location"], "an untouched form changes nothing"
    refused = who.post(case, {**form, "summary": f"又询问了{mask}"}, page=case)
    assert refused.status_code == 422
    assert "write the whole number, or leave it out" in refused.text
    corrected = who.post(case, {**form, "summary": f"询问了{other}"}, page=case)
    assert "done=case_changed" in corrected.headers["location"]
    late = who.post(case, {**form, "summary": f"询问了{one}，已核对"}, page=case)
    assert late.status_code == 412, "the correction was kept: who saw the first number is told so"


def test_a_case_is_opened_about_no_number_of_a_person(town: Town) -> None:
    who = town.people[Role.INVESTIGATOR]
    refused = who.post("/cases", {"title": "虚构案件", "party": NUMBERS[0]}, page="/cases")
    assert refused.status_code == 422
    assert NUMBERS[0] not in refused.text
