"""A process dies after any write while an address is confirmed, changed or removed."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.core.services import Services
from authapi.database import Database, Document
from authapi.mail.notices import Notice
from tests.addresses.conftest import Person
from tests.addresses.test_confirming import Read, ask, confirm, verify
from tests.support.actors import PASSWORD, fresh_name
from tests.support.clock import MovedClock
from tests.support.dying import dies_after
from tests.support.servers import SECRET

OLD, NEW = "old@example.com", "new@example.com"


@pytest.fixture
def environment(environment: dict[str, str], app: Flask, services: Services) -> dict[str, str]:
    """The server's settings, for a process that dies; it sends no mails by itself."""
    return {
        **environment,
        "AUTHAPI_ENV": "development",
        "JWT_SECRET": SECRET,
        "MONGO_DATABASE": services[Database]._database().name,
        "MAIL_SWEEP": "off",
    }


def request(person: Person, method: str, path: str, body: object) -> str:
    """Return Python code that sends a request."""
    headers = {"Authorization": f"Bearer {person.tokens['access_token']}"} if person.tokens else {}
    sent = {"method": method, "json": body, "headers": headers}
    return f"app.test_client().open({path!r}, **{sent!r})"


def stored(services: Services, person: Person) -> Document:
    """Return a user's document."""
    user: Document = services[Database]["users"].find_one({"name_key": person.name}) or {}
    return user


def entries(services: Services) -> dict[str, tuple[str, bool]]:
    """Return the registry of addresses: the user of each, and whether it is only reserved."""
    found = services[Database]["addresses"].find()
    return {entry["_id"]: (entry["user_id"], "held_until" in entry) for entry in found}


@pytest.mark.parametrize("former", [None, OLD])
def test_a_confirmation_is_whole_wherever_the_process_dies(
    services: Services,
    mails: Read,
    app: Flask,
    environment: dict[str, str],
    former: str | None,
    clock: MovedClock,
) -> None:
    """S96: It has happened and is mailed once, or it has not and can go on."""
    for writes in range(1, 20):
        clock.reset()  # the other process has the real time
        person = Person(app)
        person.register()
        person.log_in()
        if former:
            confirm(person, mails, former)
        ask(person, NEW)
        code = next(mail["code"] for mail in mails() if mail["kind"] == "verify")
        story = request(person, "POST", "/me/email/verify", {"code": code})
        died = dies_after(writes, environment, story)
        if stored(services, person).get("email") != NEW:
            assert died
            assert stored(services, person)["pending_email"]["email"] == NEW
            assert verify(person, code) == (200, NEW)
        kinds = [mail["kind"] for mail in mails() if mail["kind"] != "verify"]
        assert kinds.count("email_changed") == (1 if former else 0)
        assert kinds.count("email_confirmed") == (2 if former else 1)
        assert entries(services) == {NEW: (person.id, False)}
        assert stored(services, person)["notices"] == []
        for name in ("users", "addresses", "mail"):
            services[Database][name].delete_many({})
        if not died:
            return
    raise AssertionError


def test_a_removal_is_whole_wherever_the_process_dies(
    services: Services, mails: Read, app: Flask, environment: dict[str, str], clock: MovedClock
) -> None:
    """S96: The address is still the account's, or it is free and its owner was told."""
    for writes in range(1, 20):
        clock.reset()  # the other process has the real time
        person = Person(app)
        person.register()
        confirm(person.log_in(), mails, OLD)
        story = request(person, "DELETE", "/me/email", {"password": PASSWORD})
        died = dies_after(writes, environment, story)
        removed = "email" not in stored(services, person)
        assert removed or died
        assert [mail["kind"] for mail in mails()].count("email_removed") == removed
        assert entries(services) == ({} if removed else {OLD: (person.id, False)})
        for name in ("users", "addresses", "mail"):
            services[Database][name].delete_many({})
        if not died:
            return
    raise AssertionError


def test_a_registration_is_whole_wherever_the_process_dies(
    services: Services, mails: Read, app: Flask, environment: dict[str, str]
) -> None:
    """S96: A registered user is mailed the code."""
    for writes in range(1, 10):
        person = Person(app, fresh_name())
        body = {"username": person.name, "password": PASSWORD, "email": NEW}
        died = dies_after(writes, environment, request(person, "POST", "/register", body))
        registered = bool(stored(services, person))
        assert registered or died
        assert [mail["kind"] for mail in mails()] == (["verify"] if registered else [])
        services[Database]["mail"].delete_many({})
        if not died:
            return
    raise AssertionError


def test_an_address_whose_hold_ran_out_is_kept_all_the_same(
    person: Person, other: Person, services: Services, mails: Read, clock: MovedClock
) -> None:
    """S90, S96: An unfinished confirmation is completed even a day later."""
    confirm(person, mails, NEW)
    notice = Notice("email_confirmed", clock(), to=NEW).document()
    services[Database]["users"].update_one({"_id": person.id}, {"$push": {"notices": notice}})
    services[Database]["addresses"].delete_one({"_id": NEW})  # as its index does
    mails()
    assert entries(services) == {NEW: (person.id, False)}
    ask(other, NEW)
    assert verify(other, mails()[0]["code"]) == (409, "email_taken")


def test_an_address_that_is_confirmed_again_is_never_without_its_owner(
    services: Services, mails: Read, app: Flask, environment: dict[str, str], clock: MovedClock
) -> None:
    """S90, S96: Confirming it in other letters never frees it, wherever the process dies."""
    for writes in range(1, 20):
        clock.reset()
        person = Person(app)
        person.register()
        confirm(person.log_in(), mails, NEW)
        ask(person, NEW.replace("new", "New"))
        code = next(mail["code"] for mail in mails() if mail["kind"] == "verify")
        story = request(person, "POST", "/me/email/verify", {"code": code})
        died = dies_after(writes, environment, story)
        assert entries(services) == {NEW: (person.id, False)}, writes
        for name in ("users", "addresses", "mail", "limits"):
            services[Database][name].delete_many({})
        if not died:
            return
    raise AssertionError
