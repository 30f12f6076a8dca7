"""Whether the lists that a decision needs are there and young enough. Unknown age is stale; absent is missing.

A list's age counts from the moment the publisher's state was taken (never from the load) to `as_of`. Before its
first snapshot a list is not covered: records that had gone by then are unknown to us.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from graph.dates import iso
from graph.generation import ListState
from graph.lists import BY_CODE
from graph.messages import say
from matching.decision import Bilingual, ListPin, NotAssessable
from matching.policy import Policy

Why = Literal["missing", "stale", "unknown_age", "not_covered"]


def trouble(
    state: ListState | None, code: str, policy: Policy, as_of: datetime, known_at: datetime
) -> Why | None:
    """Why a list can't be relied on at `as_of`, as known at `known_at`; None when it can.

    Every source needs a state within the allowed age of `as_of`, before or after it: who came and went between
    two states that lie further apart is unknown. A state from the future has no age that could be believed.
    """
    if state is None or not state.snapshots:
        return "missing"
    if state.taken_at is None or state.covered_from is None:
        return "unknown_age"
    allowed = policy.max_age(code)
    if any(times and times[-1] > max(as_of, known_at) + allowed for times in state.times):
        return "unknown_age"
    if as_of - state.taken_at > allowed:
        return "stale"
    if state.covered_from - as_of > allowed:
        return "not_covered"
    for times in state.times:
        place = bisect_left(times, as_of)
        if not any(abs(times[i] - as_of) <= allowed for i in (place - 1, place) if 0 <= i < len(times)):
            return "not_covered"
    return None


def not_assessed(
    codes: Iterable[str],
    required: Iterable[str],
    lists: Mapping[str, ListState],
    policy: Policy,
    as_of: datetime,
    known_at: datetime,
) -> tuple[NotAssessable, ...]:
    """One entry for each list of `codes` in trouble; those of `required` decide the verdict."""
    needed = frozenset(required)
    found = []
    for code in sorted(needed.union(codes)):
        state = lists.get(code)
        why = trouble(state, code, policy, as_of, known_at)
        if why is None:
            continue
        info = BY_CODE.get(code)
        taken = iso(state.taken_at) if state is not None and state.taken_at is not None else ""
        covered = iso(state.covered_from) if state is not None and state.covered_from is not None else ""
        hours = int(policy.max_age(code).total_seconds() // 3600)
        detail = Bilingual(
            zh=say("matching", f"list.{why}", "zh", list=info.zh if info else code, code=code, taken_at=taken,
                   covered=covered, hours=hours),
            en=say("matching", f"list.{why}", "en", list=info.en if info else code, code=code, taken_at=taken,
                   covered=covered, hours=hours),
        )  # fmt: skip
        found.append(
            NotAssessable(
                code="LISTS", what=f"list:{code}", reason=why, detail=detail, decides=code in needed
            )
        )
    return tuple(found)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How the lists stand for one set of required lists, and between which instants that holds."""

    since: datetime
    until: datetime
    in_trouble: tuple[NotAssessable, ...]
    pins: tuple[ListPin, ...]
    anything: bool
    """Whether any list that rules read can be relied on: without one nothing was assessed."""
    fresh_until: datetime | None
    """When the first list goes stale; None if a required one already has."""

    @property
    def deciding(self) -> tuple[NotAssessable, ...]:
        """The troubles of required lists."""
        return tuple(n for n in self.in_trouble if n.decides)


_LAST = datetime(9999, 12, 30, tzinfo=UTC)


def standing(
    read: Iterable[str],
    required: Iterable[str],
    lists: Mapping[str, ListState],
    policy: Policy,
    as_of: datetime,
    known_at: datetime,
) -> Standing:
    """How every list stands at `as_of`; the answer holds until the next list changes its state.

    Args:
        read: lists that some rule reads.
        required: lists without which the verdict is UNDETERMINED.
        lists: their states as known.
        policy: allowed ages.
        as_of: the legal moment.
        known_at: the moment of knowledge.
    """
    needed = tuple(required)
    used = frozenset(read).union(needed)
    sound = {
        code: state.taken_at + policy.max_age(code)
        for code, state in lists.items()
        if state.taken_at is not None and trouble(state, code, policy, as_of, known_at) is None
    }
    newest = [state.taken_at for state in lists.values() if state.taken_at is not None]
    # Looking back between older states is rare and turns at many instants: such an answer is not kept.
    plain = bool(newest) and as_of >= max(newest) and known_at >= max(newest)
    # a list that is stale now was not always: asked about an earlier moment it may still have been fresh
    turned = [
        state.taken_at + policy.max_age(code) + timedelta(microseconds=1)
        for code, state in lists.items()
        if state.taken_at is not None and state.taken_at + policy.max_age(code) < as_of
    ]
    return Standing(
        since=max((*newest, *turned)) if plain else as_of,
        # the last instant of freshness counts, so the state turns one microsecond later
        until=min((end + timedelta(microseconds=1) for end in sound.values()), default=_LAST)
        if plain
        else as_of,
        in_trouble=not_assessed(read, needed, lists, policy, as_of, known_at),
        pins=tuple(
            ListPin(
                code=code,
                sha256=state.sha256,
                taken_at=state.taken_at,
                records=state.records,
                stale=code not in sound,
            )
            for code, state in sorted(lists.items())
        ),
        anything=any(code in used for code in sound),
        fresh_until=min((sound[code] for code in used if code in sound), default=None)
        if all(code in sound for code in needed)
        else None,
    )
