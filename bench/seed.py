"""Store the users that the benchmark needs: `python -m bench.seed --users 1000,100000`.

Each number gets an embedded database of its own under `build/bench/data/`, with so many users and
one session each. What is complete is left alone; what was cut short goes on where it stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pymongo
from argon2 import PasswordHasher
from pymongo.errors import BulkWriteError

from authapi.accounts.store import UserStore
from authapi.database import DUPLICATE_KEY, Database
from authapi.settings import Settings
from authapi.wiring import build_database
from bench import databases
from bench.places import data_folder
from bench.population import PASSWORD, sessions, users

SECRET = "for-the-bench-sLlgb7z4P_CZKWT8MIEavyroK1rA9NyPNGxb70HoAxc"
SMALL = 10_000
"""Up to so many users are stored again before each run, to remove the data of earlier runs."""

_BATCH = 1000
_TIMEOUT = 60  # seconds for one batch


def argon2_hash() -> str:
    """Return a hash of the users' password, with the service's default cost."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(PASSWORD)


@contextmanager
def opened(count: int) -> Iterator[Database]:
    """Start the embedded database for `count` users, and connect as the service does."""
    settings = Settings.from_environ({"JWT_SECRET": SECRET, "MONGO_URI": databases.uri(count)})
    database = build_database(settings)
    try:
        yield database
    finally:
        database.close()


def is_complete(count: int) -> bool:
    """Whether the database for `count` users has all of them."""
    return (data_folder(count) / "complete").exists()


def seed(count: int) -> None:
    """Store `count` users and their sessions, and print the progress."""
    complete = data_folder(count) / "complete"
    if complete.exists() and count > SMALL:
        return
    complete.unlink(missing_ok=True)
    if count <= SMALL:
        _empty(count)
    with opened(count) as database:
        fill(database, count)
    complete.touch()


def fill(database: Database, count: int) -> None:
    """Store the users and sessions that are missing."""
    began, start = time.monotonic(), _stored(database)
    password_hash = argon2_hash()
    for first in range(start, count, _BATCH):
        numbers = range(first, min(first + _BATCH, count))
        UserStore(database).add_many(users(numbers, password_hash))
        _add_sessions(database, numbers)
        _say(count, numbers.stop, start, time.monotonic() - began)


def _empty(count: int) -> None:
    """Drop the databases of earlier runs and of the peers."""
    with pymongo.MongoClient[dict[str, object]](databases.uri(count)) as client:
        for name in client.list_database_names():
            if name not in ("admin", "config", "local"):
                client.drop_database(name)


def _stored(database: Database) -> int:
    """Return how many users are stored without the last batch, which may be incomplete."""
    with pymongo.timeout(_TIMEOUT):
        batches = database["users"].estimated_document_count() // _BATCH
    return max(0, batches - 1) * _BATCH


def _add_sessions(database: Database, numbers: range) -> None:
    collection = database["sessions"]
    try:
        with pymongo.timeout(_TIMEOUT):
            collection.insert_many(sessions(numbers), ordered=False)
    except BulkWriteError as error:
        if any(
            failure["code"] != DUPLICATE_KEY for failure in (error.details or {})["writeErrors"]
        ):
            raise


def _say(count: int, done: int, start: int, seconds: float) -> None:
    rate = (done - start) / seconds
    left = timedelta(seconds=round((count - done) / rate))
    end = "\n" if done == count or not sys.stderr.isatty() else "\r"
    if end == "\r" or done == count or done % (_BATCH * 20) == 0:
        text = f"{count:,} users: {done:,} stored, {rate:,.0f} a second, {left} left   "
        print(text, end=end, file=sys.stderr, flush=True)


def main() -> None:
    """Seed every database that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=numbers, default=[1000], help="such as 1000,100000,1000000")
    for count in parser.parse_args().users:
        seed(count)


def numbers(text: str) -> list[int]:
    """Read numbers separated by commas."""
    return [int(number) for number in text.replace("_", "").split(",")]


if __name__ == "__main__":
    main()
