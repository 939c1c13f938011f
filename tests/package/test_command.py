"""The command `authapi` outside of a checkout."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import requests

from tests.settings.variables import SAMPLES
from tests.support.servers import ROOT, clean_environment, free_port, server_process
from tests.support.waiting import DEADLINE, until


def authapi(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Type `authapi` and `words` in a folder."""
    return python(folder, "-m", "authapi", *words, environment=environment)


def python(
    folder: Path, *words: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with the package beside it."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=clean_environment({"PYTHONPATH": str(ROOT), **(environment or {})}),
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def test_it_has_the_operators_commands_beside_run_and_serve(tmp_path: Path) -> None:
    """S77: `--help` also says which settings are missing."""
    done = authapi(tmp_path, "--help")
    listed = set(re.findall(r"^  ([a-z]+)  ", done.stdout, re.MULTILINE))
    assert {"run", "serve", "users", "sessions", "keys", "audit", "mail", "db"} <= listed
    assert "MONGO_URI is missing" in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("words", [["users", "list"], ["serve"], ["db", "ensure-indexes"]])
def test_what_is_missing_is_said_plainly(tmp_path: Path, words: list[str]) -> None:
    """S77: Production is the default."""
    done = authapi(tmp_path, *words)
    assert done.returncode != 0
    assert "JWT_SECRET is missing" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_app_that_is_not_there_is_named(tmp_path: Path, environment: dict[str, str]) -> None:
    """S77: The error is one line."""
    done = authapi(tmp_path, "--app", "nothing", "users", "list", environment=environment)
    assert done.returncode == 2
    assert "Could not import 'nothing'" in done.stderr


def test_an_app_without_the_service_is_said_to_be_one(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Such as one that `FLASK_APP` in `.env` names."""
    (tmp_path / "plain.py").write_text("from flask import Flask\napp = Flask('plain')\n")
    (tmp_path / ".env").write_text("FLASK_APP=plain\n")
    done = authapi(tmp_path, "users", "list", environment=environment)
    assert done.returncode == 1
    assert "The app 'plain' has no authapi" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_file_of_settings_is_read(tmp_path: Path, environment: dict[str, str]) -> None:
    """`.env` of this folder is read; the environment takes precedence."""
    lines = [f"{name}='{value}'\n" for name, value in environment.items()]
    (tmp_path / ".env").write_text("".join(lines))
    assert authapi(tmp_path, "users", "list", "--json").stdout.startswith('{"users": ')
    refused = authapi(tmp_path, "users", "list", environment={"JWT_SECRET": "short"})
    assert "JWT_SECRET is shorter" in refused.stderr


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (b"EMAIL=off\nLIMITS='on\n", ".env, line 2: no NAME=value"),
        (b"not a setting\n", ".env, line 1: no NAME=value"),
        ("MAIL_FROM=Jörg <joerg@example.com>\n".encode("latin-1"), ".env is not UTF-8"),
        ("LIMITS=on\n".encode("utf-16"), ".env is not UTF-8"),
    ],
)
def test_a_broken_file_of_settings_is_refused(
    tmp_path: Path, environment: dict[str, str], written: bytes, why: str
) -> None:
    """S77: The error does not repeat its content."""
    (tmp_path / ".env").write_bytes(written)
    for words in (["users", "list"], ["serve"]):
        done = authapi(tmp_path, *words, environment={**environment, "PORT": str(free_port())})
        assert done.returncode == 2
        assert why in done.stderr
        assert "Traceback" not in done.stderr
        assert "Jörg" not in done.stderr


def test_flasks_own_command_says_plainly_what_is_missing_or_broken(tmp_path: Path) -> None:
    """S77: `flask --app authapi` reports errors the same way."""
    run = ["-m", "flask", "--app", "authapi", "run", "--port", "0"]
    done = python(tmp_path, *run)
    assert done.returncode == 2
    assert "JWT_SECRET is missing" in done.stderr
    assert "Traceback" not in done.stderr
    (tmp_path / ".env").write_text("AUTHAPI_ENV=development\nLIMITS='off\n")
    done = python(tmp_path, *run)
    assert (done.returncode, "line 2" in done.stderr) == (2, True)
    (tmp_path / ".env").write_text("AUTHAPI_ENV=development\n")
    no_folder = {"AUTHAPI_INSTANCE": str(tmp_path / ".env")}
    for words in (run, ["-m", "authapi", "run", "--port", "0"]):
        done = python(tmp_path, *words, environment=no_folder)
        assert done.returncode == 2
        assert "AUTHAPI_INSTANCE cannot keep a secret" in done.stderr
        assert "Traceback" not in done.stderr


def test_flasks_command_looks_at_the_files_that_flask_reads_and_no_others(tmp_path: Path) -> None:
    """S77: It respects Flask's options, and ignores files of a host app."""
    run = ["-m", "flask", "--app", "authapi", "users", "list"]
    (tmp_path / ".flaskenv").write_text("AUTHAPI_ENV=development\nLIMITS='off\n")
    assert ".flaskenv, line 2" in python(tmp_path, *run).stderr
    done = python(tmp_path, *run, environment={"FLASK_SKIP_DOTENV": "1"})
    assert "line 2" not in done.stderr
    assert "JWT_SECRET is missing" in done.stderr
    (tmp_path / "host.py").write_text(
        "from flask import Flask\nimport authapi\n"
        "app = Flask(__name__)\nauthapi.init_app(app, '/auth')\n"
    )
    done = python(tmp_path, "-m", "flask", "--app", "host", "routes")
    assert done.returncode == 0, done.stderr
    assert "/auth" in done.stdout


def test_run_serves_a_development_server_of_this_folder(tmp_path: Path) -> None:
    """Its data is in `./instance`."""
    site = tmp_path / "site-packages"
    shutil.copytree(ROOT / "authapi", site / "authapi")
    (site / "wsgi.py").touch()  # somebody else's
    port = free_port()
    command = [sys.executable, "-m", "authapi", "run", "--port", str(port)]
    with server_process(command, port, {"PYTHONPATH": str(site)}, cwd=tmp_path) as server:
        until(lambda: f"{tmp_path}/instance/mongo" in server.output, instead=lambda: server.output)
    assert (tmp_path / "instance" / "jwt_secret").exists()


def test_serve_serves_an_app_of_this_folder(tmp_path: Path, environment: dict[str, str]) -> None:
    """It runs in production with the settings of `.env`."""
    (tmp_path / "notes.py").write_text(
        "from authapi import create_app\napp = create_app()\napp.get('/notes')(lambda: 'mine')\n"
    )
    port = free_port()
    lines = [f"{name}='{value}'\n" for name, value in environment.items()]
    (tmp_path / ".env").write_text("".join([*lines, f"PORT={port}\nWEB_CONCURRENCY=1\n"]))
    command = [sys.executable, "-m", "authapi", "--app", "notes:app", "serve"]
    with server_process(command, port, {"PYTHONPATH": str(ROOT)}, cwd=tmp_path) as server:
        assert requests.get(server.base_url + "/notes", timeout=DEADLINE).text == "mine"


def test_the_example_of_a_file_of_settings_makes_a_development_server() -> None:
    """All variables in it exist."""
    text = (ROOT / ".env.example").read_text()
    named = re.findall(r"^(?:# )?([A-Z_]+)=", text, re.MULTILINE)
    assert set(named) <= set(SAMPLES)
    assert re.findall(r"^[A-Z_]+=.*", text, re.MULTILINE) == ["AUTHAPI_ENV=development"]
