"""The code of an authenticator app after the password: `password,123456`."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from authapi.passwords.hashing import PasswordHasher
from authapi.settings import Settings
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock

WRONG = (401, "invalid_code")


def test_clients_that_know_nothing_send_the_code_behind_the_password(owner: Owner) -> None:
    """S111: The message that they show explains it."""
    told = owner.first_step().json()["message"]
    assert told.endswith("like this: password,123456")
    assert owner.first_step(f"{PASSWORD},{owner.next_code()}").status_code == 200
    assert owner.first_step(f"{PASSWORD}, {owner.recovery[0]}").status_code == 200
    assert error_code(owner.first_step(f"{PASSWORD},{owner.wrong_code()}")) == WRONG
    assert error_code(owner.first_step(f"wrong,{owner.next_code()}")) == (
        401,
        "invalid_credentials",
    )


def test_a_comma_and_digits_may_be_a_whole_password(visitor: Visitor, clock: MovedClock) -> None:
    """S111: Such a password works with a second factor and without."""
    password = "my own password,123456"
    name = visitor.new_user(password)
    assert visitor.authenticate(name, password).status_code == 200
    assert visitor.authenticate(name, password.split(",")[0]).status_code == 401
    assert visitor.authenticate(name, f"{password},123456").status_code == 401


def test_a_code_without_a_second_factor_is_a_wrong_password(somebody: Owner) -> None:
    """S111: Without a second factor the code is a part of the password."""
    answer = somebody.first_step(f"{PASSWORD},123456")
    assert error_code(answer) == (401, "invalid_credentials")


def test_known_and_unknown_names_cost_the_same_hashes(
    app: Flask, owner: Owner, somebody: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S111: Both cost two hashes and count as one attempt."""
    compared: list[str] = []
    verify = PasswordHasher.verify_password

    def counting(self: PasswordHasher, password: str, stored: str | None) -> bool:
        compared.append(password)
        return verify(self, password, stored)

    monkeypatch.setattr(PasswordHasher, "verify_password", counting)
    for name in (owner.name, owner.visitor.new_user(), fresh_name()):
        compared.clear()
        owner.visitor.authenticate(name, "not the password,123456")
        assert compared == ["not the password,123456", "not the password"]


def test_the_code_behind_the_password_can_be_switched_off(
    settings: Settings, clock: MovedClock
) -> None:
    """With `CODE_IN_PASSWORD=off` the message does not suggest it either."""
    with served(replace(settings, code_in_password="off"), clock) as visitor:
        owner = Owner(visitor, clock).enrol()
        assert "123456" not in owner.first_step().json()["message"]
        refused = owner.first_step(f"{PASSWORD},{owner.next_code()}")
        assert error_code(refused) == (401, "invalid_credentials")
        assert owner.log_in().status_code == 200
