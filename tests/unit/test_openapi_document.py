"""The OpenAPI document is enough to write a client from: fields are explained, bodies have examples."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.app import create_app
from api.routes.described import objects
from api.routes.openapi import schemas
from api.routes.table import MODULES
from api.settings import read_settings
from matching.request import DecisionRequest


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("document")
    return create_app(read_settings({"LIANCHENG_HOME": str(home)}, home)).openapi()


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def test_every_field_is_explained(document: dict[str, Any]) -> None:
    found = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for properties in objects(schema)
        for field, said in properties.items()
        if not said.get("description")
    ]
    assert found == []
    tender = document["components"]["schemas"]["Tender"]["properties"]
    assert "开标时间" in tender["opening_at"]["description"]


def test_every_body_has_an_example_that_is_taken(document: dict[str, Any]) -> None:
    models = {body.__name__: body for module in MODULES for body in module.BODIES}
    taken = set()
    for operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            continue
        shape = Draft202012Validator({**content["schema"], "components": document["components"]})
        name = content["schema"]["$ref"].rpartition("/")[2]
        for example in content["examples"].values():
            shape.validate(example["value"])
            models[name].model_validate_json(json.dumps(example["value"]))
            taken.add(name)
    assert taken == set(models)


def test_operations_have_names_and_answers_lead_to_them(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names)) > 100
    assert {"decisions_decide", "monitors_new_monitor"} <= set(names)
    links = [
        link
        for operation in operations(document)
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    assert len(links) > 40
    assert {link["operationId"] for link in links} <= set(names)
    made = document["paths"]["/v1/decisions"]["post"]["responses"]["200"]["links"]
    assert made["decisions_replay"]["parameters"] == {"decision_id": "$response.body#/decision_id"}


def test_the_words_are_of_fields_that_are_there() -> None:
    words = tomllib.loads((Path(__file__).parents[2] / "api/routes/fields.toml").read_text(encoding="utf-8"))
    shapes = schemas(
        [body for module in MODULES for body in module.BODIES],
        [answer for module in MODULES for answer in module.ANSWERS],
    )
    known = {name: {field for part in objects(shape) for field in part} for name, shape in shapes.items()}
    every = set().union(*known.values())
    unknown = [f"{name}.{field}" for name in words for field in words[name]
               if name not in ("document", "shared") and field not in known.get(name, ())]  # fmt: skip
    assert unknown == []
    assert words["shared"].keys() <= every


def test_the_request_of_the_guide_is_taken() -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/connect-a-platform.md").read_text(encoding="utf-8")
    (body,) = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    assert DecisionRequest.model_validate_json(body).tender.opening_at is not None
