"""The stored password hashes, and what verifying them may cost."""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher as Argon2Hasher
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from werkzeug.security import generate_password_hash

from authapi.database import Collections
from authapi.passwords.bulkhead import Bulkhead
from authapi.passwords.formats import find_format
from authapi.passwords.hashing import Argon2Cost, PasswordHasher
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.waiting import DEADLINE

CURRENT = re.compile(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$[^$]{22,}\$[^$]{43}")


class Import:
    """Puts accounts into the database, with a hash made elsewhere."""

    def __init__(self, collections: Collections) -> None:
        self._users = collections["users"]

    def user(self, password_hash: str) -> str:
        name = fresh_name()
        self._users.insert_one(
            {
                "_id": secrets.token_hex(12),
                "username": name,
                "name_key": name,
                "password_hash": password_hash,
                "created_at": datetime.now(UTC),
            }
        )
        return name

    def hash_of(self, name: str) -> str:
        found: dict[str, Any] | None = self._users.find_one({"name_key": name})
        assert found is not None
        return str(found["password_hash"])


@pytest.fixture
def imported(visitor: Visitor, collections: Collections) -> Import:
    return Import(collections)


def django_hash(password: str) -> str:
    """Return a hash as Django writes it."""
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), b"salt", 1000)
    return f"pbkdf2_sha256$1000$salt${b64encode(digest).decode()}"


def firebase_hash(password: str) -> str:
    """Return a hash as Firebase makes it, with its parameters."""
    key, separator, salt = b"a signer key", b"\7", b"salt"
    derived = hashlib.scrypt(password.encode(), salt=salt + separator, n=1024, r=8, p=1, dklen=32)
    encryptor = Cipher(algorithms.AES(derived), modes.CTR(bytes(16))).encryptor()
    parts = (separator, key, salt, encryptor.update(key))
    ss, sk, salted, digest = (b64encode(part).decode() for part in parts)
    return f"$fbscrypt$v=1,n=10,r=8,p=1,ss={ss},sk={sk}${salted}${digest}"


def test_a_stored_hash_meets_owasps_parameters(settings: Settings, imported: Import) -> None:
    """S10: Argon2id with at least 19 MiB, two passes, a 16-byte salt and a 32-byte digest."""
    as_it_comes = replace(settings, argon2_memory_kib=Settings.argon2_memory_kib)
    with served(as_it_comes) as visitor:
        found = CURRENT.fullmatch(imported.hash_of(visitor.new_user()))
    assert found
    memory, passes, lanes = map(int, found.groups())
    assert memory >= 19 * 1024
    assert passes >= 2
    assert lanes == 1


def test_every_user_has_a_salt_of_their_own(visitor: Visitor, imported: Import) -> None:
    """S10: equal passwords have unequal hashes."""
    hashes = {imported.hash_of(visitor.new_user(PASSWORD)) for _ in range(4)}
    assert len({stored.split("$")[4] for stored in hashes}) == 4


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda text: generate_password_hash(text), id="scrypt"),
        pytest.param(lambda text: generate_password_hash(text, "pbkdf2:sha256:1000"), id="pbkdf2"),
        pytest.param(lambda text: generate_password_hash(text, "pbkdf2:sha1:1000"), id="pbkdf2-1"),
        pytest.param(
            lambda text: bcrypt.hashpw(text.encode()[:72], bcrypt.gensalt(4)).decode(), id="bcrypt"
        ),
        pytest.param(lambda text: django_hash(text), id="django"),
        pytest.param(lambda text: firebase_hash(text), id="firebase"),
        pytest.param(Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash, id="argon2"),
    ],
)
@pytest.mark.parametrize("password", ["password123", "x" * 100, "naïve one", "nul\0inside"])
def test_a_weaker_hash_is_upgraded_at_the_next_login(
    visitor: Visitor, imported: Import, made: Callable[[str], str], password: str
) -> None:
    """S11: It logs in its owner only, and is replaced by Argon2id of today's cost."""
    name = imported.user(made(password))
    assert visitor.authenticate(name, "another password").status_code == 401
    assert visitor.authenticate(name, password).status_code == 200
    assert CURRENT.fullmatch(imported.hash_of(name))
    assert visitor.authenticate(name, password).status_code == 200
    assert visitor.authenticate(name, password + "!").status_code == 401


