"""Makes mails of notices, each with the notice's id: to do so twice changes nothing (S96)."""

import logging
from collections.abc import Mapping

from authapi.core.clock import Clock
from authapi.database import FAILURES
from authapi.mail.kinds import DELETED, Kind
from authapi.mail.models import Mail
from authapi.mail.notices import Notice, NoticeSource, Notified
from authapi.mail.rules import NOTICE_DELAY
from authapi.mail.store import MailStore

BATCH = 50
_log = logging.getLogger("authapi.mail")


class Collector:
    """Moves notices that are old enough into the outbox."""

    def __init__(
        self, source: NoticeSource, kinds: Mapping[str, Kind], store: MailStore, clock: Clock
    ) -> None:
        self._source = source
        self._kinds = kinds
        self._store = store
        self._clock = clock

    def collect(self) -> None:
        """Move the notices that are there now."""
        before = self._clock() - NOTICE_DELAY
        while users := self._source.due(before, BATCH):
            told = [self._tell(user) for user in users]
            if len(users) < BATCH or not any(told):
                break

    def _tell(self, user: Notified) -> bool:
        """Move a user's notices; False after a fault: the next run tries again."""
        try:
            for notice in user.notices:
                kind = self._kinds.get(notice.kind)
                if kind is not None and kind.finish is not None:
                    kind.finish(user, notice)
                self._store.add(self._mail(user, notice))
        except FAILURES:
            raise
        except Exception as fault:  # one user's notices must not keep the others'
            _log.error("the notices of a user met a %s", type(fault).__name__)
            return False
        self._source.pull(user)
        return True

    def _mail(self, user: Notified, notice: Notice) -> Mail:
        """Return a notice's mail; that of a deletion belongs to no user, so that it is kept."""
        return Mail(
            id=notice.id,
            kind=notice.kind,
            made_at=notice.at,
            due_at=self._clock(),
            user_id=None if notice.kind == DELETED else user.user_id,
            to=notice.to,
            locale=user.locale,
            facts=notice.facts,
        )
