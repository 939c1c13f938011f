"""When a login is recent, and how a second step may be taken."""

from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.parsers import choice, integer
from authapi.tokens.settings import TokenSettings


@dataclass(frozen=True)
class SignInSettings(TokenSettings):
    """The sign-in's own settings."""

    recent_login_minutes: int = variable("RECENT_LOGIN_MINUTES", 10, integer(1, 1440))
    code_in_password: str = variable("CODE_IN_PASSWORD", "on", choice("on", "off"))

    @property
    def second_step_hint(self) -> str | None:
        """The message for users whose client knows no second step, if a code may follow."""
        if self.code_in_password == "off":
            return None
        return (
            "This account has a second step. Log in again with your password, a comma, and the"
            " code of your authenticator app, like this: password,123456"
        )
