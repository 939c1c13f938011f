"""Starting production without its settings."""

from __future__ import annotations

import subprocess

import pytest

from tests.cli.operators import flask, typed
from tests.support.servers import SECRET

PRODUCTION = {"AUTHAPI_ENV": "production"}


def says_all(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether everything that is missing was said, plainly."""
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    return "JWT_SECRET is missing" in said and "MONGO_URI is missing" in said


@pytest.mark.parametrize("words", [["run", "--port", "0"], ["db", "ensure-indexes"], ["routes"]])
def test_a_flask_command_says_what_is_missing_and_fails(words: list[str]) -> None:
    """S77: It lists all of it, without a traceback."""
    done = flask(*words, environment=PRODUCTION)
    assert done.returncode != 0
    assert says_all(done)


def test_flask_help_still_helps() -> None:
    """S77: `--help` works and also lists what is missing."""
    done = flask("--help", environment=PRODUCTION)
    assert done.returncode == 0
    assert "Commands:" in done.stdout
    assert says_all(done)


@pytest.mark.parametrize("words", [["-c", "import wsgi"], ["wsgi.py"]])
def test_the_wsgi_module_says_what_is_missing_and_fails(words: list[str]) -> None:
    """S77: Importing it fails so, since production is the default."""
    done = typed(*words)
    assert done.returncode == 1
    assert says_all(done)


def test_what_a_trial_needs_not_is_said() -> None:
    """Each missing setting is named with the mode that makes its own."""
    said = typed("-c", "import wsgi").stderr.splitlines()
    missing = [line for line in said if " is missing" in line]
    assert len(missing) == 2
    assert all("AUTHAPI_ENV=development" in line for line in missing)


def test_a_weak_secret_is_told_beside_what_is_missing() -> None:
    """S38, S77: The message does not repeat the secret."""
    done = typed("-c", "import wsgi", environment={"JWT_SECRET": "your-secret-key"})
    assert done.returncode == 1
    assert "JWT_SECRET is shorter than 32 bytes" in done.stderr
    assert "MONGO_URI is missing" in done.stderr
    assert "your-secret-key" not in done.stderr


def test_with_its_settings_the_module_has_an_app() -> None:
    """S77: Importing it does not connect to the database."""
    environment = {"JWT_SECRET": SECRET, "MONGO_URI": "mongodb://127.0.0.1:1/"}
    done = typed("-c", "import wsgi; print(wsgi.app.name)", environment=environment)
    assert (done.returncode, done.stdout.strip()) == (0, "authapi")
