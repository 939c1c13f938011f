"""Hashing and verifying passwords."""

from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from argon2 import PasswordHasher as Argon2Hasher
from werkzeug.security import generate_password_hash

from authapi.core.errors import ApiError
from authapi.passwords.bulkhead import Bulkhead
from authapi.passwords.formats import find_format
from authapi.passwords.hashing import Argon2Cost, PasswordHasher
from tests.support.waiting import DEADLINE

CHEAP = Argon2Cost(memory_kib=64, passes=1)
PASSWORD = "password123"


@pytest.fixture
def hasher() -> PasswordHasher:
    return PasswordHasher(CHEAP, Bulkhead(2, 2))


def test_a_hash_is_verified_by_its_password_alone(hasher: PasswordHasher) -> None:
    """S3: The password's other Unicode form works as well (S5)."""
    stored = hasher.hash("caf\u00e9 au lait")
    assert hasher.verify_password("caf\u00e9 au lait", stored)
    assert hasher.verify_password("cafe\u0301 au lait", stored)
    assert not hasher.verify_password("cafe au lait", stored)


def test_every_hash_has_a_salt_of_its_own(hasher: PasswordHasher) -> None:
    """S10: Two hashes of one password differ."""
    assert hasher.hash(PASSWORD) != hasher.hash(PASSWORD)


def test_the_default_cost_is_owasps() -> None:
    """S10: It is Argon2id with 19 MiB, two passes and one lane."""
    stored = PasswordHasher(Argon2Cost(), Bulkhead(1, 0)).hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("password", ["", PASSWORD, "\0", "x" * 1024])
def test_the_dummy_hash_is_never_right(hasher: PasswordHasher, password: str) -> None:
    """S20: No password matches it."""
    assert not hasher.verify_password(password, None)


def test_the_dummy_hash_costs_a_slot_like_any_other() -> None:
    """S21: A full bulkhead refuses known and unknown users alike."""
    bulkhead = Bulkhead(1, 0)
    hasher = PasswordHasher(CHEAP, bulkhead)
    known = hasher.hash(PASSWORD)
    with bulkhead.admit(""), ThreadPoolExecutor(1) as other:
        for stored in (None, known):
            verified = other.submit(hasher.verify_password, PASSWORD, stored)
            with pytest.raises(ApiError, match="temporarily unavailable"):
                verified.result(timeout=DEADLINE)


def test_the_dummy_hash_has_the_current_cost(hasher: PasswordHasher) -> None:
    """S21: Its parameters are those of a real hash."""
    real, dummy = hasher.hash(PASSWORD).split("$"), hasher._dummy_hash.split("$")
    assert real[:4] == dummy[:4]
    assert [len(part) for part in real] == [len(part) for part in dummy]


@pytest.mark.parametrize("length", [71, 72, 73, 200])
def test_bcrypt_takes_the_bytes_that_it_took_before(hasher: PasswordHasher, length: int) -> None:
    """S11: Only the first 72 bytes count, as where the hash was made."""
    password = "é" * length
    stored = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    assert hasher.verify_password(password, stored)
    assert not hasher.verify_password("e" + password[1:], stored)


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_every_spelling_of_bcrypt_verifies(hasher: PasswordHasher, prefix: str) -> None:
    """S11: The prefixes of all libraries are accepted."""
    stored = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    assert hasher.verify_password(PASSWORD, prefix + stored[4:])


@pytest.mark.parametrize("password", ["caf\u00e9 123", "cafe\u0301 123"])
def test_a_hash_made_elsewhere_takes_the_form_typed_there(
    hasher: PasswordHasher, password: str
) -> None:
    """S5, S11: Normalised and other passwords work."""
    stored = generate_password_hash(password, "pbkdf2:sha256:10")
    assert hasher.verify_password(password, stored)


