"""`flask db dump` and `restore`."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import bson
import pytest
from pymongo import MongoClient
from pymongo.database import Database

from tests.cli.operators import flask, typed

Documents = Database[dict[str, object]]
BAD_LISTS = (
    "{",
    "[]",
    "{}",
    '{"collections": null}',
    '{"collections": []}',
    '{"collections": {"users": 1}}',
    '{"collections": {"users": {}}}',
    '{"collections": {"users": {"documents": null, "sha256": "0"}}}',
)
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
    """With `--drop` newer documents are removed."""
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
    """A database with users is refused without `--drop`."""
    database["notes"].drop()
    code, said = restored(folder, production)
    assert code == 1
    assert said.startswith("Error: The collection users holds documents: name an empty database")
    assert database["notes"].count_documents({}) == 0


def test_what_the_server_keeps_for_itself_is_left_alone(
    folder: Path, production: dict[str, str], database: Documents
) -> None:
    """The profiler's collection is no reason to refuse, and `--drop` does not touch it."""
    database["users"].drop()
    database["notes"].drop()
    database.command("profile", 2)
    database["users"].find_one()
    assert restored(folder, production)[0] == 0
    assert restored(folder, production, "--drop", "--yes")[0] == 0
    assert database["system.profile"].find_one()


def test_nothing_is_removed_unasked(
    folder: Path, production: dict[str, str], database: Documents
) -> None:
    """`--drop` asks for confirmation, and without a yes nothing is removed."""
    code, said = restored(folder, production, "--drop")
    assert code == 1
    assert "Remove all that is in the database?" in said
    assert database["users"].count_documents({}) == 1


@pytest.mark.parametrize("damage", ["cut off", "short", "altered", "missing", *BAD_LISTS])
def test_a_damaged_dump_is_not_restored(
    folder: Path, production: dict[str, str], database: Documents, damage: str
) -> None:
    """All files are checked before anything is removed or stored."""
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
        case _:
            listed.write_text(damage)
    code, said = restored(folder, production, "--drop", "--yes")
    assert (code, said.count("\n")) == (1, 1)
    assert str(folder) in said
    assert database["users"].count_documents({}) == 1


def test_a_folder_that_is_there_is_not_written_into(
    folder: Path, production: dict[str, str]
) -> None:
    """A dump is never mixed with an older one."""
    done = flask("db", "dump", str(folder), environment=production)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {folder} is there already; name a new folder.\n"


def test_a_folder_that_cannot_be_made_is_said_in_a_line(
    tmp_path: Path, production: dict[str, str], database: Documents
) -> None:
    """The error names the folder."""
    missing = tmp_path / "no" / "dump"
    done = flask("db", "dump", str(missing), environment=production)
    said = f"Error: {missing} cannot be written: No such file or directory.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_database_that_is_not_there_is_no_backup(
    tmp_path: Path, production: dict[str, str]
) -> None:
    """A mistyped database name is an error, not an empty backup."""
    missing = {**production, "MONGO_DATABASE": f"test_{secrets.token_hex(6)}"}
    done = flask("db", "dump", str(tmp_path / "dump"), environment=missing)
    told = f"Error: There is no database {missing['MONGO_DATABASE']}: look at MONGO_DATABASE.\n"
    assert (done.returncode, done.stderr) == (1, told)
    assert not (tmp_path / "dump").exists()


def test_of_a_dump_that_is_cut_off_nothing_stays(
    tmp_path: Path, production: dict[str, str], database: Documents
) -> None:
    """An incomplete dump is removed, such as after a full disk."""
    database["users"].insert_one({"_id": "2", "name_key": "bob", "large": "x" * 10_000})
    folder = tmp_path / "dump"
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000));"
    typed_there = f"{limited} from flask.__main__ import main; main()"
    done = typed("-c", typed_there, "db", "dump", str(folder), environment=production)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {folder} cannot be written: File too large.\n"
    assert not folder.exists()


def test_of_a_restore_that_is_cut_off_nothing_stays(
    folder: Path, production: dict[str, str]
) -> None:
    """An incomplete restore leaves no users behind."""
    twice = bson.encode({"_id": 1}) * 2
    (folder / "notes.bson").write_bytes(twice)
    listed = json.loads((folder / "authapi-dump.json").read_text())
    listed["collections"]["notes"] = {"documents": 2, "sha256": hashlib.sha256(twice).hexdigest()}
    (folder / "authapi-dump.json").write_text(json.dumps(listed))
    name = f"test_{secrets.token_hex(6)}"
    code, said = restored(folder, {**production, "MONGO_DATABASE": name})
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("Error: Nothing was restored, since the database says: ")
    with MongoClient[dict[str, object]](production["MONGO_URI"]) as client:
        assert client[name].list_collection_names() == []
