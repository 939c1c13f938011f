"""The shape of a registration."""

from marshmallow import ValidationError, fields

from authapi.accounts import rules
from authapi.passwords import rules as passwords
from authapi.web.schemas import RequestSchema


def _username(value: str) -> None:
    if problems := rules.problems(value):
        raise ValidationError(problems)


def _password(value: str) -> None:
    if problems := passwords.problems(value):
        raise ValidationError(problems)


def new_password(example: str) -> fields.String:
    """Return the field of a password that is being chosen."""
    return fields.String(
        required=True,
        validate=_password,
        metadata={
            "minLength": passwords.MINIMUM_LENGTH,
            "maxLength": passwords.MAXIMUM_LENGTH,
            "format": "password",
            "description": "Any characters; never trimmed, never truncated.",
            "example": example,
        },
    )


class RegistrationSchema(RequestSchema):
    """A new user's name and password."""

    username = fields.String(
        required=True,
        validate=_username,
        metadata={
            "minLength": 1,
            "description": "1 to 64 characters after trimming and NFKC; case does not tell apart.",
            "example": "user1",
        },
    )
    password = new_password("password123")
