"""`flask users recovery-link`: a password reset without mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.database import Database
from authapi.settings import Settings
from tests.cli.conftest import Operator, Outcome
from tests.conftest import services_of
from tests.recovery.conftest import NEW, PUBLIC_URL
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.servers import in_thread


@pytest.fixture
def app(settings: Settings, clock: MovedClock) -> Flask:
    """A service without mail that knows where it is."""
    return create_app(replace(settings, public_url=PUBLIC_URL), clock)


@pytest.fixture
def visitor(app: Flask) -> Iterator[Visitor]:
    """Somebody who uses it."""
    with in_thread(app) as url:
        visitor = Visitor(url)
        yield visitor
        visitor.close()
    services_of(app)[AuditTrail].flush()
    services_of(app)[Database].close()


def token_of(printed: Outcome) -> str:
    """Return the token of the one link that a command printed."""
    assert printed.code == 0, printed.err
    found = re.fullmatch(rf"{PUBLIC_URL}/account/reset#([\w-]{{59}})\n", printed.out)
    assert found, printed.out
    return found[1]


def reset(visitor: Visitor, token: str, password: str = NEW) -> tuple[int, str]:
    """Choose a password; return status and code."""
    answer = visitor.post("/password/reset", {"token": token, "new_password": password})
    return (200, "ok") if answer.ok else error_code(answer)


def test_the_operator_hands_over_a_link(operator: Operator, visitor: Visitor) -> None:
    """S85: It works once, for a day, without an address; all sessions end."""
    name = visitor.new_user()
    before = visitor.log_in(name)
    printed = operator("users", "recovery-link", name.upper())
    assert f"For {name}" in printed.said
    token = token_of(printed)
    assert reset(visitor, token, "short") == (422, "validation_error")
    assert reset(visitor, token) == (200, "ok")
    assert reset(visitor, token) == (400, "invalid_link")
    assert visitor.refresh(before["refresh_token"]).status_code == 400
    assert visitor.authenticate(name, PASSWORD).status_code == 401
    assert visitor.authenticate(name, NEW).status_code == 200


def test_it_is_good_for_a_day(operator: Operator, visitor: Visitor, clock: MovedClock) -> None:
    """After a day it is refused."""
    token = token_of(operator("users", "recovery-link", visitor.new_user()))
    clock.move(hours=24)
    assert reset(visitor, token) == (400, "invalid_link")


def test_it_outlives_a_change_of_the_address(
    app: Flask, operator: Operator, visitor: Visitor, clock: MovedClock
) -> None:
    """S87: It works for users without an address, and then no former one can be restored."""
    name = visitor.new_user()
    token = token_of(operator("users", "recovery-link", name))
    undo = {"id": "u" * 24, "email": "a@example.com", "until": clock()}
    members = {"email": "b@example.com", "email_key": "b@example.com", "email_undo": undo}
    users = services_of(app)[Database]["users"]
    users.update_one({"name_key": name}, {"$set": members})
    assert reset(visitor, token) == (200, "ok")
    user = users.find_one({"name_key": name})
    assert user is not None
    assert "email_undo" not in user
    assert user["email"] == "b@example.com"


def test_programs_read_it_as_json(app: Flask, operator: Operator, visitor: Visitor) -> None:
    """The output has the link, its expiry and the user."""
    name = visitor.new_user()
    user = services_of(app)[AccountService].get_user(name)
    told = operator("users", "recovery-link", "--id", user.id, "--json").json
    assert told.keys() == {"username", "user_id", "link", "until"}
    assert told["user_id"] == user.id
    assert reset(visitor, told["link"].split("#")[1]) == (200, "ok")


def test_it_is_on_record(app: Flask, operator: Operator, visitor: Visitor) -> None:
    """The owner sees that an operator made it, and that it was used."""
    name = visitor.new_user()
    reset(visitor, token_of(operator("users", "recovery-link", name)))
    user = services_of(app)[AccountService].get_user(name)
    told = {str(e.event): e.reason for e in services_of(app)[AuditTrail].all_of(user.id)}
    assert told["reset_asked"] == told["password_reset"] == "operator"


def test_nobody_and_the_disabled_get_none(app: Flask, operator: Operator, visitor: Visitor) -> None:
    """One line says why; exit code 1."""
    missing = operator("users", "recovery-link", "nobody-of-that-name")
    assert (missing.code, missing.out) == (1, "")
    name = visitor.new_user()
    accounts = services_of(app)[AccountService]
    accounts.set_disabled(accounts.get_user(name).id, disabled=True, reason="operator")
    refused = operator("users", "recovery-link", name)
    assert (refused.code, refused.out) == (1, "")
    assert "is disabled" in refused.said


def test_without_mail_there_is_none_to_send(operator: Operator, visitor: Visitor) -> None:
    """One line says which settings are missing."""
    refused = operator("users", "recovery-link", visitor.new_user(), "--mail")
    assert (refused.code, refused.out) == (1, "")
    assert "EMAIL is off, or MAIL_URL is not set" in refused.said


@pytest.mark.parametrize("own", [None, "https://app.example/reset"])
def test_a_link_leads_where_the_settings_say(
    settings: Settings, visitor: Visitor, own: str | None
) -> None:
    """S100: It leads to the app's own page; without any address there is an error."""
    elsewhere = create_app(replace(settings, reset_url=own))
    runner = elsewhere.test_cli_runner()
    result = runner.invoke(args=["users", "recovery-link", visitor.new_user()])
    if own is None:
        assert result.exit_code == 1
        assert "PUBLIC_URL is missing" in result.stderr
        assert result.stdout == ""
    else:
        assert result.stdout.startswith(f"{own}#")
    services_of(elsewhere)[AuditTrail].flush()
    services_of(elsewhere)[Database].close()
