"""A passkey is added, named and removed."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import cbor2
import pytest
from flask import Flask

from authapi.database import Collections
from authapi.factors.operating import OperatorFactors
from tests.conftest import services_of
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
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.forging import payload_of

REFUSED = (400, "invalid_passkey")


def test_it_is_listed_without_its_key(member: Member, device: Authenticator) -> None:
    """S109: id, name, dates, and whether it is on more than one device."""
    member.with_passkey(device)
    (listed,) = member.factors()["passkeys"]
    assert listed["id"] == base64url(device.id)
    assert listed["name"] == "Python"
    assert (listed["used_at"], listed["backed_up"]) == (None, False)
    assert listed.keys() == {"id", "name", "created_at", "used_at", "backed_up"}


def test_a_browser_is_asked_for_the_right_thing(member: Member, device: Authenticator) -> None:
    """WebAuthn 5.4: discoverable, verified, no attestation, none twice on one device."""
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
    """WebAuthn 5.8.5: what browsers make."""
    device = Authenticator(key())
    member.with_passkey(device)
    assert log_in_alone(member.visitor, device).status_code == 200


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
    """S114: one and the same 400, whatever it is, and nothing is stored."""
    answer = member.add(Authenticator(), **wrong)
    assert error_code(answer) == REFUSED
    assert answer.json()["message"] == "That passkey was not accepted. Please try again."
    assert member.factors()["passkeys"] == []


def test_what_an_authenticator_adds_by_itself_is_fine(
    member: Member, device: Authenticator
) -> None:
    """WebAuthn 9: extensions that nobody asked for, at the beginning and at each login."""
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
    """S17: never a fault."""
    body = {"ceremony": member.begin()["ceremony"], "credential": credential}
    assert error_code(member.ask("POST", "/me/passkeys", **body)) == REFUSED


def test_a_ceremony_is_good_once(member: Member) -> None:
    """S115: of 8 answers at once to one challenge, one is taken."""
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
    """S115: by the server's clock."""
    begun = member.begin()
    clock.move(minutes=5, seconds=1)
    body = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"])}
    assert error_code(member.ask("POST", "/me/passkeys", **body)) == REFUSED


def test_a_ceremony_is_ones_own(new_member: NewMember, device: Authenticator) -> None:
    """S114: what one began another cannot end."""
    ann, bob = new_member(), new_member()
    begun = ann.begin()
    body = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"])}
    assert error_code(bob.ask("POST", "/me/passkeys", **body)) == REFUSED
    assert ann.ask("POST", "/me/passkeys", **body).status_code == 200


def test_a_credential_belongs_to_one_account(new_member: NewMember, device: Authenticator) -> None:
    """S118: another account cannot have its id, and takes nothing away by trying."""
    ann, bob = new_member().with_passkey(device), new_member()
    thief = Authenticator(id=device.id)
    assert error_code(bob.add(thief)) == REFUSED
    assert bob.factors()["passkeys"] == []
    assert error_code(ann.add(Authenticator(id=device.id))) == REFUSED
    assert log_in_alone(ann.visitor, device).status_code == 200


def test_an_account_has_ten(member: Member) -> None:
    """Counted by the write that adds one, also when two are added at once."""
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


def test_it_is_renamed(new_member: NewMember, device: Authenticator) -> None:
    """By its owner, and by nobody else."""
    ann, bob = new_member().with_passkey(device), new_member()
    path = f"/me/passkeys/{ann.passkey_id}"
    assert ann.ask("PATCH", path, name="Señor Yubi 🔑").status_code == 200
    assert ann.factors()["passkeys"][0]["name"] == "Señor Yubi 🔑"
    for name in ("", "x" * 65, "a\nb", 7):
        assert error_code(ann.ask("PATCH", path, name=name)) == (422, "validation_error")
    assert error_code(bob.ask("PATCH", path, name="mine")) == (404, "not_found")
    assert error_code(ann.ask("PATCH", f"{path}x", name="none")) == (404, "not_found")


def test_it_is_removed_and_the_others_sessions_with_it(
    new_member: NewMember, device: Authenticator, collections: Collections
) -> None:
    """S107: it lets nobody in any more, and all that it let in is over; the caller goes on."""
    ann, bob = new_member().with_passkey(device), new_member()
    elsewhere = log_in_alone(ann.visitor, device).json()
    path = f"/me/passkeys/{ann.passkey_id}"
    assert error_code(bob.ask("DELETE", path)) == (404, "not_found")
    assert ann.ask("DELETE", path).status_code == 200
    assert ann.visitor.protected(ann.tokens["access_token"]).status_code == 200
    assert ann.visitor.refresh(elsewhere["refresh_token"]).status_code == 400
    assert error_code(log_in_alone(ann.visitor, device)) == (401, "invalid_passkey")
    assert ann.factors()["passkeys"] == []
    assert collections["passkeys"].find_one({"_id": ann.passkey_id}) is None
    assert error_code(ann.ask("DELETE", path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/me/passkeys/options", {}),
        ("DELETE", "/me/passkeys/{}", {}),
        ("PUT", "/me/second-factor", {"passkeys": True}),
    ],
)
def test_a_change_asks_for_a_recent_login(
    member: Member,
    device: Authenticator,
    clock: MovedClock,
    method: str,
    path: str,
    body: dict[str, Any],
) -> None:
    """S109: or for the password in the same request."""
    member.with_passkey(device)
    clock.move(minutes=12)
    path = path.format(member.passkey_id)
    stale = member.ask(method, path, **body)
    assert error_code(stale) == (401, "insufficient_user_authentication")
    assert member.ask(method, path, **body, password=PASSWORD).status_code == 200


def test_what_a_dead_process_left_lets_nobody_in_and_is_removed(
    member: Member, device: Authenticator, collections: Collections, clock: MovedClock
) -> None:
    """A passkey that its user does not name is none; the next one that is added clears it away."""
    member.with_passkey(device)
    collections["users"].update_one({"name_key": member.name}, {"$unset": {"factors.passkeys": ""}})
    assert error_code(log_in_alone(member.visitor, device)) == (401, "invalid_passkey")
    assert member.factors()["passkeys"] == []
    member.begin()
    assert collections["passkeys"].find_one({"_id": member.passkey_id}) is not None
    clock.move(minutes=61)
    member.log_in()
    member.begin()
    assert collections["passkeys"].find_one({"_id": member.passkey_id}) is None


def test_a_passkey_is_exported_and_goes_with_its_user(
    member: Member, device: Authenticator, collections: Collections
) -> None:
    """S134: all about it but the key."""
    member.with_passkey(device)
    (exported,) = member.ask("GET", "/me/export").json()["passkeys"]
    assert exported["transports"] == ["internal", "hybrid"]
    assert "public_key" not in exported
    assert member.ask("DELETE", "/me", password=PASSWORD).status_code == 200
    assert collections["passkeys"].find_one({"_id": member.passkey_id}) is None


def test_what_an_operator_removes_is_not_kept(
    member: Member, device: Authenticator, app: Flask, collections: Collections
) -> None:
    """S110: nothing is left of a passkey, and a new one can be added."""
    member.with_passkey(device)
    user_id = payload_of(member.tokens["access_token"])["uid"]
    services_of(app)[OperatorFactors].reset(user_id, "stolen")
    assert collections["passkeys"].count_documents({"user_id": user_id}) == 0
    assert error_code(log_in_alone(member.visitor, device)) == (401, "invalid_passkey")
    member.log_in()
    member.with_passkey(Authenticator())
