"""A passkey as the second factor, optional or required."""

from __future__ import annotations

from typing import Any

import pytest

from authapi.core.clock import utc_now
from authapi.database import Collections
from tests.passkeys.authenticator import PRESENT, VERIFIED, Authenticator
from tests.passkeys.conftest import (
    Member,
    NewMember,
    answer_of,
    challenge,
    log_in_alone,
    log_in_with_both,
)
from tests.support.actors import error_code
from tests.support.forging import payload_of

REFUSED = (401, "invalid_passkey")
ASKED = (401, "second_factor_required")


@pytest.fixture
def guarded(member: Member, device: Authenticator) -> Member:
    """A user for whom a passkey is required."""
    assert member.with_passkey(device).require().status_code == 200
    return member


def second(member: Member, shown: dict[str, Any]) -> Any:  # noqa: ANN401
    """Take the second step of a login by what is shown."""
    asked = member.visitor.authenticate(member.name).json()
    body = {"mfa_token": asked["mfa_token"], "passkey": shown}
    return member.visitor.post("/authenticate/second", body)


def test_turning_it_on_gives_codes_and_ends_the_other_sessions(
    member: Member, device: Authenticator
) -> None:
    """S107, S108: Eight recovery codes are given, and the caller's session goes on."""
    elsewhere = member.visitor.log_in(member.name)
    assert error_code(member.require()) == (404, "not_found")
    answer = member.with_passkey(device).require()
    assert answer.status_code == 200
    assert len(answer.json()["recovery_codes"]) == 8
    assert member.visitor.protected(member.tokens["access_token"]).status_code == 200
    assert member.visitor.refresh(elsewhere["refresh_token"]).status_code == 400
    told = member.factors()
    assert (told["second_factor"], told["passkeys_required"]) == (True, True)
    assert told["recovery_codes_left"] == 8


def test_who_has_used_all_codes_gets_new_ones(
    member: Member, device: Authenticator, collections: Collections
) -> None:
    """S108: This also holds beside an authenticator app."""
    member.with_passkey(device)
    used_up = {"$set": {"second_factor": True, "factors.recovery": {}}}
    collections["users"].update_one({"name_key": member.name}, used_up)
    member.tokens = log_in_with_both(member, device).json()
    answer = member.require()
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["recovery_codes"]) == 8


def test_turning_it_on_again_changes_nothing(guarded: Member, device: Authenticator) -> None:
    """It succeeds without new codes and ends no session."""
    guarded.tokens = log_in_alone(guarded.visitor, device).json()
    elsewhere = log_in_alone(guarded.visitor, device).json()
    answer = guarded.require()
    assert answer.json().keys() == {"status", "message"}
    assert guarded.visitor.refresh(elsewhere["refresh_token"]).status_code == 200


def test_the_password_alone_is_not_enough(guarded: Member, device: Authenticator) -> None:
    """S103: The passkey or a recovery code is asked for."""
    asked = guarded.visitor.authenticate(guarded.name)
    assert error_code(asked) == ASKED
    assert asked.json()["factors"] == ["recovery_code", "passkey"]
    options = challenge(guarded.visitor, mfa_token=asked.json()["mfa_token"])
    (allowed,) = options["options"]["allowCredentials"]
    assert allowed["id"] == guarded.passkey_id
    assert options["options"]["userVerification"] == "discouraged"
    body = {"mfa_token": asked.json()["mfa_token"], "passkey": answer_of(device, options)}
    answer = guarded.visitor.post("/authenticate/second", body)
    assert answer.status_code == 200, answer.text
    claims = payload_of(answer.json()["access_token"])
    assert (claims["acr"], claims["amr"]) == ("aal2", ["pwd", "hwk"])


def test_presence_is_enough_beside_the_password(guarded: Member, device: Authenticator) -> None:
    """S103: User verification is needed only for a passkey alone."""
    unverified = {"clear_flags": VERIFIED}
    assert error_code(log_in_alone(guarded.visitor, device, **unverified)) == REFUSED
    absent = {"clear_flags": VERIFIED | PRESENT}
    shown = answer_of(device, challenge(guarded.visitor), **absent)
    assert error_code(second(guarded, shown)) == REFUSED
    shown = answer_of(device, challenge(guarded.visitor), **unverified)
    assert second(guarded, shown).status_code == 200


