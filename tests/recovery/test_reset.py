"""`POST /password/reset`: a link is used once, decided by one write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pymongo.errors import AutoReconnect

from authapi.audit.service import AuditTrail
from authapi.core.client import Client
from authapi.core.errors import ApiError
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.recovery.service import Recovery
from authapi.sessions.ending import SessionEnding
from authapi.settings import Settings
from tests.passkeys.authenticator import Authenticator
from tests.recovery.account_changes import CHANGES, change_address
from tests.recovery.conftest import DEAD, NEW, Service
from tests.support.actors import PASSWORD, error_code
from tests.support.authenticator import Owner
from tests.support.crowd import at_once


def test_of_32_uses_of_one_link_one_succeeds(service: Service) -> None:
    """S84: The others get `invalid_link`, and there is one notice."""
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


@pytest.mark.parametrize("change", CHANGES)
def test_a_link_dies_by(service: Service, change: Callable[[Service, str], None]) -> None:
    """S85: Its use, time, and changes of password, address or factor make it invalid."""
    name = service.owner()
    links = [service.link(name), service.link(name)]
    change(service, name)
    assert [error_code(service.reset(token)) for token in links] == [DEAD, DEAD]
    assert service.visitor.authenticate(name, NEW).status_code == 401


def test_a_link_that_was_used_is_over(service: Service) -> None:
    """S85: A second use is refused."""
    token = service.link(service.owner())
    assert service.reset(token).status_code == 200
    assert error_code(service.reset(token)) == DEAD


def test_a_link_of_an_address_that_changes_meanwhile_is_too_late(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S85: The write checks that the address is still the same."""
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
    """`RESET_MINUTES` counts from the first time it is sent."""
    assert mailing.reset_life.total_seconds() == 3600
    assert replace(mailing, reset_minutes=5).reset_life.total_seconds() == 300


def test_a_reset_logs_nobody_in_and_touches_no_factor(service: Service) -> None:
    """S87: Pending addresses and secrets are removed, confirmed ones stay."""
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
    before["factors"]["passkeys_since"] = after["epoch"]
    for member in ("factors", "second_factor", "email", "email_key"):
        assert after[member] == before[member]
    assert service.parts[Database]["sessions"].count_documents({"user_id": after["_id"]}) == 0


def test_the_place_of_a_reset_is_known(service: Service) -> None:
    """S24: Its network may log in at once while strangers wait."""
    name = service.owner()
    assert service.parts[Limits].streak(name).known == ()
    assert service.reset(service.link(name)).status_code == 200
    assert len(service.parts[Limits].streak(name).known) == 1
    assert service.parts[Limits].streak(name).failures == 0


def test_a_reset_that_is_cut_short_has_happened(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S124: The answer is a success, and the sweep does the rest."""
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
    """Resets and refusals are events of their user."""
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


def add_a_passkey(owner: Owner) -> None:
    """Let the owner have one passkey more."""
    begun = owner.ask("POST", "/me/passkeys/options").json()
    made = Authenticator().create(begun["options"])
    body = {"ceremony": begun["ceremony"], "credential": made}
    assert owner.ask("POST", "/me/passkeys", **body).status_code == 200


def make_new_codes(owner: Owner) -> None:
    """Let the owner have new recovery codes."""
    assert owner.ask("POST", "/me/recovery-codes").status_code == 200


@pytest.mark.parametrize("change", [add_a_passkey, make_new_codes])
def test_a_link_dies_by_a_change_of_a_factor_that_ends_no_session(
    service: Service, change: Callable[[Owner], None]
) -> None:
    """S85: A link that is mailed afterwards works."""
    name = service.owner()
    owner = Owner(service.visitor, service.clock, name).enrol()
    link = service.link(name)
    change(owner)
    assert error_code(service.reset(link)) == DEAD
    service.send()  # what the owner is told of the change brings a link, too
    assert service.reset(service.link(name)).status_code == 200


def test_this_was_not_me_outlives_a_change_of_a_factor(service: Service) -> None:
    """S101: A thief may have added a factor."""
    name = service.owner()
    owner = Owner(service.visitor, service.clock, name).enrol()
    service.send()
    (not_me,) = service.tokens(name)
    add_a_passkey(owner)
    assert service.visitor.post("/account/secure", {"token": not_me}).status_code == 200


def test_a_link_is_too_late_when_a_factor_changes_meanwhile(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S85: The write checks that the factors are still the same."""
    name = service.owner()
    owner = Owner(service.visitor, service.clock, name).enrol()
    token, hasher = service.link(name), service.parts[PasswordHasher]
    made = hasher.hash

    def change_meanwhile(password: str) -> str:
        add_a_passkey(owner)
        return made(password)

    monkeypatch.setattr(hasher, "hash", change_meanwhile)
    assert error_code(service.reset(token)) == DEAD
