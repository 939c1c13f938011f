"""The outbox as MongoDB keeps it: a document for each mail; its due date is its lease."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from authapi.core.cursors import Cursor
from authapi.database import Collections, Document, Index, StoredCollection, insert_if_new
from authapi.mail import documents
from authapi.mail.models import Backlog, Envelope, Mail, Record, Settled

COLLECTION = "mail"
INDEXES = (
    Index(COLLECTION, [("due_at", 1)], {"sparse": True}),
    Index(COLLECTION, [("sent_at", 1)], {"sparse": True}),
    Index(COLLECTION, [("dead_at", 1)], {"sparse": True}),
    Index(COLLECTION, [("made_at", -1), ("_id", -1)]),
    Index(COLLECTION, [("user_id", 1)], {"sparse": True}),
    Index(COLLECTION, [("expires_at", 1)], {"expireAfterSeconds": 0}),
)
COLLECTIONS = (StoredCollection(COLLECTION, INDEXES),)

_THERE = {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}
_FOR_SOMEBODY = [{name: {"$exists": True}} for name in ("to", "user_id", "asked_for")]


class MailStore:
    """Mails in MongoDB; every write names one `_id`, except to remove a user's mails."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def add(self, mail: Mail) -> bool:
        """Store a mail; False when there is one of its id already."""
        return insert_if_new(self._collections[COLLECTION], documents.document(mail))

    def due(self, now: datetime, limit: int) -> list[Mail]:
        """Return at most `limit` mails that are due, the oldest first."""
        found = self._collections[COLLECTION].find({"due_at": {"$lte": now}})
        return [documents.mail(document) for document in found.sort("due_at", 1).limit(limit)]

    def next_due(self) -> datetime | None:
        """Return when the next mail is due, or None when none waits."""
        found = self._collections[COLLECTION].find({"due_at": _THERE}, {"due_at": 1})
        first = next(iter(found.sort("due_at", 1).limit(1)), None)
        return first["due_at"] if first else None

    def sent_since(self, moment: datetime) -> int:
        """Return how many mails were sent since then."""
        return self._collections[COLLECTION].count_documents({"sent_at": {"$gt": moment}})

    def claim(self, mail: Mail, *, until: datetime, valid_until: datetime) -> Mail | None:
        """Claim a mail until `until`; None when another sender did first."""
        lease = until.replace(microsecond=0)  # compared later, and MongoDB keeps milliseconds only
        result = self._collections[COLLECTION].update_one(
            {"_id": mail.id, "due_at": mail.due_at},
            {"$set": {"due_at": lease, "valid_until": valid_until}, "$inc": {"attempts": 1}},
        )
        if result.modified_count != 1:
            return None
        attempts = mail.attempts + 1
        return replace(mail, due_at=lease, valid_until=valid_until, attempts=attempts)

    def defer(
        self, mail: Mail, *, due_at: datetime, said: str, envelope: Envelope | None = None
    ) -> None:
        """Let a claimed mail be tried again at `due_at`, unless the lease is over.

        Args:
            mail: as it was claimed.
            due_at: when.
            said: why.
            envelope: to whom it would have gone, if that is known: so it is removed with the
                user, and void once the user is in another epoch.
        """
        change: Document = {"due_at": due_at, "said": said}
        if envelope is not None and envelope.user_id is not None:
            change["user_id"] = envelope.user_id
        if envelope is not None and envelope.link is not None:
            change["epoch"] = envelope.link.epoch
        self._collections[COLLECTION].update_one(
            {"_id": mail.id, "due_at": mail.due_at}, {"$set": change}
        )

    def settle(
        self,
        mail: Mail,
        how: Settled,
        *,
        expires_at: datetime,
        envelope: Envelope | None = None,
        user_id: str | None = None,
        forget: Collection[str] = (),
        show: bool = False,
    ) -> None:
        """Note how a claimed mail ended; `sent` is noted even when the lease is over.

        Args:
            mail: as it was claimed.
            how: how it ended.
            expires_at: when the document is removed.
            envelope: who got it.
            user_id: whom it concerned, where nobody got it.
            forget: members to remove.
            show: whether to keep what its text, link and code are derived from.
        """
        change: Document = {
            f"{how.result}_at": how.at,
            "said": how.said,
            "via": how.via,
            "expires_at": expires_at,
            "user_id": user_id,
        }
        if envelope is not None:
            change["to"] = envelope.to
            change["user_id"] = envelope.user_id
        if envelope is not None and show:
            change["envelope"] = documents.envelope_document(envelope)
        kept = {name: value for name, value in change.items() if name not in forget and value}
        lease = {} if how.result == "sent" else {"due_at": mail.due_at}
        self._collections[COLLECTION].update_one(
            {"_id": mail.id, **lease},
            {"$set": kept, "$unset": dict.fromkeys(("due_at", *forget), "")},
        )

    def remove(self, mail: Mail) -> None:
        """Remove a claimed mail, unless the lease is over."""
        self._collections[COLLECTION].delete_one({"_id": mail.id, "due_at": mail.due_at})

    def move(self, mail: Mail, mail_id: str) -> Mail:
        """Give a claimed mail another id, unless the lease is over; return it."""
        lease = {"_id": mail.id, "due_at": mail.due_at}
        if found := self._collections[COLLECTION].find_one_and_delete(lease):
            self._collections[COLLECTION].insert_one({**found, "_id": mail_id})
        return replace(mail, id=mail_id)

    def retry(self, mail_id: str, *, due_at: datetime, valid_until: datetime) -> bool:
        """Make a mail that was given up due again.

        Returns:
            False when there is none of that id, or its recipient was removed meanwhile.
        """
        result = self._collections[COLLECTION].update_one(
            {"_id": mail_id, "dead_at": _THERE, "$or": _FOR_SOMEBODY},
            {
                "$set": {"due_at": due_at, "valid_until": valid_until},
                "$unset": {"dead_at": "", "expires_at": ""},
            },
        )
        return result.modified_count == 1

    def find_mail(self, mail_id: str) -> Record | None:
        """Return the mail of that id with what became of it, or None."""
        found = self._collections[COLLECTION].find_one({"_id": mail_id})
        return documents.record(found) if found else None

    def newest(
        self, limit: int, result: str | None = None, before: Cursor | None = None
    ) -> list[Record]:
        """Return the mails made last, the newest first.

        Args:
            limit: how many at most.
            result: which became of them; None for all.
            before: where the page before this one ended; None for the first page.
        """
        query: Document = {f"{result}_at": _THERE} if result else {}
        if before is not None:
            query["made_at"] = {"$lte": before.at}
            query["$or"] = [{"made_at": {"$lt": before.at}}, {"_id": {"$lt": before.item_id}}]
        found = self._collections[COLLECTION].find(query).sort([("made_at", -1), ("_id", -1)])
        return [documents.record(document) for document in found.limit(limit)]

    def mails_of_user(self, user_id: str) -> list[Record]:
        """Return a user's mails, the newest first, for the export."""
        found = self._collections[COLLECTION].find({"user_id": user_id}).sort("made_at", -1)
        return [documents.record(document) for document in found]

    def forget_user(self, user_id: str) -> int:
        """Remove a user's mails; return how many they were."""
        return self._collections[COLLECTION].delete_many({"user_id": user_id}).deleted_count

    def backlog(self) -> Backlog:
        """Return what waits and what was given up."""
        collection = self._collections[COLLECTION]
        waiting = collection.count_documents({"due_at": _THERE})
        return Backlog(waiting, self.next_due(), collection.count_documents({"dead_at": _THERE}))
