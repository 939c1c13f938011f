"""A clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime

from authapi import testing


class MovedClock(testing.MovedClock):
    """`authapi.testing.MovedClock`, which can also be stopped."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return super().__call__() if self._stopped is None else self._stopped + self._offset

    def stop(self) -> MovedClock:
        """Stop the clock, so that only `move` changes it, however slow the machine is."""
        self._stopped = datetime.now(UTC)
        return self

    def reset(self) -> None:
        """Go back to the real time, and run again."""
        super().reset()
        self._stopped = None

    def move_to_next_hour(self) -> None:
        """Go forward to the beginning of the next hour."""
        now = self()
        self.move(seconds=3600 - now.minute * 60 - now.second)
