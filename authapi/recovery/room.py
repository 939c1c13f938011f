"""What the recovery brings to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.fingerprints import Fingerprints
from authapi.core.services import Services
from authapi.limits.service import Limits
from authapi.mail.links import Links, MailedTokens
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.recovery.service import Recovery
from authapi.recovery.settings import RecoverySettings
from authapi.sessions.ending import SessionEnding


def build(services: Services, settings: RecoverySettings, clock: Clock) -> None:
    """Add what links do; and where mails are sent, the mails that bring them."""
    services.add(
        Recovery(
            services[AccountService],
            services[MailedTokens],
            services[Links],
            services[PasswordHasher],
            services[Blocklist],
            services[Limits],
            services[SessionEnding],
            services[EventRecorder],
            clock,
        )
    )
    if settings.has_addresses:
        _by_mail(services, settings, clock)


def _by_mail(services: Services, settings: RecoverySettings, clock: Clock) -> None:
    from authapi.addresses.registry import Registry
    from authapi.mail.service import MailService
    from authapi.recovery.asking import ResetRequests
    from authapi.recovery.mails import ResetMails, finder
    from authapi.recovery.undoing import FormerAddress

    mail, events, registry = services[MailService], services[EventRecorder], services[Registry]
    accounts, tokens = services[AccountService], services[MailedTokens]
    former = FormerAddress(
        accounts,
        registry,
        tokens,
        services[SessionEnding],
        events,
        clock,
    )
    services.add(former)
    find = finder(accounts.find_user, registry.owner)
    limits = services[Limits]
    mails = ResetMails(find, accounts.find_user_by_id, limits, events)
    mail.add_kinds(*mails.kinds(settings.reset_life, former.finish))
    services.add(ResetRequests(mail, limits, services[Fingerprints], events, clock))
    services.features["reset"] = True
