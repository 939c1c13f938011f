"""Second factors at the command line."""

from __future__ import annotations

import bcrypt
import pytest

from tests.cli.conftest import Operator, flask_process
from tests.cli.imports import imported, user
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.authenticator import Owner, code_at
from tests.support.clock import MovedClock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def owner(visitor: Visitor, clock: MovedClock) -> Owner:
    """Somebody with an authenticator app."""
    return Owner(visitor, clock).enrol()


def test_an_operator_removes_all_factors(operator: Operator, owner: Owner) -> None:
    """S110: Then the password is enough, sessions have ended, and no code was shown."""
    done = operator("users", "reset-factors", owner.name, "--reason", "lost", "--json")
    assert done.json["done"] == "left without factors"
    assert not any(code in done.out + done.err for code in (owner.secret, *owner.recovery))
    assert owner.visitor.refresh(owner.tokens["refresh_token"]).status_code == 400
    assert owner.first_step().status_code == 200
    assert "second factor" not in operator("users", "show", owner.name).out


def test_the_reason_stands_in_the_audit_trail(operator: Operator, owner: Owner) -> None:
    """S110: It is a word of a fixed list."""
    asked = operator("users", "reset-factors", owner.name, stdin=b"stolen\n")
    assert asked.code == 0
    assert "lost, broken, stolen, other" in asked.out + asked.err
    events = operator("audit", "tail", "--user", owner.name, "--json").json["events"]
    reset = [event for event in events if event["event"] == "factors_reset"]
    assert [event["reason"] for event in reset] == ["stolen"]
    refused = operator("users", "reset-factors", owner.name, "--reason", "because")
    assert (refused.code, "because" in refused.said) == (2, True)


def test_the_reason_is_asked_for_beside_the_answer(
    visitor: Visitor, environment: dict[str, str]
) -> None:
    """Programs that read the JSON see no question."""
    words = ("users", "reset-factors", visitor.new_user(), "--json")
    done = flask_process(environment, *words, stdin=b"because\nlost\n")
    assert done.json["done"] == "left without factors"
    assert "Why (lost, broken, stolen, other)" in done.err


def test_a_user_who_is_not_there(operator: Operator) -> None:
    """An unknown user is reported, and nothing is done."""
    refused = operator("users", "reset-factors", "nobody-of-that-name", "--reason", "lost")
    assert refused.code == 1
    assert "There is no user" in refused.said


def test_factors_are_shown(operator: Operator, owner: Owner) -> None:
    """They are printed as text or JSON, without secrets."""
    shown = operator("users", "show", owner.name).out
    assert "8 recovery codes left" in shown
    assert "app since" in shown
    told = operator("users", "show", owner.name, "--json").json["factors"]
    assert (told["second_factor"], told["recovery_codes_left"]) == (True, 8)
    assert owner.secret not in shown + str(told)


@pytest.mark.parametrize(
    "spelled", [SECRET, SECRET.lower(), "JBSW Y3DP EHPK 3PXP " * 2, SECRET + "=="]
)
def test_an_authenticator_app_is_imported(
    operator: Operator, visitor: Visitor, clock: MovedClock, spelled: str
) -> None:
    """Its codes work as before."""
    name = fresh_name()
    done = imported(operator, user(name, totp_secret=spelled))
    assert (done["imported"], done["ignored"]) == (1, {})
    assert error_code(visitor.authenticate(name, PASSWORD)) == (401, "second_factor_required")
    body = {"username": name, "password": PASSWORD, "code": code_at(SECRET, clock())}
    assert visitor.post("/authenticate", body).status_code == 200


def test_a_code_behind_a_long_password_of_elsewhere_is_no_part_of_it(
    operator: Operator, visitor: Visitor, clock: MovedClock
) -> None:
    """S111: bcrypt uses 72 bytes; the hash that replaces it has the password only."""
    name, password = fresh_name(), "a long password, " * 5
    hashed = bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()
    imported(operator, {"username": name, "password_hash": hashed, "totp_secret": SECRET})
    for seconds in (0, 30):
        appended = f"{password},{code_at(SECRET, int(clock().timestamp()) + seconds)}"
        assert visitor.authenticate(name, appended).status_code == 200
    assert error_code(visitor.authenticate(name, password)) == (401, "second_factor_required")


@pytest.mark.parametrize("secret", ["JBSWY3DPEHPK3PXP", "not base32!" * 4, 7, ["x"], "1" * 32])
def test_what_is_no_secret_of_an_app_is_a_refused_line(operator: Operator, secret: object) -> None:
    """No user is imported without the second factor that was on (S137)."""
    done = imported(operator, user(fresh_name(), totp_secret=secret))
    assert done["imported"] == 0
    assert "totp_secret is no secret of an authenticator app" in done["said"]


@pytest.mark.parametrize(
    ("member", "value", "refused"),
    [
        ("second_factor", True, 1),
        ("is_2fa_enabled", "1", 1),
        ("mfaEnabled", {"since": 2020}, 1),
        ("two-factor", False, 0),
        ("totp_enabled", 0, 0),
        ("otp_enabled", None, 0),
        ("on", True, 0),
    ],
)
def test_nobody_is_imported_without_the_second_step_that_was_on(
    operator: Operator, member: str, value: object, refused: int
) -> None:
    """S137: The operator has to give the secret or allow it explicitly."""
    done = imported(operator, user() | {member: value})
    assert (done["refused"], f"--ignore {member}" in done["said"]) == (refused, bool(refused))
    given = imported(operator, user(totp_secret=SECRET) | {member: value})
    assert given["imported"] == 1


def test_the_data_key_is_checked_and_wrapped_anew(operator: Operator, owner: Owner) -> None:
    """S112: `check` tells which secrets open it; `rewrap` keeps only the present one."""
    assert "opens" in operator("keys", "check").out
    done = operator("keys", "rewrap")
    assert (done.code, "JWT_SECRET alone opens" in done.said) == (0, True)
    assert [each["opens"] for each in operator("keys", "check", "--json").json["wrappings"]] == [
        True
    ]
    assert owner.log_in().status_code == 200
