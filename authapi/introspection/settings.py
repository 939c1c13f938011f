"""Who may ask about tokens."""

from dataclasses import dataclass

from authapi.core.credentials import credential
from authapi.core.environment import variable
from authapi.core.secrets import Secret
from authapi.tokens.settings import TokenSettings


@dataclass(frozen=True)
class IntrospectionSettings(TokenSettings):
    """The credential of services that ask about tokens."""

    introspection_secret: Secret | None = variable(
        "INTROSPECTION_SECRET", None, credential, secret=True
    )
