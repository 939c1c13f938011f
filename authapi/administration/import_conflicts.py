"""Whether a user who is there already is the one that an import brings: pure decisions."""

from collections.abc import Mapping

from authapi.accounts.models import User


def conflict(user: User, holders: Mapping[str, User | None], *, same_ids: bool) -> str | None:
    """Say why `user` could not be stored; None when the very user is there already.

    Args:
        user: as the import has it.
        holders: by name key, who has the name; None where it belonged to a deleted user.
        same_ids: whether users keep their ids, so that those of the same user are equal.
    """
    if user.name_key not in holders:
        return "another user has this id"
    there = holders[user.name_key]
    if there is None:
        return "the name belonged to a user deleted just now; import it again later"
    if there.username != user.username:
        return "another user has this name, in other letters (case and Unicode form do not count)"
    if same_ids and there.id != user.id:
        return "another user has this name, with another id"
    if there.password_hash != user.password_hash and not _may_succeed(there, user):
        return "another user has this name, with another password (spaces around it do not count)"
    if user.disabled and not there.disabled:
        return "this user is there already, and may log in; see `flask users disable`"
    return None


def _may_succeed(there: User, imported: User) -> bool:
    """Tell whether a login may have put the hash that is there in the place of the imported one.

    Only hashes of another method or cost are replaced at a login.
    """
    return there.hash_method == "argon2id" and _cost(there) != _cost(imported)


def _cost(user: User) -> list[str]:
    return (user.password_hash or "").split("$")[:4]
