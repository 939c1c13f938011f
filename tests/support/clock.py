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

    def reset(self) -> None:
        """Go back to the real time."""
        self._offset = timedelta(0)
