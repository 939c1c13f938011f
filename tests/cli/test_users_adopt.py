"""`flask users adopt`: taking over another program's documents in the users collection."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from bson import ObjectId
from flask import Flask
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database

from authapi import create_app
from authapi.accounts.store_foreign import ForeignUserStore
from authapi.administration.adoption import Adoption
from authapi.core.clock import utc_now
from authapi.core.events import EventRecorder
from authapi.settings import Settings
from tests.cli.conftest import Outcome
from tests.cli.imports import BCRYPT
from tests.support.actors import PASSWORD
from tests.support.apps import served

Document = dict[str, Any]
ANN, BOB = ObjectId(), ObjectId()
PROTOTYPES: list[Document] = [
    {"_id": ANN, "username": "ann", "password": BCRYPT},
    {"_id": BOB, "username": "bob", "password": BCRYPT.encode(), "disabled": True},
]


@pytest.fixture
def foreign(settings: Settings) -> Iterator[Settings]:
    """A service's settings, on a database in which the prototype left two users."""
    name = f"test_{secrets.token_hex(6)}"
    with _database(settings, name) as (client, database):
        database["users"].insert_many([dict(document) for document in PROTOTYPES])
        yield replace(settings, mongo_database=name)
        client.drop_database(name)


@pytest.fixture
def stored(foreign: Settings) -> Iterator[Database[Document]]:
    """What is in that database."""
    assert foreign.mongo_database is not None
    with _database(foreign, foreign.mongo_database) as (_, database):
        yield database


@pytest.fixture
def adopt(foreign: Settings) -> Callable[..., Outcome]:
    """Type `flask users adopt`."""
    app: Flask = create_app(foreign)

    def run(*flags: str) -> Outcome:
        done = app.test_cli_runner().invoke(args=["users", "adopt", *flags])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.output
        return Outcome(done.exit_code, done.stdout, done.stderr)

    return run


def test_first_it_says_what_would_come_of_it(
    adopt: Callable[..., Outcome], stored: Database[Document]
) -> None:
    """S137: A dry run changes nothing."""
    done = adopt()
    assert (done.code, done.said) == (0, "")
    assert done.out == "Dry run, nothing changed: 2 adopted, 0 refused. Do it with --yes.\n"
    assert list(stored["users"].find()) == PROTOTYPES
    assert stored.list_collection_names() == ["users"]


def test_then_the_users_log_in_and_nothing_is_lost(
    foreign: Settings, adopt: Callable[..., Outcome], stored: Database[Document]
) -> None:
    """S137: They keep their passwords and ids; disabled users stay disabled."""
    with served(foreign) as visitor:
        assert visitor.send("GET", "/readyz").status_code == 503
        done = adopt("--yes", "--json")
        assert json.loads(done.out)["adopted"] == 2
        assert visitor.authenticate("ann").status_code == 200
        assert visitor.authenticate("bob").status_code == 401
        assert visitor.register("Ann").status_code == 400
    assert {user["_id"] for user in stored["users"].find()} == {str(ANN), str(BOB)}
    assert list(stored["users_before_adoption"].find().sort("_id", 1)) == PROTOTYPES
    again = adopt("--yes")
    assert again.out.startswith("Done: 0 adopted, 0 refused.")


def test_what_makes_no_user_stays_and_is_told(
    adopt: Callable[..., Outcome], stored: Database[Document]
) -> None:
    """S137: Duplicates, plain passwords and signs of a ban are left alone and reported."""
    odd: list[Document] = [
        {"_id": ObjectId(), "username": "ANN", "password": BCRYPT},
        {"_id": ObjectId(), "username": "carl", "password": PASSWORD},
        {"_id": ObjectId(), "username": "dora", "password": BCRYPT, "status": "banned"},
        {"_id": 7, "username": "emil", "password": BCRYPT, "roles": []},
    ]
    stored["users"].insert_many([dict(document) for document in odd])
    rehearsed, done = adopt(), adopt("--yes")
    assert rehearsed.said == done.said
    assert rehearsed.code == done.code == 1
    told = [line.split(": ", 1) for line in done.said.splitlines()]
    assert {label for label, _ in told} == {f"document {document['_id']}" for document in odd}
    assert PASSWORD not in done.err
    left = list(stored["users"].find({"name_key": None}).sort("username", 1))
    assert left == sorted(odd, key=lambda document: str(document["username"]))
    passed = adopt("--yes", "--ignore", "status")
    assert passed.out.startswith("Done: 1 adopted, 3 refused.")


