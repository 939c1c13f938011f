"""Inserts that a unique index decides: of several at once the first one wins."""

from __future__ import annotations

from collections.abc import Sequence

import pymongo
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from authapi.database.collection import Document
from authapi.database.errors import DUPLICATE_KEY

BATCH_SECONDS = 30
"""How long one command about many documents may take at the most."""


def insert_if_new(collection: Collection[Document], document: Document) -> bool:
    """Insert a document; False when one with its unique keys is there."""
    try:
        collection.insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def insert_those_new(collection: Collection[Document], documents: Sequence[Document]) -> set[int]:
    """Insert documents, each by itself; return the positions of those that are there already.

    One that is there keeps no other from being stored.

    Raises:
        BulkWriteError: when another reason kept one from being stored.
    """
    try:
        with pymongo.timeout(BATCH_SECONDS):
            collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failures = (error.details or {}).get("writeErrors", [])
        if not failures or any(failure["code"] != DUPLICATE_KEY for failure in failures):
            raise
        return {failure["index"] for failure in failures}
    return set()
