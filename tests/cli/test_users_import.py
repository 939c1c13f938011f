"""`flask users import`."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher
from werkzeug.security import generate_password_hash

from authapi.core.hashing import affordable
from authapi.database import Collections
from tests.cli.conftest import Operator, Outcome, flask_process
from tests.support.actors import PASSWORD, Visitor, fresh_name

BCRYPT = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
HASHES = {
    "bcrypt": BCRYPT,
    "scrypt": generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
    "pbkdf2": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
    "argon2i": "$argon2i$v=19$m=512,t=2,p=2"
    "$aI2R0hpDyLm3ltLa+1/rvQ$LqPKjd6n8yniKtAithoR7A",  # argon2's own example: "password"
    "argon2id": PasswordHasher(1, 512, 1).hash(PASSWORD),
}


def lines(*users: object) -> bytes:
    """Return users as JSON lines; bytes are lines already."""
    raw = [user if isinstance(user, bytes) else json.dumps(user).encode() for user in users]
    return b"".join(line + b"\n" for line in raw)


def user(name: str | None = None, **members: object) -> dict[str, object]:
    """Return a line for a user whose password is `PASSWORD`."""
    return {"username": name or fresh_name(), "password_hash": BCRYPT, **members}


def imported(operator: Operator, *users: object) -> dict[str, Any]:
    """Import users, and return the summary, with `said` and `code` of the command."""
    done = operator("users", "import", "-", "--json", stdin=lines(*users))
    counts: dict[str, Any] = json.loads(done.out)
    return {**counts, "said": done.said, "code": done.code}


def in_full(imported: int = 0, already_there: int = 0, refused: int = 0) -> str:
    """Return the last line of a command that came to its end."""
    return f"Done: {imported} imported, {already_there} already there, {refused} refused.\n"


@pytest.mark.parametrize("kind", ["bcrypt", "scrypt", "pbkdf2", "argon2id"])
def test_an_imported_user_logs_in_and_the_hash_is_upgraded(
    operator: Operator, visitor: Visitor, kind: str
) -> None:
    """Whatever made the hash; afterwards it is an Argon2id one of ours."""
    name = fresh_name()
    done = imported(operator, user(name, password_hash=HASHES[kind]))
    assert (done["imported"], done["code"]) == (1, 0)
    assert operator("users", "show", name, "--json").json["password_hash_method"] == kind
    assert visitor.authenticate(name, "not the password").status_code == 401
    assert visitor.authenticate(name).status_code == 200
    assert operator("users", "show", name, "--json").json["password_hash_method"] == "argon2id"
    assert visitor.authenticate(name).status_code == 200


def test_an_old_argon2_hash_is_taken(operator: Operator, visitor: Visitor) -> None:
    """Argon2i verifies as well, and is upgraded."""
    name = fresh_name()
    assert affordable(HASHES["argon2i"])
    imported(operator, user(name, password_hash=HASHES["argon2i"]))
    assert visitor.authenticate(name, "password").status_code == 200
    assert operator("users", "show", name, "--json").json["password_hash_method"] == "argon2id"


@pytest.mark.parametrize("field", ["password_hash", "hashed_password", "password"])
def test_a_dump_of_the_prototypes_collection_is_taken(
    operator: Operator, visitor: Visitor, field: str
) -> None:
    """As `mongoexport` writes it: `_id` and whatever else there is do not matter."""
    name = fresh_name()
    dumped = {"_id": {"$oid": "65a000000000000000000000"}, "username": name, "roles": ["admin"]}
    assert imported(operator, {**dumped, field: BCRYPT})["imported"] == 1
    assert visitor.authenticate(name).status_code == 200


def test_a_hash_dumped_as_binary_is_taken(operator: Operator, visitor: Visitor) -> None:
    """Python's `bytes`, which bcrypt returns, are stored by drivers as BSON's binary."""
    name = fresh_name()
    binary = {"base64": base64.b64encode(BCRYPT.encode()).decode(), "subType": "00"}
    imported(operator, {"username": name, "hashed_password": {"$binary": binary}})
    assert visitor.authenticate(name).status_code == 200


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-01T11:30:00+02:00",
        "2024-03-01T09:30:00",
        {"$date": "2024-03-01T09:30:00Z"},
        {"$date": {"$numberLong": "1709285400000"}},
    ],
)
def test_the_date_of_creation_is_kept(operator: Operator, written: object) -> None:
    """ISO 8601 or Extended JSON; without a zone it is UTC."""
    name = fresh_name()
    imported(operator, user(name, created_at=written))
    shown = operator("users", "show", name, "--json").json
    assert shown["created_at"] == "2024-03-01T09:30:00+00:00"


REFUSED: dict[str, tuple[object, str]] = {
    "not UTF-8": (b'{"username": "\xff"}', "not UTF-8"),
    "not JSON": (b"{", "not JSON; each line is one whole object"),
    "deep": (b"[" * 100_000, "not JSON; each line is one whole object"),
    "array": ([user()], "an array; export one object a line (mongoexport without --jsonArray)"),
    "number": (7, "not a JSON object"),
    "no name": ({"password": BCRYPT}, "username is missing"),
    "odd name": (user() | {"username": {"$ne": None}}, "username is not a string"),
    "bad name": (
        user("a\u202eb"),
        "username: Username must not contain control or invisible characters.",
    ),
    "lone surrogate": (
        b'{"username": "\\ud800", "password": "x"}',
        "username: Username must not contain control or invisible characters.",
    ),
    "no hash": (
        {"username": "x"},
        "no password hash; it is looked for in password_hash, hashed_password, password",
    ),
    "two hashes": (user(password=BCRYPT), "more than one password hash: password_hash, password"),
    "odd hash": (user(password_hash=["x"]), "password_hash is not a string"),
    "odd binary": (user(password_hash={"$binary": 7}), "password_hash is not a string"),
    "plain text": (
        user(password_hash="hunter2-hunter2"),
        "password_hash is no hash that can be checked here (argon2, bcrypt, werkzeug's scrypt and"
        " pbkdf2); a password in plain text is not imported",
    ),
    "bomb": (
        user(password_hash=f"scrypt:1048576:8:1$salt${'0' * 128}"),
        "password_hash is a damaged hash, or one that costs more to check than is allowed",
    ),
    "cut off": (
        user(password_hash=BCRYPT[:-1]),
        "password_hash is a damaged hash, or one that costs more to check than is allowed",
    ),
    "no date": (
        user(created_at="yesterday"),
        "created_at is no date; write it as in ISO 8601, 2026-11-22T18:08:40Z",
    ),
    "no date either": (
        user(created_at={"$date": {"$numberLong": "9" * 30}}),
        "created_at is no date; write it as in ISO 8601, 2026-11-22T18:08:40Z",
    ),
    "tomorrow": (user(created_at="2999-01-01T00:00:00Z"), "created_at lies in the future"),
}


@pytest.mark.parametrize(("line", "why"), REFUSED.values(), ids=REFUSED)
def test_a_line_that_makes_no_user_is_refused_with_number_and_reason(
    operator: Operator, line: object, why: str
) -> None:
    """The lines around it are imported; nothing of the line itself is repeated."""
    done = operator("users", "import", "-", stdin=lines(user(), b"", line, user()))
    assert done.code == 1
    assert done.said == f"line 3: {why}\n"
    assert done.out == in_full(imported=2, refused=1)


def test_a_second_run_changes_nothing(
    operator: Operator, visitor: Visitor, collections: Collections
) -> None:
    """Users that are there count as such, and keep what they have: the upgraded hash, say."""
    name = fresh_name()
    assert imported(operator, user(name))["imported"] == 1
    visitor.log_in(name)
    before = collections["users"].find_one({"username": name})
    again = imported(operator, user(name))
    assert (again["imported"], again["already_there"], again["code"]) == (0, 1, 0)
    assert collections["users"].find_one({"username": name}) == before


def test_two_users_whose_names_differ_in_case_are_not_one(operator: Operator) -> None:
    """Where they could be two, the second is refused, not silently taken for the first."""
    name = fresh_name()
    done = imported(operator, user(name), user(name.upper()))
    assert (done["imported"], done["refused"]) == (1, 1)
    assert done["said"] == (
        "line 2: another user has this name, in other letters"
        " (case and Unicode form do not count)\n"
    )


def test_a_name_that_is_not_released_yet_is_refused(operator: Operator, visitor: Visitor) -> None:
    """A living token may still say it."""
    name = visitor.new_user()
    operator("users", "delete", name, "--yes")
    done = imported(operator, user(name))
    assert "belonged to a user deleted just now" in done["said"]
    assert done["refused"] == 1


def test_a_dry_run_says_what_would_come_of_it_and_stores_nothing(
    operator: Operator, visitor: Visitor, tmp_path: Path
) -> None:
    """New, there already, in other letters than one before: as the real run says after it."""
    there, new = visitor.new_user(), fresh_name()
    file = tmp_path / "users.jsonl"
    file.write_bytes(lines(user(there), user(new), user(new.upper()), user(new), {}))

    def run(*flags: str) -> Outcome:
        return operator("users", "import", str(file), *flags)

    rehearsed = run("--dry-run")
    assert operator("users", "show", new).code == 1
    real = run()
    assert rehearsed.out == real.out.replace("Done", "Dry run, nothing stored")
    assert rehearsed.said == real.said
    assert real.out == in_full(imported=1, already_there=2, refused=2)


def test_a_long_file_shows_progress_and_is_one_event(
    environment: Mapping[str, str], tmp_path: Path, collections: Collections
) -> None:
    """Every 1,000 lines on standard error, in a process of its own; the summary at the end."""
    before = collections["audit_events"].count_documents({"event": "users_imported"})
    batch = fresh_name()
    file = tmp_path / "users.jsonl"
    file.write_bytes(lines(*(user(f"{batch}-{number}") for number in range(2_300)), {}))
    done = flask_process(environment, "users", "import", str(file))
    assert done.code == 1
    progress = [line for line in done.err.splitlines() if line.endswith("…")]
    assert progress == ["1000 lines …", "2000 lines …"]
    assert done.out == in_full(imported=2_300, refused=1)
    assert collections["users"].count_documents({"username": {"$regex": f"^{batch}-"}}) == 2_300
    after = collections["audit_events"].count_documents({"event": "users_imported"})
    assert after == before + 1


def test_no_hash_is_repeated_anywhere(operator: Operator) -> None:
    """S76: neither in what is said nor in the log."""
    secret = "hunter2-hunter2"
    users = (user(), user(password_hash=secret), user(password_hash=BCRYPT + "0"))
    done = operator("users", "import", "-", stdin=lines(*users))
    assert done.code == 1
    for told in (secret, BCRYPT):
        assert told not in done.out + done.err


def test_a_file_that_is_not_there_is_wrong_usage(operator: Operator) -> None:
    """Exit code 2, and what is the matter with it."""
    done = operator("users", "import", "nowhere.jsonl")
    assert done.code == 2
    assert "No such file or directory" in done.said


def test_a_database_that_is_away_is_one_line(environment: Mapping[str, str]) -> None:
    """Exit code 1; it may be run again when it is back."""
    away = {**environment, "MONGO_URI": "mongodb://127.0.0.1:1/x", "MONGO_TIMEOUT_MS": "300"}
    done = flask_process(away, "users", "import", "-", stdin=lines(user()))
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith("Error: The database does not answer")
