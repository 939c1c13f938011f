"""Makes notices where mails are sent; imported only there."""

from collections.abc import Callable, Iterable

from authapi.accounts.models import Message, User
from authapi.accounts.notifying import Notices, Notifier
from authapi.core.clock import Clock
from authapi.core.events import Origin
from authapi.mail.kinds import DELETED
from authapi.mail.models import Fact
from authapi.mail.notices import Notice
from authapi.mail.rules import NOTICE_DELAY
from authapi.mail.service import MailService


class MailNotifier(Notifier):
    """Makes notices, which say when, from which device and from where."""

    tells = True

    def __init__(self, mails: MailService, origin: Callable[[], Origin], clock: Clock) -> None:
        self._mails = mails
        self._origin = origin
        self._clock = clock

    def notices(self, user: User, messages: Iterable[Message]) -> Notices:
        """Return the notices; none for a user without an address.

        Each names the address of this moment: whoever takes an account over changes the address
        next, and would get what the owner must know.
        """
        found = (self._notice(user, message) for message in messages)
        return [notice.document() for notice in found if notice is not None]

    def _notice(self, user: User, message: Message) -> Notice | None:
        if message.pending is not None:  # mailed without delay: no change has to be completed first
            at, nonce = message.pending.asked_at - NOTICE_DELAY, message.pending.nonce
            return Notice(message.kind, at, facts={"nonce": nonce})
        to = message.to or user.email
        if to is None:
            return None
        client = self._origin().client
        known: dict[str, Fact] = {"device": client.user_agent, "place": client.address}
        facts = {name: fact for name, fact in known.items() if fact}
        if message.left is not None:
            facts["left"] = message.left
        if message.kind == DELETED:  # the document is gone when the mail is sent
            facts["username"] = user.username
        now = self._clock()
        return Notice(message.kind, now, to, {**facts, "at": now})

    def written(self, notices: Notices) -> None:
        """Wake the sender, when there is something to tell."""
        if notices:
            self._mails.notice_written()
