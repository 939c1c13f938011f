"""`LIMITS=off`: nothing is counted or refused; what was stored before can still be forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager

from authapi.core.client import Client
from authapi.limits.attempts import Attempt, Reason
from authapi.limits.rules import Rate
from authapi.limits.service import Limits


class Unlimited(Limits):
    """Refuses nothing, and asks the database nothing."""

    def password_attempt(self, account: str, client: Client) -> Attempt:
        """Return an attempt that is not counted."""
        return Attempt()

    def second_step(self, user_id: str, client: Client) -> Attempt:
        """Return an attempt that is not counted."""
        return Attempt()

    @contextmanager
    def registration(self, client: Client) -> Iterator[None]:
        """Let a user be registered."""
        yield

    def count(self, reason: Reason, whose: str) -> None:
        """Count nothing."""

    def try_count(self, *windows: tuple[Rate, tuple[str, ...]]) -> bool:
        """Let everything pass."""
        return True

    def trust_network(self, account: str, client: Client) -> None:
        """Note nothing."""
