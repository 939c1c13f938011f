"""The notices where there is mail; imported only there."""

from __future__ import annotations

from collections.abc import Callable

from authapi.accounts.models import PendingEmail, User
from authapi.accounts.notifying import Notices, Notifier
from authapi.core.clock import Clock
from authapi.core.events import Origin
from authapi.mail.kinds import DELETED
from authapi.mail.models import Fact
from authapi.mail.notices import Notice
from authapi.mail.outbox import Outbox
from authapi.mail.rules import NOTICE_DELAY

VERIFY = "verify"


class MailNotifier(Notifier):
    """Makes notices, which say when, from which device and from where."""

    tells = True

    def __init__(self, outbox: Outbox, origin: Callable[[], Origin], clock: Clock) -> None:
        self._outbox = outbox
        self._origin = origin
        self._clock = clock

    def about(
        self, user: User, kind: str, *, to: str | None = None, left: int | None = None
    ) -> Notices:
        """Return a notice, or none for who has no address to be told at."""
        if to is None and user.email is None:
            return ()
        client = self._origin().client
        known: dict[str, Fact] = {"device": client.user_agent, "place": client.address}
        facts = {name: fact for name, fact in known.items() if fact}
        if left is not None:
            facts["left"] = left
        if kind == DELETED:  # nobody can be asked for it any more
            to, facts["username"] = user.email, user.username
        now = self._clock()
        return (Notice(kind, now, to, {**facts, "at": now}).document(),)

    def confirmation(self, pending: PendingEmail) -> Notices:
        """Return what sends the code: at once, since no story has to end before it."""
        at, facts = pending.asked_at - NOTICE_DELAY, {"nonce": pending.nonce}
        return (Notice(VERIFY, at, facts=facts).document(),)

    def written(self, notices: Notices) -> None:
        """Wake the sender, when there is something to tell."""
        if notices:
            self._outbox.notice_written()
