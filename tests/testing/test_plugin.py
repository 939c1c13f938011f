"""The pytest plugin in test suites of apps."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient

from tests.support.servers import ROOT, clean_environment
from tests.support.waiting import LONGEST, until

LEFT = re.compile(r"\btest_[0-9a-f]{16}\b")
"""A database that the plugin made."""

CONFTEST = """
import pytest
from flask import Flask
from authapi import create_app, current_identity, init_app, recent_login_required, token_required

def with_views(app):
    app.testing = True

    @app.get("/who")
    @token_required
    def who():
        return {"name": current_identity.username, "id": current_identity.user_id}

    @app.get("/admin")
    @token_required(roles="admin")
    def admin():
        return "everything"

    @app.get("/secret")
    @recent_login_required(minutes=5)
    def secret():
        return "something"

    @app.get("/vault")
    @recent_login_required(second_factor=True)
    def vault():
        return "more"

    return app

@pytest.fixture(scope="session", params=["alone", "in a host"])
def app(request, authapi_settings, authapi_clock):
    if request.param == "alone":
        return with_views(create_app(authapi_settings, authapi_clock))
    host = Flask("host")
    init_app(host, "/auth", settings=authapi_settings, clock=authapi_clock)
    return with_views(host)
"""
SUITE = """
from datetime import UTC, datetime, timedelta

import pytest

from authapi import testing
from authapi.passwords.hashing import PasswordHasher

def test_anybody_is_logged_in(log_in_as):
    ann, ben = log_in_as("Ann"), log_in_as("Ben")
    assert [ann.get("/who").json["name"], ben.get("/who").json["name"]] == ["Ann", "Ben"]
    assert log_in_as("ann").get("/who").json["id"] == ann.get("/who").json["id"]

def test_without_a_name_it_is_somebody_new(log_in_as):
    assert log_in_as().get("/who").json["id"] != log_in_as().get("/who").json["id"]

def test_a_request_may_say_otherwise(log_in_as):
    headers = {"Authorization": "Bearer x"}
    assert log_in_as("Ann").get("/who", headers=headers).json["code"] == "invalid_token"

def test_with_any_roles(log_in_as):
    before = log_in_as("Cleo", roles="admin")
    assert before.get("/admin").status_code == 200
    assert log_in_as("Cleo").get("/admin").status_code == 403
    assert before.get("/admin").status_code in {401, 403}

def test_with_a_second_factor(log_in_as):
    assert log_in_as("Ann", second_factor=True).get("/vault").status_code == 200
    assert log_in_as("Ann").get("/vault").json["acr_values"] == "aal2"

def test_a_role_that_is_none_is_refused(log_in_as):
    with pytest.raises(ValueError, match="A role is"):
        log_in_as("Dora", roles=["no role"])

def test_the_session_is_a_real_one(app):
    tokens, client = testing.log_in(app, "Ann"), app.test_client()
    at = "/auth" if "authapi" in app.view_functions else ""
    answer = client.post(f"{at}/refresh", json={"refresh_token": tokens.refresh_token})
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert client.get(f"{at}/me", headers=headers).json["username"] == "Ann"
    assert client.get(f"{at}/sessions", headers=headers).json["sessions"]

def test_nobody_is_hashed(log_in_as, monkeypatch):
    monkeypatch.setattr(PasswordHasher, "hash", None)
    monkeypatch.setattr(PasswordHasher, "verify_password", None)
    assert log_in_as().get("/who").status_code == 200

def test_time_moves(log_in_as, authapi_clock):
    ann = log_in_as("Ann")
    assert ann.get("/secret").status_code == 200
    authapi_clock.move(minutes=6)
    assert ann.get("/secret").json["code"] == "insufficient_user_authentication"
    authapi_clock.move(hours=1)
    assert ann.get("/who").json["code"] == "token_expired"
    assert log_in_as("Ann").get("/who").status_code == 200

def test_time_is_the_real_one_again(authapi_clock):
    assert abs(datetime.now(UTC) - authapi_clock()) < timedelta(minutes=5)

def test_people_register_and_log_in_as_always(app):
    at = "/auth" if "authapi" in app.view_functions else ""
    user = {"username": f"Registered{len(at)}", "password": "12345678"}
    assert app.test_client().post(f"{at}/register", json=user).status_code == 200
    assert app.test_client().post(f"{at}/authenticate", json=user).status_code == 200
"""


def run(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a suite with the plugin; warnings are errors."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-W", "error", "-p", "authapi.pytest_plugin"),
            *("-p", "no:cacheprovider", "--basetemp", str(folder / "temp"), *words),
        ],
        cwd=folder,
        env=clean_environment({"PYTHONPATH": str(ROOT), **variables}),
        capture_output=True,
        text=True,
        timeout=LONGEST,
        check=False,
    )


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an app's suite."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(SUITE)
    return folder


def test_a_suite_of_an_apps_own_passes(suite: Path) -> None:
    """It works with the service alone and in a host, and closes its connections."""
    done = run(suite, "-v")
    tests = 2 * len(re.findall(r"^def test_(?!time_is)", SUITE, re.MULTILINE)) + 1
    assert f"{tests} passed" in done.stdout, done.stdout[-5000:] + done.stderr
    assert "UnraisableException" not in done.stderr


def test_it_runs_in_parallel(suite: Path) -> None:
    """Each process has a database of its own."""
    done = run(suite, "-n", "2", "-k", "anybody or real or moves")
    assert " passed" in done.stdout, done.stdout[-5000:] + done.stderr
    assert "failed" not in done.stdout, done.stdout[-5000:]


def test_a_run_that_a_parallel_run_starts_keeps_to_its_own_folder(suite: Path) -> None:
    """It inherits the variable of a worker, and is none."""
    done = run(suite, "-k", "anybody", PYTEST_XDIST_WORKER="gw7")
    assert "2 passed" in done.stdout, done.stdout[-5000:] + done.stderr
    assert not (suite / "authapi").exists()


def test_a_server_of_ones_own_is_left_as_it_was(suite: Path, mongo_uri: str) -> None:
    """With `TEST_MONGO_URI` its database is removed afterwards."""
    done = run(suite, "-k", "anybody", TEST_MONGO_URI=mongo_uri)
    assert "2 passed" in done.stdout, done.stdout[-5000:] + done.stderr
    assert not (suite / "temp" / "authapi" / "mongo").exists()
    client: MongoClient[dict[str, object]] = MongoClient(mongo_uri)
    with client:  # those of suites that run beside this one go as well
        until(lambda: not LEFT.search(" ".join(client.list_database_names())), "it is removed")


def test_a_suite_that_does_not_ask_for_it_loads_nothing() -> None:
    """An installed but unused plugin imports nothing of the service."""
    code = "import authapi.pytest_plugin, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert not {"flask", "pymongo", "authapi.app", "authapi.testing"} & set(done.stdout.split())
