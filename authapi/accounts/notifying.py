"""What users are told by mail, written by the write that makes it true (S96)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from authapi.accounts.models import PendingEmail, User

Notices = Sequence[Mapping[str, object]]
"""Members of a user's `notices`."""


class Notifier:
    """Tells nobody anything, where there is no mail: it writes nothing and loads nothing."""

    tells = False

    def about(
        self, user: User, kind: str, *, to: str | None = None, left: int | None = None
    ) -> Notices:
        """Return the notice of something that happens to a user just now.

        Args:
            user: who is told, if there is a confirmed address.
            kind: the name of a `mail.kinds.Kind`.
            to: the address to tell, where that is not the confirmed one when it is sent.
            left: how many recovery codes are left, where that is what is told.
        """
        return ()

    def confirmation(self, pending: PendingEmail) -> Notices:
        """Return what sends the code that confirms an address."""
        return ()

    def written(self, notices: Notices) -> None:
        """Say that these stand in a user's document."""
