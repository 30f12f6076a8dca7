"""docker-compose.yml: valid by the Compose schema, no secret in it, and what it runs works as a process.

The schema is the Compose project's own (tests/data/compose-spec). No Docker is needed: each command and
health check is taken from the file as it stands and run here.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from ports import free_port

SERVICES = ("app", "neo4j", "postgres")
KEY = "k" * 40


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Compose's variables as far as our file uses them: `${A:?why}`, `${A:-default}`, `$$`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, operator, rest = match["name"], match["op"], match["rest"]
        if values.get(name):
            return values[name]
        if operator == ":?":
            raise LookupError(rest)
        return rest or ""

    return re.sub(r"\$\$|\$\{(?P<name>\w+)(?:(?P<op>:[-?])(?P<rest>[^}]*))?\}", value, text)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """Compose fills variables in after reading the YAML: an empty one is empty text, not null."""
    if isinstance(value, dict):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    return interpolate(value, values) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def raw(root: Path) -> str:
    return (root / "docker-compose.yml").read_text("utf-8")


@pytest.fixture(scope="module")
def compose(raw: str) -> dict[str, Any]:
    secrets = {"LIANCHENG_API_KEY": KEY, "NEO4J_PASSWORD": "n" * 12, "POSTGRES_PASSWORD": "p" * 12}
    loaded: dict[str, Any] = filled(yaml.safe_load(raw), secrets)
    return loaded


@pytest.fixture(scope="module")
def schema(root: Path) -> Draft202012Validator:
    text = (root / "tests" / "data" / "compose-spec" / "compose-spec.json").read_text("utf-8")
    document = json.loads(text)
    Draft202012Validator.check_schema(document)
    return Draft202012Validator(document)


def test_the_file_is_valid_by_the_compose_schema(
    schema: Draft202012Validator, raw: str, compose: Any
) -> None:
    assert list(compose["services"]) == list(SERVICES)
    for document in (yaml.safe_load(raw), compose):
        assert [error.message for error in schema.iter_errors(document)] == []


def test_the_schema_would_find_a_mistake(schema: Draft202012Validator, raw: str) -> None:
    for old, new in (("healthcheck:", "healthchek:"), ("read_only: true", "read_only: [1]")):
        assert list(schema.iter_errors(yaml.safe_load(raw.replace(old, new))))


@pytest.mark.parametrize("name", ["LIANCHENG_API_KEY", "NEO4J_PASSWORD", "POSTGRES_PASSWORD"])
def test_nothing_starts_without_its_secret(raw: str, name: str) -> None:
    others = {"LIANCHENG_API_KEY": "x", "NEO4J_PASSWORD": "x", "POSTGRES_PASSWORD": "x"}
    for empty in ({}, {name: ""}):
        with pytest.raises(LookupError, match=f"set {name} in .env"):
            interpolate(raw, {k: v for k, v in others.items() if k != name} | empty)


def test_no_secret_has_a_default_anywhere(root: Path, raw: str) -> None:
    for name in re.findall(r"\$\{(\w*(?:PASSWORD|KEY|SECRET|TOKEN)\w*):?-", raw):
        pytest.fail(f"{name} has a default")
    example = (root / ".env.example").read_text("utf-8")
    for line in example.splitlines():
        name, _, value = line.lstrip("#").partition("=")
        if re.search("PASSWORD|KEY|SECRET", name) and re.fullmatch(r"\w+", name):
            assert value == "", f"{name} has a value in .env.example"
    for name in re.findall(r"(?<!\$)\$\{(\w+)", raw):
        assert re.search(rf"^#?{name}=", example, re.MULTILINE), f"{name} is missing from .env.example"


def test_every_service_is_watched_bounded_and_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name
        assert service["mem_limit"], name
        assert service["pids_limit"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert re.search(r":\d+\.?\d*", service["image"]), f"{name}: {service['image']} has no version"
        assert not service["image"].endswith("latest"), name
        assert not service.get("privileged"), name
        for port in service["ports"]:
            assert port.startswith("127.0.0.1:"), f"{name} listens beyond loopback: {port}"
        for volume in service["volumes"]:
            assert volume.split(":")[0] in compose["volumes"], f"{name}: {volume} is not a named volume"
    for name in ("app", "postgres"):
        assert compose["services"][name]["read_only"] is True
        assert compose["services"][name]["cap_drop"] == ["ALL"]


def test_the_image_runs_as_nobody_and_does_what_the_compose_file_says(root: Path, compose: Any) -> None:
    text = (root / "Dockerfile").read_text("utf-8")
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users == ["10001:10001"]
    stages = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert len(stages) == 2
    assert all(re.fullmatch(r"python:3\.11-slim-\w+", stage) for stage in stages)
    app = compose["services"]["app"]
    command = json.loads(re.findall(r"^CMD (\[.*\])$", text, re.MULTILINE)[0])
    check = json.loads(re.findall(r"^ +CMD (\[.*\])$", text, re.MULTILINE)[0])
    assert command == app["command"]
    assert check == app["healthcheck"]["test"][1:]
    assert "--require-hashes -r requirements.lock" in text


def test_the_image_gets_every_file_it_copies(root: Path) -> None:
    kept = {line[1:] for line in (root / ".dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"}
    text = (root / "Dockerfile").read_text("utf-8")
    copied = {
        name for line in re.findall(r"^COPY ([^-].*) \S+$", text, re.MULTILINE) for name in line.split()
    }
    assert copied == kept
    for name in copied:
        assert (root / name).exists()


def until(ready: Callable[[], bool], seconds: float = 90) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def served(compose: dict[str, Any], tmp_path: Path) -> Iterator[tuple[list[str], subprocess.Popen[bytes]]]:
    """The app's command as it stands in the file, run as a plain process on a free loopback port."""
    app = compose["services"]["app"]
    port = str(free_port())
    here = {"0.0.0.0": "127.0.0.1", "8000": port}
    command = [here.get(word, word) for word in app["command"]]
    command[0] = str(Path(sys.executable).with_name("liancheng"))
    check = [word.replace(":8000", f":{port}") for word in app["healthcheck"]["test"][1:]]
    check[0] = sys.executable
    environment = {k: str(v) for k, v in app["environment"].items()} | {
        "LIANCHENG_HOME": str(tmp_path / "home")
    }
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=tmp_path,
            env=os.environ | environment,
            stdout=out,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )
        try:
            yield check, process
        finally:
            process.terminate()
            process.wait(60)


