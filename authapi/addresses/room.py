"""What addresses bring to the service."""

from authapi.accounts.registration import Registration
from authapi.accounts.service import AccountService
from authapi.accounts.settings import AccountSettings
from authapi.addresses.confirming import Confirmation
from authapi.addresses.importing import ImportedAddresses
from authapi.addresses.kinds import AddressMails
from authapi.addresses.operating import OperatorAddresses
from authapi.addresses.registry import Registry
from authapi.addresses.service import AddressService
from authapi.addresses.store import COLLECTIONS, RegistryStore
from authapi.core.clock import Clock
from authapi.core.events import EventRecorder
from authapi.core.services import Services
from authapi.database import Database
from authapi.limits.service import Limits
from authapi.mail.links import MailedTokens
from authapi.mail.service import MailService
from authapi.signin.proving import PasswordProof
from authapi.signin.service import SignIn
from authapi.signin.step_up import StepUp

__all__ = ["COLLECTIONS", "build"]


def build(services: Services, settings: AccountSettings, clock: Clock) -> None:
    """Add the addresses, and bring their mails to the mail room."""
    accounts, signin, limits = services[AccountService], services[SignIn], services[Limits]
    events, mail = services[EventRecorder], services[MailService]
    registry = services.add(Registry(RegistryStore(services[Database]), accounts, clock))
    addresses = services.add(
        AddressService(
            accounts,
            services[StepUp],
            limits,
            registry,
            events,
            clock,
            required=settings.email == "required",
        )
    )
    confirmation = services.add(
        Confirmation(
            accounts,
            services[PasswordProof],
            limits,
            registry,
            services[MailedTokens],
            events,
            clock,
        )
    )
    services.add(OperatorAddresses(accounts, confirmation, registry, events, clock))
    services.add(ImportedAddresses(accounts, registry, clock))
    services.personal_data.append(addresses)
    services.features["email"] = settings.email
    mail.add_kinds(*AddressMails(accounts, registry, clock).kinds(mail.kinds))
    if settings.login_by_email == "on":
        services[PasswordProof].look_up_addresses(registry.owner)
        services[Registration].refuse_names_of(registry.owner)
    if settings.email == "required":
        signin.require(addresses.require)
