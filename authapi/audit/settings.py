"""Which security events are stored, and for how long."""

from dataclasses import dataclass
from datetime import timedelta

from authapi.core.environment import variable
from authapi.core.events import Event
from authapi.core.parsers import choices, integer


@dataclass(frozen=True)
class AuditSettings:
    """The audit trail's numbers."""

    audit_days: int = variable("AUDIT_DAYS", 90, integer(0, 3650))
    audit_log_only: frozenset[str] = variable("AUDIT_LOG_ONLY", frozenset(), choices(*Event))

    @property
    def audit_lifetime(self) -> timedelta:
        """How long a security event is stored; with zero it goes to the log only."""
        return timedelta(days=self.audit_days)