def test_only_todays_argon2id_is_up_to_date(hasher: PasswordHasher) -> None:
    """S11: Another method or another cost is outdated."""
    dearer = PasswordHasher(Argon2Cost(memory_kib=128, passes=1), Bulkhead(1, 0))
    today = hasher.hash(PASSWORD)
    assert not hasher.is_outdated(today)
    assert hasher.is_outdated(dearer.hash(PASSWORD))
    assert dearer.is_outdated(today)
    assert hasher.is_outdated(today.replace("argon2id", "argon2i"))
    assert hasher.is_outdated(generate_password_hash(PASSWORD, "pbkdf2:sha256:10"))


# Made by the programs themselves; Firebase's is the example of its own documentation.
FIREBASE_KEY = (
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
)
FIREBASE_REST = (
    f",ss=Bw==,sk={FIREBASE_KEY}$42xEC+ixf3L2lw=="
    "$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ=="
)
ELSEWHERE = {
    "django": (
        PASSWORD,
        "pbkdf2_sha256$1000$Xk29sDfLq0aZ$ckAeFOC3zZXCA7VTu8PHW/MtW6MYY/B3+KpY4nVzC1s=",
    ),
    "django, sha1": (PASSWORD, "pbkdf2_sha1$1000$Xk29sDfLq0aZ$PnwHyGjjkMLPfoJfHf2ll+NMwzI="),
    "passlib": (
        PASSWORD,
        "$pbkdf2-sha256$1000$aU0pxfi/N2ZsTYmxtra2Fg$VqMYQI4YIpaosL.3l3rmjLY5Xdajwu8I4KaVDtRBbPY",
    ),
    "passlib, sha512": (
        PASSWORD,
        "$pbkdf2-sha512$1000$8d47R8j5P6dUSun9v9d6Dw$pqmsimjPAMNS5pe/d3u81/fKta.afaHV.CG/xgoVoRer2D"
        "PyZ.ndnBJ6w6vLDkNigo8v1a99L2JWB/tr5eJ7CQ",
    ),
    "passlib, sha1": (PASSWORD, "$pbkdf2$1000$ptT637t37t17b83ZG0Mo5Q$rtgtJkWiJVM3KisXURXtE5IusFE"),
    "passlib, not NFC": (
        "cafe\u0301 123",
        "$pbkdf2-sha256$1000$GQPgXKs1JuQ8R0iJUQqBcA$YYgDOD8HDEALNxiBkcnKvzMhz/QJbn5QXUafdZMGUvo",
    ),
    "firebase": ("user1password", f"$fbscrypt$v=1,n=14,r=8,p=1{FIREBASE_REST}"),
}


