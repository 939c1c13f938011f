"""`POST /account/secure`: "this was not me"."""

from __future__ import annotations

import pytest

from authapi.mail.links import MailedTokens, Purpose
from tests.recovery.account_changes import (
    CHANGES,
    change_address,
    change_password,
    use_another,
    wait,
)
from tests.recovery.conftest import DEAD, NEW, PUBLIC_URL, Service
from tests.support.actors import PASSWORD, error_code

STOLEN = "one more password"


def taken_over(service: Service) -> tuple[str, str]:
    """Let somebody change an owner's password; return name and token of what the owner is told."""
    name = service.owner()
    change_password(service, name)
    service.send()
    (token,) = service.tokens(name)
    return name, token


def secure(service: Service, token: str) -> tuple[int, str]:
    """Say that this was not me; return status and code."""
    answer = service.visitor.post("/account/secure", {"token": token})
    return (200, "ok") if answer.ok else error_code(answer)


def test_this_was_not_me_puts_the_other_out(service: Service) -> None:
    """S101: Sessions and password end at once, and a link for a new one is mailed."""
    name, token = taken_over(service)
    thief = service.visitor.log_in(name, STOLEN)
    assert secure(service, token) == (200, "ok")
    assert error_code(service.visitor.protected(thief["access_token"])) == (401, "invalid_token")
    assert service.visitor.refresh(thief["refresh_token"]).status_code == 400
    for password in (STOLEN, PASSWORD, ""):
        assert service.visitor.authenticate(name, password).status_code in (401, 422)
    assert "password_hash" not in service.user(name)
    service.send()
    text = service.texts(name)[-1]
    assert f"{PUBLIC_URL}/account/reset#" in text
    assert service.reset(service.tokens(name)[-1]).status_code == 200
    assert service.visitor.authenticate(name, NEW).status_code == 200


def test_the_link_for_a_new_password_is_good_for_a_day(service: Service) -> None:
    """S101: It may be longer than others, since nobody can log in meanwhile."""
    name, token = taken_over(service)
    assert secure(service, token) == (200, "ok")
    service.send()
    service.clock.move(hours=23)
    assert service.reset(service.tokens(name)[-1]).status_code == 200


def test_no_quota_keeps_the_link_back(service: Service) -> None:
    """S101: A thief cannot use up the quota for it."""
    name = service.owner()
    for _ in range(6):
        service.clock.move(minutes=2)
        service.forgot(name)
        service.send()
    assert len(service.texts(name)) == 4
    change_password(service, name)
    service.send()
    assert secure(service, service.tokens(name)[-1]) == (200, "ok")
    service.send()
    assert service.texts(name)[-1].startswith("Choose a new password")


def test_what_was_begun_ends(service: Service) -> None:
    """S87: Pending addresses, secrets and undo links end."""
    name, token = taken_over(service)
    undo = {"id": "u" * 24, "email": "old@example.com", "until": service.clock()}
    waiting = {"email": "x@y.example", "email_key": "x@y.example", "nonce": "n"}
    pending = {**waiting, "asked_at": service.clock()}
    began = {"email_undo": undo, "pending_email": pending, "factors.totp_pending": {}}
    service.write(name, began)
    assert secure(service, token) == (200, "ok")
    assert not {"pending_email", "email_undo"} & service.user(name).keys()
    assert "totp_pending" not in service.user(name)["factors"]


@pytest.mark.parametrize(
    "change", [change for change in CHANGES if change not in (change_password, use_another, wait)]
)
def test_it_dies_as_other_links_do(service: Service, change: object) -> None:
    """S85: The end of all sessions and another address make it invalid."""
    assert callable(change)
    name = service.owner()
    change_password(service, name)
    service.send()
    service.write(
        name, {"password_hash": service.user(service.visitor.new_user())["password_hash"]}
    )
    change(service, name)
    (token,) = service.tokens(name)
    assert secure(service, token) == DEAD


def test_it_works_once_and_for_a_week(service: Service) -> None:
    """S85: A second use and a late one are refused."""
    _, token = taken_over(service)
    assert secure(service, token) == (200, "ok")
    assert secure(service, token) == DEAD
    _, late = taken_over(service)
    service.clock.move(days=7)
    assert secure(service, late) == DEAD


def test_a_link_does_one_thing(service: Service) -> None:
    """S88: Links to secure and to reset cannot be exchanged."""
    name, token = taken_over(service)
    assert error_code(service.reset(token)) == DEAD
    assert secure(service, service.link(name)) == DEAD
    assert secure(service, "x") == DEAD
    assert secure(service, token) == (200, "ok")


def test_a_link_of_an_address_that_was_changed_is_dead(service: Service) -> None:
    """S85: A link mailed to the former address is refused."""
    name, token = taken_over(service)
    change_address(service, name)
    assert secure(service, token) == DEAD
    now = service.clock()
    link = service.parts[MailedTokens].read(token, Purpose.SECURE, now=now)
    assert link.user_id == service.user(name)["_id"]


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 7}, {"token": []}])
def test_what_is_no_text_is_refused(service: Service, body: object) -> None:
    """A wrong type gets a 422."""
    answer = service.visitor.post("/account/secure", body)
    assert error_code(answer) == (422, "validation_error")
