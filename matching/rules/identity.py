"""Whether two appearances in one request are the same party, by the keys that `EntityView.identity` holds."""

from __future__ import annotations

from typing import Literal

from matching.rules.base import EntityView, Fact

NAME = "name:"
ORGANIZATIONS = ("uscc:", "org_code:", "tax_no:", "reg_no:")
"""Numbers that may be shown; a person's is not."""


def same(one: tuple[str, ...], other: tuple[str, ...]) -> Literal["code", "name", "no"]:
    """How two parties are known to be one.

    `code`: a strong number in common. `name`: the whole name equal and no number of one kind against it. Two
    different numbers of one kind are two parties, whatever the names.
    """
    if set(_codes(one)) & set(_codes(other)):
        return "code"
    if apart(one, other):
        return "no"
    return (
        "name" if {k for k in one if k.startswith(NAME)} & {k for k in other if k.startswith(NAME)} else "no"
    )


def apart(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two parties are certainly two: numbers of one kind that differ, or a person's against a firm's."""
    codes, others = _codes(one), _codes(other)
    if set(codes) & set(others):
        return False
    kinds = {code.split(":", 1)[0] for code in codes} & {code.split(":", 1)[0] for code in others}
    return bool(kinds) or _conflict(codes, others)


def common(one: EntityView, other: EntityView) -> tuple[Fact, ...]:
    """What two appearances of a party have in common, as each states it: names, and numbers of organisations."""
    shared = [key for key in _codes(one.identity) if key in _codes(other.identity)]
    numbers = [key.partition(":") for key in shared if key.startswith(ORGANIZATIONS)]
    names = Fact(field="identity", a=one.label, b=other.label)
    return (names, *(Fact(field=f"identity.{scheme}", a=value, b=value) for scheme, _, value in numbers))


def _codes(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers, with the organisation code that every credit code (USCC) holds at positions 9 to 17."""
    codes = [key for key in keys if not key.startswith(NAME)]
    nested = [f"org_code:{key[13:22]}" for key in codes if key.startswith("uscc:") and len(key) == 23]
    return tuple(dict.fromkeys((*codes, *nested)))


def _conflict(codes: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """A person's number against an organisation's: two parties."""
    organizations = ("uscc:", "org_code:", "tax_no:")
    kinds = [any(c.startswith(organizations) for c in side) for side in (codes, others)]
    return bool(codes and others) and kinds[0] != kinds[1]