@pytest.mark.parametrize(("password", "stored"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_hashes_of_other_programs_verify_and_are_outdated(
    hasher: PasswordHasher, password: str, stored: str
) -> None:
    """S11: Django's, passlib's and Firebase's hashes work and are replaced."""
    assert hasher.verify_password(password, stored)
    assert not hasher.verify_password(password + "!", stored)
    assert hasher.is_outdated(stored)


def test_a_damaged_firebase_hash_lets_nobody_in(hasher: PasswordHasher) -> None:
    """S11: Invalid base64 is not a 5xx."""
    stored = f"$fbscrypt$v=1,n=0,r=8,p=1{FIREBASE_REST}"
    assert not hasher.verify_password("user1password", stored)
    assert not hasher.verify_password(
        "user1password", stored.replace("n=0", "n=14").replace("lw==", "lw=")
    )


NFC, NFD = "p\u00e4ssw\u00f6rd-stra\u00dfe", "pa\u0308sswo\u0308rd-stra\u00dfe"


def test_an_argon2_hash_made_elsewhere_verifies_as_it_was_typed_there(
    hasher: PasswordHasher,
) -> None:
    """S5, S11: A password that is not NFC works, and its hash is replaced."""
    elsewhere = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1).hash(NFD)
    assert hasher.verify_password(NFD, elsewhere)
    assert not hasher.verify_password(NFC, elsewhere)
    assert hasher.is_outdated(elsewhere, NFD)
    ours = hasher.hash(NFD)
    assert hasher.verify_password(NFC, ours)
    assert not hasher.is_outdated(ours, NFD)


@pytest.mark.parametrize(("password", "tries"), [(NFC, 1), (NFD, 2)])
def test_known_and_unknown_names_are_tried_equally_often(
    hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch, password: str, tries: int
) -> None:
    """S21: The number of hashes depends on the typed password only."""
    made: list[str] = []
    real = Argon2Hasher.verify

    def counted(self: Argon2Hasher, stored: str, typed: str) -> bool:
        made.append(typed)
        return real(self, stored, typed)

    monkeypatch.setattr(Argon2Hasher, "verify", counted)
    for stored in (None, hasher.hash("another password")):
        made.clear()
        assert not hasher.verify_password(password, stored)
        assert len(made) == tries


SALT, DIGEST = "c2FsdHNhbHRzYWx0c2FsdA", "A" * 43


@pytest.mark.parametrize(
    ("stored", "fits"),
    [
        (f"$argon2id$v=19$m=262144,t=4,p=16${SALT}${DIGEST}", True),
        (f"$argon2id$v=19$m=262144,t=5,p=1${SALT}${DIGEST}", False),
        (f"$argon2id$v=19$m=65536,t=16,p=1${SALT}${DIGEST}", True),
        (f"$argon2id$v=19$m=262145,t=1,p=1${SALT}${DIGEST}", False),
        (f"$argon2id$v=19$m=64,t=17,p=1${SALT}${DIGEST}", False),
        (f"$argon2id$v=19$m=64,t=1,p=17${SALT}${DIGEST}", False),
        ("scrypt:32768:8:3$salt$00ff", True),
        ("scrypt:65536:8:1$salt$00ff", True),
        ("scrypt:131072:8:1$salt$00ff", False),
        ("scrypt:1048576:8:1$salt$00ff", False),
        ("scrypt:65536:8:2$salt$00ff", True),
        ("scrypt:65536:8:3$salt$00ff", False),
        ("scrypt:16:8:16$salt$00ff", True),
        ("scrypt:16:8:17$salt$00ff", False),
        ("pbkdf2:sha256:2000000$salt$00ff", True),
        ("pbkdf2:sha256:2000001$salt$00ff", False),
        ("pbkdf2:md5:1$salt$00ff", False),
        ("$2b$14$" + "a" * 53, True),
        ("$2b$15$" + "a" * 53, False),
        ("pbkdf2_sha256$2000000$salt$AAAA", True),
        ("pbkdf2_sha256$2000001$salt$AAAA", False),
        ("pbkdf2_md5$1$salt$AAAA", False),
        ("$pbkdf2-sha512$2000000$c2FsdA$AAAA", True),
        ("$pbkdf2-sha512$2000001$c2FsdA$AAAA", False),
        (f"$fbscrypt$v=1,n=16,r=8,p=2{FIREBASE_REST}", True),
        (f"$fbscrypt$v=1,n=17,r=8,p=1{FIREBASE_REST}", False),
        (f"$fbscrypt$v=1,n=99,r=999,p=1{FIREBASE_REST}", False),
        (f"$fbscrypt$v=1,n=14,r=8,p=9{FIREBASE_REST}", False),
        ("plain$salt$text", False),
        ("", False),
    ],
)
def test_what_a_stored_hash_may_cost_is_capped(stored: str, fits: bool) -> None:
    """S11: Hashes above the maximum are not computed."""
    assert (find_format(stored) is not None) is fits


@pytest.mark.parametrize(
    "stored",
    [
        "$argon2id$v=19$m=19456,t=2,p=1$sälzchensälz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "scrypt:32768:8:1$" + "\udcff" + "$" + "00" * 64,
        "scrypt:32768:8:1$" + "s" * 2000 + "$" + "00" * 64,
    ],
)
def test_a_damaged_hash_is_refused_before_any_library_sees_it(
    hasher: PasswordHasher, stored: str
) -> None:
    """S11: Invalid characters and enormous salts are refused."""
    assert find_format(stored) is None
    assert not hasher.verify_password(PASSWORD, stored)
