"""What the sign-in brings to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.ending import SessionEnding
from authapi.sessions.opening import SessionOpening
from authapi.sessions.service import SessionService
from authapi.signin.service import SignIn
from authapi.signin.settings import SignInSettings
from authapi.signin.step_up import StepUp


def build(services: Services, settings: SignInSettings, clock: Clock) -> None:
    """Add the one way in, and the step-up."""
    events = services[EventRecorder]
    signin = services.add(
        SignIn(
            services[AccountService],
            services[PasswordHasher],
            services[Limits],
            services[SessionOpening],
            services[SessionEnding],
            events,
        )
    )
    services.add(StepUp(signin, services[SessionService], events, clock, settings))
