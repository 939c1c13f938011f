"""Whether the time of `POST /password/forgot` tells who has an account (S80).

`python -m bench.enumeration` sends requests for each kind of name in turn, and prints the median
time of each and its ratio to that of an unknown name.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

import pymongo

from authapi.accounts.store_documents import to_document
from authapi.database import Document
from authapi.embedded import ensure_running
from bench.population import users
from bench.seed import argon2_hash
from tests.support.actors import Visitor, fresh_name
from tests.support.mail_server import mail_server
from tests.support.servers import SECRET, workers

UNKNOWN = "unknown"
_DATABASE = "enumeration"
_CONFIRMED: Document = {"email": "a@example.com", "email_key": "a@example.com"}
MEMBERS: dict[str, Document] = {
    "known": _CONFIRMED,
    "unverified": {},
    "disabled": {**_CONFIRMED, "disabled": True},
}
"""The members of each kind of user."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="for each kind of name")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, mail_server() as mails:
        environment = {
            "JWT_SECRET": SECRET,
            "MONGO_URI": ensure_running(Path(folder) / "mongo"),
            "MONGO_DATABASE": _DATABASE,
            "LOG_LEVEL": "ERROR",
            "PUBLIC_URL": "https://accounts.example",
            "MAIL_URL": f"smtp://127.0.0.1:{mails.port}",
            "MAIL_FROM": "no-reply@example.com",
            "LIMIT_RESETS": "1000/second",
        }
        with workers(environment, processes=1) as server:
            report(ask(server.base_url, environment["MONGO_URI"], options.requests))


def ask(base_url: str, uri: str, requests: int) -> dict[str, list[float]]:
    """Return the milliseconds of each request, by the kind of name.

    Each name is used once: a second request within a minute is cheaper, since it sends no mail.
    """
    visitor = Visitor(base_url)
    names = {kind: people(uri, kind, number, requests) for number, kind in enumerate(MEMBERS)}
    names[UNKNOWN] = [fresh_name() for _ in range(requests)]
    times: dict[str, list[float]] = {kind: [] for kind in names}
    for number in range(requests):
        for kind in random.sample(list(names), len(names)):
            times[kind].append(forgot(visitor, names[kind][number]))
    visitor.close()
    return times


def people(uri: str, kind: str, block: int, count: int) -> list[str]:
    """Store so many users of a kind; return their names."""
    numbers = range(block * count, (block + 1) * count)
    made = users(numbers, argon2_hash())
    with pymongo.MongoClient[dict[str, object]](uri) as client:
        stored = client[_DATABASE]["users"]
        stored.insert_many([{**to_document(user), **MEMBERS[kind]} for user in made])
    return [user.username for user in made]


def forgot(visitor: Visitor, name: str) -> float:
    """Send one request; return its milliseconds."""
    began = time.perf_counter()
    answer = visitor.post("/password/forgot", {"username": name})
    took = (time.perf_counter() - began) * 1000
    answer.raise_for_status()
    return took


def report(times: dict[str, list[float]]) -> None:
    """Print a line for each kind of name."""
    unknown = statistics.median(times[UNKNOWN])
    for kind, found in times.items():
        median = statistics.median(found)
        print(f"{kind:<12} median {median:6.2f} ms of {len(found)}, ratio {median / unknown:.2f}")


if __name__ == "__main__":
    main()
