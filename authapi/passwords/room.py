"""What the passwords bring to the service."""

from authapi.core.clock import Clock
from authapi.core.services import Services
from authapi.passwords.blocklist import Blocklist, CommonPasswords
from authapi.passwords.bulkhead import Bulkhead
from authapi.passwords.hashing import Argon2Cost, PasswordHasher
from authapi.passwords.settings import PasswordSettings

SERVICE_NAME = "authapi"


def build(services: Services, settings: PasswordSettings, clock: Clock) -> None:
    """Add the hasher and the blocklist."""
    cost = Argon2Cost(settings.argon2_memory_kib, settings.argon2_passes)
    bulkhead = Bulkhead(settings.hash_slots_or_cores, settings.hash_queue_limit)
    services.add(bulkhead)
    services.add(PasswordHasher(cost, bulkhead))
    refused = settings.refuses_common_passwords
    blocklist = CommonPasswords(SERVICE_NAME, settings.jwt_issuer) if refused else Blocklist()
    services.add(blocklist, Blocklist)
