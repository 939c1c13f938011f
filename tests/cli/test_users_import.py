"""`flask users import`: which hashes, fields and dates are taken."""

from __future__ import annotations

import base64

import pytest
from argon2 import PasswordHasher
from werkzeug.security import generate_password_hash

from authapi.passwords.formats import find_format
from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT, imported, user
from tests.support.actors import PASSWORD, Visitor, fresh_name

HASHES = {
    "bcrypt": BCRYPT,
    "scrypt": generate_password_hash(PASSWORD, "scrypt:1024:8:1"),
    "pbkdf2": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
    "argon2i": "$argon2i$v=19$m=512,t=2,p=2"
    "$aI2R0hpDyLm3ltLa+1/rvQ$LqPKjd6n8yniKtAithoR7A",  # argon2's own example: "password"
    "argon2id": PasswordHasher(1, 512, 1).hash(PASSWORD),
}


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
    assert find_format(HASHES["argon2i"]) is not None
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
