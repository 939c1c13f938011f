"""Who may register, and what addresses are for."""

from dataclasses import dataclass

from authapi.core.environment import variable
from authapi.core.parsers import choice
from authapi.mail.settings import MailSettings


@dataclass(frozen=True)
class AccountSettings(MailSettings):
    """The accounts' part of the settings."""

    registration: str = variable("REGISTRATION", "open", choice("open", "closed"))
    email: str = variable("EMAIL", "optional", choice("off", "optional", "required"))
    login_by_email: str = variable("LOGIN_BY_EMAIL", "off", choice("on", "off"))

    @property
    def has_addresses(self) -> bool:
        """Whether users may have addresses: where mails are sent, and they are wanted."""
        return self.mails and self.email != "off"

    def mail_problems(self) -> list[str]:
        """Return also the problems of settings that want addresses where no mail is sent."""
        problems = super().mail_problems()
        if self.has_addresses:
            return problems
        if self.email == "required":
            problems.append("EMAIL is required, but no mail is sent: MAIL_URL is missing")
        if self.login_by_email == "on":
            problems.append(
                "LOGIN_BY_EMAIL is on, but nobody has an address: "
                "EMAIL is off, or MAIL_URL is missing"
            )
        return problems