def test_a_current_hash_is_left_alone(visitor: Visitor, imported: Import) -> None:
    """S11: Only weaker hashes are replaced."""
    name = visitor.new_user()
    before = imported.hash_of(name)
    visitor.log_in(name)
    assert imported.hash_of(name) == before


BOMBS = [
    "scrypt:1048576:8:1$salt$" + "0" * 128,
    "scrypt:32768:64:1$salt$" + "0" * 128,
    "scrypt:2:1:1000$salt$" + "0" * 128,
    "scrypt:999999999:9999:9999$salt$" + "0" * 128,
    "pbkdf2:sha256:999999999$salt$" + "0" * 64,
    "pbkdf2_sha256$999999999$salt$AAAA",
    "$pbkdf2-sha512$999999999$c2FsdA$AAAA",
    "$fbscrypt$v=1,n=30,r=8,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA",
    "$2b$31$" + "a" * 53,
    "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
    "$argon2id$v=19$m=19456,t=99999,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
    "$argon2id$v=19$m=262144,t=16,p=16$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
    "scrypt:65536:8:8$salt$" + "0" * 128,
    "$fbscrypt$v=1,n=16,r=8,p=8,ss=Bw==,sk=AAAA$AAAA$AAAA",
    "$argon2id$v=19$m=19456,t=2,p=255$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_parameter_bomb_is_refused_at_once(visitor: Visitor, imported: Import, bomb: str) -> None:
    """S11: A hash with absurd parameters is refused before hashing."""
    name = imported.user(bomb)
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")
    assert _refused_without_a_slot(bomb)


@pytest.mark.parametrize(
    "stored",
    [
        "$argon2id$v=19$m=262144,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,  # libsodium, moderate
        "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43,  # RFC 9106, second
        "scrypt:32768:8:3$salt$" + "0" * 128,  # OWASP's
        "scrypt:8192:8:10$salt$" + "0" * 128,
        "scrypt:65536:8:2$salt$" + "0" * 128,
        "pbkdf2_sha256$1200000$salt$AAAA",
    ],
)
def test_what_others_recommend_is_affordable(stored: str) -> None:
    """S11: The parameters that other projects recommend are below the maximum."""
    assert find_format(stored) is not None


def _refused_without_a_slot(stored: str) -> bool:
    bulkhead = Bulkhead(1, 0)
    hasher = PasswordHasher(Argon2Cost(), bulkhead)
    with bulkhead.admit(""), ThreadPoolExecutor(1) as other:  # any hash elsewhere now raises
        return (
            other.submit(hasher.verify_password, "password123", stored).result(timeout=DEADLINE)
            is False
        )


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain",
        "password123",
        "$",
        "$argon2",
        "$argon2id$v=19$m=x,t=2,p=1$a$b",
        "scrypt:a:b:c$d$e",
        "pbkdf2:sha256$s$0",
        "md5$salt$0",
        "$2b$04$short",
        "pbkdf2_sha256$1000$salt$not base64",
        "$pbkdf2-sha256$1000$A$A",
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw=,sk=A$A$A",
        "scrypt:3:8:1$salt$00",
        "!",
    ],
)
def test_a_malformed_hash_lets_nobody_in(visitor: Visitor, imported: Import, stored: str) -> None:
    """S11: It is a failed login, not a fault."""
    name = imported.user(stored)
    for password in ("password123", stored or "empty"):
        assert error_code(visitor.authenticate(name, password)) == (401, "invalid_credentials")
