"""Adding a passkey."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

import cbor2
import pytest
from flask import Flask

from tests.cli.imports import user
from tests.passkeys.authenticator import (
    EDDSA,
    EXTENDED,
    PRESENT,
    VERIFIED,
    Authenticator,
    Ed25519Key,
    Key,
    P256Key,
    RsaKey,
    base64url,
)
from tests.passkeys.conftest import Member, NewMember, log_in_alone
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.clock import MovedClock
from tests.support.crowd import at_once

REFUSED = (400, "invalid_passkey")


def test_it_is_listed_without_its_key(member: Member, device: Authenticator) -> None:
    """S109: The list has id, name, dates, and whether it is backed up."""
    member.with_passkey(device)
    (listed,) = member.factors()["passkeys"]
    assert listed["id"] == base64url(device.id)
    assert listed["name"] == "Python"
    assert (listed["used_at"], listed["backed_up"]) == (None, False)
    assert listed.keys() == {"id", "name", "created_at", "used_at", "backed_up"}


def test_a_browser_is_asked_for_the_right_thing(member: Member, device: Authenticator) -> None:
    """The options are discoverable, verified, without attestation (WebAuthn 5.4)."""
    options = member.begin()["options"]
    assert options["rp"]["id"] == "accounts.example"
    assert options["user"]["name"] == member.name
    assert options["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert options["attestation"] == "none"
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-8, -7, -257]
    assert options["excludeCredentials"] == []
    member.with_passkey(device)
    (excluded,) = member.begin()["options"]["excludeCredentials"]
    assert excluded["id"] == base64url(device.id)


@pytest.mark.parametrize("key", [Ed25519Key, P256Key, RsaKey])
def test_every_kind_of_key_logs_in(member: Member, key: type[Key]) -> None:
    """The algorithms that browsers use work (WebAuthn 5.8.5)."""
    device = Authenticator(key())
    member.with_passkey(device)
    assert log_in_alone(member.visitor, device).status_code == 200


def test_a_user_with_the_longest_id_has_a_passkey(
    app: Flask, visitor: Visitor, device: Authenticator
) -> None:
    """The user handle has at most 64 bytes (WebAuthn 5.4.3)."""
    name = fresh_name()
    line = json.dumps(user(name, _id=f"{name:x>128}"))
    app.test_cli_runner().invoke(args=["users", "import", "-", "--keep-ids"], input=line)
    member = Member(visitor, name)
    member.log_in()
    member.with_passkey(device)
    assert device.handle is not None
    assert len(device.handle) <= 64
    assert log_in_alone(visitor, device).status_code == 200


WRONG: dict[str, dict[str, Any]] = {
    "origin": {"origin": "https://accounts.example.evil.example"},
    "plain http": {"origin": "http://accounts.example"},
    "in a frame": {"cross_origin": True},
    "rp id": {"rp_id": "evil.example"},
    "type": {"type": "webauthn.get"},
    "challenge": {"challenge": base64url(b"x" * 32)},
    "nobody there": {"clear_flags": PRESENT},
    "nobody verified": {"clear_flags": VERIFIED},
    "algorithm": {"cose": {**P256Key().cose(), 3: -35}},
    "no key": {"cose": {1: 1, 3: EDDSA, -1: 6, -2: b"short"}},
    "curve": {"cose": {**P256Key().cose(), -1: 99}},
    "an expression": {"set_flags": EXTENDED, "extensions": cbor2.dumps({"a": re.compile("b")})},
    "one in the statement": {"statement": {"other": re.compile("b")}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_refused(member: Member, wrong: dict[str, Any]) -> None:
    """S114: Every defect gets the same 400, and nothing is stored."""
    answer = member.add(Authenticator(), **wrong)
    assert error_code(answer) == REFUSED
    assert answer.json()["message"] == "That passkey was not accepted. Please try again."
    assert member.factors()["passkeys"] == []


def test_what_an_authenticator_adds_by_itself_is_fine(
    member: Member, device: Authenticator
) -> None:
    """Extensions that were not requested are allowed (WebAuthn 9)."""
    added = {"set_flags": EXTENDED, "extensions": cbor2.dumps({"credProtect": 2, "b": [None]})}
    assert member.add(device, **added).status_code == 200
    assert log_in_alone(member.visitor, device, **added).status_code == 200


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 7},
        {"id": "x", "rawId": "x", "type": "public-key", "response": "x"},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "e30"}},
        {"id": "x", "rawId": "x", "type": "public-key", "response": {"clientDataJSON": "☃"}},
    ],
)
def test_what_is_no_credential_is_refused(member: Member, credential: dict[str, Any]) -> None:
    """S17: It is never a 5xx."""
    body = {"ceremony": member.begin()["ceremony"], "credential": credential}
    assert error_code(member.ask("POST", "/me/passkeys", **body)) == REFUSED


def test_a_ceremony_is_good_once(member: Member) -> None:
    """S115: Of 8 concurrent answers to one challenge one is accepted."""
    begun = member.begin()
    made = [Authenticator().create(begun["options"]) for _ in range(8)]

    def send(credential: dict[str, Any]) -> int:
        visitor = Visitor(member.visitor.base_url)
        mine = Member(visitor, member.name, member.tokens)
        answer = mine.ask("POST", "/me/passkeys", ceremony=begun["ceremony"], credential=credential)
        visitor.close()
        return answer.status_code

    answered = at_once([partial(send, each) for each in made])
    assert sorted(answered) == [200, *[400] * 7]
    assert len(member.factors()["passkeys"]) == 1


def test_a_ceremony_ends_after_five_minutes(
    member: Member, device: Authenticator, clock: MovedClock
) -> None:
    """S115: The server's clock decides."""
    begun = member.begin()
    clock.move(minutes=5, seconds=1)
    body = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"])}
    assert error_code(member.ask("POST", "/me/passkeys", **body)) == REFUSED


def test_a_ceremony_is_ones_own(new_member: NewMember, device: Authenticator) -> None:
    """S114: Another user cannot complete it."""
    ann, bob = new_member(), new_member()
    begun = ann.begin()
    body = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"])}
    assert error_code(bob.ask("POST", "/me/passkeys", **body)) == REFUSED
    assert ann.ask("POST", "/me/passkeys", **body).status_code == 200


def test_a_credential_belongs_to_one_account(new_member: NewMember, device: Authenticator) -> None:
    """S118: Another account that sends its id gets nothing, and changes nothing."""
    ann, bob = new_member().with_passkey(device), new_member()
    thief = Authenticator(id=device.id)
    assert error_code(bob.add(thief)) == REFUSED
    assert bob.factors()["passkeys"] == []
    assert error_code(ann.add(Authenticator(id=device.id))) == REFUSED
    assert log_in_alone(ann.visitor, device).status_code == 200


def test_an_account_has_ten(member: Member) -> None:
    """The limit also holds for concurrent requests."""
    for _ in range(9):
        member.with_passkey(Authenticator())
    begun = [member.begin(), member.begin()]
    made = [Authenticator().create(each["options"]) for each in begun]
    answers = [
        member.ask("POST", "/me/passkeys", ceremony=each["ceremony"], credential=credential)
        for each, credential in zip(begun, made, strict=True)
    ]
    assert [answer.status_code for answer in answers] == [200, 422]
    refused = member.ask("POST", "/me/passkeys/options")
    assert error_code(refused) == (422, "validation_error")
    assert "at most 10" in refused.json()["message"]
    assert len(member.factors()["passkeys"]) == 10
