"""The table of pages, what they write, and the files that they bring."""

from __future__ import annotations

import hashlib
import tomllib
from datetime import date
from pathlib import Path

import pytest

from api.routes.table import ROUTERS
from api.web.assets import FILES, content
from api.web.door import local_path, sign_in_address
from api.web.pages import PAGES
from api.web.render import POLICY, chinese, shown, templates
from api.web.words import Words

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "api" / "web" / "static"


def test_every_page_needs_a_scope_or_says_why_not() -> None:
    assert len(PAGES) > 15
    for page in PAGES:
        assert (page.scope is None) == bool(page.open_to), page.path
        assert bool(page.reason) == bool(page.open_to), page.path
        assert page.view.__doc__, page.path
    assert len({(page.path, method) for page in PAGES for method in page.methods}) == len(PAGES)


def test_no_page_stands_in_the_way_of_the_interface() -> None:
    ours = {getattr(route, "path", "") for router in ROUTERS for route in router.routes}
    assert not ours & {page.path for page in PAGES}
    assert not [page.path for page in PAGES if page.path.startswith("/v1")]


def test_nothing_comes_from_elsewhere_or_runs_in_place() -> None:
    assert "'unsafe" not in POLICY
    assert "http" not in POLICY
    assert POLICY.startswith("default-src 'none'")


def test_scripts_of_others_are_the_files_that_are_named() -> None:
    vendored = tomllib.loads((STATIC / "vendor" / "vendor.toml").read_text("utf-8"))
    present = {path.name for path in (STATIC / "vendor").iterdir()} - {"vendor.toml"}
    assert present == set(vendored)
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name, said in vendored.items():
        data = (STATIC / "vendor" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == said["sha256"], name
        named = said["source"].startswith(f"npm package {said['name']} {said['version']},")
        assert named or said["version"].encode() in data, name
        assert said["licence"] in ("0BSD", "MIT", "Apache-2.0", "BSD-3-Clause"), name
        assert (ROOT / said["licence_file"]).is_file(), name
        assert f"{said['name']} {said['version']}" in notice, name


def test_every_file_of_the_pages_is_served_and_no_other() -> None:
    here = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    assert here - {"vendor/vendor.toml"} == set(FILES)
    for name in FILES:
        assert content(name)


def test_the_style_sheet_fetches_nothing() -> None:
    text = content("app.css").decode()
    assert "url(" not in text
    assert "@import" not in text


HOSTILE = "<script>alert(1)</script>\u202e\u0007\n=cmd|'/c calc'!A0 320102198001011234"


def test_what_a_record_says_can_neither_run_nor_steer_nor_show_a_number() -> None:
    page = templates().from_string('<p title="{{ name }}">{{ name }}</p>')
    text = page.render(name=HOSTILE)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "198001011234" not in text
    assert not set(text) & set("\u202e\u0007\n")


def test_chinese_words_on_an_english_page_are_said_to_be_chinese() -> None:
    line = "Law: 招标投标法 第22条 (in force from 2000-01-01): “招标人不得<b>泄露，招标。”"
    assert chinese(line, "en") == (
        'Law: <span lang="zh-CN">招标投标法 第22条</span> (in force from 2000-01-01): '
        '“<span lang="zh-CN">招标人不得</span>'
        '&lt;b&gt;<span lang="zh-CN">泄露，招标。</span>”'
    )
    assert chinese(line, "zh") == line
    assert "<" not in chinese("329901197502281234 <", "en").replace("&lt;", "")
    assert "19750228" not in chinese("329901197502281234", "en")


def test_whole_numbers_and_markup_stay_as_they_are() -> None:
    from markupsafe import Markup

    assert shown(3) == 3
    assert shown(Markup("<b>x</b>")) == "<b>x</b>"


@pytest.mark.parametrize(
    ("given", "goes"),
    [
        ("/lists", "/lists"), ("/search?q=a", "/search?q=a"), ("//evil.example", "/"), ("https://evil.example", "/"),
        ("/\\evil.example", "/"), ("", "/"), ("lists", "/"), ("/a\nb", "/"), ("/x\\y", "/"),
    ],
)  # fmt: skip
def test_one_is_led_back_to_this_program_only(given: str, goes: str) -> None:
    assert local_path(given) == goes


def test_the_way_back_survives_signing_in() -> None:
    assert sign_in_address("/search?q=a&b") == "/sign-in?next=/search%3Fq%3Da%26b"
    assert sign_in_address("/") == "/sign-in"


def test_times_are_of_china_and_a_period_ends_with_its_last_day() -> None:
    words = Words("en")
    assert words.time("2026-11-23T09:30:00+00:00") == "2026-11-23 17:30"
    assert words.day(None) == "–"
    assert words.last_day("2026-11-24T00:00:00+08:00").startswith("2026-11-23")
    assert words.number(1234567) == "1,234,567"
    assert words.known("attribute.region", "x") == "Region code"
    assert words.known("attribute.zzz", "zzz") == "zzz"


def test_the_plot_and_its_table_hold_the_same_numbers() -> None:
    from collections import Counter

    from api.web.views.front import BASE, DAYS, ORDER, drawn
    from matching.decision import Verdict

    first = date(2026, 11, 10)
    counted = Counter(
        {(first, Verdict.BLOCK): 3, (first, Verdict.CLEAR): 1, (date(2026, 11, 23), Verdict.FLAG): 1}
    )
    plot = drawn(Words("zh"), first, counted)
    assert (plot.total, plot.most, len(plot.days)) == (5, 4, DAYS)
    assert plot.days[0].counts[ORDER.index(Verdict.BLOCK)] == 3
    for day in plot.days:
        assert sum(1 for count in day.counts if count) == len(day.bars)
        assert all(0 < bar.y < BASE and bar.height >= 2 for bar in day.bars)
    assert [bar.height for bar in plot.days[0].bars] == [98, 32]


@pytest.mark.parametrize(
    ("submitted", "matched", "outcome", "sign"),
    [
        ("甲", "甲", "equal", "="), ("1", "1", "equal_unchecked", "="), ("1", "1*", "masked", "="),
        ("甲", "乙", "different", "≠"), ("1", "2", "conflict", "≠"), ("", "乙", "missing", "?"),
    ],
)  # fmt: skip
def test_what_is_missing_is_no_difference_and_what_is_equal_none(
    submitted: str, matched: str, outcome: str, sign: str
) -> None:
    from api.web.views.deciding import compared
    from matching.decision import Feature

    shown_one = compared(Feature(name="name", submitted=submitted, matched=matched, outcome=outcome), "en")
    assert (shown_one.sign, shown_one.differs) == (sign, sign == "≠")
    assert shown_one.word != outcome or outcome in ("equal", "different")
