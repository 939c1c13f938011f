"""Users' roles on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from authapi.accounts.store import UserStore
from authapi.accounts.store_roles import RoleStore
from authapi.core.roles import NO_ROLES, Roles
from authapi.database import Collections
from authapi.revocation.models import EpochFloor
from tests.stores.conftest import a_user

EDITOR, READER = Roles(("editor",), 1), Roles(("reader",), 1)
FAR_AHEAD = datetime.now(UTC) + timedelta(days=1)


def test_of_two_changes_of_the_same_roles_one_is_made(collections: Collections) -> None:
    """The other is told to read again, so that no change is lost."""
    users, roles = UserStore(collections), RoleStore(collections)
    user = a_user()
    users.add(user)
    assert roles.replace(user, EDITOR, ())
    assert not roles.replace(user, READER, ())
    found = users.find_user_by_id(user.id)
    assert found is not None
    assert found.roles == EDITOR
    assert roles.replace(found, Roles((), 2), {"editor"})
    found = users.find_user_by_id(user.id)
    assert found is not None
    assert (found.roles, found.revoked_roles) == (Roles((), 2), ("editor",))


def test_a_change_that_came_after_is_not_settled(collections: Collections) -> None:
    """The sweep after one change leaves the mark of a later one."""
    users, roles = UserStore(collections), RoleStore(collections)
    user = a_user()
    users.add(user)
    roles.replace(user, EDITOR, ())
    (marked,) = (each for each in users.ended_before(FAR_AHEAD, 10_000) if each.id == user.id)
    changed = users.find_user_by_id(user.id)
    assert changed is not None
    roles.replace(changed, Roles((), 2), {"editor"})
    users.clear_ended(marked, await_notices=True)
    (floor,) = (each for each in users.ended_since(None) if each.user_id == user.id)
    assert (floor.roles.version, set(floor.revoked_roles)) == (2, {"editor"})


def test_what_is_known_of_a_user_never_falls_behind() -> None:
    """S124: Epoch and roles never go back, whatever the order of reads."""
    ended = EpochFloor("u1", 3, None, NO_ROLES)
    changed = EpochFloor("u1", 0, None, EDITOR, frozenset({"admin"}))
    for known in (ended.with_later(changed), changed.with_later(ended)):
        assert (known.epoch, known.roles) == (3, EDITOR)
        assert known.voids(3, ["admin"])
        assert known.voids(2, ())
        assert not known.voids(3, ["editor"])
