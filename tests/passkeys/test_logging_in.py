"""Logging in by a passkey alone."""

from __future__ import annotations

import re
import secrets
from typing import Any

import cbor2
import pytest

from authapi.database import Collections
from tests.passkeys.authenticator import (
    EXTENDED,
    PRESENT,
    VERIFIED,
    Authenticator,
    base64url,
)
from tests.passkeys.conftest import (
    Member,
    NewMember,
    answer_of,
    challenge,
    log_in_alone,
)
from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.commands import Commands
from tests.support.forging import payload_of

REFUSED = (401, "invalid_passkey")


def test_it_is_two_factors_in_one(member: Member, device: Authenticator) -> None:
    """S103: The session's tokens name both factors."""
    answer = log_in_alone(member.with_passkey(device).visitor, device)
    assert answer.status_code == 200
    assert answer.json().keys() == {
        *("status", "access_token", "refresh_token", "token_type", "expires_in")
    }
    claims = payload_of(answer.json()["access_token"])
    assert (claims["sub"], claims["acr"]) == (member.name, "aal2")
    assert claims["amr"] == ["hwk", "user"]
    assert member.visitor.refresh(answer.json()["refresh_token"]).status_code == 200
    (listed,) = member.factors()["passkeys"]
    assert listed["used_at"] is not None


