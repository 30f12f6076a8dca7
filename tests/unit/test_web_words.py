"""The words of the pages: both languages complete, every one used, none written into a template."""

from __future__ import annotations

import re
import string
from pathlib import Path

from api.web.render import templates
from graph.messages import catalogue

ROOM = Path(__file__).resolve().parents[2] / "api" / "web"
TEMPLATES = sorted((ROOM / "templates").glob("*.html"))
IN_PLACE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js", re.IGNORECASE)
BUILT = ("type.", "by.", "name.", "number.", "attribute.", "nav.", "theme.", "pin.", "done.",
         "batch.field.", "batch.explained.", "batch.option.", "batch.stated.", "batch.state.",
         "batch.trouble.", "load.mode.",
         "casework.stage.", "casework.field.", "casework.contact.", "casework.role.", "objection.view.",
         "objection.state.", "objection.next.", "objection.step.", "objection.ground.", "repair.view.", "repair.state.",
         "repair.next.", "repair.step.", "repair.ground.", "repair.class.", "repair.kind.", "repair.via.",
         "measure.view.", "measure.state.", "measure.stands.", "measure.who.", "measure.ground.", "measure.step.",
         "measure.next.", "scene.", "timeliness.", "users.role.", "users.state.", "keys.state.", "scope.",
         "account.language.", "front.work.", "graph.said.", "graph.drawer.", "graph.by.", "graph.confirmed.",
         "graph.link.", "graph.legend.", "graph.holding.", "graph.layout.", "graph.view.", "graph.confidence.",
         "audit.kind.", "case.field.", "case.kind.", "regime.", "watch.cause.", "watch.change.", "webhook.event.",
         "webhook.disabled.", "webhook.error.", "audit.actor.", "audit.data.", "audit.value.", "fact.",
         "own.badge.", "own.ground.", "own.note.", "paths.group.", "paths.end.", "post.",
         "stated.", "scheme.", "dataset.", "and_more")  # fmt: skip
"""Families whose codes are put together from a value."""


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)


def source() -> str:
    return "\n".join(path.read_text("utf-8") for path in [*TEMPLATES, *ROOM.rglob("*.py")])


def test_every_word_stands_in_both_languages_with_the_same_places() -> None:
    words = catalogue("api.web")
    assert len(words) > 150
    for code, said in words.items():
        assert set(said) == {"zh", "en"}, code
        assert said["zh"].strip(), code
        assert said["en"].strip(), code
        assert fields(said["zh"]) == fields(said["en"]), code
        if code != "page.language.other":
            assert not re.search(r"[\u4e00-\u9fff]", said["en"]), code


def test_every_word_that_is_used_is_there_and_every_one_there_is_used() -> None:
    known = {code.removeprefix("page.") for code in catalogue("api.web")}
    assert all(code.startswith("page.") for code in catalogue("api.web"))
    used = set(re.findall(r"\b(?:t|words)\(\s*\"([a-z_.]+)\"", source()))
    used |= set(re.findall(r"t\(\"([a-z_.]+)\" if [^)]*? else \"([a-z_.]+)\"", source())[0])
    assert {code for code in used if code not in known and not code.endswith(".")} == set()
    assert {code for code in known if code not in used and not code.startswith(BUILT)} == set()


def text_of(template: str) -> str:
    """What of a template is written as it stands: without tags, expressions and entities."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.DOTALL)
    bare = re.sub(r"<(pre|code)\b[^>]*>(liancheng [^<]*)", r"<\1>", bare)
    return re.sub(r"<[^>]*>", " ", bare)


def said_in_attributes(template: str) -> list[str]:
    """Attributes that people read or hear, written as they stand."""
    named = re.findall(r'(?:aria-label|placeholder|title|alt|content)="([^"{]+)"', template)
    return [one for one in named if one not in ("width=device-width, initial-scale=1", "light dark")]


def test_no_template_holds_words_of_its_own() -> None:
    assert len(TEMPLATES) > 10
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        assert not re.search(r"[^\W\d_]", text_of(text)), path.name
        assert said_in_attributes(text) == [], path.name


def test_words_in_a_template_would_be_found() -> None:
    assert re.search(r"[^\W\d_]", text_of("<p>{{ t('x') }} Hello</p>"))
    assert said_in_attributes('<img alt="a picture">') == ["a picture"]


def test_no_template_runs_or_styles_anything_in_place() -> None:
    for path in TEMPLATES:
        text = path.read_text("utf-8")
        assert not IN_PLACE.search(text), path.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path.name
        assert "| safe" not in text, path.name
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name


def test_every_form_that_changes_something_bears_the_token() -> None:
    for path in TEMPLATES:
        for form in re.findall(r"<form\b.*?</form>", path.read_text("utf-8"), re.DOTALL):
            open_to_anybody = (
                'method="get"' in form or 'action="/preferences"' in form or 'action="/sign-in"' in form
            )
            assert open_to_anybody or 'name="csrf" value="{{ layout.csrf }}"' in form, path.name


def test_every_template_can_be_read() -> None:
    for path in TEMPLATES:
        assert templates().get_template(path.name)
