"""`POST /password/reset`: one use of a living link, decided by one write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from pymongo.errors import AutoReconnect

from authapi.accounts.service import AccountService
from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.mail.links import LinkClaims, MailedTokens, Purpose
from authapi.passwords.hashing import PasswordHasher
from authapi.recovery.service import Recovery
from authapi.sessions.ending import SessionEnding
from authapi.settings import Settings
from tests.conftest import services_of
from tests.recovery.conftest import NEW, Service
from tests.support.actors import PASSWORD, error_code
from tests.support.apps import served
from tests.support.commands import Commands
from tests.support.crowd import at_once

DEAD = (400, "invalid_link")


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is asked of the databases of these tests."""
    return Commands("recovery_")


def test_of_32_uses_of_one_link_one_succeeds(service: Service) -> None:
    """S84: one password, 31 `invalid_link`, one notice, whoever is first."""
    name = service.owner()
    token = service.link(name)

    def use(number: int) -> Callable[[], str]:
        def reset() -> str:
            try:
                client = Client("127.0.0.1", "test")
                service.parts[Recovery].reset(token, f"{NEW} {number}", client)
            except ApiError as refusal:
                return refusal.code
            return str(number)

        return reset

    outcomes = at_once([use(number) for number in range(32)])
    (winner,) = [outcome for outcome in outcomes if outcome.isdecimal()]
    assert sorted(outcomes)[1:] == ["invalid_link"] * 31
    assert service.visitor.authenticate(name, f"{NEW} {winner}").status_code == 200
    assert service.visitor.authenticate(name, PASSWORD).status_code == 401
    assert service.user(name)["epoch"] == 1
    service.send()
    assert len([text for text in service.texts(name) if "was reset" in text]) == 1


def change_password(service: Service, name: str) -> None:
    """Let the owner change the password."""
    tokens = service.visitor.log_in(name)
    body = {"current_password": PASSWORD, "new_password": "one more password"}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert service.visitor.post("/password", body, bearer).status_code == 200


def log_out_everywhere(service: Service, name: str) -> None:
    """Let the owner log out everywhere."""
    tokens = service.visitor.log_in(name)
    body = {"refresh_token": tokens["refresh_token"], "everywhere": True}
    assert service.visitor.post("/logout", body).status_code == 200


def disable(service: Service, name: str) -> None:
    """Let the operator disable the owner."""
    user_id = service.user(name)["_id"]
    service.parts[AccountService].set_disabled(user_id, disabled=True, reason="operator")


def disable_and_enable(service: Service, name: str) -> None:
    """Let the operator disable the owner, and enable again."""
    disable(service, name)
    user_id = service.user(name)["_id"]
    service.parts[AccountService].set_disabled(user_id, disabled=False, reason="operator")


def delete(service: Service, name: str) -> None:
    """Remove the user."""
    accounts = service.parts[AccountService]
    assert accounts.delete(accounts.get_user(name)) is not None


def change_address(service: Service, name: str) -> None:
    """Let the owner have another confirmed address."""
    service.write(name, {"email": "b@example.com", "email_key": "b@example.com"})


def remove_address(service: Service, name: str) -> None:
    """Take the address away."""
    change = {"$unset": {"email": "", "email_key": ""}}
    service.parts[Database]["users"].update_one({"name_key": name}, change)


def use_another(service: Service, name: str) -> None:
    """Use another link of the owner's."""
    assert service.reset(service.tokens(name)[0], "one more password").status_code == 200


def wait(service: Service, _name: str) -> None:
    """Wait for as long as a link is good."""
    service.clock.move(minutes=60)


DEEDS = (
    change_password,
    log_out_everywhere,
    disable,
    disable_and_enable,
    delete,
    change_address,
    remove_address,
    use_another,
    wait,
)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_link_dies_by(service: Service, deed: Callable[[Service, str], None]) -> None:
    """S85: use, time, another password or address, the end of all sessions; all links at once."""
    name = service.owner()
    links = [service.link(name), service.link(name)]
    deed(service, name)
    assert [error_code(service.reset(token)) for token in links] == [DEAD, DEAD]
    assert service.visitor.authenticate(name, NEW).status_code == 401


def test_a_link_that_was_used_is_over(service: Service) -> None:
    """S85: also for who used it."""
    token = service.link(service.owner())
    assert service.reset(token).status_code == 200
    assert error_code(service.reset(token)) == DEAD


