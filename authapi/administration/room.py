"""What the operator's stories need."""

from authapi.accounts.registration import Registration
from authapi.accounts.service import AccountService
from authapi.accounts.store_foreign import ForeignUserStore
from authapi.administration.adoption import Adoption
from authapi.administration.imports import UserImport
from authapi.administration.service import Administration
from authapi.audit.service import AuditTrail
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.profile.service import ProfileService
from authapi.sessions.ending import SessionEnding
from authapi.sessions.service import SessionService


def build(services: Services, settings: object, clock: Clock) -> None:
    """Add what the command line does with users."""
    services.add(
        Administration(
            services[AccountService],
            services[Registration],
            services[SessionService],
            services[SessionEnding],
            services[ProfileService],
            services[AuditTrail],
            services[PasswordHasher],
            services[Blocklist],
        )
    )
    services.add(UserImport(services[AccountService], services[EventRecorder], clock))
    services.add(Adoption(services[ForeignUserStore], services[EventRecorder], clock))
