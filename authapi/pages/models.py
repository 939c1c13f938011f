"""The pages and their fields."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        name: what it is called in the form, and in the endpoint's body.
        autocomplete: what browsers may fill in (HTML, 4.10.18.7.1).
        secret: whether it is a password: hidden, and never shown again.
        sent: whether it is passed to the endpoint.
    """

    name: str
    autocomplete: str = "off"
    secret: bool = False
    sent: bool = True


TOKEN = Field("token")
"""The token of the mailed link."""

WORD = Field("word", sent=False)
"""A word to type where the link alone would be enough: mail scanners click, but type nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: a form, and the endpoint that its values are for.

    Attributes:
        name: the last part of its path.
        endpoint: the path of the JSON endpoint.
        fields: in the order in which they are shown.
    """

    name: str
    endpoint: str
    fields: tuple[Field, ...]


PAGES = (
    Page("forgot", "/password/forgot", (Field("username", "username"),)),
    Page("reset", "/password/reset", (TOKEN, Field("new_password", "new-password", secret=True))),
    Page("confirm", "/email/verify", (TOKEN, Field("password", "current-password", secret=True))),
    Page("secure", "/account/secure", (TOKEN, WORD)),
    Page("undo", "/account/undo", (TOKEN, WORD)),
)


PASSKEYS_ENDPOINT = "/authenticate/passkey"
"""The endpoint whose page has no form, since a browser signs by a script."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What all pages share.

    Attributes:
        service: what the service is called.
        language: for people whose languages the pages do not have.
        origin: the one that forms must come from; None: that of this machine, in development.
        stylesheet: the operator's own, read after that of the pages.
        logo: the operator's own, in place of the service's name.
    """

    service: str
    language: str
    origin: str | None = None
    stylesheet: Path | None = None
    logo: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a form.

    Attributes:
        status: the HTTP status.
        code: of the failure, or None for a success.
        errors: field name to its problems.
        retry_after: the header `Retry-After`, if there is one.
    """

    status: int
    code: str | None = None
    errors: dict[str, list[str]] | None = None
    retry_after: str | None = None
