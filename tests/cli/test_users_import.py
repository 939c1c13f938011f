"""`flask users import`: the hashes, members and dates that it reads."""

from __future__ import annotations

import base64
from unicodedata import normalize

import pytest
from argon2 import PasswordHasher
from werkzeug.security import generate_password_hash

from authapi.passwords.formats import find_format
from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT, imported, lines, user
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
    """Any supported hash works, and becomes Argon2id at the login."""
    name = fresh_name()
    done = imported(operator, user(name, password_hash=HASHES[kind]))
    assert (done["imported"], done["code"]) == (1, 0)
    assert operator("users", "show", name, "--json").json["password_hash_method"] == kind
    assert visitor.authenticate(name, "not the password").status_code == 401
    assert visitor.authenticate(name).status_code == 200
    assert operator("users", "show", name, "--json").json["password_hash_method"] == "argon2id"
    assert visitor.authenticate(name).status_code == 200


def test_an_old_argon2_hash_is_taken(operator: Operator, visitor: Visitor) -> None:
    """Argon2i hashes work and are upgraded."""
    name = fresh_name()
    assert find_format(HASHES["argon2i"]) is not None
    imported(operator, user(name, password_hash=HASHES["argon2i"]))
    assert visitor.authenticate(name, "password").status_code == 200
    assert operator("users", "show", name, "--json").json["password_hash_method"] == "argon2id"


@pytest.mark.parametrize("field", ["password_hash", "hashed_password", "password"])
def test_a_dump_of_the_prototypes_collection_is_taken(
    operator: Operator, visitor: Visitor, field: str
) -> None:
    """An export by `mongoexport` works; `_id` and unknown members do not matter."""
    name = fresh_name()
    dumped = {"_id": {"$oid": "65a000000000000000000000"}, "username": name, "teams": ["a"]}
    assert imported(operator, {**dumped, field: BCRYPT})["imported"] == 1
    assert visitor.authenticate(name).status_code == 200


def test_a_hash_dumped_as_binary_is_taken(operator: Operator, visitor: Visitor) -> None:
    """A bcrypt hash stored as BSON binary works."""
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
        {"$date": 1709285400000},
        1709285400,
        1709285400.0,
        1709285400000,
        "1709285400000",
        "1709285400",
        {"$numberLong": "1709285400000"},
        {"$numberInt": "1709285400"},
    ],
)
def test_the_date_of_creation_is_kept(operator: Operator, written: object) -> None:
    """ISO 8601, seconds, milliseconds and Extended JSON work; the default is UTC."""
    name = fresh_name()
    imported(operator, user(name, created_at=written))
    shown = operator("users", "show", name, "--json").json
    assert shown["created_at"] == "2024-03-01T09:30:00+00:00"


@pytest.mark.parametrize(
    "members",
    [
        {"disabled": True},
        {"is_active": False},
        {"isActive": 0},
        {"banned": "true"},
        {"enabled": "no"},
        {"active": True, "is_locked": {"$numberInt": "1"}},
        {"IsLockedOut": True},
        {"accountNonLocked": False},
        {"account_enabled": {"$numberLong": "0"}},
        {"Is Active": "F"},
        {"dis\u200babled": "Y"},
        {"not_active": True},
        {"loginDisabled": "TRUE"},
        {"can_login": False},
        {"soft_deleted": 1},
    ],
)
def test_who_was_shut_out_stays_shut_out(
    operator: Operator, visitor: Visitor, members: dict[str, object]
) -> None:
    """S137: A ban is recognised by any common name; the operator can enable the user."""
    name = fresh_name()
    assert imported(operator, user(name, **members))["imported"] == 1
    assert visitor.authenticate(name).status_code == 401
    operator("users", "enable", name)
    assert visitor.authenticate(name).status_code == 200


def test_who_was_not_shut_out_logs_in(operator: Operator, visitor: Visitor) -> None:
    """S137: A false or null member keeps nobody out."""
    name = fresh_name()
    members: dict[str, object] = {"disabled": False, "is_active": 1, "bannedUntil": 0}
    members |= {"deleted_at": None, "status": None, "banned_by": ""}
    members |= {"accountNonExpired": True, "bans": [], "profile": {"is_banned": False}}
    members |= {"newsletter_active": False, "banner": "x", "clock": 1, "locked_fields": ["a"]}
    members |= {f"banned{'at' * 40}x": 1}  # read at once, however it could be cut up
    assert imported(operator, user(name, **members))["imported"] == 1
    assert visitor.authenticate(name).status_code == 200


def test_what_means_nothing_here_is_told(operator: Operator) -> None:
    """Unknown members are reported by name and number, never by value."""
    done = operator("users", "import", "-", stdin=lines(user(teams=["a"], x=1), user(x=2)))
    assert (done.code, done.said) == (0, "Ignored members: teams (1), x (2)\n")


def test_what_is_passed_over_is_passed_over(operator: Operator, visitor: Visitor) -> None:
    """`--ignore` ignores a member, even one that could mean a ban."""
    name = fresh_name()
    line = lines(user(name, status="active", banned=True))
    flags = ("--ignore", "status", "--ignore", "banned")
    done = operator("users", "import", "-", *flags, stdin=line)
    assert (done.code, done.said) == (0, "")
    assert visitor.authenticate(name).status_code == 200


@pytest.mark.parametrize("length", [65, 254])
def test_an_address_may_be_longer_than_a_name_that_is_registered(
    operator: Operator, visitor: Visitor, length: int
) -> None:
    """The user can do everything with such a name."""
    name = fresh_name().ljust(length - 12, "x") + "@example.com"
    assert imported(operator, user(name))["imported"] == 1
    tokens = visitor.log_in(name)
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    assert visitor.protected(tokens["access_token"]).status_code == 200
    assert visitor.authenticate(name.upper()).status_code == 200


def test_a_password_typed_in_another_unicode_form_gets_in_from_every_keyboard(
    operator: Operator, visitor: Visitor
) -> None:
    """S5: An Argon2 hash of another form works, and becomes one of NFC at the login."""
    name, typed = fresh_name(), "pa\u0308sswo\u0308rd-stra\u00dfe"
    hasher = PasswordHasher(2, 19_456, 1)
    imported(operator, user(name, password_hash=hasher.hash(typed)))
    assert visitor.authenticate(name, typed).status_code == 200
    assert visitor.authenticate(name, normalize("NFC", typed)).status_code == 200
    assert visitor.authenticate(name, typed).status_code == 200
