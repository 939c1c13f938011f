"""Importing the addresses of many users at once, beside other changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.models import PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses.importing import ImportedAddresses
from authapi.addresses.models import Entry
from authapi.addresses.store import RegistryStore
from authapi.administration.import_format import Record
from authapi.administration.imports import UserImport
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Database
from authapi.settings import Settings
from tests.addresses.test_cut_off import entries
from tests.cli.imports import user as line
from tests.conftest import services_of
from tests.support.actors import fresh_name
from tests.support.clock import MovedClock
from tests.support.commands import Commands


@pytest.fixture
def three(services: Services, clock: MovedClock) -> dict[str, User]:
    """Imported users who wait for addresses of their own, by address."""
    users = {}
    for key in ("a@example.com", "b@example.com", "c@example.com"):
        name = fresh_name()
        pending = PendingEmail(key, key, f"nonce of {key}", clock())
        users[key] = User(name, name, name, None, clock(), pending_email=pending)
    services[AccountService].add_many(list(users.values()))
    return users


def addresses(services: Services) -> dict[str, str | None]:
    """Return each stored user's confirmed address, by id."""
    return {found["_id"]: found.get("email") for found in services[Database]["users"].find()}


def test_all_are_confirmed_and_a_second_time_changes_nothing(
    services: Services, three: dict[str, User]
) -> None:
    """S90: Each address belongs to its user permanently."""
    for _ in range(2):
        assert services[ImportedAddresses].confirm(three) == set()
        assert addresses(services) == {user.id: key for key, user in three.items()}
        assert entries(services) == {key: (user.id, False) for key, user in three.items()}


def test_one_that_is_being_confirmed_elsewhere_is_left_out(
    services: Services, three: dict[str, User], clock: MovedClock
) -> None:
    """S90: The user who was first keeps it; the others are imported nevertheless."""
    held = Entry("b@example.com", "somebody", "somebody", "x", clock() + timedelta(hours=1))
    RegistryStore(services[Database]).add(held)
    assert services[ImportedAddresses].confirm(three) == {"b@example.com"}
    expected = {user.id: key for key, user in three.items()}
    assert addresses(services) == {**expected, three["b@example.com"].id: None}
    assert entries(services)["b@example.com"] == ("somebody", True)


@pytest.mark.parametrize(
    ("change", "stays"),
    [({"$set": {"epoch": 1}}, "b@example.com"), ({"$unset": {"pending_email": ""}}, None)],
)
def test_a_user_who_changes_meanwhile_keeps_no_other_waiting(
    services: Services, three: dict[str, User], change: dict[str, Any], stays: str | None
) -> None:
    """S90, S96: The user as stored at the write decides, and no registry entry is left over."""
    changed = three["b@example.com"]
    services[Database]["users"].update_one({"_id": changed.id}, change)
    assert services[ImportedAddresses].confirm(three) == set()
    expected = {user.id: key for key, user in three.items()}
    assert addresses(services) == {**expected, changed.id: stays}
    kept = {key: (user.id, False) for key, user in three.items() if key != "b@example.com" or stays}
    assert entries(services) == kept


@pytest.fixture
def counted(development: Settings, clock: MovedClock) -> Iterator[tuple[Flask, Commands]]:
    """A server of its own, whose database commands are recorded."""
    commands = Commands(development.mongo_database or "")
    app = create_app(development, clock)
    yield app, commands
    services_of(app)[AuditTrail].flush()  # else a thread opens the database again
    services_of(app)[Database].close()


def test_many_cost_as_many_commands_as_few(app: Flask, counted: tuple[Flask, Commands]) -> None:
    """The number of database commands does not grow with the addresses."""
    counting, commands = counted

    def fail(_number: int, why: str) -> None:
        raise AssertionError(why)

    costs = []
    for batch in ("warm", "few", "many"):
        count = 60 if batch == "many" else 3
        records = [
            Record(n, line(email=f"{batch}{n}@example.com", email_verified=True))
            for n in range(count)
        ]
        commands.since_last()
        [*_, summary] = services_of(counting)[UserImport].run(records, fail)
        assert summary.imported == count
        costs.append(commands.since_last())
    assert costs[1] == costs[2]
