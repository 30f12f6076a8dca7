"""Every golden scenario, through each store and the one front door; an expected failure must fail."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from jsonschema import Draft202012Validator

from api.scenario import run_file, scenario_files, unproven
from graph.store import TrialStore
from matching.decision import Bilingual, Decision, Effect, Finding, SubjectResult, Verdict
from matching.policy import Policy, load_policy

FOLDER = Path(__file__).parent
FILES = scenario_files([FOLDER])


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def schema() -> Draft202012Validator:
    document = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


EVERYTHING = int(os.environ.get("LIANCHENG_SOAK", "10")) >= 200
"""All scenarios run on Neo4j where nothing else does: by `make soak` and `make neo4j-kill`; elsewhere a few do."""
FEW = ("B06-through-many-ways", "D02-every-degree", "S12-repaired-at-nine")
ON_NEO4J = [path for path in FILES if EVERYTHING or path.stem in FEW]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path, policy: Policy) -> None:
    check(path, policy, None)


@pytest.mark.slow
@pytest.mark.parametrize("path", ON_NEO4J, ids=lambda path: path.stem)
def test_scenario_on_neo4j(path: Path, policy: Policy, neo4j_trial: TrialStore) -> None:
    check(path, policy, neo4j_trial)


def check(path: Path, policy: Policy, trial: TrialStore | None) -> None:
    """Run a scenario on the embedded store, which it makes itself, or on a database of Neo4j."""
    outcome = run_file(path, policy=policy, trial=trial)
    if outcome.xfail:
        assert outcome.differences, (
            f"{path.name} is marked xfail ({outcome.xfail}) but passes: remove the mark"
        )
        pytest.xfail(outcome.xfail)
    assert outcome.differences == ()


def test_scenarios_are_of_the_schema(schema: Draft202012Validator) -> None:
    wrong = {
        path.name: [error.message[:200] for error in errors]
        for path in FILES
        if (errors := list(schema.iter_errors(json.loads(path.read_text("utf-8")))))
    }
    assert wrong == {}


def test_every_id_is_the_file_name_and_unique() -> None:
    ids = [json.loads(path.read_text("utf-8"))["id"] for path in FILES]
    assert ids == [path.stem for path in FILES]
    assert len(set(ids)) == len(ids)


def test_a_wrong_expectation_is_a_difference(tmp_path: Path, policy: Policy) -> None:
    document = json.loads((FOLDER / "D03-ban-begins-tomorrow.json").read_text("utf-8"))
    document["expect"] = {
        "verdict": "BLOCK",
        "bidders": {"nobody": {"verdict": "CLEAR"}},
        "not_assessed": ["list:X"],
    }
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(document), "utf-8")
    differences = run_file(path, policy=policy).differences
    assert len(differences) == 3
    assert "expected BLOCK" in differences[0]


def test_a_finding_without_article_or_proof_is_a_difference() -> None:
    words = Bilingual(zh="甲", en="a")
    bare = Finding(code="B02", effect=Effect.REVIEW, title=words, detail=words, legal_basis=())
    nobody = SubjectResult(
        client_id="", role="tender", name="", code="", verdict=Verdict.REVIEW, reasons=(bare,)
    )
    decision = cast(Decision, SimpleNamespace(bidders=(), pairs=(), subjects=(nobody,), tender=nobody))
    assert list(unproven(decision))[:2] == [
        "B02 names no article",
        "B02 shows neither record nor values nor path",
    ]


def test_an_expected_failure_that_passes_is_not_ok(tmp_path: Path, policy: Policy) -> None:
    document = json.loads((FOLDER / "D03-ban-begins-tomorrow.json").read_text("utf-8"))
    document["xfail"] = "not built yet"
    path = tmp_path / "passes.json"
    path.write_text(json.dumps(document), "utf-8")
    outcome = run_file(path, policy=policy)
    assert not outcome.ok
    assert outcome.state == "xpassed"
