"""The messages that `flask run` prints."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pymongo import MongoClient

from authapi.web.greeting import Address, greeting, served_address, start_database_and_announce
from tests.support.servers import ROOT, clean_environment, free_port
from tests.support.waiting import DEADLINE, until

DATABASE = "embedded"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://localhost:8000"),
        (Address("127.0.0.2", 8000), "http://localhost:8000"),
        (Address("localhost", 80), "http://localhost:80"),
        (Address("::1", 8000), "http://[::1]:8000"),
        (Address("0.0.0.0", 8000), "http://localhost:8000"),
        (Address("::", 8000), "http://localhost:8000"),
        (Address("192.0.2.7", 8000), "http://192.0.2.7:8000"),
        (Address("2001:db8::7", 8000), "http://[2001:db8::7]:8000"),
        (Address("auth.example", 443, https=True), "https://auth.example:443"),
        (Address("unix:///run/a.sock", 8000), "unix:///run/a.sock"),
    ],
)
def test_the_address_can_be_typed(address: Address, url: str) -> None:
    """IPv6 is in brackets, and this machine is `localhost`, which passkeys need."""
    assert f"address:       {url}\n" in greeting(address, DATABASE, {}, examples=True)


@pytest.mark.parametrize(
    ("address", "examples", "told"),
    [
        (Address("127.0.0.1", 8000), True, True),
        (Address("::1", 8000), True, True),
        (Address("0.0.0.0", 8000), True, True),
        (Address("127.0.0.1", 8000), False, False),
        (Address("127.0.0.1", 8000, https=True), True, False),
        (Address("auth.example", 8000), True, False),
        (Address("unix:///run/a.sock", 8000), True, False),
    ],
)
def test_lines_to_try_are_said_where_they_work(
    address: Address, examples: bool, told: bool
) -> None:
    """They are left out with an unknown certificate or another host."""
    said = greeting(address, DATABASE, {}, examples=examples)
    assert ("Try it" in said) is told
    assert said.count("curl") == (3 if told else 0)
    assert said.endswith("Stop with Ctrl+C; what was stored stays.\n")


def test_places_are_named_that_there_are() -> None:
    """Documentation and mailbox are printed with their addresses."""
    places = {"documentation": "/docs", "mail": "/dev/mailbox"}
    said = greeting(Address("127.0.0.1", 8000), DATABASE, places, examples=False)
    assert "  documentation: http://localhost:8000/docs\n" in said
    assert "  mail:          http://localhost:8000/dev/mailbox\n" in said


def test_a_service_in_another_app_is_named_with_its_path() -> None:
    """All addresses have the prefix."""
    said = greeting(Address("127.0.0.1", 5000, prefix="/auth"), DATABASE, {}, examples=True)
    assert "  address:       http://localhost:5000/auth\n" in said
    assert "curl -s http://localhost:5000/auth/register" in said


def test_a_database_that_does_not_start_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Then no commands to try are printed."""

    def fail() -> None:
        raise OSError("no space")

    address = Address("127.0.0.1", free_port())
    start_database_and_announce(address, DATABASE, fail, {}, examples=True)
    said = capsys.readouterr().err
    assert "database:      NOT THERE: no space" in said
    assert "Try it" not in said


def test_a_server_that_is_not_there_is_said_in_a_few_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message has the server and the reason only."""
    port = free_port()
    client = MongoClient[dict[str, object]](port=port, serverSelectionTimeoutMS=1)

    def ask() -> None:
        with client:
            client.server_info()

    address = Address("127.0.0.1", free_port())
    start_database_and_announce(address, DATABASE, ask, {}, examples=True)
    [said] = re.findall(r"database: +NOT THERE: (.*)", capsys.readouterr().err)
    assert f":{port}" in said or said == "No servers found yet"
    assert len(said) < 80


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("127.0.0.1", None, os.strerror(errno.EADDRINUSE)),
        ("127.0.0.1", 70_000, "there is no such port"),
        ("127.0.0.1", -1, "there is no such port"),
        ("192.0.2.7", 8000, os.strerror(errno.EADDRNOTAVAIL)),
    ],
)
def test_no_address_is_said_that_cannot_answer(
    host: str, port: int | None, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is printed before the database is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = Address(host, taken.getsockname()[1] if port is None else port)
        with pytest.raises(click.ClickException, match=f"{why}. For another port, set FLASK_RUN"):
            start_database_and_announce(address, DATABASE, pytest.fail, {}, examples=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("port", "known"), [(8000, True), (0, False)])
def test_a_port_that_the_system_chooses_is_not_known_yet(port: int, known: bool) -> None:
    """Then werkzeug prints the address."""
    with click.Context(click.Command("run"), info_name="run") as context:
        context.params = {"host": "127.0.0.1", "port": port}
        assert (served_address() is not None) is known


def test_only_a_server_has_an_address() -> None:
    """Other commands of `flask` print nothing."""
    assert served_address() is None
    with click.Context(click.Command("routes"), info_name="routes"):
        assert served_address() is None


@pytest.mark.parametrize(
    ("reload", "debug", "child", "speaks"),
    [
        (True, "0", "", False),
        (True, "0", "true", True),
        (None, "1", "", False),
        (None, "1", "true", True),
        (False, "1", "", True),
        (None, "0", "", True),
    ],
)
def test_of_a_reloader_only_the_child_speaks(
    monkeypatch: pytest.MonkeyPatch, reload: bool | None, debug: str, child: str, speaks: bool
) -> None:
    """Its parent serves nothing; `--debug` reloads unless `--no-reload` is said."""
    monkeypatch.setenv("FLASK_DEBUG", debug)
    monkeypatch.setenv("WERKZEUG_RUN_MAIN", child)
    with click.Context(click.Command("run"), info_name="run") as context:
        context.params = {"host": "127.0.0.1", "port": 8000, "reload": reload}
        assert (served_address() is not None) is speaks


def said_by(folder: Path, *options: str, **variables: str) -> Iterator[str]:
    """Run `flask run` with these options until it serves; yield what it said by then."""
    log = folder / "run.log"
    command = [sys.executable, "-m", "flask", "run", "--port", str(free_port()), *options]
    environment = clean_environment({"AUTHAPI_INSTANCE": str(folder), **variables})
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            until(lambda: "Running on" in log.read_text(), what="it serves")
            yield log.read_text()
        finally:
            process.terminate()
            process.wait(timeout=DEADLINE)


@pytest.mark.parametrize(
    ("options", "variables", "address", "tried"),
    [
        (["--host", "::1"], {}, "http://[::1]:", True),
        ([], {"REGISTRATION": "closed"}, "http://localhost:", False),
        ([], {"PASSWORD_BLOCKLIST": "on"}, "http://localhost:", False),
        ([], {"EMAIL": "required", "MAIL_URL": "smtp://127.0.0.1:1"}, "http://localhost:", False),
    ],
)
def test_a_real_server_says_so(
    tmp_path: Path,
    environment: dict[str, str],
    options: list[str],
    variables: dict[str, str],
    address: str,
    tried: bool,
) -> None:
    """It prints them before it serves."""
    settings = {**environment, "AUTHAPI_ENV": "development", "PASSWORD_BLOCKLIST": "off"}
    for said in said_by(tmp_path, *options, **{**settings, **variables}):
        assert f"address:       {address}" in said
        assert ("Try it" in said) is tried
