"""How a token is presented, and the challenges of refusals."""

from __future__ import annotations

import pytest

from tests.support.actors import Visitor, error_code

MISSING = (401, "missing_token")
INVALID = (401, "invalid_token")


def test_without_a_token_the_challenge_names_no_error(visitor: Visitor) -> None:
    """S43: A request without credentials gets the scheme only (RFC 6750, 3)."""
    answer = visitor.protected()
    assert error_code(answer) == MISSING
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_bad_token_is_told_so_in_the_challenge(visitor: Visitor, token: str) -> None:
    """S43: The challenge has `error="invalid_token"` (RFC 6750, 3.1)."""
    answer = visitor.protected(token)
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR", " Bearer ", "Bearer  "])
def test_the_schemes_case_does_not_matter(visitor: Visitor, scheme: str) -> None:
    """S44: Nor do spaces around the token (RFC 9110, 11.1)."""
    token = visitor.log_in()["access_token"]
    headers = {"Authorization": f"{scheme.strip()} {token}"}
    assert visitor.send("GET", "/protected", headers=headers).status_code == 200


@pytest.mark.parametrize("scheme", ["Basic", "Token", "JWT", "Bearerx", "DPoP", ""])
def test_another_scheme_is_no_token(visitor: Visitor, scheme: str) -> None:
    """S44: Another scheme, or a token without one, counts as missing."""
    token = visitor.log_in()["access_token"]
    headers = {"Authorization": f"{scheme} {token}".strip()}
    assert error_code(visitor.send("GET", "/protected", headers=headers)) == MISSING


@pytest.mark.parametrize(
    "form",
    ["{0} {0}", "{0},{0}", "{0}, Bearer {0}", "{0};x", "{0};", "{0},", '"{0}"', "Bearer {0}"],
)
def test_two_credentials_are_refused(visitor: Visitor, form: str) -> None:
    """S44: A header with more than one token is refused."""
    token = visitor.log_in()["access_token"]
    headers = {"Authorization": "Bearer " + form.format(token)}
    assert error_code(visitor.send("GET", "/protected", headers=headers)) == INVALID


def test_a_token_in_the_address_is_ignored(visitor: Visitor) -> None:
    """S44: It would be kept in logs and histories."""
    token = visitor.log_in()["access_token"]
    for query in (f"?access_token={token}", f"?token={token}", f"?Authorization=Bearer%20{token}"):
        assert error_code(visitor.send("GET", "/protected" + query)) == MISSING


def test_a_token_in_the_body_or_a_cookie_is_ignored(visitor: Visitor) -> None:
    """S44: Only the header counts."""
    token = visitor.log_in()["access_token"]
    form = visitor.send("GET", "/protected", data={"access_token": token})
    cookie = visitor.send("GET", "/protected", cookies={"access_token": token, "token": token})
    assert error_code(form) == error_code(cookie) == MISSING


def test_every_answer_with_a_token_says_no_store(visitor: Visitor) -> None:
    """S45: The other answers of these endpoints say `no-store` as well."""
    name = visitor.new_user()
    login = visitor.authenticate(name)
    tokens = login.json()
    answers = [
        login,
        visitor.refresh(tokens["refresh_token"]),
        visitor.protected(tokens["access_token"]),
        visitor.refresh("x"),
        visitor.authenticate(name, "wrong password"),
        visitor.protected(),
    ]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
