"""`flask db dump` and `restore`: what they refuse, and that nothing is stored then."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.cli.operators import flask

Documents = Database[dict[str, object]]
ANN = {"_id": "1", "name_key": "ann", "of_a_later_release": [1, {"deep": b"\x00"}]}


@pytest.fixture
def production(environment: dict[str, str]) -> dict[str, str]:
    """A production service's environment, with a database of its own."""
    own = {"MONGO_DATABASE": f"test_{secrets.token_hex(6)}", "AUTHAPI_ENV": "production"}
    return {**environment, **own}


@pytest.fixture
def database(production: dict[str, str]) -> Iterator[Documents]:
    """That database, which has one user, and the app's own notes."""
    with MongoClient[dict[str, object]](production["MONGO_URI"]) as client:
        found = client[production["MONGO_DATABASE"]]
        found["users"].insert_one({**ANN})
        found["notes"].insert_one({"_id": 1})
        yield found
        client.drop_database(found)


@pytest.fixture
def folder(tmp_path: Path, production: dict[str, str], database: Documents) -> Path:
    """A dump of it."""
    folder = tmp_path / "dump"
    done = flask("db", "dump", str(folder), environment=production)
    assert (done.returncode, done.stdout) == (0, "users: 1 written\nnotes: 1 written\n")
    return folder


def restored(folder: Path, production: dict[str, str], *flags: str) -> tuple[int, str]:
    """Restore; return the exit code, and what is said of it."""
    done = flask("db", "restore", str(folder), *flags, environment=production)
    return done.returncode, done.stderr or done.stdout


def test_a_document_comes_back_byte_for_byte(
    folder: Path, production: dict[str, str], database: Documents
) -> None:
    """Whatever members it has; what was stored since is gone with `--drop`."""
    database["users"].insert_one({"_id": "2", "name_key": "bob"})
    database["later"].insert_one({"_id": 1})
    code, said = restored(folder, production, "--drop", "--yes")
    assert (code, said) == (0, "users: 1 restored\nnotes: 1 restored\n")
    assert list(database["users"].find()) == [ANN]
    assert database["later"].count_documents({}) == 0
    assert database["users"].index_information()["name_key_1"]["unique"]


def test_a_database_in_use_is_not_restored_into(
    folder: Path, production: dict[str, str], database: Documents
) -> None:
    """Two services' users are never mixed."""
    database["notes"].drop()
    code, said = restored(folder, production)
    assert code == 1
    assert said.startswith("Error: The collection users holds documents: name an empty database")
    assert database["notes"].count_documents({}) == 0


def test_nothing_is_removed_unasked(
    folder: Path, production: dict[str, str], database: Documents
) -> None:
    """`--drop` asks; where nobody answers, nothing is done."""
    code, said = restored(folder, production, "--drop")
    assert code == 1
    assert "Remove all that is in the database?" in said
    assert database["users"].count_documents({}) == 1


@pytest.mark.parametrize("damage", ["cut off", "short", "altered", "missing", "no list", "no JSON"])
def test_a_damaged_dump_is_not_restored(
    folder: Path, production: dict[str, str], database: Documents, damage: str
) -> None:
    """All files are looked at before anything is removed or stored."""
    users, listed = folder / "users.bson", folder / "authapi-dump.json"
    whole = users.read_bytes()
    match damage:
        case "cut off":
            listed.unlink()
        case "short":
            users.write_bytes(whole[:-1])
        case "altered":
            users.write_bytes(whole.replace(b"ann", b"bob"))
        case "missing":
            users.unlink()
        case "no list":
            listed.write_text("[]")
        case _:
            listed.write_text("{")
    code, said = restored(folder, production, "--drop", "--yes")
    assert (code, said.count("\n")) == (1, 1)
    assert str(folder) in said
    assert database["users"].count_documents({}) == 1


def test_a_folder_that_is_there_is_not_written_into(
    folder: Path, production: dict[str, str]
) -> None:
    """A dump never mixes with an older one."""
    done = flask("db", "dump", str(folder), environment=production)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {folder} is there already; name a new folder.\n"


def test_a_folder_that_cannot_be_made_is_said_in_a_line(
    tmp_path: Path, production: dict[str, str]
) -> None:
    """As any other failure."""
    done = flask("db", "dump", str(tmp_path / "no" / "dump"), environment=production)
    assert (done.returncode, done.stderr) == (1, "Error: No such file or directory\n")
