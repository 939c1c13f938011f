"""The mails about addresses: to whom each goes, and what must be done before it is sent."""

from collections.abc import Mapping
from dataclasses import replace

from authapi.accounts.emails import email_key
from authapi.accounts.service import AccountService
from authapi.addresses import rules
from authapi.addresses.registry import Registry
from authapi.core.clock import Clock
from authapi.mail.kinds import NOTICE_LIFE, Kind
from authapi.mail.links import CodeClaims, LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Void
from authapi.mail.notices import Notice, Notified

TAKEN = "address_taken"
VERIFY, CONFIRMED, CHANGED, REMOVED = "verify", "email_confirmed", "email_changed", "email_removed"


class AddressMails:
    """Decides at the time of sending whether and to whom a mail goes."""

    def __init__(self, accounts: AccountService, registry: Registry, clock: Clock) -> None:
        self._accounts = accounts
        self._registry = registry
        self._clock = clock

    def kinds(self, plain: Mapping[str, Kind]) -> list[Kind]:
        """Return the kinds.

        Args:
            plain: the kinds there are already, by name; one of them gets a `finish`.
        """
        return [
            Kind(VERIFY, rules.LINK_LIFE, self.verify, on_request=True),
            replace(plain[CONFIRMED], finish=self.finish),
            Kind(CHANGED, NOTICE_LIFE, self.former, finish=self.finish),
            Kind(REMOVED, NOTICE_LIFE, self.former, finish=self.finish),
        ]

    def verify(self, mail: Mail) -> Envelope | Void:
        """Send code and link to an address that waits; nothing that a stranger chose (S94).

        An address that is another account's gets a mail that says so, with the same code. Whoever
        asked learns of it only by typing that code (`email_taken`). Where only the unique forms are
        equal, the mailbox may be somebody else's, and gets the usual mail.
        """
        user = self._accounts.find_user_by_id(mail.user_id) if mail.user_id else None
        pending = user.pending_email if user is not None else None
        if user is None or pending is None or pending.nonce != mail.facts.get("nonce"):
            return Void("overtaken by another request", nobody=user is None)
        envelope = Envelope(
            to=pending.email,
            user_id=user.id,
            verified=False,
            link=LinkClaims(Purpose.VERIFY, user.id, user.epoch, pending.email_key),
            code=CodeClaims(user.id, pending.email_key, pending.nonce),
            locale=user.locale,
        )
        owner = self._registry.owner_of_key(pending.email_key)
        if owner is not None and rules.is_mailbox_of(owner, user, pending):
            return replace(envelope, locale=owner.locale, told_as=TAKEN)
        return envelope

    def former(self, mail: Mail) -> Envelope | Void:
        """Tell a former address of the change, with a link that undoes it while that is good."""
        user = self._accounts.find_user_by_id(mail.user_id) if mail.user_id else None
        if user is None or mail.to is None:
            return Void("the user is gone", nobody=True)
        undo, link = user.email_undo, None
        if undo is not None and undo.email == mail.to and self._clock() < undo.until:
            link = LinkClaims(Purpose.UNDO, user.id, user.epoch, undo.id, undo.until)
        facts = {"username": user.username, **mail.facts}
        return Envelope(mail.to, facts, user.id, link=link, locale=user.locale)

    def finish(self, user: Notified, notice: Notice) -> None:
        """Complete a change that was cut off after its deciding write."""
        if notice.to is not None:
            self._registry.reconcile(user.user_id, email_key(notice.to))
