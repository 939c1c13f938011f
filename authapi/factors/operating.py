"""What the operator does with a user's factors: remove or import them, see none (S110)."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from authapi.accounts.models import Change, Message, User
from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import Event, EventRecorder
from authapi.core.retries import retried
from authapi.database import best_effort
from authapi.factors.codes import TOTP_SECRET
from authapi.factors.data_key import DataKey
from authapi.factors.models import Totp


class OperatorFactors:
    """Removes factors, and brings those of another program in."""

    def __init__(
        self,
        accounts: AccountService,
        data_key: DataKey,
        events: EventRecorder,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._data_key = data_key
        self._events = events
        self._clock = clock
        self._forget: Callable[[User, datetime], None] = lambda user, before: None

    def forget_passkeys(self, forget: Callable[[User, datetime], None]) -> None:
        """Let `forget` remove what is kept of a user's passkeys from before a moment."""
        self._forget = forget

    def reset(self, user_id: str, reason: str) -> User:
        """Remove all factors of a user, and end all sessions, by one write.

        The password stays: a user who lost that as well needs a link, too.

        Args:
            user_id: whose.
            reason: why, as a fixed word.

        Raises:
            ApiError: `not_found`; `service_unavailable` when concurrent writes won every try.
        """
        before = self._clock()
        reset = Change(unset=("second_factor", "factors"), tell=[Message("factor_off")])
        accounts = self._accounts
        changed = retried(lambda: accounts.begin_epoch(accounts.get_user_by_id(user_id), reset))
        best_effort(self._forget, changed, before)
        self._events.record(Event.FACTORS_RESET, user_id=user_id, reason=reason)
        return changed

    def with_app(self, user: User, secret: str, now: datetime) -> User:
        """Return a user who is about to be stored, with an authenticator app of another program.

        Args:
            user: as the import has it.
            secret: in base32, as `rules.read_secret` returns it.
            now: when it counts as turned on.
        """
        box = self._data_key.seal(secret, TOTP_SECRET, user.id)
        app = {"totp": asdict(Totp(box, 0, now)), "changed_at": now}
        return replace(user, second_factor=True, factors=app)
