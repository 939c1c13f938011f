"""`POST /password/reset`: refusals, which leave the link valid."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from authapi.accounts.service import AccountService
from authapi.mail.links import LinkClaims, MailedTokens, Purpose
from authapi.passwords.hashing import PasswordHasher
from authapi.settings import Settings
from tests.conftest import services_of
from tests.recovery.conftest import DEAD, NEW, Service
from tests.support.actors import error_code
from tests.support.apps import served
from tests.support.commands import Commands


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is asked of the databases of these tests."""
    return Commands("recovery_")


def test_a_refused_password_leaves_the_link_good(mailing: Settings, service: Service) -> None:
    """S87: After a short or common password the next try works."""
    name = service.owner()
    token = service.link(name)
    answer = service.reset(token, "short")
    assert error_code(answer) == (422, "validation_error")
    with served(replace(mailing, password_blocklist="on"), service.clock) as strict:
        body = {"token": token, "new_password": name}
        answer = strict.post("/password/reset", body)
        assert error_code(answer) == (422, "validation_error")
        assert list(answer.json()["errors"]) == ["new_password"]
    assert service.reset(token).status_code == 200


def test_a_full_house_leaves_the_link_good(mailing: Settings, service: Service) -> None:
    """S12: A 503 changes nothing."""
    token = service.link(service.owner())
    apps: list[Flask] = []
    full = replace(mailing, hash_slots=1, hash_queue_limit=0)
    with served(full, service.clock, apps.append) as visitor:
        hasher = services_of(apps[0])[PasswordHasher]
        with hasher.admit(""):
            answer = visitor.post("/password/reset", {"token": token, "new_password": NEW})
            assert error_code(answer) == (503, "service_unavailable")
    assert service.reset(token).status_code == 200


def test_no_forged_link_costs_a_hash_or_a_look_at_the_database(
    service: Service, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S88: Altered, foreign and expired tokens are refused before."""
    name = service.owner()
    token = service.link(name)
    user = service.parts[AccountService].get_user(name)
    claims = LinkClaims(Purpose.VERIFY, user.id, user.epoch, user.email_key)
    tokens, now = service.parts[MailedTokens], service.clock()
    other = tokens.token(claims, now.replace(year=now.year + 1))
    over = tokens.token(replace(claims, purpose=Purpose.RESET), now)
    monkeypatch.setattr(PasswordHasher, "hash", None)
    forged = [token[:-1], token + "A", token[1:], token.swapcase(), "", "x", "é", other, over]
    commands.since_last()
    for wrong in forged:
        assert error_code(service.reset(wrong)) == DEAD, wrong
    assert commands.since_last() == []


@pytest.mark.parametrize("body", [{"token": None}, {"token": 7}, {"token": ["x"]}, {}])
def test_what_is_no_text_is_refused(service: Service, body: dict[str, object]) -> None:
    """A wrong type gets a 422."""
    answer = service.visitor.post("/password/reset", {**body, "new_password": NEW})
    assert error_code(answer) == (422, "validation_error")


def test_a_service_without_mail_takes_no_links_but_the_operators(settings: Settings) -> None:
    """Links of `flask users recovery-link` still work."""
    with served(settings) as visitor:
        answer = visitor.post("/password/reset", {"token": "x", "new_password": NEW})
        assert error_code(answer) == DEAD


def test_no_link_lets_a_disabled_user_choose_a_password(service: Service) -> None:
    """S85: A link made afterwards is refused as well."""
    name = service.owner()
    token = service.link(name)
    service.write(name, {"disabled": True})
    assert error_code(service.reset(token)) == DEAD
