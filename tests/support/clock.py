"""A clock that tests move."""

from authapi import testing


class MovedClock(testing.MovedClock):
    """The one that apps' tests are given, too."""

    def move_to_next_hour(self) -> None:
        """Go forward to the beginning of the next hour."""
        now = self()
        self.move(seconds=3600 - now.minute * 60 - now.second)
