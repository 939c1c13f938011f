"""What is changed of many users at once (MongoDB)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pymongo

from authapi.accounts.emails import confirmed
from authapi.accounts.models import PendingEmail, User
from authapi.accounts.store import COLLECTION
from authapi.accounts.store_documents import ALIVE, in_epoch, only, to_update
from authapi.database import BATCH_SECONDS, Collections


class UserBatches:
    """Changes many users, each by a conditional write of its own, in one command."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def confirm_emails(self, users: Sequence[tuple[User, PendingEmail]], at: datetime) -> int:
        """Make the address that each user waits for the user's own; return for how many it was.

        Not for those whose epoch is over, and who have or wait for another address meanwhile.
        """
        writes = [
            pymongo.UpdateOne(
                {
                    **only(user),
                    **in_epoch(user),
                    **ALIVE,
                    "pending_email.nonce": pending.nonce,
                    "email": None,
                },
                to_update(confirmed(pending, at)),
            )
            for user, pending in users
        ]
        with pymongo.timeout(BATCH_SECONDS):
            return self._collections[COLLECTION].bulk_write(writes, ordered=False).modified_count
