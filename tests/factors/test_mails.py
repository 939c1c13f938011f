"""Mails to the owner of an account about its second factors."""

from __future__ import annotations

import pytest

from authapi.limits.service import Limits
from tests.recovery.conftest import (  # noqa: F401 - fixtures
    NEW,
    TOKEN,
    Service,
    mailing,
    mails,
    service,
)
from tests.support.authenticator import Owner


@pytest.fixture
def owner(service: Service) -> Owner:  # noqa: F811
    """Somebody with a confirmed address and an authenticator app."""
    return Owner(service.visitor, service.clock, service.owner()).enrol()


def subjects(service: Service, owner: Owner) -> list[str]:  # noqa: F811
    """Return the subjects of all mails to the owner."""
    service.send()
    return sorted(text.splitlines()[0] for text in service.texts(owner.name))


def test_every_change_is_told(service: Service, owner: Owner) -> None:  # noqa: F811
    """S96: The notice is stored by the write that makes the change."""
    owner.ask("POST", "/me/recovery-codes")
    owner.ask("DELETE", "/me/totp")
    assert subjects(service, owner) == [
        "New recovery codes were made at Example",
        "Two-factor authentication was turned off at Example",
        "Two-factor authentication was turned on at Example",
    ]


def test_every_used_recovery_code_is_told(service: Service, owner: Owner) -> None:  # noqa: F811
    """S108: The mail says how many are left."""
    assert owner.log_in(owner.recovery[0]).status_code == 200
    service.send()
    (text,) = [text for text in service.texts(owner.name) if text.startswith("A recovery code")]
    assert "Codes left: 7." in text


def test_a_wrong_second_step_from_a_new_network_is_told_once_a_day(
    service: Service,  # noqa: F811
    owner: Owner,
) -> None:
    """S113: Somebody may know the password, so the mail links to securing the account."""
    service.parts[Limits].forget(owner.name)  # no place is known
    for _ in range(3):
        assert owner.log_in(owner.wrong_code()).status_code == 401
    known = "Somebody knows your password for Example"
    assert subjects(service, owner).count(known) == 1
    assert service.tokens(owner.name)
    service.clock.move(hours=25)
    assert owner.log_in(owner.wrong_code()).status_code == 401
    assert subjects(service, owner).count(known) == 2


def test_a_wrong_second_step_from_a_known_place_is_not_told(
    service: Service,  # noqa: F811
    owner: Owner,
) -> None:
    """S113: It is probably the owner's own mistake."""
    assert owner.log_in().status_code == 200
    assert owner.log_in(owner.wrong_code()).status_code == 401
    assert "Somebody knows your password for Example" not in subjects(service, owner)


def test_a_reset_keeps_the_second_step(service: Service, owner: Owner) -> None:  # noqa: F811
    """S87, S103: The mailbox alone does not open an account with a second factor."""
    service.link(owner.name)
    (mail,) = [text for text in service.texts(owner.name) if text.startswith("Choose a new")]
    (token,) = TOKEN.findall(mail)
    assert service.reset(token).status_code == 200
    refused = owner.first_step(NEW)
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_required")
    body = {"username": owner.name, "password": NEW, "code": owner.next_code()}
    assert service.visitor.post("/authenticate", body).status_code == 200
