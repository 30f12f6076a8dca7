"""The program as people start it: a process with pipes, signals and a clock that people notice."""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from serving import PROGRAM, RETRIES, Installation, address_of

from api.service import Service
from api.settings import read_settings
from matching.request import DecisionRequest


def test_help_is_instant(tmp_path: Path) -> None:
    def took(*command: str) -> float:
        """Processor time: what else the machine does is not in it."""
        begun = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, env=Installation(tmp_path).environment(), check=True, capture_output=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return ended.ru_utime - begun.ru_utime + ended.ru_stime - begun.ru_stime

    helped, nothing = [], []
    for _ in range(7):
        helped.append(took(*PROGRAM, "--help"))
        nothing.append(took(sys.executable, "-c", "import json, re, subprocess"))
    # the fastest run says what the program takes; a slow machine is as slow with nothing
    assert min(helped) < max(0.3, 8 * min(nothing)), f"median {statistics.median(helped):.3f} s"


def test_chinese_reaches_a_pipe_whatever_the_locale(tmp_path: Path) -> None:
    more = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*PROGRAM, "--help", "--lang", "zh"],
        env=Installation(tmp_path).environment(**more),
        check=True,
        capture_output=True,
    )
    assert "联惩" in done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    house = Installation(tmp_path_factory.mktemp("demo") / "home")
    done = house.command("demo", "--run", "--no-serve")
    assert done.returncode == 0, done.stderr
    (house.home / "said.txt").write_text(done.stdout, "utf-8")
    return house


def test_the_demo_prints_verdicts_and_one_reason(city: Installation) -> None:
    said = (city.home / "said.txt").read_text("utf-8")
    assert {"CLEAR", "FLAG", "REVIEW", "BLOCK"} <= set(said.split())
    for words in ("Law: ", "Evidence: ", "Match (", "Remedy: "):
        assert words in said


def test_every_bid_of_the_demo_gets_the_verdict_that_its_story_tells(city: Installation) -> None:
    manifest = json.loads((city.home / "demo" / "manifest.json").read_text("utf-8"))
    wrong = []
    seen = set()
    # decided in this process: a command for each of them would begin as many
    with closing(Service(read_settings(city.environment(), folder=city.home))) as service:
        for tender in manifest["tenders"]:
            asked = json.loads((city.home / "demo" / tender["request"]).read_text("utf-8"))
            decision = service.decide(DecisionRequest.model_validate(asked), "test", "default")
            verdicts = {b.client_id: b.verdict.value for b in decision.bidders}
            seen |= set(verdicts.values())
            wrong += [
                (bid["client_id"], bid["shows"], bid["expect"], verdicts[bid["client_id"]])
                for bid in tender["bids"]
                if verdicts[bid["client_id"]] != bid["expect"]
            ]
    assert wrong == []
    assert seen == {"CLEAR", "FLAG", "REVIEW", "UNDETERMINED", "BLOCK"}


def test_loading_the_demo_again_is_fine(city: Installation) -> None:
    assert json.loads(city.run("demo", "--load", "--format", "json"))["published"] is True


def test_a_reader_that_leaves_is_no_error(city: Installation) -> None:
    line = f"{' '.join(map(repr, PROGRAM))} lists --format jsonl | head -1"
    done = subprocess.run(
        ["bash", "-c", line], env=city.environment(), capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_table_with_colour_and_progress(city: Installation) -> None:
    import pty

    master, slave = pty.openpty()
    bidders = city.home / "demo" / "tenders" / "A-works" / "投标人名单.csv"
    process = subprocess.Popen(
        [*PROGRAM, "screen", str(bidders), "--regime", "mandatory_tender"],
        env=city.environment(TERM="xterm-256color", COLUMNS="160"),
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    shown = b""
    try:
        while part := os.read(master, 65_536):
            shown += part
    except OSError:
        # Linux says EIO when the other end is closed
        pass
    finally:
        os.close(master)
    assert process.wait(timeout=120) == 0
    assert "\x1b[1;31mBLOCK" in shown.decode("utf-8", "replace")
    assert "Screening" in shown.decode("utf-8", "replace")


def test_many_callers_while_a_list_is_loaded(city: Installation) -> None:
    body = json.loads((city.home / "demo" / "tenders" / "B-goods" / "request.json").read_text("utf-8"))
    with city.serving() as client:
        client.get("/healthz")
        with ThreadPoolExecutor(9) as pool:
            loading = pool.submit(city.run, "demo", "--load", "--format", "json")
            answers = list(pool.map(lambda _: client.post("/v1/decisions", json=body), range(200)))
            loading.result(timeout=300)
        last = client.post("/v1/decisions", json=body).json()
    assert {answer.status_code for answer in answers} == {200}
    ids = [answer.json()["decision_id"] for answer in answers]
    assert len(set(ids)) == 200
    assert last["pins"]["generation"] != answers[0].json()["pins"]["generation"]
    done = city.command("audit", "verify")
    assert done.returncode == 0, done.stdout


def test_the_demo_serves_until_it_is_told_to_stop(city: Installation) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "demo", "--run", "--port", "0"], env=city.environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        transport = httpx.HTTPTransport(retries=RETRIES)
        with httpx.Client(base_url=address_of(process), transport=transport, timeout=60) as client:
            assert client.get("/readyz").json()["status"] == "ready"
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=90)
    assert "Traceback" not in said
