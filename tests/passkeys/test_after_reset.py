"""After a reset no passkey stands alone until it was used beside the new password (S119)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask

from authapi import create_app
from authapi.accounts.models import User
from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from authapi.database import Database
from authapi.mail.links import LinkClaims, MailedTokens, Purpose
from authapi.recovery.rules import bound_to
from authapi.settings import DEVELOPMENT, Settings
from tests.conftest import services_of
from tests.passkeys.authenticator import VERIFIED, Authenticator
from tests.passkeys.conftest import (
    Member,
    answer_of,
    challenge,
    log_in_alone,
    log_in_with_both,
)
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.servers import in_thread

NEW = "an entirely different password"
ASKED = (401, "second_factor_required")


@dataclass
class Site:
    """A service with mail, and somebody with a confirmed address and a passkey."""

    app: Flask
    member: Member
    clock: MovedClock

    @property
    def parts(self) -> Services:
        """The objects that it is made of."""
        return services_of(self.app)

    def user(self) -> User:
        """Return the user as stored."""
        return self.parts[AccountService].get_user(self.member.name)

    def link(self, purpose: Purpose) -> str:
        """Return the token of a link, as a mail brings it."""
        user = self.user()
        bound = user.email_undo.id if user.email_undo else bound_to(purpose, user)
        claims = LinkClaims(purpose, user.id, user.epoch, bound)
        return self.parts[MailedTokens].token(claims, self.clock() + timedelta(hours=1))

    def write(self, **members: object) -> None:
        """Set members of the user's document."""
        users = self.parts[Database]["users"]
        users.update_one({"name_key": self.member.name}, {"$set": members})

    def choose(self, password: str = NEW) -> None:
        """Choose a password by a link."""
        body = {"token": self.link(Purpose.RESET), "new_password": password}
        assert self.member.visitor.post("/password/reset", body).status_code == 200

    def notices(self) -> list[str]:
        """Return what the owner is going to be told."""
        found = self.parts[Database]["users"].find_one({"name_key": self.member.name}) or {}
        return [notice["kind"] for notice in found.get("notices", [])]


@pytest.fixture
def site(settings: Settings, device: Authenticator, clock: MovedClock) -> Iterator[Site]:
    """A development server, which has mail; nobody looks for it."""
    own = replace(
        settings,
        environment=DEVELOPMENT,
        mongo_database=f"passkeys_{secrets.token_hex(6)}",
        mail_sweep="off",
    )
    app = create_app(own, clock)
    with in_thread(app) as url:
        visitor = Visitor(url)
        site = Site(app, Member(visitor, visitor.new_user()), clock)
        address = f"{site.member.name}@example.com"
        site.write(email=address, email_key=address)
        site.member.log_in()
        site.member.with_passkey(device)
        yield site
        visitor.close()
    services_of(app)[AuditTrail].flush()
    database = services_of(app)[Database]
    database._database().client.drop_database(own.mongo_database)
    database.close()


def reset(site: Site) -> None:
    """Choose a new password by a link."""
    site.choose()


def secure(site: Site) -> None:
    """Say that it was somebody else, and choose a new password."""
    body = {"token": site.link(Purpose.SECURE)}
    assert site.member.visitor.post("/account/secure", body).status_code == 200
    site.choose()


def undo(site: Site) -> None:
    """Bring a former address back, and choose a new password."""
    until = site.clock() + timedelta(hours=1)
    former = f"old-{site.user().email}"
    site.write(email_undo={"id": "u" * 24, "email": former, "until": until})
    body = {"token": site.link(Purpose.UNDO)}
    assert site.member.visitor.post("/account/undo", body).status_code == 200
    site.choose()


@pytest.mark.parametrize("way", [reset, secure, undo])
def test_it_asks_for_the_new_password_once(
    site: Site, device: Authenticator, way: Callable[[Site], None]
) -> None:
    """S119: Alone it is refused; after its use with the password it is enough alone again."""
    assert log_in_alone(site.member.visitor, device).status_code == 200
    way(site)
    for _ in range(2):
        asked = log_in_alone(site.member.visitor, device)
        assert error_code(asked) == ASKED
        assert asked.json()["factors"] == ["password"]
        assert "mfa_token" not in asked.json()
    assert log_in_with_both(site.member, device, NEW).status_code == 200
    assert log_in_alone(site.member.visitor, device).status_code == 200


