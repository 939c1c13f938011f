"""Processes that share a login in a file."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from authapi_client import FileStore
from tests.extension.gate import Gate
from tests.python_client.conftest import New, greeting, joined
from tests.support.actors import PASSWORD, fresh_name
from tests.support.servers import ROOT, ServerProcess, clean_environment

PROGRAM = """
import sys, time
from authapi_client import AuthClient, FileStore, Options, session

session._LOGOUT_TIMEOUT = 120
late = 0
options = Options(clock=lambda: time.time() + late, timeout=120)
client = AuthClient(sys.argv[1], FileStore(sys.argv[2]), options=options)
print("ready", flush=True)
for line in sys.stdin:
    late, function, *words = line.split()
    late = float(late)
    result = getattr(client, function)(*words)
    print(result.json()["message"] if function == "request" else "done", flush=True)
"""
"""Does what it is told, at a time that it is told: `3600 request GET /protected`."""

Program = subprocess.Popen[str]


@pytest.fixture
def front(server: ServerProcess) -> Iterator[Gate]:
    """A way to the server process, on which answers can be held."""
    gate = Gate(urlsplit(server.base_url).port or 80)
    gate.start()
    yield gate
    gate.reset(gate.upstream)
    gate.stop()


@pytest.fixture
def start(front: Gate, tmp_path: Path) -> Iterator[Callable[[], Program]]:
    """Start programs that share a file."""
    command = [sys.executable, "-c", PROGRAM, front.address, str(tmp_path / "tokens.json")]
    source = str(ROOT / "clients" / "python" / "src")
    with ExitStack() as stack:

        def run() -> Program:
            program = stack.enter_context(
                subprocess.Popen(
                    command,
                    env=clean_environment({"PYTHONPATH": source}),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(program.kill)
            assert heard(program) == "ready"
            return program

        yield run


def tell(program: Program, line: str) -> None:
    """Tell a program what to do."""
    assert program.stdin
    program.stdin.write(f"{line}\n")
    program.stdin.flush()


def heard(program: Program) -> str:
    """Wait for what it says."""
    assert program.stdout
    return program.stdout.readline().strip()


def test_8_processes_are_one_login(
    front: Gate, start: Callable[[], Program], new: New, tmp_path: Path
) -> None:
    """Five times they have an expired token, and refresh once."""
    name = joined(new(front.address, FileStore(tmp_path / "tokens.json")))
    programs = [start() for _ in range(8)]
    for hour in range(1, 6):
        for program in programs:
            tell(program, f"{hour * 3600} request GET /protected")
        assert [heard(program) for program in programs] == [f"Hello, {name}!"] * 8
    given = [front.to("/authenticate")[0], *front.to("/refresh")]
    tokens = [exchange.answer.json["refresh_token"] for exchange in given if exchange.answer]
    asked = [exchange.json["refresh_token"] for exchange in front.to("/refresh")]
    assert asked == tokens[:-1]
    assert len(set(tokens)) == 6


@pytest.mark.parametrize("answered", [False, True])
def test_a_program_that_is_killed_in_a_refresh(
    front: Gate, start: Callable[[], Program], new: New, tmp_path: Path, *, answered: bool
) -> None:
    """S54: The next process repeats the refresh with the stored key."""
    store = FileStore(tmp_path / "tokens.json")
    name = joined(new(front.address, store))
    victim = start()
    held = front.hold("/refresh", answered=answered)
    tell(victim, "3600 request GET /protected")
    held.wait()
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    held.release()
    heir = start()
    for hour in (1, 2):
        tell(heir, f"{hour * 3600} request GET /protected")
        assert heard(heir) == f"Hello, {name}!"
    first, second, _ = (exchange.headers["idempotency-key"] for exchange in front.to("/refresh"))
    assert first == second
    assert greeting(new(front.address, store)) == f"Hello, {name}!"


def test_a_program_that_is_killed_in_a_login(
    front: Gate, start: Callable[[], Program], new: New, tmp_path: Path
) -> None:
    """S54: The next process gets the same session."""
    word = PASSWORD.replace(" ", "-")  # a line of orders has words
    new(front.address).register(name := fresh_name(), word)
    victim = start()
    held = front.hold("/authenticate", answered=True)
    tell(victim, f"0 authenticate {name} {word}")
    held.wait()
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    held.release()
    with new(front.address, FileStore(tmp_path / "tokens.json")) as client:
        client.authenticate(name, word)
        assert len(client.send("GET", "/sessions")["sessions"]) == 1
    first, second = front.to("/authenticate")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
