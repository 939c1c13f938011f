"""What second factors bring to the service."""

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.secrets import MasterSecrets
from authapi.core.services import Services
from authapi.database import Database
from authapi.factors.codes import CodeFactor
from authapi.factors.data_key import DataKey
from authapi.factors.enrolling import TotpEnrolment
from authapi.factors.operating import OperatorFactors
from authapi.factors.recovery_codes import RecoveryCodes
from authapi.factors.service import FactorService
from authapi.factors.settings import FactorSettings
from authapi.factors.store import COLLECTIONS, DataKeyStore
from authapi.limits.service import Limits
from authapi.passwords.hashing import PasswordHasher
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.second_step import SecondStep
from authapi.signin.step_up import StepUp

__all__ = ["COLLECTIONS", "build"]


def build(services: Services, settings: FactorSettings, clock: Clock) -> None:
    """Add the second factors, and let the sign-in's second step take their codes."""
    accounts, events = services[AccountService], services[EventRecorder]
    hasher = services[PasswordHasher]
    data_key = services.add(DataKey(DataKeyStore(services[Database]), services[MasterSecrets]))
    codes = CodeFactor(accounts, data_key, hasher, events, clock)
    services[SecondStep].add(codes)
    step_up = services[StepUp]
    recovery_codes = services.add(RecoveryCodes(hasher))
    services.add(
        TotpEnrolment(
            accounts,
            step_up,
            services[SessionRenewal],
            services[Limits],
            codes,
            recovery_codes,
            data_key,
            events,
            clock,
            settings.totp_issuer,
        )
    )
    factors = services.add(FactorService(accounts, step_up, recovery_codes, events, clock))
    services.add(OperatorFactors(accounts, data_key, events, clock))
    services.personal_data.append(factors)
    services.features["totp"] = True
