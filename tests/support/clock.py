"""A clock that tests move."""

from __future__ import annotations

from datetime import UTC, datetime

from authapi import testing


class MovedClock(testing.MovedClock):
    """The one that apps' tests are given, too."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped: datetime | None = None

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return super().__call__() if self._stopped is None else self._stopped + self._offset

    def stop(self) -> MovedClock:
        """Go on only by being moved: what a busy machine takes is no time any more."""
        self._stopped = datetime.now(UTC)
        return self

    def reset(self) -> None:
        """Go back to the real time, and on with it."""
        super().reset()
        self._stopped = None

    def move_to_next_hour(self) -> None:
        """Go forward to the beginning of the next hour."""
        now = self()
        self.move(seconds=3600 - now.minute * 60 - now.second)
