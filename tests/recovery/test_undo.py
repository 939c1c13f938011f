"""`POST /account/undo`: a changed address is restored."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from functools import partial

import pytest

from authapi.accounts.service import AccountService
from authapi.addresses.registry import Registry
from authapi.core.client import UNKNOWN
from authapi.database import Database, Document
from authapi.mail.links import LinkClaims, MailedTokens, Purpose
from authapi.recovery.service import Recovery
from tests.recovery.account_changes import change_password, disable, log_out_everywhere
from tests.recovery.conftest import NEW, Service
from tests.support.actors import PASSWORD, error_code
from tests.support.between import Between

DEAD = (400, "invalid_link")


@pytest.fixture(scope="module")
def between() -> Between:
    """What happens between two commands of the services that are made from now on."""
    return Between()


def taken_over(service: Service) -> tuple[str, str]:
    """Let an owner's address be another one; return the name and the token that undoes it."""
    name = service.owner()
    return name, change(service, name)


def change(service: Service, name: str) -> str:
    """Let an account have another address than its owner's; return the token that undoes it."""
    old, thief = f"{name}@example.com", f"{name}@evil.example"
    undo = {"id": secrets.token_hex(12), "email": old, "until": until(service)}
    service.write(name, {"email": thief, "email_key": thief, "email_undo": undo})
    entry: Document = {"user_id": service.user(name)["_id"], "name_key": name, "claim": "x"}
    service.parts[Database]["addresses"].insert_one({"_id": thief, **entry})
    claims = LinkClaims(Purpose.UNDO, entry["user_id"], 0, str(undo["id"]))
    return service.parts[MailedTokens].token(claims, until(service))


def until(service: Service) -> datetime:
    """Return when an undo ends."""
    return service.clock().replace(microsecond=0) + timedelta(hours=72)


def undo(service: Service, token: str) -> tuple[int, str]:
    """Bring the former address back; return status and code."""
    answer = service.visitor.post("/account/undo", {"token": token})
    return (200, "ok") if answer.ok else error_code(answer)


def keys(service: Service, name: str) -> list[str]:
    """Return the addresses that are kept for a user."""
    return service.parts[Registry].addresses_of_user(service.user(name)["_id"])


def test_the_former_address_comes_back(service: Service) -> None:
    """S87, S93: A link for a new password is mailed, and everything the thief did ends."""
    name, token = taken_over(service)
    thief = service.visitor.log_in(name)
    service.write(name, {"factors.totp_pending": {"box": b"sealed", "until": until(service)}})
    assert undo(service, token) == (200, "ok")
    assert service.visitor.refresh(thief["refresh_token"]).status_code == 400
    assert service.visitor.authenticate(name, PASSWORD).status_code == 401
    user = service.user(name)
    assert (user["email"], user["email_key"]) == (f"{name}@example.com",) * 2
    assert not {"password_hash", "email_undo", "pending_email"} & user.keys()
    assert user["factors"] == {"passkeys_since": user["epoch"]}
    assert keys(service, name) == [f"{name}@example.com"]
    service.send()
    assert service.reset(service.tokens(name)[-1]).status_code == 200
    assert service.visitor.authenticate(name, NEW).status_code == 200


@pytest.mark.parametrize("end_sessions", [change_password, log_out_everywhere])
def test_no_end_of_sessions_ends_it(service: Service, end_sessions: object) -> None:
    """S93: A thief cannot make it invalid by ending sessions."""
    assert callable(end_sessions)
    name, token = taken_over(service)
    end_sessions(service, name)
    assert undo(service, token) == (200, "ok")


def test_a_reset_by_the_new_address_ends_it(service: Service) -> None:
    """S87: A reset ends all that was pending."""
    name, token = taken_over(service)
    service.clock.move(minutes=2)
    service.forgot(name)
    service.send()
    (mail,) = service.mails.to(f"{name}@evil.example")
    body = mail.get_body(("plain",))
    assert body is not None
    reset = body.get_content().split("/account/reset#")[1].split()[0]
    assert service.reset(reset).status_code == 200
    assert undo(service, token) == DEAD
    assert service.visitor.authenticate(name, NEW).status_code == 200


def test_it_works_once_in_its_time_and_for_its_change(service: Service) -> None:
    """S85: Used, expired, forged and other users' links are refused."""
    _, token = taken_over(service)
    assert undo(service, token) == (200, "ok")
    assert undo(service, token) == DEAD
    assert undo(service, "x") == DEAD
    _, late = taken_over(service)
    service.clock.move(hours=72)
    assert undo(service, late) == DEAD
    again, first = taken_over(service)
    service.parts[Database]["addresses"].delete_many({})
    change(service, again)
    assert undo(service, first) == DEAD
    locked, token = taken_over(service)
    disable(service, locked)
    assert undo(service, token) == DEAD


def test_an_address_that_is_anothers_by_now_stays_there(service: Service) -> None:
    """S90: Nothing changes then."""
    name, token = taken_over(service)
    old = f"{name}@example.com"
    other = service.owner()
    service.write(other, {"email": old, "email_key": old})
    entry = {"user_id": service.user(other)["_id"], "name_key": other, "claim": "y"}
    service.parts[Database]["addresses"].insert_one({"_id": old, **entry})
    assert undo(service, token) == (409, "email_taken")
    assert service.visitor.authenticate(name).status_code == 200


def test_an_undo_that_a_reset_overtakes_holds_no_address(
    between: Between, service: Service
) -> None:
    """S87, S90: The address would be nobody's for a day."""
    name, token = taken_over(service)
    recovery, user = service.parts[Recovery], service.parts[AccountService].get_user(name)
    link, _ = recovery.operators_link(user)
    reset = partial(recovery.reset, link.partition("#")[2], NEW, UNKNOWN)
    between.after("insert", "addresses", reset)
    assert undo(service, token) == DEAD
    assert not between.waits
    assert keys(service, name) == [f"{name}@evil.example"]


def test_a_link_is_asked_for_by_the_address_too(service: Service) -> None:
    """An address means its account, even if it is another's name."""
    name = service.owner()
    address = f"{name}@example.com"
    entry = {"user_id": service.user(name)["_id"], "name_key": name, "claim": "y"}
    service.parts[Database]["addresses"].insert_one({"_id": address, **entry})
    assert service.visitor.register(address).status_code == 200
    assert service.forgot(address.upper()).status_code == 200
    service.send()
    (reset,) = [text for text in service.texts(name) if "new password" in text]
    assert f"Hello {name}," in reset
