"""A form that makes something and answers with a secret may be sent again by loading the page anew: it makes one.

Other forms lead on to another page. What is shown once stands on the answer itself, which a browser asks for again by
sending the form again: the mark in the form is the name of what it makes, so that it is made once.
"""

from __future__ import annotations

import uuid
from typing import Final

from api.web.casework import Trouble
from api.web.door import Visit

FIELD: Final = "once"
LONGEST: Final = 64


def mark(visit: Visit, *, again: bool) -> str:
    """The mark of a form: a new one, or with `again` the one that it bears, because nothing was made of it."""
    given = visit.form.get(FIELD, "")
    return given if again and 0 < len(given) <= LONGEST else str(uuid.uuid4())


def name(visit: Visit) -> str:
    """The name of what this visitor's form makes; empty for a form without a mark, which makes something new."""
    given = visit.form.get(FIELD, "")[:LONGEST]
    who = visit.principal
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join((who.tenant, who.id, given)))) if given else ""


def trouble(said: str) -> Trouble:
    """What is said of a form that was sent before: nothing was made of it this time."""
    return Trouble((said,), frozenset(), 409)
