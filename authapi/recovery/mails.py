"""The mails with a link for a new password; when one is sent, its recipient is looked up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from authapi.accounts.models import User
from authapi.core.client import Client
from authapi.core.events import Event, EventRecorder, Origin
from authapi.limits.service import Limits
from authapi.mail.kinds import Kind
from authapi.mail.links import LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail, Void
from authapi.mail.notices import Notice, Notified
from authapi.recovery.rules import OPERATORS_LINK_LIFE, bound_to

RESET = "reset"
OPERATOR = "operator"
SECURED = "secured"
SECURED_LIFE = timedelta(hours=24)
"""How long the link is good that follows `/account/secure`; it is the only way in then."""


class ResetMails:
    """Resolves the mails of this room.

    Args:
        find: returns the user of a typed name or address.
        find_by_id: returns the user of an id.
        limits: knows the networks of an account.
        events: records each link that was asked for.
    """

    def __init__(
        self,
        find: Callable[[str], User | None],
        find_by_id: Callable[[str], User | None],
        limits: Limits,
        events: EventRecorder,
    ) -> None:
        self._find = find
        self._find_by_id = find_by_id
        self._limits = limits
        self._events = events

    def kinds(
        self, reset_life: timedelta, finish: Callable[[Notified, Notice], None]
    ) -> list[Kind]:
        """Return this room's kinds of mail.

        Args:
            reset_life: how long a link that was asked for is good.
            finish: completes the return of a former address.
        """
        asked = Kind(RESET, reset_life, self._asked, on_request=True)
        offered = Kind(OPERATOR, OPERATORS_LINK_LIFE, self._offered)
        return [asked, offered, Kind(SECURED, SECURED_LIFE, self._of_user, finish=finish)]

    def _asked(self, mail: Mail) -> Envelope | Void:
        """Return the envelope of a link that was asked for; void where there is no such user."""
        user = self._find(mail.asked_for) if mail.asked_for else None
        answer = _with_link(user, "no such confirmed address")
        if user is None or mail.attempts > 1:
            return answer
        client = Client(str(mail.facts.get("place", "")), str(mail.facts.get("device", "")))
        self._note(user, client)
        if isinstance(answer, Void) or self._limits.knows(user.name_key, client):
            return answer
        return replace(answer, stranger=client.network)

    def _offered(self, mail: Mail) -> Envelope | Void:
        """Return the envelope of an operator's link; void unless it goes where the operator saw."""
        answer = self._of_user(mail)
        if isinstance(answer, Envelope) and mail.to not in (None, answer.to):
            return Void("another address by now", user_id=answer.user_id)
        return answer

    def _of_user(self, mail: Mail) -> Envelope | Void:
        user = self._find_by_id(mail.user_id) if mail.user_id else None
        return _with_link(user, "the user is gone")

    def _note(self, user: User, client: Client) -> None:
        """Record where it was asked for; the user can see that."""
        events = self._events.of_origin(lambda: Origin(client))
        events.record(Event.RESET_ASKED, user_id=user.id)


def _with_link(user: User | None, otherwise: str) -> Envelope | Void:
    """Return the envelope of a link to the address as it is stored, never as it was typed (S81)."""
    if user is None or user.email is None or user.email_key is None:
        return Void(otherwise, nobody=True, user_id=user.id if user is not None else None)
    if user.disabled:
        return Void("the user is disabled", nobody=True, user_id=user.id)
    link = LinkClaims(Purpose.RESET, user.id, user.epoch, bound_to(Purpose.RESET, user))
    facts = {"username": user.username}
    return Envelope(user.email, facts, user.id, link=link, locale=user.locale)


def finder(
    by_name: Callable[[str], User | None], by_address: Callable[[str], User | None]
) -> Callable[[str], User | None]:
    """Return a function that finds the user of a typed name or address.

    A text that is both means the account whose confirmed address it is.

    Args:
        by_name: finds the user of a name.
        by_address: finds the user of a confirmed address.
    """

    def find(typed: str) -> User | None:
        owner = by_address(typed) if "@" in typed else None
        return owner or by_name(typed)

    return find
