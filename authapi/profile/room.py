"""What one's own account brings to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.database import Database
from authapi.passwords.blocklist import Blocklist
from authapi.passwords.hashing import PasswordHasher
from authapi.profile.service import ProfileService
from authapi.profile.sweep import Sweep
from authapi.sessions.ending import SessionEnding
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.step_up import StepUp
from authapi.tokens.settings import TokenSettings


def build(services: Services, settings: TokenSettings, clock: Clock) -> None:
    """Add what users do with their accounts, and the sweep."""
    services.add(
        ProfileService(
            services[AccountService],
            services[PasswordHasher],
            services[Blocklist],
            services[SessionRenewal],
            services[StepUp],
            services.personal_data,
        )
    )
    services.add(
        Sweep(
            services[AccountService],
            services[SessionEnding],
            services[SessionRenewal],
            services.personal_data,
            services[Database].server_time.corrected(clock),  # marks have the database's times
            settings.access_token_lifetime,
        )
    )
