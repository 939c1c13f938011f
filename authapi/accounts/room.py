"""What the accounts bring to the service."""

from authapi.accounts import store, store_foreign
from authapi.accounts.models import ForeignUsers
from authapi.accounts.notifying import Notifier
from authapi.accounts.registration import Registration
from authapi.accounts.roles import UserRoles
from authapi.accounts.service import AccountService
from authapi.accounts.settings import AccountSettings
from authapi.accounts.store_roles import RoleStore
from authapi.audit.service import AuditTrail
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.services import Services
from authapi.database import Database
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.revocation.service import Revocations

COLLECTIONS = (*store.COLLECTIONS, *store_foreign.COLLECTIONS)


def build(services: Services, settings: AccountSettings, clock: Clock) -> None:
    """Add the users; give rooms below what they ask: who is not deleted, and whose epochs rose."""
    users = services.add(store.UserStore(services[Database]))
    services[Revocations].read_epochs_from(users.ended_since)
    services[AuditTrail].look_up_living_users_by(users.living)
    events = services[EventRecorder]
    notifier = _notifier(services, settings, clock)
    accounts = services.add(AccountService(users, services[Revocations], events, notifier))
    roles = RoleStore(services[Database])
    services.add(UserRoles(roles, accounts, services[Revocations], events))
    services.personal_data.append(accounts)
    database = services[Database]
    foreign = store_foreign.ForeignUserStore(lambda: database.unprepared)
    services.personal_data.append(foreign)
    services.add(foreign, ForeignUsers)
    services.add(
        Registration(
            users,
            services[PasswordHasher],
            services[Blocklist],
            services[Fingerprints],
            events,
            notifier,
            clock,
        )
    )


def _notifier(services: Services, settings: AccountSettings, clock: Clock) -> Notifier:
    if not settings.has_addresses:
        return Notifier()
    from authapi.accounts.mail_notifier import MailNotifier
    from authapi.mail.service import MailService

    return MailNotifier(services[MailService], services[EventRecorder].origin, clock)
