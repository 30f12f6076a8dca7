"""Decisions that are recorded together: none waits for requests that come to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from serving import CLEAN, Installation

from api.deciding import Deciding
from api.service import Service
from api.settings import read_settings
from api.telemetry import Telemetry
from matching.ledger import Entry
from matching.request import DecisionRequest

BROKEN = "key:broken"
CALLERS = 12


class Halting(Service):
    """A service that fails whatever one caller asks."""

    def prepared(self, lease: Any, request: DecisionRequest, actor: str, tenant: str, **more: Any) -> Entry:
        """Decide, or fail."""
        if actor == BROKEN:
            raise RuntimeError("nothing can be decided")
        return super().prepared(lease, request, actor, tenant, **more)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Halting]:
    house = Installation(tmp_path_factory.mktemp("together") / "home")
    house.publish({}, codes=("ZFCG",))
    opened = Halting(read_settings(house.environment()))
    yield opened
    opened.close()


def test_a_decision_is_told_while_others_go_on_failing(service: Halting) -> None:
    asked = DecisionRequest.model_validate(
        {"tender": {"regime": "procurement"}, "bidders": [{"client_id": "1", "identifiers": [{"id": CLEAN}]}]}
    )

    async def decided() -> Entry:
        deciding, ended = Deciding(service, Telemetry(), most_waiting=256), False

        async def fail() -> None:
            while not ended:
                with pytest.raises(RuntimeError):
                    await deciding.small(asked, BROKEN, "default")

        failing = [asyncio.create_task(fail()) for _ in range(CALLERS)]
        try:
            # many of them wait at any time
            await asyncio.sleep(0.05)
            return await asyncio.wait_for(deciding.small(asked, "key:a", "default"), 90)
        finally:
            ended = True
            await asyncio.gather(*failing)
            await deciding.close()

    entry = asyncio.run(decided())
    stored = service.ledger.decision(entry.decision.decision_id, tenant="default")
    assert stored is not None
    assert stored.decision == entry.decision
