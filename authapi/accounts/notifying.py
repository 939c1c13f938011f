"""What users are told by mail, written by the write that makes it true (S96)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from authapi.accounts.models import Message, User

Notices = Sequence[Mapping[str, object]]
"""Members of a user's `notices`."""


class Notifier:
    """Tells nobody anything, where there is no mail: it writes nothing and loads nothing."""

    tells = False

    def notices(self, user: User, messages: Iterable[Message]) -> Notices:
        """Return what has to be written so that a user is told of what happens just now."""
        return ()

    def written(self, notices: Notices) -> None:
        """Say that these stand in a user's document."""
