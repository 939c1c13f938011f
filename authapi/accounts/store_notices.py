"""The users' notices, and whom they are for, as the mail sender reads them."""

from datetime import datetime

from authapi.accounts.store import COLLECTION
from authapi.accounts.store_documents import ALIVE
from authapi.database import Collections, Document
from authapi.mail.notices import Notice, Notified, Recipient


class NoticeStore:
    """Reads and removes notices; each is written with the change that it tells of."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def due(self, before: datetime, limit: int) -> list[Notified]:
        """Return at most `limit` users with notices from before that moment."""
        found = self._collections[COLLECTION].find(
            {"notices.at": {"$lt": before}}, {"name_key": 1, "notices": 1, "locale": 1}
        )
        return [_notified(document, before) for document in found.limit(limit)]

    def pull(self, user: Notified) -> None:
        """Remove these notices from that user's document."""
        ids = [notice.id for notice in user.notices]
        self._collections[COLLECTION].update_one(
            {"_id": user.user_id, "name_key": user.name_key},
            {"$pull": {"notices": {"id": {"$in": ids}}}},
        )

    def recipient(self, user_id: str) -> Recipient | None:
        """Return the living user of that id, with the verified address if there is one."""
        found = self._collections[COLLECTION].find_one({"_id": user_id, **ALIVE})
        if found is None:
            return None
        return Recipient(
            user_id=found["_id"],
            username=found["username"],
            email=found.get("email"),
            email_key=found.get("email_key"),
            epoch=found.get("epoch", 0),
            locale=found.get("locale"),
        )


def _notified(found: Document, before: datetime) -> Notified:
    notices = [Notice.of(notice) for notice in found["notices"] if notice["at"] < before]
    return Notified(found["_id"], found["name_key"], notices, found.get("locale"))
