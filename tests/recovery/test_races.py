"""A reset at the same moment as everything else that makes or keeps a session (S86)."""

from __future__ import annotations

from collections.abc import Callable

from authapi.database import Database
from tests.recovery.conftest import NEW, Service
from tests.support.actors import PASSWORD, Visitor
from tests.support.crowd import at_once

ROUNDS = 12


def as_somebody(service: Service, deed: Callable[[Visitor], object]) -> Callable[[], object]:
    """Return what does a deed over a connection of its own."""

    def run() -> object:
        visitor = Visitor(service.visitor.base_url)
        try:
            return deed(visitor)
        finally:
            visitor.close()

    return run


def test_no_session_on_the_old_password_outlives_a_reset(service: Service) -> None:
    """S86: whoever logged in, refreshed or logged out meanwhile has nothing that works after it."""
    for _ in range(ROUNDS):
        name = service.owner()
        tokens = [service.visitor.log_in(name) for _ in range(3)]
        link = service.link(name)

        def reset(_visitor: Visitor, link: str = link) -> int:
            return service.reset(link).status_code

        def log_in(visitor: Visitor, name: str = name) -> dict[str, str]:
            made: dict[str, str] = visitor.authenticate(name, PASSWORD).json()
            return made

        def refresh(visitor: Visitor, token: str = tokens[0]["refresh_token"]) -> dict[str, str]:
            made: dict[str, str] = visitor.refresh(token).json()
            return made

        def log_out(visitor: Visitor, token: str = tokens[1]["refresh_token"]) -> int:
            return visitor.log_out(token).status_code

        deeds = [reset, log_in, log_in, refresh, log_out]
        outcomes = at_once([as_somebody(service, deed) for deed in deeds])
        assert outcomes[0] == 200
        pairs = [made for made in outcomes if isinstance(made, dict) and "refresh_token" in made]
        for pair in [*tokens, *pairs]:
            assert service.visitor.refresh(pair["refresh_token"]).status_code == 400
            assert service.visitor.protected(pair["access_token"]).status_code == 401
        user = service.user(name)
        left = service.parts[Database]["sessions"].find({"user_id": user["_id"]})
        assert all(session["epoch"] < user["epoch"] for session in left)
        assert service.visitor.authenticate(name, PASSWORD).status_code == 401
        assert service.visitor.authenticate(name, NEW).status_code == 200