def test_the_same_answer_does_beside_the_password(site: Site, device: Authenticator) -> None:
    """S119: The passkey need not be used twice."""
    site.choose()
    shown = answer_of(device, challenge(site.member.visitor))
    assert error_code(site.member.visitor.post("/authenticate/passkey", shown)) == ASKED
    body = {"username": site.member.name, "password": NEW, "passkey": shown}
    assert site.member.visitor.post("/authenticate", body).status_code == 200
    assert log_in_alone(site.member.visitor, device).status_code == 200


def test_a_step_up_with_both_confirms_it(site: Site, device: Authenticator) -> None:
    """S119: Before, a passkey alone is not enough for a step-up."""
    site.choose()
    site.member.log_in(NEW)
    token = site.member.tokens["access_token"]
    shown = answer_of(device, challenge(site.member.visitor, token))
    assert error_code(site.member.ask("POST", "/reauthenticate", passkey=shown)) == ASKED
    answer = site.member.ask("POST", "/reauthenticate", password=NEW, passkey=shown)
    assert answer.status_code == 200
    assert log_in_alone(site.member.visitor, device).status_code == 200


def test_one_that_is_not_used_beside_it_stays_out(site: Site, device: Authenticator) -> None:
    """S119: A thief's passkey stays refused when the owner confirms another."""
    trojan = Authenticator()
    site.member.with_passkey(trojan)
    site.choose()
    assert log_in_with_both(site.member, device, NEW).status_code == 200
    assert error_code(log_in_alone(site.member.visitor, trojan)) == ASKED
    site.member.log_in(NEW)
    added = Authenticator()
    site.member.with_passkey(added)
    assert log_in_alone(site.member.visitor, added).status_code == 200
    assert error_code(log_in_alone(site.member.visitor, trojan)) == ASKED


def test_one_that_is_being_added_does_not_slip_past(site: Site) -> None:
    """S119: A registration that began before the reset is refused."""
    trojan, begun = Authenticator(), site.member.begin()
    site.choose()
    body = {"ceremony": begun["ceremony"], "credential": trojan.create(begun["options"])}
    assert error_code(site.member.ask("POST", "/me/passkeys", **body)) == (401, "invalid_token")
    assert error_code(log_in_alone(site.member.visitor, trojan)) == (401, "invalid_passkey")


def test_a_reset_takes_no_second_step_away(site: Site, device: Authenticator) -> None:
    """S103: Where a passkey is required, the new password alone is not enough."""
    assert site.member.require().status_code == 200
    site.choose()
    asked = site.member.visitor.authenticate(site.member.name, NEW)
    assert error_code(asked) == ASKED
    assert "passkey" in asked.json()["factors"]
    shown = answer_of(device, challenge(site.member.visitor), clear_flags=VERIFIED)
    body = {"mfa_token": asked.json()["mfa_token"], "passkey": shown}
    assert site.member.visitor.post("/authenticate/second", body).status_code == 200


def test_a_password_that_its_owner_changes_doubts_no_passkey(
    site: Site, device: Authenticator
) -> None:
    """S119: Only a reset needs a confirmation, as anybody with the mailbox can do it."""
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert site.member.ask("POST", "/password", **body).status_code == 200
    assert log_in_alone(site.member.visitor, device).status_code == 200


def test_the_owner_is_told_of_each_change(site: Site, device: Authenticator) -> None:
    """S96: Mails tell of adding, requiring, copying (once a day) and removing."""
    assert site.notices() == ["passkey_added"]
    site.member.require()
    device.count = 9
    site.member.tokens = log_in_alone(site.member.visitor, device).json()
    for _ in range(3):
        log_in_alone(site.member.visitor, device, count=2)
    site.member.ask("DELETE", f"/me/passkeys/{site.member.passkey_id}")
    assert site.notices() == [
        *("passkey_added", "factor_on", "passkey_copied", "passkey_removed", "factor_off")
    ]