def test_it_does_in_the_same_request_as_the_password(
    guarded: Member, device: Authenticator
) -> None:
    """`/authenticate` accepts both at once."""
    assert log_in_with_both(guarded, device).status_code == 200
    assert log_in_with_both(guarded, device, "a wrong one").status_code == 401


def test_it_counts_also_where_nobody_asks_for_it(member: Member, device: Authenticator) -> None:
    """S103: With the password it makes two factors; a wrong one is refused."""
    member.with_passkey(device)
    answer = log_in_with_both(member, device)
    assert payload_of(answer.json()["access_token"])["acr"] == "aal2"
    assert error_code(log_in_with_both(member, Authenticator())) == REFUSED


def test_the_passkey_of_somebody_else_is_refused(
    new_member: NewMember, device: Authenticator
) -> None:
    """S114: A valid passkey of another user does not help."""
    ann, bob, theirs = new_member().with_passkey(device), new_member(), Authenticator()
    bob.with_passkey(theirs)
    ann.require()
    assert error_code(second(ann, answer_of(theirs, challenge(ann.visitor)))) == REFUSED
    own = challenge(ann.visitor, bob.tokens["access_token"])
    assert error_code(second(ann, answer_of(device, own))) == REFUSED


def test_an_answer_is_good_once_here_too(guarded: Member, device: Authenticator) -> None:
    """S115: It cannot be used again for another login or alone."""
    shown = answer_of(device, challenge(guarded.visitor))
    assert second(guarded, shown).status_code == 200
    assert error_code(second(guarded, shown)) == REFUSED
    assert error_code(guarded.visitor.post("/authenticate/passkey", shown)) == REFUSED


def test_turning_it_off_is_one_write_too(guarded: Member, device: Authenticator) -> None:
    """Recovery codes are removed with the last factor; the passkey works alone."""
    guarded.tokens = log_in_alone(guarded.visitor, device).json()
    assert guarded.require(passkeys=False).status_code == 200
    told = guarded.factors()
    assert (told["second_factor"], told["recovery_codes_left"]) == (False, 0)
    assert guarded.visitor.authenticate(guarded.name).status_code == 200
    assert log_in_alone(guarded.visitor, device).status_code == 200


def test_removing_the_last_one_ends_the_asking(guarded: Member, device: Authenticator) -> None:
    """No passkey is required any more."""
    spare = Authenticator()
    guarded.tokens = log_in_alone(guarded.visitor, device).json()
    first = guarded.passkey_id
    guarded.with_passkey(spare)
    assert guarded.ask("DELETE", f"/me/passkeys/{first}").status_code == 200
    assert guarded.factors()["second_factor"] is True
    assert guarded.ask("DELETE", f"/me/passkeys/{guarded.passkey_id}").status_code == 200
    told = guarded.factors()
    assert (told["second_factor"], told["passkeys_required"]) == (False, False)
    assert told["recovery_codes_left"] == 0
    assert guarded.visitor.authenticate(guarded.name).status_code == 200


def test_beside_an_app_it_goes_alone(
    guarded: Member, device: Authenticator, collections: Collections
) -> None:
    """The app and the recovery codes stay."""
    guarded.tokens = log_in_alone(guarded.visitor, device).json()
    app = {"box": b"sealed", "last_step": 1, "since": utc_now()}
    collections["users"].update_one({"name_key": guarded.name}, {"$set": {"factors.totp": app}})
    assert guarded.require(passkeys=False).status_code == 200
    told = guarded.factors()
    assert (told["second_factor"], told["recovery_codes_left"]) == (True, 8)


def test_a_change_wants_the_second_factor_where_there_is_one(
    guarded: Member, device: Authenticator
) -> None:
    """S109: A session by the password alone is not enough, one with the passkey is."""
    stale = guarded.require(passkeys=False)
    assert error_code(stale) == (401, "insufficient_user_authentication")
    assert stale.json()["acr_values"] == "aal2"
    shown = answer_of(device, challenge(guarded.visitor, guarded.tokens["access_token"]))
    body = {"password": "correct horse battery", "passkey": shown}
    assert guarded.require(passkeys=False, **body).status_code == 200
