"""An address in the registry."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """Whose address it is, if the user's own document says the same.

    Attributes:
        key: the address in its unique form.
        user_id: whose it is, or shall be.
        name_key: the unique form of the user's name.
        claim: the nonce of the request for it.
        held_until: how long it is kept for a confirmation that is under way; None once it is done.
    """

    key: str
    user_id: str
    name_key: str
    claim: str
    held_until: datetime | None = None
