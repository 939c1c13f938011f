"""The shapes of requests about addresses."""

from marshmallow import fields

from authapi.accounts.schemas import EmailField
from authapi.signin.schemas import CODE_LENGTH, PasswordSchema, RecentLoginSchema
from authapi.web.schemas import AnswerSchema, RequestSchema


class AddressSchema(RecentLoginSchema):
    """An address; a way into the account, so it requires a recent login or the password."""

    email = EmailField(required=True)


class RemovalSchema(RecentLoginSchema):
    """A recent login or the password: without an address no link resets a password."""


class CodeSchema(RequestSchema):
    """The code that was mailed."""

    code = fields.String(
        required=True,
        validate=CODE_LENGTH,
        metadata={"example": "K7QF-M2XW", "description": "Case, spaces and dashes do not matter."},
    )


class LinkSchema(PasswordSchema):
    """What stands behind `#` in the mailed link, and the account's password."""

    token = fields.String(required=True)  # whether it is genuine is for the service to say


class ConfirmedSchema(AnswerSchema):
    """The address that is the account's now."""

    email = fields.String(required=True, metadata={"format": "email"})
