"""Templates and the headers of pages: one door through which everything goes that a record or a person wrote.

Whatever a template writes is on one line, without control or direction characters, and with numbers of persons masked,
before it is escaped. No page runs or styles anything that does not come as a file of this package.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from fastapi import Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.masking import mask_text
from api.output import plain
from api.web.assets import address

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = "; ".join((
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    # without it browsers send `Origin: null` with forms, which is no page of ours
    "Referrer-Policy": "same-origin",
}

_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff"
_CHINESE: Final = re.compile(
    rf"([{_HAN}](?:[{_HAN}\u3000-\u303f\uff00-\uffef0-9 ]*[{_HAN}\u3000-\u303f\uff00-\uffef])?)"
)
"""Chinese words with the signs and numbers among them."""


def shown(value: Any) -> Any:
    """A value as a page may show it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return plain(mask_text(value))
    return value


def chinese(value: str, lang: str) -> str:
    """A text of the law or of a record; on an English page its Chinese words are marked as Chinese (WCAG 3.1.2)."""
    text = str(shown(value))
    if lang == "zh":
        return text
    parts = enumerate(_CHINESE.split(text))
    return Markup().join(
        Markup('<span lang="zh-CN">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in parts
    )


@cache
def templates() -> Environment:
    """The templates of this room."""
    made = Environment(
        loader=PackageLoader("api.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = address
    made.globals["chinese"] = chinese
    return made


def html(template: str, context: dict[str, Any], *, tag: str, status: int = 200) -> Response:
    """A page.

    Args:
        template: its file.
        context: what it shows.
        tag: the language of the page (BCP 47).
        status: of the answer.
    """
    text = templates().get_template(template).render(context)
    return Response(text, status, {**HEADERS, "Content-Language": tag}, HTML)
