"""A clock that tests move."""

from datetime import UTC, datetime, timedelta


class MovedClock:
    """Tells the real time plus whatever it was moved by."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def move(self, **duration: float) -> None:
        """Go forward (or, with negative numbers, back) by a `timedelta` of these arguments."""
        self._offset += timedelta(**duration)

    def move_to_next_hour(self) -> None:
        """Go forward to the beginning of the next hour."""
        now = self()
        self.move(seconds=3600 - now.minute * 60 - now.second)

    def reset(self) -> None:
        """Go back to the real time."""
        self._offset = timedelta(0)
