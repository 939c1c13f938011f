"""Brings a changed address back, by its mailed link."""

from datetime import datetime

from authapi.accounts.emails import email_key
from authapi.accounts.models import Change, EmailUndo, Message, PendingEmail, User
from authapi.accounts.service import AccountService
from authapi.addresses.registry import Registry
from authapi.core.clock import Clock
from authapi.core.errors import ApiError, ErrorCode, busy
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import TRIES
from authapi.database import best_effort
from authapi.mail.links import InvalidLink, Link, MailedTokens, Purpose
from authapi.mail.notices import Notice, Notified
from authapi.recovery.mails import SECURED
from authapi.recovery.refusing import refused
from authapi.recovery.rules import UNFINISHED, distrust_passkeys
from authapi.sessions.ending import SessionEnding

_REMOVED = ("password_hash", "email_nonce", *UNFINISHED)
"""Members of a user to remove: whoever took the account over knows or began them."""


class FormerAddress:
    """Gives an account the address back that it had before somebody changed it (S93)."""

    def __init__(
        self,
        accounts: AccountService,
        registry: Registry,
        tokens: MailedTokens,
        ending: SessionEnding,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._registry = registry
        self._tokens = tokens
        self._ending = ending
        self._events = events
        self._clock = clock

    def bring_back(self, token: str) -> None:
        """Undo a change of the address, end all sessions and remove the password.

        The link is bound to the change and not to the epoch, which whoever took the account over
        could raise. A link for a new password is mailed to the former address.

        Raises:
            ApiError: `invalid_link`; `email_taken` when the address is another account's by now.
        """
        now = self._clock()
        try:
            link = self._tokens.read(token, Purpose.UNDO, now=now)
        except InvalidLink:
            raise refused(self._events) from None
        for _ in range(TRIES):
            user, undo = self._undoable(link, now)
            former = PendingEmail(undo.email, email_key(undo.email), undo.id, now)
            if not self._registry.hold(user, former):
                raise ApiError(ErrorCode.EMAIL_TAKEN)
            if changed := self._restore(user, undo, former):
                return self._complete(changed)
            best_effort(self._registry.reconcile, user.id, former.email_key)  # no more held
        raise busy()

    def finish(self, user: Notified, _notice: Notice) -> None:
        """Complete a change that was cut off after its deciding write."""
        self.reconcile(user.user_id)

    def reconcile(self, user_id: str) -> None:
        """Let the registry hold the user's address and no other; may be repeated."""
        user = self._accounts.find_user_by_id(user_id)
        own = {user.email_key} if user is not None and user.email_key else set()
        for key in own.union(self._registry.addresses_of_user(user_id)):
            self._registry.reconcile(user_id, key)

    def _complete(self, user: User) -> None:
        """Do what follows the write that brought the address back."""
        self._events.record(Event.EMAIL_CHANGE_UNDONE, user_id=user.id)
        best_effort(self.reconcile, user.id)
        best_effort(self._ending.clear_void, user.id, user.epoch)

    def _undoable(self, link: Link, now: datetime) -> tuple[User, EmailUndo]:
        """Return the user of a link, and what it undoes."""
        user = self._accounts.find_user_by_id(link.user_id)
        undo = user.email_undo if user is not None else None
        if user is None or user.disabled or undo is None or now >= undo.until:
            raise refused(self._events, link)
        if not self._tokens.fits(link, undo.id):
            raise refused(self._events, link)
        return user, undo

    def _restore(self, user: User, undo: EmailUndo, former: PendingEmail) -> User | None:
        """Bring the address back and end everything else, by one write."""
        members = {
            "email": former.email,
            "email_key": former.email_key,
            "email_verified_at": former.asked_at,
            **distrust_passkeys(user),
        }
        change = Change(members, _REMOVED, [Message(SECURED)])
        return self._accounts.begin_epoch(user, change, {"email_undo.id": undo.id})
