"""The data key as MongoDB keeps it: wrapped, once for each secret that may open it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from authapi.database import Collections, Document, StoredCollection, insert_if_new

COLLECTION = "keys"
COLLECTIONS = (
    StoredCollection(COLLECTION, (), nothing_personal="the key that seals secrets, itself sealed"),
)
_ID = "data"


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The data key, sealed under a key that is derived from a master secret.

    Attributes:
        kid: the public name of that derived key.
        box: the sealed key.
    """

    kid: str
    box: bytes


class DataKeyStore:
    """One document; every write says what it has seen."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def find_wrappings(self) -> list[Wrapping] | None:
        """Return the wrappings of the data key, or None when there is none yet."""
        found = self._collections[COLLECTION].find_one({"_id": _ID})
        return [Wrapping(**each) for each in found["wrapped"]] if found else None

    def create(self, wrapping: Wrapping) -> bool:
        """Store the first wrapping of a new data key; False when somebody stored one before."""
        document = {"_id": _ID, "wrapped": _documents([wrapping])}
        return insert_if_new(self._collections[COLLECTION], document)

    def replace(self, seen: Sequence[Wrapping], wrappings: Sequence[Wrapping]) -> bool:
        """Put other wrappings in the place of these; False when they changed meanwhile."""
        result = self._collections[COLLECTION].update_one(
            {"_id": _ID, "wrapped": _documents(seen)},
            {"$set": {"wrapped": _documents(wrappings)}},
        )
        return result.matched_count == 1


def _documents(wrappings: Sequence[Wrapping]) -> list[Document]:
    return [asdict(wrapping) for wrapping in wrappings]
