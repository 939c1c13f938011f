"""Where a page of events ends, as clients carry it to the next one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last event of a page.

    Attributes:
        at: when it was, aware, UTC, in whole milliseconds.
        event_id: its id, which orders the events of one millisecond.
    """

    at: datetime
    event_id: str

    def __str__(self) -> str:
        raw = f"{(self.at - _EPOCH) // _MILLISECOND}.{self.event_id}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read what `str` of a cursor said.

        Raises:
            ValueError: when it is no cursor.
        """
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        moment, dot, event_id = raw.decode("ascii").partition(".")
        if not (dot and moment.isdecimal() and len(moment) < 15 and event_id.isalnum()):
            raise ValueError("no cursor")
        return cls(_EPOCH + int(moment) * _MILLISECOND, event_id)