WRONG: dict[str, dict[str, Any]] = {
    "origin": {"origin": "https://accounts.example.evil.example"},
    "plain http": {"origin": "http://accounts.example"},
    "an extension": {"origin": f"chrome-extension://{'a' * 32}"},
    "this machine": {"origin": "http://localhost:8000"},
    "in a frame": {"cross_origin": True},
    "rp id": {"rp_id": "evil.example"},
    "type": {"type": "webauthn.create"},
    "challenge": {"challenge": base64url(b"x" * 32)},
    "nobody there": {"clear_flags": PRESENT},
    "nobody verified": {"clear_flags": VERIFIED},
    "backup flags": {"set_flags": 0x10},
    "signature": {"signature": b"0" * 70},
    "no signature": {"signature": b""},
    "unknown": {"id": b"z" * 16},
    "an expression": {"set_flags": EXTENDED, "extensions": cbor2.dumps({"a": re.compile("b")})},
    "other user": {"handle": b"0" * 24},
    "no user": {"handle": None},
    "an empty user": {"handle": b""},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused(
    member: Member, device: Authenticator, wrong: dict[str, Any]
) -> None:
    """S114: Every defect gets the same 401, and the passkey stays valid."""
    member.with_passkey(device)
    answer = log_in_alone(member.visitor, device, **wrong)
    assert error_code(answer) == REFUSED
    assert answer.json()["message"] == "That passkey was not accepted. Please try again."
    assert answer.json().keys() == {"status", "code", "message"}
    assert log_in_alone(member.visitor, device).status_code == 200


def test_a_key_of_somebody_else_is_refused(new_member: NewMember, device: Authenticator) -> None:
    """S114: A signature by another key, or another user's handle, is refused."""
    ann, bob = new_member().with_passkey(device), new_member()
    theirs = Authenticator()
    bob.with_passkey(theirs)
    forged = Authenticator(id=device.id, handle=device.handle)
    assert error_code(log_in_alone(ann.visitor, forged)) == REFUSED
    assert error_code(log_in_alone(ann.visitor, theirs, handle=device.handle)) == REFUSED


@pytest.mark.parametrize(
    "credential",
    [{}, {"id": 7}, {"id": {}}, {"id": ""}, {"id": "AAAA", "response": []}],
)
def test_what_is_no_credential_is_refused(visitor: Visitor, credential: dict[str, Any]) -> None:
    """S17: It is never a 5xx."""
    body = {"ceremony": challenge(visitor)["ceremony"], "credential": credential}
    assert error_code(visitor.post("/authenticate/passkey", body)) == REFUSED


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("rubbish", [None, 7, "", "!", "☃", "AAAA", "A" * 2000, base64url(b"[]")])
def test_rubbish_in_any_part_is_refused(
    member: Member, device: Authenticator, part: str, rubbish: object
) -> None:
    """S17: It is never a 5xx and never a login."""
    member.with_passkey(device)
    body = answer_of(device, challenge(member.visitor))
    body["credential"]["response"][part] = rubbish
    assert error_code(member.visitor.post("/authenticate/passkey", body)) == REFUSED


def test_an_answer_is_good_once(member: Member) -> None:
    """S115: This includes passkeys without a signature counter."""
    device = Authenticator(counts=False)
    member.with_passkey(device)
    body = answer_of(device, challenge(member.visitor))
    assert member.visitor.post("/authenticate/passkey", body).status_code == 200
    assert error_code(member.visitor.post("/authenticate/passkey", body)) == REFUSED
    assert log_in_alone(member.visitor, device).status_code == 200


def test_an_answer_ends_after_five_minutes(
    member: Member, device: Authenticator, clock: MovedClock
) -> None:
    """S115: The server's clock decides."""
    asked = challenge(member.with_passkey(device).visitor)
    clock.move(minutes=5, seconds=1)
    body = answer_of(device, asked)
    assert error_code(member.visitor.post("/authenticate/passkey", body)) == REFUSED


def test_a_ceremony_is_for_one_thing(member: Member, device: Authenticator) -> None:
    """S114: One for adding a passkey, or for a known user, does not log in."""
    member.with_passkey(device)
    asked = challenge(member.visitor)
    for other in (member.begin(), challenge(member.visitor, member.tokens["access_token"])):
        options = {**asked["options"], "challenge": other["options"]["challenge"]}
        body = answer_of(device, {"ceremony": other["ceremony"], "options": options})
        assert error_code(member.visitor.post("/authenticate/passkey", body)) == REFUSED
    forged = {**answer_of(device, asked), "ceremony": member.tokens["access_token"]}
    assert error_code(member.visitor.post("/authenticate/passkey", forged)) == REFUSED


def test_a_counter_that_fell_is_refused_and_told(
    member: Member, device: Authenticator, collections: Collections
) -> None:
    """S116: The owner can see it; the device with the higher counter goes on."""
    member.with_passkey(device)
    device.count = 5
    assert log_in_alone(member.visitor, device).status_code == 200
    for count in (6, 5, 0):
        assert error_code(log_in_alone(member.visitor, device, count=count)) == REFUSED
    stored = collections["passkeys"].find_one({"_id": member.passkey_id})
    assert stored is not None
    assert stored["sign_count"] == 6
    assert log_in_alone(member.visitor, device, count=7).status_code == 200
    told = member.ask("GET", "/me/activity").json()["events"]
    assert {"passkey_counter_fell", "passkey_used", "passkey_added"} <= {
        each["event"] for each in told
    }


def test_options_tell_nothing_about_names(member: Member, device: Authenticator) -> None:
    """S117: They need no name, list no credential, and read nothing from the database."""
    member.with_passkey(device)
    commands = Commands("test_")
    options = challenge(member.visitor, username=member.name)["options"]
    assert commands.since_last() == []
    assert options.keys() == {
        *("challenge", "timeout", "rpId", "allowCredentials", "userVerification")
    }
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    challenges = {challenge(member.visitor)["options"]["challenge"] for _ in range(20)}
    assert len(challenges) == 20


def test_a_disabled_user_is_refused(
    member: Member, device: Authenticator, collections: Collections
) -> None:
    """S114: The answer is that of any other refusal."""
    member.with_passkey(device)
    collections["users"].update_one({"name_key": member.name}, {"$set": {"disabled": True}})
    assert error_code(log_in_alone(member.visitor, device)) == REFUSED


def test_a_repeat_gets_the_same_session(member: Member, device: Authenticator) -> None:
    """Contract 7: Without the same Idempotency-Key the answer is used up."""
    body = answer_of(device, challenge(member.with_passkey(device).visitor))
    key = {"Idempotency-Key": secrets.token_urlsafe(24)}
    answers = [member.visitor.post("/authenticate/passkey", body, key) for _ in range(3)]
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    other = {"Idempotency-Key": secrets.token_urlsafe(24)}
    for headers in ({}, other):
        answer = member.visitor.post("/authenticate/passkey", body, headers)
        assert error_code(answer) == REFUSED


def test_a_step_up_by_a_passkey_alone(
    new_member: NewMember, device: Authenticator, clock: MovedClock
) -> None:
    """S120: It needs user verification and the caller's own passkey."""
    ann, bob = new_member().with_passkey(device), new_member()
    clock.move(minutes=12)
    ann.log_in()
    token, theirs = ann.tokens["access_token"], Authenticator()
    bob.log_in()
    bob.with_passkey(theirs)
    clock.move(minutes=12)
    for other, shown in ((theirs, {}), (device, {"clear_flags": VERIFIED})):
        body = {"passkey": answer_of(other, challenge(ann.visitor), **shown)}
        assert error_code(ann.ask("POST", "/reauthenticate", **body)) == REFUSED
    asked = challenge(ann.visitor, token)
    (allowed,) = asked["options"]["allowCredentials"]
    assert allowed["id"] == ann.passkey_id
    answer = ann.ask("POST", "/reauthenticate", passkey=answer_of(device, asked))
    assert answer.status_code == 200, answer.text
    claims = payload_of(answer.json()["access_token"])
    assert claims["acr"] == "aal2"
    ann.tokens["access_token"] = answer.json()["access_token"]
    assert ann.ask("POST", "/me/passkeys/options").status_code == 200
    assert error_code(ann.ask("POST", "/reauthenticate")) == (422, "validation_error")
