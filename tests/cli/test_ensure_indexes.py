"""`flask db ensure-indexes`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from authapi.settings import Settings
from tests.cli.operators import flask
from tests.stores.conftest import indexes_of
from tests.support.servers import free_port

Users = Database[dict[str, object]]


def made(environment: dict[str, str]) -> list[str]:
    """Return the output line of each index."""
    indexes = indexes_of(Settings.from_environ(environment))
    return [f"{index.label}: there" for index in indexes]


@pytest.fixture
def production(environment: dict[str, str]) -> dict[str, str]:
    """A production service's environment, with a database of its own."""
    own = {"MONGO_DATABASE": f"test_{secrets.token_hex(6)}", "AUTHAPI_ENV": "production"}
    return {**environment, **own}


@pytest.fixture
def database(production: dict[str, str]) -> Iterator[Users]:
    """That database."""
    with MongoClient[dict[str, object]](production["MONGO_URI"]) as client:
        yield client[production["MONGO_DATABASE"]]


def test_the_indexes_are_made_and_making_them_again_is_fine(
    production: dict[str, str], database: Users
) -> None:
    """S13: Both runs list the indexes and succeed."""
    for _ in range(2):
        done = flask("db", "ensure-indexes", environment=production)
        assert (done.returncode, done.stdout.splitlines()) == (0, made(production))
    assert database["users"].index_information()["name_key_1"]["unique"]
    assert database["sessions"].index_information()["expires_at_1"]["expireAfterSeconds"] == 0


def test_duplicates_are_said_in_a_line(production: dict[str, str], database: Users) -> None:
    """S13: The line names the index, the reason and the remedy; exit code 1."""
    database["users"].insert_many(
        [{"_id": "1", "name_key": "ann"}, {"_id": "2", "name_key": "ann"}]
    )
    done = flask("db", "ensure-indexes", environment=production)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "users.name_key_1" in done.stderr
    assert "duplicates" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_database_that_is_away_is_said_in_a_line(production: dict[str, str]) -> None:
    """S74, S76: There is no traceback and no password in it."""
    away = f"mongodb://ann:hidden-password@127.0.0.1:{free_port()}/"
    environment = {**production, "MONGO_URI": away, "MONGO_TIMEOUT_MS": "300"}
    done = flask("db", "ensure-indexes", environment=environment)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "database does not answer" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "hidden-password" not in done.stderr + done.stdout


def test_the_command_explains_itself() -> None:
    """`--help` describes it."""
    done = flask("db", "--help", environment={"AUTHAPI_ENV": "development"})
    assert done.returncode == 0
    assert "ensure-indexes" in done.stdout
