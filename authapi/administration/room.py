"""What the operator's commands need."""

from authapi.accounts.models import ForeignUsers
from authapi.accounts.registration import Registration
from authapi.accounts.roles import UserRoles
from authapi.accounts.service import AccountService
from authapi.accounts.settings import AccountSettings
from authapi.administration.adoption import Adoption
from authapi.administration.dry_run import Addresses
from authapi.administration.imports import UserImport
from authapi.administration.service import Administration
from authapi.audit.service import AuditTrail
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.factors.operating import OperatorFactors
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.profile.service import ProfileService
from authapi.sessions.ending import SessionEnding
from authapi.sessions.renewing import SessionRenewal
from authapi.sessions.service import SessionService


def build(services: Services, settings: AccountSettings, clock: Clock) -> None:
    """Add what the command line does with users."""
    events = services[EventRecorder]
    services.add(
        Administration(
            services[AccountService],
            services[Registration],
            services[SessionService],
            services[SessionEnding],
            services[UserRoles],
            services[SessionRenewal],
            services[ProfileService],
            services[AuditTrail],
            services[PasswordHasher],
            services[Blocklist],
        )
    )
    services.add(
        UserImport(
            services[AccountService],
            _addresses(services, settings),
            services[OperatorFactors],
            events,
            clock,
        )
    )
    foreign = services[ForeignUsers]  # type: ignore[type-abstract]  # kept by that kind
    services.add(Adoption(foreign, events, clock))


def _addresses(services: Services, settings: AccountSettings) -> Addresses | None:
    if not settings.has_addresses:
        return None
    from authapi.addresses.importing import ImportedAddresses  # loaded where there are addresses

    return services[ImportedAddresses]
