"""What the sign-in brings to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.ending import SessionEnding
from authapi.sessions.opening import SessionOpening
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.proving import PasswordProof
from authapi.signin.second_step import SecondStep
from authapi.signin.service import SignIn
from authapi.signin.settings import SignInSettings
from authapi.signin.step_up import StepUp
from authapi.tokens.transient import TransientTokenFactory

MFA_TYPE = "mfa+jwt"


def build(services: Services, settings: SignInSettings, clock: Clock) -> None:
    """Add the sign-in and the step-up."""
    events, accounts, limits = services[EventRecorder], services[AccountService], services[Limits]
    passwords = services.add(
        PasswordProof(
            accounts,
            services[PasswordHasher],
            limits,
            events,
            code_in_password=settings.code_in_password == "on",
        )
    )
    second = services.add(
        SecondStep(
            accounts,
            limits,
            services[TransientTokenFactory].of_kind(MFA_TYPE),
            events,
            clock,
            settings.second_step_hint,
        )
    )
    opening, ending = services[SessionOpening], services[SessionEnding]
    signin = services.add(SignIn(accounts, passwords, second, limits, opening, ending))
    services.add(StepUp(accounts, signin, services[SessionRenewal], events, clock, settings))
