"""The shapes of the recovery."""

from marshmallow import fields

from authapi.accounts.schemas import new_password
from authapi.signin.schemas import USERNAME
from authapi.web.schemas import RequestSchema

_EXAMPLE = "AXLaNrerioHu23sLIDcAAAAEaSoPAJvdfKq3hYqk0mJ4cUPxH6tMlCwq8gQ"


def _token() -> fields.String:
    """Return the field of a link's token; whether it is genuine is for the service to say."""
    return fields.String(
        required=True,
        metadata={"description": "What stands behind the # of the link.", "example": _EXAMPLE},
    )


class ForgottenSchema(RequestSchema):
    """Whose password was forgotten; the answer does not say whether that is a user."""

    username = USERNAME


class ResetSchema(RequestSchema):
    """A link, and the password that is chosen with it."""

    token = _token()
    new_password = new_password("a better password")


class UsedLinkSchema(RequestSchema):
    """A link that is used."""

    token = _token()
