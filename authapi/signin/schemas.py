"""The shape of a sign-in."""

from marshmallow import fields, validate

from authapi.passwords.rules import MAXIMUM_LENGTH
from authapi.web.schemas import RequestSchema


class PasswordSchema(RequestSchema):
    """A password of somebody who is known already."""

    password = fields.String(
        required=True,
        validate=validate.Length(
            1, MAXIMUM_LENGTH, error=f"Password must be 1 to {MAXIMUM_LENGTH} characters long."
        ),
        metadata={"format": "password", "example": "password123"},
    )


class RecentLoginSchema(RequestSchema):
    """The password, for who has not logged in lately."""

    password = fields.String(
        validate=validate.Length(
            1, MAXIMUM_LENGTH, error=f"Password must be 1 to {MAXIMUM_LENGTH} characters long."
        ),
        metadata={
            "format": "password",
            "example": "password123",
            "description": "May be left out within RECENT_LOGIN_MINUTES of a login.",
        },
    )


class CredentialsSchema(PasswordSchema):
    """A name and a password; whether they are right is not a question of shape."""

    username = fields.String(
        required=True,
        validate=validate.Length(1, 1024, error="Username must be 1 to 1024 characters long."),
        metadata={"example": "user1"},
    )
