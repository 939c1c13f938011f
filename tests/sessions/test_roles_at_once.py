"""`--now`: access tokens with a removed role are refused within a second."""

from __future__ import annotations

from authapi.settings import Settings
from tests.sessions.conftest import Change, another_process, refreshed, roles_of
from tests.support.actors import Visitor, error_code
from tests.support.clock import MovedClock


def test_at_once_means_access_tokens_with_the_role_alone(
    visitor: Visitor, change: Change, settings: Settings, clock: MovedClock
) -> None:
    """S41: Sessions and other tokens go on."""
    name = visitor.new_user()
    change(name, "+editor")
    bare = visitor.log_in(name)
    change(name, "+admin")
    mighty = visitor.log_in(name)
    with another_process(settings, clock) as elsewhere:
        assert elsewhere.protected(mighty["access_token"]).status_code == 200
        change(name, "-admin", now=True)
        clock.move(seconds=0.6)
        for server in (visitor, elsewhere):
            refused = server.protected(mighty["access_token"])
            assert error_code(refused) == (401, "invalid_token")
            assert server.protected(bare["access_token"]).status_code == 200
    tokens = refreshed(visitor, mighty)
    assert roles_of(tokens) == ["editor"]
    assert visitor.protected(tokens["access_token"]).status_code == 200


def test_at_once_holds_when_other_roles_are_changed_after_it(
    visitor: Visitor, change: Change
) -> None:
    """It also works for a role that is removed already, and outlasts later changes."""
    name = visitor.new_user()
    change(name, "+admin")
    tokens = visitor.log_in(name)
    change(name, "-admin")
    assert visitor.protected(tokens["access_token"]).status_code == 200
    change(name, "-admin", now=True)
    change(name, "+reader")
    assert error_code(visitor.protected(tokens["access_token"])) == (401, "invalid_token")
    change(name, "+admin")
    assert visitor.protected(visitor.log_in(name)["access_token"]).status_code == 200
