"""Renaming and removing passkeys."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from authapi.database import Collections
from authapi.factors.operating import OperatorFactors
from tests.conftest import services_of
from tests.passkeys.authenticator import (
    Authenticator,
)
from tests.passkeys.conftest import Member, NewMember, log_in_alone
from tests.support.actors import PASSWORD, error_code
from tests.support.clock import MovedClock
from tests.support.forging import payload_of

REFUSED = (400, "invalid_passkey")


def test_it_is_renamed(new_member: NewMember, device: Authenticator) -> None:
    """Only its owner can do it."""
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
    """S107: All sessions but the caller's end."""
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
    """S109: The password in the same request is enough as well."""
    member.with_passkey(device)
    clock.move(minutes=12)
    path = path.format(member.passkey_id)
    stale = member.ask(method, path, **body)
    assert error_code(stale) == (401, "insufficient_user_authentication")
    assert member.ask(method, path, **body, password=PASSWORD).status_code == 200


def test_what_a_dead_process_left_lets_nobody_in_and_is_removed(
    member: Member, device: Authenticator, collections: Collections, clock: MovedClock
) -> None:
    """A credential that its user does not name is removed by the next addition."""
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
    """S134: The export does not have the key."""
    member.with_passkey(device)
    (exported,) = member.ask("GET", "/me/export").json()["passkeys"]
    assert exported["transports"] == ["internal", "hybrid"]
    assert "public_key" not in exported
    assert member.ask("DELETE", "/me", password=PASSWORD).status_code == 200
    assert collections["passkeys"].find_one({"_id": member.passkey_id}) is None


def test_what_an_operator_removes_is_not_kept(
    member: Member, device: Authenticator, app: Flask, collections: Collections
) -> None:
    """S110: Nothing of it is stored, and a new one can be added."""
    member.with_passkey(device)
    user_id = payload_of(member.tokens["access_token"])["uid"]
    services_of(app)[OperatorFactors].reset(user_id, "stolen")
    assert collections["passkeys"].count_documents({"user_id": user_id}) == 0
    assert error_code(log_in_alone(member.visitor, device)) == (401, "invalid_passkey")
    member.log_in()
    member.with_passkey(Authenticator())
