"""The roles of users: one conditional write gives and takes them."""

from collections.abc import Collection

from authapi.accounts.models import User
from authapi.accounts.store import COLLECTION
from authapi.accounts.store_documents import ALIVE, only, with_roles
from authapi.core.roles import Roles
from authapi.database import Collections, Document


class RoleStore:
    """Roles in MongoDB, with the users that have them."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def replace(self, user: User, roles: Roles, revoked: Collection[str]) -> bool:
        """Give a user other roles, and mark the user, so that every process reads them.

        Args:
            user: as it was read; if the roles are others meanwhile, nothing is written.
            roles: of a later version.
            revoked: access tokens with one of these roles are void.

        Returns:
            False when the roles were changed before, or the user is gone.
        """
        members = {"roles": list(roles.names), "revoked_roles": sorted(revoked)}
        gone = [name for name, names in members.items() if not names]
        update: Document = {
            "$set": {
                "roles_version": roles.version,
                **{name: names for name, names in members.items() if names},
            },
            "$currentDate": {"ended_at": True},
        }
        if gone:
            update["$unset"] = dict.fromkeys(gone, "")
        result = self._collections[COLLECTION].update_one(
            {**only(user), **ALIVE, **with_roles(user.roles)}, update
        )
        return result.modified_count == 1
