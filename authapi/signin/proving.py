"""How somebody proves to be a user by a password."""

from collections.abc import Callable

from authapi.accounts.models import User
from authapi.accounts.rules import name_key
from authapi.accounts.service import AccountService
from authapi.core.client import Client
from authapi.core.errors import ApiError, ErrorCode
from authapi.core.events import Event, EventRecorder
from authapi.core.identity import PASSWORD
from authapi.limits.attempts import Attempt
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.signin.models import Evidence, Proof
from authapi.signin.rules import code_behind


class PasswordProof:
    """Checks names and passwords.

    Args:
        code_in_password: whether the code of a second step may follow the password, after a comma.
    """

    def __init__(
        self,
        accounts: AccountService,
        hasher: PasswordHasher,
        limits: Limits,
        events: EventRecorder,
        *,
        code_in_password: bool,
    ) -> None:
        self._accounts = accounts
        self._hasher = hasher
        self._limits = limits
        self._events = events
        self._code_in_password = code_in_password
        self._owner_of: Callable[[str], User | None] | None = None

    def look_up_addresses(self, owner_of: Callable[[str], User | None]) -> None:
        """Let users log in by their address as well; a user's name wins over an address."""
        self._owner_of = owner_of

    def check(
        self, username: str, password: str, client: Client, evidence: Evidence | None = None
    ) -> tuple[Proof, Evidence | None]:
        """Check a name and a password; upgrade an outdated hash on the way.

        An unknown name takes as long as a known one (ASVS 6.3.8).

        Args:
            username: as typed.
            password: as typed; without `evidence`, a code may follow it.
            client: who types.
            evidence: of the second step, where the request has some.

        Returns:
            The proof, and the evidence: as given, or the code that followed the password.

        Raises:
            ApiError: `invalid_credentials`, the same for every reason; `rate_limited`;
                `service_unavailable` when too many passwords are being hashed.
        """
        apart = code_behind(password) if self._code_in_password and evidence is None else None
        with self._hasher.admit(client.network):
            key = self._account(username)
            attempt = self._limits.password_attempt(key, client)
            with attempt.checking():
                user, code = self._right_user(key, password, apart, attempt)
            if apart is not None and code is not None:
                password, evidence = apart[0], Evidence(code)
            if self._hasher.is_outdated(user.password_hash, password):
                user = self._accounts.upgrade_hash(user, self._hasher.hash(password))
        return Proof(user, (PASSWORD,), final_checks=(attempt.confirm,)), evidence

    def _account(self, username: str) -> str:
        """Return the `name_key` of a typed name, or of the user whose address was typed.

        An address takes as long whether it is a user's or not.
        """
        key = name_key(username)
        if self._owner_of is None or "@" not in username:
            return key
        owner, namesake = self._owner_of(username), self._accounts.find_user(key)
        return owner.name_key if owner is not None and namesake is None else key

    def _right_user(
        self, key: str, password: str, apart: tuple[str, str] | None, attempt: Attempt
    ) -> tuple[User, str | None]:
        """Return the user whose password it is, and the code that followed it, if there is one.

        Where there may be one, two hashes are compared for every account, with or without a second
        factor, known or unknown (S111).
        """
        user = self._accounts.find_user(key)
        stored = user.password_hash if user else None
        whole = self._hasher.verify_password(password, stored)
        part = apart is not None and self._hasher.verify_password(apart[0], stored)
        # Both are right for hashes that cut the password: bcrypt uses 72 bytes.
        code = apart[1] if apart and part and user and user.second_factor else None
        if user is None or user.disabled or not (whole or code):
            attempt.fail()
            self._events.record(Event.LOGIN_FAILED, user_id=user.id if user else None)
            raise ApiError(ErrorCode.INVALID_CREDENTIALS)
        attempt.succeed()
        return user, code
