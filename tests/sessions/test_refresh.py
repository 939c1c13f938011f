"""`POST /refresh`."""

from tests.support.actors import Visitor, error_code


def test_a_refresh_token_changes_at_every_use(visitor: Visitor) -> None:
    """S50: Both tokens of the answer are new."""
    first = visitor.log_in()
    second = visitor.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]


def test_a_spent_refresh_token_ends_its_session_and_only_that_one(visitor: Visitor) -> None:
    """S51: a replay logs out both holders; the user's other sessions go on."""
    name = visitor.new_user()
    first, other = visitor.log_in(name), visitor.log_in(name)
    second = visitor.refresh(first["refresh_token"]).json()
    assert error_code(visitor.refresh(first["refresh_token"])) == (400, "invalid_refresh_token")
    assert error_code(visitor.refresh(second["refresh_token"])) == (400, "invalid_refresh_token")
    assert visitor.refresh(other["refresh_token"]).status_code == 200