def test_no_second_step_is_lost_on_the_way(
    foreign: Settings, adopt: Callable[..., Outcome], stored: Database[Document]
) -> None:
    """S137: A document with a second factor is refused unless the operator allows it."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    fay = {"_id": ObjectId(), "username": "fay", "password": BCRYPT, "totp_secret": secret}
    stored["users"].insert_one(fay)
    done = adopt("--yes")
    assert (done.code, "flask users import" in done.said) == (1, True)
    assert secret not in done.err
    assert adopt("--yes", "--ignore", "totp_secret").code == 0
    with served(foreign) as visitor:
        bearer = {"Authorization": f"Bearer {visitor.log_in('fay')['access_token']}"}
        assert secret not in visitor.send("GET", "/me/export", headers=bearer).text


def test_the_copy_of_a_document_goes_with_its_user(
    foreign: Settings, adopt: Callable[..., Outcome], stored: Database[Document]
) -> None:
    """S134: It is exported without the hash, and removed with the account."""
    adopt("--yes")
    with served(foreign) as visitor:
        bearer = {"Authorization": f"Bearer {visitor.log_in('ann')['access_token']}"}
        exported = visitor.send("GET", "/me/export", headers=bearer).json()
        assert exported["before_adoption"] == {"_id": {"$oid": str(ANN)}, "username": "ann"}
        body = {"password": PASSWORD}
        assert visitor.send("DELETE", "/me", json=body, headers=bearer).status_code == 200
    left = list(stored["users_before_adoption"].find())
    assert [document["username"] for document in left] == ["bob"]


class DyingCollections:
    """A database that is gone after so many writes, as for a process that is killed."""

    def __init__(self, database: Database[Document], writes: int) -> None:
        self._database = database
        self._left = writes

    def __getitem__(self, name: str) -> Collection[Document]:
        collection = self._database[name]
        for method in ("replace_one", "insert_one", "delete_one"):
            setattr(collection, method, self._counted(getattr(collection, method)))
        return collection

    def _counted(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as PyMongo's
            if not self._left:
                raise KeyboardInterrupt
            self._left -= 1
            return write(*args, **kwargs)

        return counted


@pytest.mark.parametrize("writes", range(7))
def test_an_adoption_that_was_cut_off_goes_on(stored: Database[Document], writes: int) -> None:
    """S137: After any write each user is there, in the old form or the new."""
    quiet = EventRecorder(utc_now, lambda: None)  # type: ignore[arg-type, return-value]

    def run(left: int) -> int:
        dying = DyingCollections(stored, left)
        adoption = Adoption(ForeignUserStore(lambda: dying), quiet, utc_now)
        summary = adoption.run(_unexpected, ignore=frozenset(), dry_run=False)
        return summary.refused

    if writes < 6:
        with pytest.raises(KeyboardInterrupt):
            run(writes)
    names = {user["username"] for user in stored["users"].find()}
    assert names == {"ann", "bob"}
    assert run(100) == 0
    assert {user["_id"] for user in stored["users"].find()} == {str(ANN), str(BOB)}
    assert list(stored["users_before_adoption"].find().sort("_id", 1)) == PROTOTYPES


def _unexpected(label: str, why: str) -> None:
    raise AssertionError(f"{label}: {why}")


class _database:
    """Connects to a database of the test's own."""

    def __init__(self, settings: Settings, name: str) -> None:
        assert settings.mongo_uri is not None
        self._client = MongoClient[Document](settings.mongo_uri.reveal(), tz_aware=True)
        self._name = name

    def __enter__(self) -> tuple[MongoClient[Document], Database[Document]]:
        return self._client, self._client[self._name]

    def __exit__(self, *_: object) -> None:
        self._client.close()