def test_a_link_of_an_address_that_changes_meanwhile_is_too_late(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S85: the write itself wants the address that the link went to."""
    name = service.owner()
    token, hasher = service.link(name), service.parts[PasswordHasher]
    made = hasher.hash

    def change_meanwhile(password: str) -> str:
        change_address(service, name)
        return made(password)

    monkeypatch.setattr(hasher, "hash", change_meanwhile)
    assert error_code(service.reset(token)) == DEAD
    monkeypatch.undo()
    assert service.visitor.authenticate(name).status_code == 200


def test_a_link_lives_for_as_long_as_the_setting_says(mailing: Settings) -> None:
    """`RESET_MINUTES`, from when it is first sent."""
    assert mailing.reset_life.total_seconds() == 3600
    assert replace(mailing, reset_minutes=5).reset_life.total_seconds() == 300


def test_a_reset_logs_nobody_in_and_touches_no_factor(service: Service) -> None:
    """S87: what was begun ends: an address, a secret; what is confirmed stays."""
    waiting = {"email": "x@y.example", "email_key": "x@y.example", "nonce": "n"}
    name = service.owner(
        pending_email={**waiting, "asked_at": service.clock()},
        second_factor=True,
        factors={
            "totp_pending": {"box": b"sealed", "until": service.clock()},
            "totp": {"box": b"sealed", "last_step": 1, "since": service.clock()},
            "recovery": {"1": "$argon2id$"},
        },
    )
    before = service.user(name)
    answer = service.reset(service.link(name))
    assert answer.json().keys() == {"status", "message"}
    assert "Set-Cookie" not in answer.headers
    after = service.user(name)
    assert "pending_email" not in after
    del before["factors"]["totp_pending"]
    for member in ("factors", "second_factor", "email", "email_key"):
        assert after[member] == before[member]
    assert service.parts[Database]["sessions"].count_documents({"user_id": after["_id"]}) == 0


def test_whoever_took_an_account_over_cannot_reset_the_way_back(service: Service) -> None:
    """S93: a link to the new address does not end what the former one can undo."""
    undo = {"id": "u" * 24, "email": "old@example.com", "until": service.clock()}
    name = service.owner(email_undo=undo)
    assert service.reset(service.link(name)).status_code == 200
    assert service.user(name)["email_undo"]["id"] == undo["id"]


def test_a_refused_password_leaves_the_link_good(mailing: Settings, service: Service) -> None:
    """S87: too short, or too easily guessed: the next try works."""
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
    """S12: a 503 and nothing done."""
    token = service.link(service.owner())
    apps: list[Flask] = []
    full = replace(mailing, hash_slots=1, hash_seats=0)
    with served(full, service.clock, apps.append) as visitor:
        hasher = services_of(apps[0])[PasswordHasher]
        with hasher.admit(""):
            answer = visitor.post("/password/reset", {"token": token, "new_password": NEW})
            assert error_code(answer) == (503, "service_unavailable")
    assert service.reset(token).status_code == 200


def test_no_forged_link_costs_a_hash_or_a_look_at_the_database(
    service: Service, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S88: wrong by a bit, cut, foreign, for something else or over: refused as it comes in."""
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
    """A shape is no link."""
    answer = service.visitor.post("/password/reset", {**body, "new_password": NEW})
    assert error_code(answer) == (422, "validation_error")


def test_the_place_of_a_reset_is_known(service: Service) -> None:
    """S24: whoever has the mailbox gets in at once, while strangers wait."""
    name = service.owner()
    assert service.parts[Limits].streak(name).known == ()
    assert service.reset(service.link(name)).status_code == 200
    assert len(service.parts[Limits].streak(name).known) == 1
    assert service.parts[Limits].streak(name).failures == 0


def test_a_reset_that_is_cut_short_has_happened(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S124: no 503 for what was done; what is left is void."""
    name = service.owner()
    token, before = service.link(name), service.visitor.log_in(name)

    def fail(*_args: object) -> None:
        raise AutoReconnect("away")

    monkeypatch.setattr(service.parts[Limits], "trust_network", fail)
    monkeypatch.setattr(service.parts[SessionEnding], "clear_void", fail)
    assert service.reset(token).status_code == 200
    assert service.visitor.refresh(before["refresh_token"]).status_code == 400
    assert service.visitor.authenticate(name, NEW).status_code == 200


def test_what_happens_is_on_record(service: Service) -> None:
    """A reset and a refusal, with their user; a forged link is nobody's."""
    name = service.owner()
    token = service.link(name)
    service.reset(token)
    service.reset(token)
    service.reset("x")
    trail = service.parts[AuditTrail].all_of(service.user(name)["_id"])
    told = {str(event.event): event.reason for event in trail}
    assert told["password_reset"] is None
    assert told["reset_refused"] == "over"
    everything = service.parts[AuditTrail].page(50, None)[0]
    assert ("reset_refused", "forged", None) in {
        (str(event.event), event.reason, event.user_id) for event in everything
    }


def test_a_service_without_mail_takes_no_links_but_the_operators(settings: Settings) -> None:
    """There `/password/reset` is for the links of `flask users recovery-link`."""
    with served(settings) as visitor:
        answer = visitor.post("/password/reset", {"token": "x", "new_password": NEW})
        assert error_code(answer) == DEAD
