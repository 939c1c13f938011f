"""Access tokens are refused once their session has ended."""

from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock

DEAD = (401, "invalid_token")


def test_a_logout_ends_the_access_token_as_well(visitor: Visitor) -> None:
    """S58: Tokens issued before the logout are refused."""
    tokens = visitor.log_in()
    assert visitor.protected(tokens["access_token"]).status_code == 200
    visitor.log_out(tokens["refresh_token"])
    assert error_code(visitor.protected(tokens["access_token"])) == DEAD


def test_a_replay_ends_the_access_tokens_of_its_session_only(visitor: Visitor) -> None:
    """S51: Tokens of other sessions work."""
    name = visitor.new_user()
    first, other = visitor.log_in(name), visitor.log_in(name)
    second = visitor.refresh(first["refresh_token"]).json()
    visitor.refresh(first["refresh_token"])
    assert error_code(visitor.protected(second["access_token"])) == DEAD
    assert visitor.protected(other["access_token"]).status_code == 200


def test_logout_everywhere_ends_every_session_of_the_user(visitor: Visitor) -> None:
    """S58: All tokens are refused; a new login works."""
    name = visitor.new_user()
    tokens = [visitor.log_in(name) for _ in range(3)]
    body = {"refresh_token": tokens[0]["refresh_token"], "everywhere": True}
    assert visitor.post("/logout", body).status_code == 200
    for pair in tokens:
        assert error_code(visitor.protected(pair["access_token"])) == DEAD
        assert visitor.refresh(pair["refresh_token"]).status_code == 400
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200


def test_a_spent_token_cannot_log_anybody_out_everywhere(visitor: Visitor) -> None:
    """Only a valid refresh token can."""
    name = visitor.new_user()
    first, other = visitor.log_in(name), visitor.log_in(name)
    visitor.refresh(first["refresh_token"])
    body = {"refresh_token": first["refresh_token"], "everywhere": True}
    assert error_code(visitor.post("/logout", body)) == (400, "invalid_refresh_token")
    assert visitor.protected(other["access_token"]).status_code == 200


def test_a_revocation_is_forgotten_when_its_tokens_have_expired(
    visitor: Visitor, clock: MovedClock
) -> None:
    """Their answer is `token_expired` anyway."""
    tokens = visitor.log_in()
    visitor.log_out(tokens["refresh_token"])
    clock.move(minutes=16)
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "token_expired")
