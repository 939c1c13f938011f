"""Which mail servers are worth trying now: a circuit breaker for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from authapi.core.clock import Clock
from authapi.mail.servers import MailServer

PASSED_OVER = timedelta(seconds=60)
"""For how long a server that failed is not asked again by this process."""

RECIPIENTS_IN_A_ROW = 3
"""A server that fails for so many recipients in a row is taken to fail for all."""


@dataclass(slots=True)
class _State:
    """A server's failures: when it last failed for all, for whom, and for whom in a row."""

    failed_at: datetime | None = None
    failed_for: dict[str, datetime] = field(default_factory=dict)
    in_a_row: set[str] = field(default_factory=set)


class Breaker:
    """Passes over servers that failed; one bad recipient does not trip the breaker (S98).

    Args:
        servers: in the order in which they are tried.
        clock: what tells the time.
    """

    def __init__(self, servers: Sequence[MailServer], clock: Clock) -> None:
        self._states = {server: _State() for server in servers}
        self._clock = clock

    def available(self) -> bool:
        """Whether there is a server that has not failed just now."""
        return any(not self._is_fresh(state.failed_at) for state in self._states.values())

    def order(self, recipient: str) -> list[MailServer]:
        """Return the servers to try; those that failed just now for that recipient come last."""
        states = self._states
        up = [each for each in states if not self._is_fresh(states[each].failed_at)]
        return sorted(up, key=lambda each: self._is_fresh(states[each].failed_for.get(recipient)))

    def succeeded(self, server: MailServer) -> None:
        """Note that a server gave an answer about a recipient or a text: it is up."""
        self._states[server].in_a_row.clear()

    def failed(self, server: MailServer, recipient: str | None) -> None:
        """Note that a server failed.

        Args:
            server: which.
            recipient: if the server knew it by then; then the fault may be the recipient's.
        """
        state, now = self._states[server], self._clock()
        if recipient is not None:
            recent = {who: at for who, at in state.failed_for.items() if self._is_fresh(at)}
            state.failed_for = recent | {recipient: now}
            state.in_a_row.add(recipient)
        if recipient is None or len(state.in_a_row) >= RECIPIENTS_IN_A_ROW:
            state.failed_at = now
            state.in_a_row.clear()

    def _is_fresh(self, failed_at: datetime | None) -> bool:
        """Whether that was just now; no, where the clock was put back since."""
        return failed_at is not None and failed_at <= self._clock() < failed_at + PASSED_OVER
