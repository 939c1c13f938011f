"""What the sign-in brings to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.ending import SessionEnding
from authapi.sessions.opening import SessionOpening
from authapi.signin.service import SignIn


def build(services: Services, settings: object, clock: Clock) -> None:
    """Add the one way in."""
    services.add(
        SignIn(
            services[AccountService],
            services[PasswordHasher],
            services[Limits],
            services[SessionOpening],
            services[SessionEnding],
            services[EventRecorder],
        )
    )
