"""The whole OpenAPI document against a running server: what is declared is what is on the wire, whatever is sent.

Schemathesis sends what the shapes allow and what they do not, follows from one answer to the next request, and checks
every answer: its status and media type are declared, its body fits its shape, nothing is a 500. Bounded here; at
length by `make soak`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from serving import LISTED, Installation, ask

from api.principals import Scope

CONFIG = Path(__file__).parents[1] / "support" / "schemathesis.toml"
SOAK = int(os.environ.get("LIANCHENG_SOAK", "10")) >= 200
EXAMPLES = 50 if SOAK else 2
SCENARIOS = 2_000 if SOAK else 100


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    home = tmp_path_factory.mktemp("contract") / "home"
    installation = Installation(home, LIANCHENG_RATE="0", LIANCHENG_WORK="off")
    installation.publish({"SXBZXR": [("临江被列有限公司", LISTED, "2025-06-18")]})
    key = installation.key(*Scope)
    with installation.serving(key=key) as client:
        # something of each kind that answers lead to, whichever test comes first
        decision = client.post("/v1/decisions", json=ask(LISTED)).json()["decision_id"]
        parties = [{"client_id": "a", "identifiers": [{"id": LISTED}]}]
        for path, body in (
            ("/v1/monitors", {"parties": parties}),
            ("/v1/tenders", {"decision_id": decision}),
            ("/v1/cases", {"title": "虚构案件", "decisions": [{"decision_id": decision}]}),
        ):
            assert client.post(path, json=body).status_code == 201, path
        yield str(client.base_url).rstrip("/"), key


def schemathesis(server: tuple[str, str], folder: Path, *arguments: str) -> str:
    address, key = server
    command = (
        sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()",
        "--config-file", str(CONFIG), "run", f"{address}/openapi.json", "--header", f"Authorization: Bearer {key}",
        "--checks", "all", "--seed", "1", "--no-color", "--generation-database", "none", "--request-timeout", "120",
        "--wait-for-schema", "120",
        *arguments,
    )  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANCHENG_")}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.slow
def test_every_operation_answers_as_declared(server: tuple[str, str], tmp_path: Path) -> None:
    said = schemathesis(server, tmp_path, "--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES))
    selected = re.search(r"Selected: (\d+)/(\d+)", said)
    assert selected is not None
    assert selected[1] == selected[2]


@pytest.mark.slow
def test_answers_lead_to_requests_that_are_answered_as_declared(
    server: tuple[str, str], tmp_path: Path
) -> None:
    said = schemathesis(
        server, tmp_path, "--phases", "stateful", "--max-examples", str(SCENARIOS),
        # what was ended (a monitor) stays to be read, with the state `ended`: what it told is on record
        "--exclude-checks", "use_after_free",
    )  # fmt: skip
    covered = re.search(r"API Links:\s+(\d+) covered", said)
    assert covered is not None, said
    assert int(covered[1]) > 0, said


def test_the_document_is_openapi_3_1_and_its_page_comes_from_here(server: tuple[str, str]) -> None:
    address, _ = server
    with httpx.Client(base_url=address, timeout=60) as client:
        document = client.get("/openapi.json").json()
        assert document["openapi"].startswith("3.1")
        page = client.get("/docs")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "http" not in policy
        named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert not [name for name in named if "//" in name]
        assert "<script>" not in page.text
        for name in (name for name in named if not name.startswith("data:")):
            asset = client.get(f"/{name}")
            assert asset.status_code == 200, name
            assert asset.content
        assert "openapi.json" in client.get("/docs/start.js").text
        assert client.get("/docs/../../../etc/passwd").status_code == 404
        assert client.get("/docs/other.js").status_code == 422


def test_an_address_names_every_method_that_it_takes(server: tuple[str, str]) -> None:
    answer = httpx.request("PUT", server[0] + "/v1/keys", timeout=60)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
