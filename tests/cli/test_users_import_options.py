"""`flask users import`: mapped names, CSV, kept ids, and Firebase's hashes."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT, in_full, lines, user
from tests.passwords.test_hashing import FIREBASE_KEY
from tests.support.actors import Visitor, fresh_name

OID = "65a0000000000000000000{:02x}"


def test_members_may_be_called_otherwise(operator: Operator, visitor: Visitor) -> None:
    """`--map email=username` takes precedence over a member `username`."""
    email, created = f"{fresh_name()}@example.com", "2020-02-02T00:00:00+00:00"
    line = {"email": email, "username": "x", "hash": BCRYPT, "joined": created}
    flags = ("--map", "email=username", "--map", "hash=password_hash", "--map", "joined=created_at")
    done = operator("users", "import", "-", *flags, stdin=lines(line))
    assert (done.code, done.said, done.out) == (0, "", in_full(imported=1))
    assert visitor.authenticate(email).status_code == 200
    assert operator("users", "show", email, "--json").json["created_at"] == created


@pytest.mark.parametrize(
    "flags",
    [
        ("--map", "email"),
        ("--map", "=username"),
        ("--map", "email=name"),
        ("--map", "a=username", "--map", "b=username"),
    ],
)
def test_a_wrong_name_is_wrong_usage(operator: Operator, flags: tuple[str, ...]) -> None:
    """An unknown name gives exit code 2 before a line is read."""
    done = operator("users", "import", "-", *flags, stdin=lines(user()))
    assert (done.code, done.out) == (2, "")


def test_a_csv_file_has_a_header(operator: Operator, visitor: Visitor) -> None:
    """Quotes, a byte order mark and empty cells work; a bad row is reported."""
    ann, bob = fresh_name(), fresh_name()
    rows = [
        "\ufeffemail,password,disabled,note",
        f'{ann},{BCRYPT},,"two\nlines, one cell{"x" * 200_000}"',
        f"{bob},{BCRYPT},true,",
        "",
        "too,few",
    ]
    text = "\r\n".join(rows).encode() + b"\n\xff,x,,\n"
    flags = ("--csv", "--map", "email=username")
    done = operator("users", "import", "-", *flags, stdin=text)
    assert done.out == in_full(imported=2, refused=2)
    assert done.said == (
        "line 6: another number of cells than the header has\n"
        "line 7: not UTF-8\n"
        "Ignored members: note (1)\n"
    )
    assert visitor.authenticate(ann).status_code == 200
    assert visitor.authenticate(bob).status_code == 401


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"a,a\n1,2\n", "names each column, and each once"),
        (b"a,\n1,2\n", "names each column, and each once"),
        (b'a,b\n1,"2', "is not CSV"),
    ],
)
def test_a_file_that_is_no_csv_is_refused(operator: Operator, text: bytes, why: str) -> None:
    """It gives one line and exit code 1."""
    done = operator("users", "import", "-", "--csv", stdin=text)
    assert (done.code, done.said.count("\n")) == (1, 1)
    assert why in done.said


GUID = "123e4567-e89b-12d3-a456-42661417400{}"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ({"$oid": OID.format(1)}, OID.format(1)),
        ("auth0|5f7c8ec7c33c6c004bbafe82", "auth0|5f7c8ec7c33c6c004bbafe82"),
        (42, "42"),
        ({"$numberLong": "9007199254740993"}, "9007199254740993"),
        (GUID.format(2), GUID.format(2)),
        ({"$uuid": GUID.format(1).upper()}, GUID.format(1)),
        ({"$binary": {"base64": "Ej5FZ+ibEtOkVkJmFBdAAA==", "subType": "04"}}, GUID.format(0)),
    ],
)
def test_ids_are_kept_where_asked(
    operator: Operator, visitor: Visitor, written: object, text: str
) -> None:
    """Ids of every usual kind are kept, so that other tables still refer to the user."""
    name = fresh_name()
    done = operator("users", "import", "-", "--keep-ids", stdin=lines(user(name, _id=written)))
    assert done.out == in_full(imported=1)
    kept = operator("users", "show", name, "--json").json["user_id"]
    assert kept == text
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200
    operator("users", "delete", name, "--yes")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (7.5, "_id is no string, whole number, ObjectId or UUID"),
        (True, "_id is no string, whole number, ObjectId or UUID"),
        (None, "_id is no string, whole number, ObjectId or UUID"),
        ({"$uuid": "x"}, "_id is no string, whole number, ObjectId or UUID"),
        ({"$binary": {"base64": "Ej5FZ+ibEtOkVkJmFBdAAA==", "subType": "03"}}, "_id is no string"),
        ({"$oid": "65a0"}, "_id is no string, whole number, ObjectId or UUID"),
        (-7, "_id must be up to 128 letters"),
        ("$where", "_id must be up to 128 letters"),
        ("x" * 129, "_id must be up to 128 letters"),
        ("", "_id must be up to 128 letters"),
    ],
)
def test_an_id_that_cannot_be_kept_is_refused(
    operator: Operator, written: object, why: str
) -> None:
    """It is not replaced by another one."""
    done = operator("users", "import", "-", "--keep-ids", stdin=lines(user(_id=written)))
    assert (done.code, done.out) == (1, in_full(refused=1))
    assert why in done.said


@pytest.mark.parametrize("flags", [(), ("--dry-run",)])
def test_an_id_or_a_name_of_somebody_else_is_a_conflict(
    operator: Operator, flags: tuple[str, ...]
) -> None:
    """A dry run reports it as well; repeating the same line is none."""
    taken, name = f"id-{fresh_name()}", fresh_name()
    first = lines(user(name, _id=taken))
    operator("users", "import", "-", "--keep-ids", stdin=first)
    again = lines(user(name, _id=taken), user(_id=taken), user(name, _id=f"{taken}-2"))
    done = operator("users", "import", "-", "--keep-ids", *flags, stdin=again)
    assert done.said == (
        "line 2: another user has this id\nline 3: another user has this name, with another id\n"
    )
    assert "1 already there, 2 refused" in done.out


CONFIG = f"""hash_config {{
  algorithm: SCRYPT,
  base64_signer_key: {FIREBASE_KEY},
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 14,
}}"""
USER = {
    "salt": "42xEC+ixf3L2lw==",
    "passwordHash": "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198"
    "JAdRuid5lQ==",
}


@pytest.mark.parametrize("as_json", [False, True])
def test_a_firebase_project_is_imported(
    operator: Operator, visitor: Visitor, tmp_path_factory: pytest.TempPathFactory, as_json: bool
) -> None:
    """It takes the parameters as the console shows them; the example is Firebase's."""
    config = tmp_path_factory.mktemp("firebase") / "config"
    parameters = {"base64_signer_key": FIREBASE_KEY, "base64_salt_separator": "Bw==", "rounds": 8}
    config.write_text(json.dumps({**parameters, "mem_cost": 14}) if as_json else CONFIG)
    name = f"{fresh_name()}@example.com"
    line = {"localId": fresh_name(), "email": name, "createdAt": "1712123112345", **USER}
    maps = ("email=username", "localId=_id", "createdAt=created_at")
    flags = [flag for pair in maps for flag in ("--map", pair)]
    done = operator(
        "users", "import", "-", "--keep-ids", "--firebase-config", str(config), *flags,
        stdin=lines(line),
    )  # fmt: skip
    assert (done.code, done.said) == (0, "")
    shown = operator("users", "show", name, "--json").json
    assert (shown["password_hash_method"], shown["created_at"][:10]) == ("fbscrypt", "2024-04-03")
    assert visitor.authenticate(name, "user1password!").status_code == 401
    assert visitor.authenticate(name, "user1password").status_code == 200
    shown = operator("users", "show", name, "--json").json
    assert shown["password_hash_method"] == "argon2id"


def test_a_firebase_project_without_its_parameters_is_wrong_usage(
    operator: Operator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It gives exit code 2 and names what is missing."""
    config = tmp_path_factory.mktemp("firebase") / "config"
    config.write_text("rounds: eight")
    done = operator("users", "import", "-", "--firebase-config", str(config), stdin=b"")
    assert done.code == 2
    assert "base64_signer_key" in done.said
