"""`docs/clients.md` agrees with the service and the examples."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
import requests

from authapi.core.errors import CATALOGUE, ErrorCode
from tests.support.servers import ROOT, free_port, stop
from tests.support.tools import program
from tests.support.waiting import DEADLINE, LONGEST, until

PAGE = (ROOT / "docs" / "clients.md").read_text()
ROWS = re.findall(r"^\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
SITE, GENERATE = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
LINKS = re.findall(r"\]\(([^)]+)\)", PAGE)


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings."""
    return {heading.lower().replace(" ", "-").replace(",", "") for heading in headings(page)}


def headings(page: str) -> list[str]:
    """Return a page's headings."""
    return re.findall(r"^## (.+)$", page, re.MULTILINE)


@pytest.mark.parametrize(("status", "codes"), ROWS)
def test_each_code_comes_with_its_status(status: str, codes: str) -> None:
    """Codes and statuses are those of the service."""
    for code in re.findall(r"\w+", codes):
        assert CATALOGUE[ErrorCode(code)].status == HTTPStatus(int(status))


def test_there_are_codes() -> None:
    """It has every status that clients of the four endpoints get."""
    assert {status for status, _ in ROWS} >= {"400", "401", "422", "429", "503"}


@pytest.mark.parametrize("link", LINKS)
def test_each_link_leads_somewhere(link: str) -> None:
    """Files, folders and headings exist."""
    path, _, anchor = link.partition("#")
    target = (ROOT / "docs" / (path or "clients.md")).resolve()
    assert target.exists(), link
    assert not anchor or anchor in anchors(target.read_text())


def test_every_example_is_named() -> None:
    """Each example has a row."""
    for example in (ROOT / "examples").iterdir():
        if example.name != "__pycache__":
            assert f"](../examples/{example.name}" in PAGE, example


def test_the_web_page_is_served_as_the_page_says() -> None:
    """The documented commands serve it beside a running service."""
    run, serve = SITE.splitlines()
    assert run in (ROOT / "README.md").read_text().splitlines()
    port = free_port()
    site = subprocess.Popen(
        ["sh", "-c", f"exec {serve.replace('8080', str(port))}"],
        cwd=ROOT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: "</html>" in fetched(f"http://127.0.0.1:{port}/"), "the page")
    finally:
        stop(site)


def test_a_client_is_generated_as_the_page_says(base_url: str, tmp_path: Path) -> None:
    """The documented commands work without warnings."""
    program("curl")
    commands = GENERATE.replace("http://127.0.0.1:8000", base_url)
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-ec", commands],
        cwd=tmp_path,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "authapi-client" / "authapi_client" / "client.py").exists()


def fetched(url: str) -> str:
    """Return a page; nothing as long as nobody serves it."""
    try:
        return requests.get(url, timeout=DEADLINE).text
    except requests.ConnectionError:
        return ""
