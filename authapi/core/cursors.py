"""Where a page ends, as clients carry it to the next one."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from authapi.core.clock import UNIX_EPOCH

_MILLISECOND = timedelta(milliseconds=1)
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last item of a page.

    Attributes:
        at: when it was, aware, UTC, in whole milliseconds.
        item_id: its id, which orders the items of one millisecond.
    """

    at: datetime
    item_id: str

    def __str__(self) -> str:
        raw = f"{(self.at - UNIX_EPOCH) // _MILLISECOND}.{self.item_id}"
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """Read the text that `str` makes of a cursor.

        Raises:
            ValueError: when it is no cursor.
        """
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        moment, dot, item_id = raw.decode("ascii").partition(".")
        if not (dot and moment.isdecimal() and len(moment) < 15 and _ID.fullmatch(item_id)):
            raise ValueError("no cursor")
        return cls(UNIX_EPOCH + int(moment) * _MILLISECOND, item_id)
