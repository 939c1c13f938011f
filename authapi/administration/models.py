"""What the operator's commands are about."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from authapi.accounts.models import Email
from authapi.core.roles import Roles


@dataclass(frozen=True, slots=True)
class UserRef:
    """The user that a command is about: by name or by id, as the operator says.

    It is never guessed which: a name may look like somebody else's id.
    """

    name_or_id: str
    is_id: bool = False

    def __str__(self) -> str:
        return f"the id {self.name_or_id!r}" if self.is_id else f"the name {self.name_or_id!r}"


@dataclass(frozen=True, slots=True)
class FirebaseHash:
    """The parameters of a Firebase project's scrypt, as its console shows them."""

    signer_key: str
    salt_separator: str
    rounds: int
    mem_cost: int


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How an import reads users.

    Attributes:
        names: what a member is called in the file, by what it is called here.
        ignore: members to pass over, whatever they say.
        keep_ids: whether a user keeps the `_id`.
        firebase: for `passwordHash` and `salt` as Firebase exports them.
        addresses: whether users may have addresses here.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    ignore: frozenset[str] = frozenset()
    keep_ids: bool = False
    firebase: FirebaseHash | None = None
    addresses: bool = False


@dataclass(frozen=True, slots=True)
class ImportedUser:
    """A user as an import has it.

    Attributes:
        email_verified: whether the address was confirmed there.
        totp_secret: of the user's authenticator app, if there is one.
        ignored: the names of the members that mean nothing here.
    """

    username: str
    password_hash: str
    created_at: datetime | None
    disabled: bool
    id: str | None
    email: Email | None
    email_verified: bool
    roles: Roles
    totp_secret: str | None
    ignored: tuple[str, ...]


@dataclass
class ImportSummary:
    """What came of an import so far.

    Attributes:
        lines: how many were read, empty ones included.
        imported: users stored.
        already_there: users that were stored before and stay as they are.
        refused: lines that made no user.
        ignored: members that mean nothing to the import, and in how many users they stood.
    """

    lines: int = 0
    imported: int = 0
    already_there: int = 0
    refused: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
