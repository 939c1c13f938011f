"""What passkeys bring to the service."""

import logging

from authapi.accounts.service import AccountService
from authapi.core.clock import Clock
from authapi.core.environment import SettingsError
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.database import Database
from authapi.factors.operating import OperatorFactors
from authapi.factors.recovery_codes import RecoveryCodes
from authapi.factors.service import FactorService
from authapi.passkeys.adding import PasskeyEnrolment
from authapi.passkeys.ceremonies import CEREMONY_TYPE, Ceremonies
from authapi.passkeys.ceremony import RelyingParty, is_installed
from authapi.passkeys.changing import PasskeyChanges
from authapi.passkeys.models import Origins
from authapi.passkeys.proving import PasskeyProof
from authapi.passkeys.rules import is_allowed
from authapi.passkeys.service import PasskeyService
from authapi.passkeys.settings import PasskeySettings
from authapi.passkeys.signing_in import PasskeySignIn
from authapi.passkeys.store import COLLECTIONS, PasskeyStore, SpentStore
from authapi.sessions.renewing import SessionRenewal
from authapi.signin.second_step import SecondStep
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp
from authapi.tokens.transient import TransientTokenFactory

__all__ = ["COLLECTIONS", "build"]

_NOT_INSTALLED = "webauthn is not installed: pip install 'authapi-flask[passkeys]'"
_WHOSE = "WEBAUTHN_RP_ID is missing, beside WEBAUTHN_ORIGINS: the domain that passkeys belong to"
_log = logging.getLogger("authapi.passkeys")


def build(services: Services, settings: PasskeySettings, clock: Clock) -> None:
    """Add what shows passkeys; and where they are accepted, everything else.

    Raises:
        SettingsError: where the extra `passkeys` is not installed, or the domain is missing.
    """
    store = PasskeyStore(services[Database])
    passkeys = services.add(PasskeyService(services[AccountService], store))
    services[FactorService].tell_passkeys(passkeys.describe)
    services[OperatorFactors].forget_passkeys(
        lambda user, before: store.remove_others(user.id, (), before)
    )
    services.personal_data.append(passkeys)
    services.features.update(passkeys=False, rp_id=None)
    if settings.rp_id is None:
        if settings.webauthn_origins:
            raise SettingsError([_WHOSE])
        return
    if is_installed():
        _take(services, settings, settings.rp_id, store, clock)
    elif settings.webauthn_rp_id is not None:
        raise SettingsError([f"WEBAUTHN_RP_ID is set, but {_NOT_INSTALLED}"])
    else:
        _log.warning("there are no passkeys: %s", _NOT_INSTALLED)


def _take(
    services: Services, settings: PasskeySettings, rp_id: str, store: PasskeyStore, clock: Clock
) -> None:
    accounts, events = services[AccountService], services[EventRecorder]
    signin, step_up = services[SignIn], services[StepUp]
    origins = services.add(Origins(settings.passkey_origins))

    def allows(origin: str) -> bool:
        return is_allowed(origin, origins.exact, development=settings.development)

    party = RelyingParty(rp_id, settings.totp_issuer, allows)
    tokens = services[TransientTokenFactory].of_kind(CEREMONY_TYPE)
    ceremonies = Ceremonies(tokens, SpentStore(services[Database]))
    proof = PasskeyProof(accounts, store, ceremonies, party, events, clock)
    second = services[SecondStep]
    second.add(proof)
    alone = services.add(PasskeySignIn(signin, step_up, second, proof, store, ceremonies, party))
    step_up.take_alone(alone.step_up)
    services.add(PasskeyEnrolment(accounts, step_up, store, ceremonies, party, events, clock))
    services.add(
        PasskeyChanges(
            accounts,
            step_up,
            services[SessionRenewal],
            services[RecoveryCodes],
            store,
            events,
            clock,
        )
    )
    services.features.update(passkeys=True, rp_id=rp_id)
    services.well_known["/.well-known/webauthn"] = "/.well-known/webauthn"
