"""What is counted: of all processes together, with nobody's name in it, and for those who may audit only."""

from __future__ import annotations

import time

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import CLEAN, LISTED, NAME, Installation, ask, bearer

from api.principals import Scope


def samples(client: httpx.Client, key: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    answer = client.get("/metrics", headers=bearer(key))
    assert answer.status_code == 200
    assert LISTED not in answer.text
    assert "ministry-platform" not in answer.text
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.slow
def test_every_process_counts_into_one_answer(tmp_path_factory: pytest.TempPathFactory) -> None:
    installation = Installation(tmp_path_factory.mktemp("counted") / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    auditor = installation.key(Scope.AUDIT)
    platform = installation.key(Scope.DECIDE, Scope.READ, tenant="ministry-platform")
    with installation.serving("--workers", "2") as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=bearer(platform)).status_code == 403
        address = str(client.base_url).rstrip("/")
        for number in range(30):
            body = ask(LISTED if number % 3 else CLEAN)
            # a connection of its own each: both processes get some
            assert (
                httpx.post(
                    f"{address}/v1/decisions", json=body, headers=bearer(platform), timeout=60
                ).status_code
                == 200
            )
        found = samples(client, auditor)
        assert found["liancheng_decisions_total", (("verdict", "BLOCK"),)] == 20
        assert found["liancheng_decisions_total", (("verdict", "CLEAR"),)] == 10
        assert found["liancheng_decision_seconds_count", ()] == 30
        assert found["liancheng_decisions_waiting", ()] == 0
        assert found["liancheng_ledger_up", ()] == found["liancheng_generation_up", ()] == 1
        assert found["liancheng_generation_open", ()] == found["liancheng_generation_number", ()]
        assert found["liancheng_generation_open", ()] > 0
        assert 0 <= found["liancheng_list_age_seconds", (("list", "SXBZXR"),)] < 3_600
        assert found["liancheng_webhook_messages", (("state", "dead"),)] == 0
        # counts only grow, whichever process answers
        time.sleep(0.1)
        again = samples(client, auditor)
        assert all(again[key] >= value for key, value in found.items() if key[0].endswith("_total"))


@pytest.mark.slow
def test_a_process_that_nobody_asks_tells_which_generation_it_reads(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    installation = Installation(tmp_path_factory.mktemp("idle") / "home", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]})
    auditor = installation.key(Scope.AUDIT)
    with installation.serving("--workers", "2") as client:

        def both() -> tuple[float, float]:
            found = samples(client, auditor)
            return found["liancheng_generation_open", ()], found["liancheng_generation_number", ()]

        first, published = both()
        assert first == published > 0
        installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18"), (NAME, CLEAN, "2025-06-19")]})
        # each list is a generation, and a process may open one of them on its way to the last
        until = time.monotonic() + 60
        while not (read := both())[0] == read[1] > first:
            assert time.monotonic() < until, read
            time.sleep(0.1)
