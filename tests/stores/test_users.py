"""The users' store, whichever database it stands on."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from authapi.accounts.models import User
from authapi.accounts.store import NameTaken, UserStore
from tests.stores.conftest import a_user


def test_a_user_is_found_as_stored(users: UserStore) -> None:
    """Every field comes back, the time aware and in UTC, with and without a registration key."""
    plain, keyed = a_user(), replace(a_user(), registration_key="f00d")
    users.add(plain)
    users.add(keyed)
    assert users.find(plain.name_key) == plain
    assert users.find(keyed.name_key) == keyed


def test_nobody_is_found_under_an_unknown_name(users: UserStore) -> None:
    """A name without a user is None, not an error."""
    assert users.find("nobody at all") is None


def test_a_name_is_taken_once(users: UserStore) -> None:
    """S14: a second user of one name is refused, and the first one stays as it was."""
    first = a_user()
    users.add(first)
    with pytest.raises(NameTaken):
        users.add(a_user(first.name_key))
    assert users.find(first.name_key) == first


def test_a_hash_is_replaced(users: UserStore) -> None:
    """S11: the new hash stands where the old one stood; nothing else changes."""
    user = a_user()
    users.add(user)
    assert users.replace_password_hash(user.id, user.password_hash, "$argon2id$2")
    assert users.find(user.name_key) == replace(user, password_hash="$argon2id$2")


def test_a_hash_that_changed_meanwhile_is_not_replaced(users: UserStore) -> None:
    """An upgrade that comes too late does not undo a newer password."""
    user = a_user()
    users.add(user)
    assert not users.replace_password_hash(user.id, "$argon2id$0", "$argon2id$2")
    assert users.find(user.name_key) == user


ENDINGS: dict[str, Callable[[UserStore, User], bool]] = {
    "password": lambda users, user: users.change_password(user, "$argon2id$2"),
    "epoch": lambda users, user: users.begin_epoch(user.id),
    "disabled": lambda users, user: users.set_disabled(user.id, disabled=True),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_user_is_current_until_the_sessions_end(users: UserStore, ending: str) -> None:
    """S41, S58: not after a new password, an end of all sessions or a disabling."""
    user = a_user()
    users.add(user)
    assert users.is_current(user)
    assert ENDINGS[ending](users, user)
    assert not users.is_current(user)


def test_whoever_has_the_name_next_is_somebody_else(users: UserStore) -> None:
    """S41: a login under way when its user was deleted is no login of the name's next owner."""
    gone, successor = a_user(), a_user()
    users.add(replace(successor, name_key=gone.name_key))
    assert not users.is_current(gone)


def test_who_is_disabled_is_not_current(users: UserStore) -> None:
    """S41: whatever the epoch says."""
    user = a_user()
    users.add(replace(user, disabled=True))
    assert not users.is_current(user)
