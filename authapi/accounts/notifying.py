"""What users are told by mail, stored by the same write as the change (S96)."""

from collections.abc import Iterable, Mapping, Sequence

from authapi.accounts.models import Message, User

Notices = Sequence[Mapping[str, object]]
"""Members of a user's `notices`."""


class Notifier:
    """Tells nobody anything: the notifier of a service that sends no mail."""

    tells = False

    def notices(self, user: User, messages: Iterable[Message]) -> Notices:
        """Return what must be stored with a change, so that the user is told of it."""
        return ()

    def written(self, notices: Notices) -> None:
        """Do what follows once the notices are stored in a user's document."""
