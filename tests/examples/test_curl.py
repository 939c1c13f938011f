"""`examples/curl.sh` with curl, against a server."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.examples.conftest import NEW_PASSWORD, Mailing
from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.servers import ROOT, ServerProcess, free_port
from tests.support.tools import program
from tests.support.waiting import DEADLINE

SCRIPT = ROOT / "examples" / "curl.sh"
STEPS = ["register", "login", "protected", "refresh", "again", "sessions", "logout"]
TOKEN = re.compile(r"eyJ[\w+/-]+\.")
"""The beginning of a JWT; without its dot it may stand in any random id."""


@pytest.fixture(autouse=True)
def _curl() -> None:
    program("curl")


@pytest.fixture
def somebody_else(tmp_path: Path) -> Iterator[str]:
    """The address of a web server that knows nothing of this API."""

    class Files(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=str(tmp_path)))
    Thread(target=site.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{site.server_port}"
    site.shutdown()
    site.server_close()


def run(
    folder: Path, address: str | None, *arguments: str, typed: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the script with its temporary files in `folder`, and with what is typed into it."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), **variables}
    if address is not None:
        environment["AUTHAPI"] = address
    return subprocess.run(
        ["sh", SCRIPT, *arguments],
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE,
    )


def test_every_step_works(server: ServerProcess, tmp_path: Path) -> None:
    """It registers, logs in, refreshes, lists and logs out; no session is left."""
    name = fresh_name()
    done = run(tmp_path, server.base_url, AUTHAPI_USERNAME=name)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("{")]
    assert [line.split()[0] for line in lines[:-1]] == STEPS
    assert f"Hello, {name}!" in done.stdout
    assert '"current":true' in done.stdout
    assert lines[-1] == f"Everything worked, for the user {name}."
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_it_makes_one_up(server: ServerProcess, tmp_path: Path) -> None:
    """It can be run twice, and the address may end with a slash."""
    assert all(run(tmp_path, server.base_url + "/").returncode == 0 for _ in range(2))


def test_it_shows_no_token(server: ServerProcess, tmp_path: Path) -> None:
    """The output has no secret."""
    assert not TOKEN.search(run(tmp_path, server.base_url).stdout)


def test_nobody_at_the_address(tmp_path: Path) -> None:
    """The error is a clear sentence, with an exit code of 1."""
    address = f"http://127.0.0.1:{free_port()}"
    done = run(tmp_path, address)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"curl.sh: register: no answer from {address} (curl: (7)")
    assert "Is AUTHAPI right" in done.stderr
    assert "api=${AUTHAPI:-http://127.0.0.1:8000}" in SCRIPT.read_text()


def test_somebody_else_at_the_address(somebody_else: str, tmp_path: Path) -> None:
    """A page in HTML is not taken for an answer of the API."""
    done = run(tmp_path, somebody_else)
    assert (done.returncode, done.stdout) == (1, "")
    assert "/register answered 501, but is not an authapi server. Is AUTHAPI right?" in done.stderr


def test_a_refusal_is_shown_as_it_is(server: ServerProcess, tmp_path: Path) -> None:
    """It stops and shows the step, the status and the whole answer."""
    visitor = Visitor(server.base_url)
    taken = visitor.new_user(PASSWORD)
    visitor.close()
    done = run(tmp_path, server.base_url, AUTHAPI_USERNAME=taken)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith('curl.sh: register: 400 {"status":"error","code":"user_exists"')
    assert list(tmp_path.iterdir()) == []


def test_a_second_step_asks_for_its_code(
    base_url: str, visitor: Visitor, clock: MovedClock, tmp_path: Path
) -> None:
    """An existing account with a second factor logs in with the password and a code."""
    owner = Owner(visitor, clock).enrol()
    who = {"AUTHAPI_USERNAME": owner.name, "AUTHAPI_PASSWORD": PASSWORD}
    done = run(tmp_path, base_url, typed=f"{owner.next_code()}\n", **who)
    assert done.returncode == 0, done.stderr
    assert done.stderr == "Code of the authenticator app, or a recovery code: "
    lines = [line.split() for line in done.stdout.splitlines() if line and line[0] != "{"]
    assert [line[0] for line in lines[:-1]] == ["login", "code", *STEPS[2:]]
    assert lines[0] == ["login", "second_factor_required"]
    assert not TOKEN.search(done.stdout)


def test_a_wrong_code_is_shown_as_it_is(
    base_url: str, visitor: Visitor, clock: MovedClock, tmp_path: Path
) -> None:
    """Any input keeps the JSON valid."""
    owner = Owner(visitor, clock).enrol()
    who = {"AUTHAPI_USERNAME": owner.name, "AUTHAPI_PASSWORD": PASSWORD}
    done = run(tmp_path, base_url, typed='"\\ 12\n', **who)
    assert done.returncode == 1
    assert 'curl.sh: code: 401 {"status":"error","code":"invalid_code"' in done.stderr


def test_a_forgotten_password(mailing: Mailing, tmp_path: Path) -> None:
    """The link from the mail is accepted as it is."""
    name = mailing.new_user()
    assert run(tmp_path, mailing.url, "forgot", AUTHAPI_USERNAME=name).returncode == 0
    typed = f"{mailing.link(name, 'reset')}\n{NEW_PASSWORD}\n"
    done = run(tmp_path, mailing.url, "reset", typed=typed)
    assert done.stdout == "reset      Password changed. Please log in.\n"
    done = run(tmp_path, mailing.url, AUTHAPI_USERNAME=name, AUTHAPI_PASSWORD=NEW_PASSWORD)
    assert done.returncode == 0, done.stderr
