"""The proxy configuration of the documentation, with a real nginx in front of a real server."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from ports import free_port
from serving import LISTED, NAME, Installation, ask, bearer

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "reverse-proxy.md"


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = Installation(
        tmp_path_factory.mktemp("proxied") / "home",
        LIANCHENG_WORK="off",
        LIANCHENG_HOST_NAMES="lc.example.gov.cn",
        LIANCHENG_TRUSTED_PROXIES="127.0.0.1",
    )
    installation.publish({"SXBZXR": [(NAME, LISTED, "2025-06-18")]}, codes=("SXBZXR",))
    return installation


@pytest.fixture(scope="module")
def proxied(
    installation: Installation, needs: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of nginx with the page's own file, but for its port and its certificate."""
    needs("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    subject = ("-subj", "/CN=lc.example.gov.cn", "-nodes", "-days", "1")
    pair = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    subprocess.run(
        ("openssl", "req", "-x509", "-newkey", "rsa:2048", *subject, *pair), check=True, capture_output=True
    )
    with installation.started() as (_, address):
        port = free_port()
        found = re.search(r"```nginx\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
        assert found is not None
        text = (
            found[1]
            .replace("server 127.0.0.1:8000;", f"server {address.removeprefix('http://')};")
            .replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
            .replace("/etc/nginx/lc.example.gov.cn.pem", str(folder / "cert.pem"))
            .replace("/etc/nginx/lc.example.gov.cn.key", str(folder / "key.pem"))
        )
        kept = "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid;\nerror_log {folder}/error.log;\ndaemon off;\nevents {{}}\n"
            f"http {{\naccess_log {folder}/access.log;\n{kept}{text}\n}}\n",
            "utf-8",
        )
        command = (shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(folder / "nginx.conf"))
        subprocess.run((*command, "-t"), check=True, capture_output=True)
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            for _ in range(1_200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(60)


def test_requests_go_through_the_documented_proxy(installation: Installation, proxied: str) -> None:
    key = installation.key()
    with httpx.Client(
        base_url=proxied, verify=False, headers={"Host": "lc.example.gov.cn", **bearer(key)}, timeout=60
    ) as client:  # fmt: skip
        for _ in range(1_200):
            if client.get("/readyz").status_code == 200:
                break
            time.sleep(0.05)
        for number in range(20):
            answer = client.post("/v1/decisions", json=ask(LISTED), headers={"Idempotency-Key": f"n{number}"})
            assert (answer.status_code, answer.json()["verdict"]) == (200, "BLOCK")
        assert client.get("/metrics").status_code == 404
        assert "problem+json" not in client.get("/metrics").headers["content-type"]
        assert client.get("/docs").status_code == 200
        assert client.get("/healthz").headers["strict-transport-security"]
    other = httpx.get(proxied + "/healthz", verify=False, headers={"Host": "other.example"}, timeout=60)
    assert other.status_code == 421
