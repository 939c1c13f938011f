"""Kinds of mail: what is sent to whom is decided at the time of sending."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from authapi.mail.links import LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Void
from authapi.mail.notices import Notice, NoticeSource, Notified

NOTICE_LIFE = timedelta(days=7)
"""How long a notice is tried, and how long its link "this was not me" is good."""

NOTICES = (
    "password_changed",
    "password_reset",
    "session_ended",
    "email_confirmed",
    "email_removed",
    "factor_on",
    "factor_off",
    "codes_made",
    "code_used",
    "passkey_added",
    "passkey_removed",
    "passkey_copied",
    "password_known",
)
"""Notices that need no more than their facts and the link that secures the account."""

DELETED = "deleted"
TEST = "test"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail; the room that owns it makes one and gives it to the sender.

    Attributes:
        name: its name, and that of its templates.
        life: how long it is tried, and how long its link is good.
        resolve: decides to whom it goes and about what, or that it is not sent. Called at each
            attempt; only reads.
        on_request: whether anybody may ask for it. Such mails are limited for each account and
            address (S95), and void once the user's epoch is another one than at the first try.
        finish: called before a notice of this kind is mailed: completes a change that may have
            been cut off after its deciding write. May be called more than once.
        keep: whether its document is kept for a while once it is sent.
    """

    name: str
    life: timedelta
    resolve: Callable[[Mail], Envelope | Void]
    on_request: bool = False
    finish: Callable[[Notified, Notice], None] | None = None
    keep: bool = True


def notice_kinds(source: NoticeSource) -> list[Kind]:
    """Return the kinds of the plain notices; `source` finds the user that one is for."""

    def resolve(mail: Mail) -> Envelope | Void:
        return notice_envelope(mail, source)

    notices = [Kind(name, NOTICE_LIFE, resolve) for name in NOTICES]
    return [*notices, Kind(DELETED, NOTICE_LIFE, deletion_envelope, keep=False)]


def notice_envelope(mail: Mail, source: NoticeSource) -> Envelope | Void:
    """Return a notice's envelope.

    It goes to the address that the notice names. While that is the user's verified one, it brings
    the link that says "this was not me" (S101).
    """
    user = source.recipient(mail.user_id) if mail.user_id else None
    if user is None:
        return Void("the user is gone", nobody=True)
    address = mail.to or user.email
    if address is None:
        return Void("no confirmed address")
    ours = address == user.email
    link = LinkClaims(Purpose.SECURE, user.user_id, user.epoch, user.email_key) if ours else None
    facts = {"username": user.username, **mail.facts}
    return Envelope(address, facts, user.user_id, link=link, locale=user.locale)


def deletion_envelope(mail: Mail) -> Envelope | Void:
    """Return the envelope of the last mail: only its document has the address by then."""
    return Envelope(mail.to, mail.facts) if mail.to else Void("no confirmed address")
