"""The users' store, on mongomock and on a real database."""

from dataclasses import replace

from authapi.accounts.models import Change
from authapi.accounts.store import UserStore
from tests.stores.conftest import a_user


def test_a_user_is_found_as_stored(users: UserStore) -> None:
    """Every field is read back, with and without a registration key."""
    plain, keyed = a_user(), replace(a_user(), registration_key="f00d")
    users.add(plain)
    users.add(keyed)
    assert users.find_user(plain.name_key) == plain
    assert users.find_user(keyed.name_key) == keyed


def test_nobody_is_found_under_an_unknown_name(users: UserStore) -> None:
    """The result is None."""
    assert users.find_user("nobody at all") is None


def test_a_name_is_taken_once(users: UserStore) -> None:
    """S14: A second user of one name is refused."""
    first = a_user()
    users.add(first)
    assert not users.add(a_user(first.name_key))
    assert users.find_user(first.name_key) == first


def test_a_hash_is_replaced(users: UserStore) -> None:
    """S11: Nothing else changes."""
    user = a_user()
    users.add(user)
    assert users.replace_password_hash(user, "$argon2id$2")
    assert users.find_user(user.name_key) == replace(user, password_hash="$argon2id$2")


def test_a_hash_that_changed_meanwhile_is_not_replaced(users: UserStore) -> None:
    """A late upgrade does not undo a password change."""
    user = a_user()
    users.add(user)
    assert not users.replace_password_hash(
        replace(user, password_hash="$argon2id$0"), "$argon2id$2"
    )
    assert users.find_user(user.name_key) == user


def test_an_epoch_is_begun_once(users: UserStore) -> None:
    """S124: Of two concurrent writes one succeeds, with its change."""
    user = a_user()
    users.add(user)
    assert users.begin_epoch(user, Change({"password_hash": "$argon2id$2"}), {})
    assert not users.begin_epoch(user, Change({"disabled": True}), {})
    assert users.find_user(user.name_key) == replace(
        user, epoch=1, sessions=1, password_hash="$argon2id$2"
    )


def test_whoever_has_the_name_next_is_somebody_else(users: UserStore) -> None:
    """S41: A late write for a deleted user does not affect them."""
    gone, successor = a_user(), a_user()
    users.add(replace(successor, name_key=gone.name_key))
    assert not users.begin_epoch(gone, Change(), {})
    assert not users.delete(gone)