def test_the_app_and_its_health_check_run_as_plain_processes(
    served: tuple[list[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    check, process = served

    def healthy() -> bool:
        assert process.poll() is None, (tmp_path / "out").read_text("utf-8")
        return subprocess.run(check, capture_output=True, timeout=60, check=False).returncode == 0

    assert until(healthy), (tmp_path / "out").read_text("utf-8")
    process.terminate()
    process.wait(60)
    assert subprocess.run(check, capture_output=True, timeout=60, check=False).returncode != 0


def shell(service: Mapping[str, Any]) -> str:
    kind, command = service["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    return str(command)


def unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; as root, its programs run as `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": ()}


@pytest.mark.slow
def test_the_health_check_of_postgres_runs_against_a_real_server(
    compose: dict[str, Any], postgres_tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    service = compose["services"]["postgres"]
    environment = service["environment"]
    initdb, server, ready = (postgres_tool(name) for name in ("initdb", "postgres", "pg_isready"))
    # Not below pytest's own folder, which only root may enter.
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    nobody = unprivileged()
    if nobody:
        os.chown(folder, nobody["user"], nobody["group"])
    port = str(free_port())
    check = shell(service).replace("-p 5432", f"-p {port}").replace("pg_isready", ready)

    def status() -> int:
        return subprocess.run(["sh", "-c", check], env=dict(environment), timeout=60, check=False).returncode

    try:
        secret = folder / "password"
        secret.write_text(environment["POSTGRES_PASSWORD"], "utf-8")
        secret.chmod(0o644)
        arguments = environment["POSTGRES_INITDB_ARGS"].split()
        make = [initdb, "-D", str(folder / "data"), "-U", environment["POSTGRES_USER"], f"--pwfile={secret}"]
        subprocess.run(
            [*make, *arguments], cwd=folder, stdout=subprocess.DEVNULL, timeout=120, check=True, **nobody
        )
        assert status() != 0
        start = [server, "-D", str(folder / "data"), "-p", port, "-k", str(folder), "-c", "fsync=off"]
        start += ["-c", "listen_addresses=127.0.0.1"]
        with subprocess.Popen(start, cwd=folder, stderr=subprocess.DEVNULL, **nobody) as process:
            try:
                assert until(lambda: status() == 0)
            finally:
                process.terminate()
                process.wait(60)
        assert status() != 0
    finally:
        shutil.rmtree(folder)


def test_the_health_check_of_neo4j_is_a_shell_command_that_fails_closed(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    """Without a server, or with a wrong answer, it says unhealthy; the password reaches that one program."""
    service = compose["services"]["neo4j"]
    check = shell(service)
    for status in (0, 1):
        program = tmp_path / "cypher-shell"
        program.write_text(
            f'#!/bin/sh\nprintf "%s %s" "$NEO4J_PASSWORD" "$*" >"{tmp_path}/seen"\nexit {status}\n'
        )
        program.chmod(0o755)
        environment = {
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "NEO4J_AUTH": service["environment"]["NEO4J_AUTH"],
        }
        done = subprocess.run(["sh", "-c", check], env=environment, timeout=60, check=False)
        assert done.returncode == status
        seen = (tmp_path / "seen").read_text("utf-8")
        assert seen == "nnnnnnnnnnnn -a bolt://127.0.0.1:7687 -u neo4j RETURN 1"
    missing = {"PATH": "/usr/bin:/bin", "NEO4J_AUTH": "neo4j/x"}
    if shutil.which("cypher-shell", path=missing["PATH"]) is None:
        done = subprocess.run(["sh", "-c", check], env=missing, capture_output=True, timeout=60, check=False)
        assert done.returncode != 0


def test_the_health_check_of_neo4j_against_a_real_server(compose: dict[str, Any]) -> None:
    program = shutil.which("cypher-shell")
    uri = os.environ.get("NEO4J_URI")
    if program is None or uri is None:
        pytest.skip(
            "cypher-shell and a server stand in the neo4j image; set NEO4J_URI, NEO4J_PASSWORD to run this"
        )
    check = shell(compose["services"]["neo4j"]).replace("bolt://127.0.0.1:7687", uri)
    environment = os.environ | {"NEO4J_AUTH": f"neo4j/{os.environ['NEO4J_PASSWORD']}"}
    assert subprocess.run(["sh", "-c", check], env=environment, timeout=60, check=False).returncode == 0
