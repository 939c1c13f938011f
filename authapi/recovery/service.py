"""What mailed links do: a new password, and "this was not me"."""

from datetime import datetime

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.database import best_effort
from authapi.limits.service import Limits
from authapi.mail.links import InvalidLink, Link, LinkClaims, Links, MailedTokens, Purpose
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.recovery.refusing import refused
from authapi.recovery.rules import (
    OPERATORS_LINK_LIFE,
    UNFINISHED,
    bound_to,
    distrust_passkeys,
    is_alive,
    still_bound,
)
from authapi.sessions.ending import SessionEnding


class Recovery:
    """Uses links; each use is one conditional write on the user that ends all sessions."""

    def __init__(
        self,
        accounts: AccountService,
        tokens: MailedTokens,
        links: Links,
        hasher: PasswordHasher,
        blocklist: Blocklist,
        limits: Limits,
        ending: SessionEnding,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._links = links
        self._hasher = hasher
        self._blocklist = blocklist
        self._limits = limits
        self._ending = ending
        self._events = events
        self._clock = clock

    def reset(self, token: str, new_password: str, client: Client) -> None:
        """Replace the password of the link's user and end all sessions, by one write.

        Nobody is logged in (S87). The client's network is known to the account from now on.

        Args:
            token: from the link.
            new_password: one that `passwords.rules.problems` accepts.
            client: who has the link.

        Raises:
            ApiError: `invalid_link` for a link that is forged, over or used, before any hash;
                `validation_error` when the password is too easily guessed: the link stays good;
                `service_unavailable` when too many passwords are being hashed.
        """
        link, user = self._open(token, Purpose.RESET, Purpose.OPERATOR_RESET)
        self._blocklist.refuse("new_password", new_password, user.username)
        with self._hasher.admit(client.network):
            new_hash = self._hasher.hash(new_password)
        members = {"password_hash": new_hash, **distrust_passkeys(user)}
        change = Change(members, UNFINISHED, [Message("password_reset")])
        self._end_everything(link, user, change, Event.PASSWORD_RESET)
        best_effort(self._limits.trust_network, user.name_key, client)

    def secure(self, token: str) -> None:
        """End all sessions of the link's user and remove the password: "this was not me".

        A link for a new password is mailed, by the same write (S101).

        Raises:
            ApiError: `invalid_link` for a link that is forged, over or used.
        """
        link, user = self._open(token, Purpose.SECURE)
        gone = ("password_hash", *UNFINISHED)
        change = Change(distrust_passkeys(user), gone, [Message("secured")])
        self._end_everything(link, user, change, Event.ACCOUNT_SECURED)

    def operators_link(self, user: User) -> tuple[str, datetime]:
        """Return a link for the operator to hand to a user, and its end; bound to no address.

        Raises:
            NoPage: when neither `RESET_URL` nor `PUBLIC_URL` is set.
        """
        until = self._clock() + OPERATORS_LINK_LIFE
        claims = LinkClaims(Purpose.OPERATOR_RESET, user.id, user.epoch, None)
        link = self._links.to(claims.purpose, self._tokens.token(claims, until))
        self._events.record(Event.RESET_ASKED, user_id=user.id, reason="operator")
        return link, until

    def _open(self, token: str, *purposes: Purpose) -> tuple[Link, User]:
        """Return what a good link says, and its user; a forged one costs no read."""
        try:
            link = self._tokens.read(token, *purposes, now=self._clock())
        except InvalidLink:
            raise refused(self._events) from None
        user = self._accounts.find_user_by_id(link.user_id)
        if user is None or not is_alive(link, user) or not self._fits(link, user):
            raise refused(self._events, link)
        return link, user

    def _fits(self, link: Link, user: User) -> bool:
        """Whether the user's address and factors are those that the link is bound to."""
        if user.email_key is None and link.purpose is not Purpose.OPERATOR_RESET:
            return False
        return self._tokens.fits(link, bound_to(link.purpose, user))

    def _end_everything(self, link: Link, user: User, change: Change, event: Event) -> None:
        """Change the user and end all sessions; refuse when another request was first."""
        by_mail = link.purpose is not Purpose.OPERATOR_RESET
        changed = self._accounts.begin_epoch(user, change, still_bound(link.purpose, user))
        if changed is None:
            raise refused(self._events, link)
        self._events.record(event, user_id=user.id, reason=None if by_mail else "operator")
        best_effort(self._ending.clear_void, user.id, changed.epoch)
