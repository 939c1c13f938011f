"""The data key that encrypts TOTP secrets, and rotations of the master secret."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.core.errors import ApiError
from authapi.core.secrets import MasterSecrets, Secret
from authapi.database import Database
from authapi.factors.data_key import DataKey, DataKeyLost
from authapi.factors.store import DataKeyStore
from authapi.settings import Settings
from authapi.wiring import build_database
from tests.support.actors import error_code
from tests.support.apps import served
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.crowd import at_once

OLD, NEW, NEWER = (Secret(secrets.token_urlsafe(48)) for _ in range(3))


@pytest.fixture
def own(settings: Settings) -> Settings:
    """Settings of a service on a database of its own."""
    return replace(settings, mongo_database=f"keys_{secrets.token_hex(6)}", jwt_secret=OLD)


@pytest.fixture
def database(own: Settings) -> Iterator[Database]:
    """That database."""
    database = build_database(own)
    yield database
    database._database().client.drop_database(own.mongo_database)
    database.close()


def key(database: Database, *secrets: Secret) -> DataKey:
    """Return the data key for these secrets."""
    return DataKey(DataKeyStore(database), MasterSecrets(*secrets))


def test_what_is_sealed_opens_for_its_purpose_alone(database: Database) -> None:
    """S89: It does not decrypt for another user or when it was changed."""
    data_key = key(database, OLD)
    box = data_key.seal("a secret", "totp", "u1")
    assert data_key.unseal(box, "totp", "u1") == "a secret"
    assert b"a secret" not in box
    for other in (("totp", "u2"), ("totpu", "1"), ("totp",)):
        with pytest.raises(ApiError):
            data_key.unseal(box, *other)
    with pytest.raises(ApiError):
        data_key.unseal(box[:-1] + bytes([box[-1] ^ 1]), "totp", "u1")


def test_processes_that_begin_at_once_share_one_key(database: Database) -> None:
    """The first insert decides, and the others use its key."""
    keys = [key(database, OLD) for _ in range(16)]
    boxes = at_once([lambda each=each: each.seal("x", "p") for each in keys])  # type: ignore[misc]
    assert {each.unseal(box, "p") for each in keys for box in boxes} == {"x"}


def test_a_rotation_with_overlap_keeps_what_was_sealed(database: Database) -> None:
    """S112: Each process wraps the key with its own secret; two rotations work."""
    box = key(database, OLD).seal("x", "p")
    assert key(database, NEW, OLD).unseal(box, "p") == "x"
    assert key(database, NEW).unseal(box, "p") == "x"
    assert key(database, NEWER, NEW).unseal(box, "p") == "x"
    assert key(database, OLD).unseal(box, "p") == "x"


def test_without_overlap_nothing_opens(database: Database) -> None:
    """S112: The answer is a 503, and no new key replaces the old one."""
    box = key(database, OLD).seal("x", "p")
    lost = key(database, NEW)
    with pytest.raises(ApiError) as refused:
        lost.unseal(box, "p")
    assert refused.value.status == 503
    assert list(lost.status().values()) == [False]
    with pytest.raises(DataKeyLost):
        lost.rewrap()
    assert key(database, OLD).unseal(box, "p") == "x"


def test_a_process_takes_the_key_of_a_database_that_was_restored(database: Database) -> None:
    """S112: It does not go on with a key that the database does not have."""
    early = key(database, OLD)
    early.seal("x", "p")
    database["keys"].delete_many({})
    theirs = key(database, OLD).seal("theirs", "p")
    assert early.unseal(theirs, "p") == "theirs"
    database["keys"].delete_many({})
    assert key(database, OLD).unseal(early.seal("ours", "p"), "p") == "ours"


def test_rewrapping_leaves_one_wrapping(database: Database) -> None:
    """Afterwards a leaked old secret decrypts nothing; where there is no key, that is told."""
    assert not key(database, OLD).rewrap()
    box = key(database, OLD).seal("x", "p")
    rotated = key(database, NEW, OLD)
    rotated.unseal(box, "p")
    assert len(rotated.status()) == 2
    assert rotated.rewrap()
    assert list(key(database, NEW).status().values()) == [True]
    assert key(database, NEW).unseal(box, "p") == "x"
    with pytest.raises(ApiError):
        key(database, OLD).unseal(box, "p")


def test_a_rotated_secret_keeps_apps_going(
    own: Settings, database: Database, clock: MovedClock
) -> None:
    """S112: Without overlap TOTP answers 503, and recovery codes still work."""
    with served(own, clock) as visitor:
        owner = Owner(visitor, clock).enrol()
    with served(replace(own, jwt_secret=NEW, jwt_secret_previous=OLD), clock) as visitor:
        owner.visitor = visitor
        assert owner.log_in().status_code == 200
    with served(replace(own, jwt_secret=NEWER), clock) as visitor:
        owner.visitor = visitor
        assert error_code(owner.log_in()) == (503, "service_unavailable")
        assert error_code(owner.first_step()) == (401, "second_factor_required")
        assert owner.log_in(owner.recovery[0]).status_code == 200
