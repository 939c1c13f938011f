"""The shape of a sign-in."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from authapi.passwords.rules import MAXIMUM_LENGTH
from authapi.signin.models import Evidence, Reauthentication
from authapi.tokens.rules import LONGEST_TOKEN
from authapi.web.schemas import OptionalBodySchema, RequestSchema, TokenPairSchema, length

CODE_LENGTH = length("Code", 64)
LONGEST_NAME = 1024


def filled(name: str, longest: int) -> tuple[validate.Length, validate.Length]:
    """Return validators of an existing name or password; rules for new ones do not apply."""
    return (
        validate.Length(min=1, error=f"{name} must not be empty."),
        validate.Length(max=longest, error=f"{name} must be at most {longest} characters long."),
    )


def present_password(meaning: str = "", **options: Any) -> fields.String:  # noqa: ANN401 - marshmallow's
    """Return the field of a password that the account has.

    Args:
        meaning: what the description says of it.
        options: of the field, as marshmallow takes them.
    """
    metadata = {"format": "password", "example": "password123"}
    return fields.String(
        validate=filled("Password", MAXIMUM_LENGTH),
        metadata={**metadata, **({"description": meaning} if meaning else {})},
        **options,
    )


USERNAME = fields.String(
    required=True, validate=filled("Username", LONGEST_NAME), metadata={"example": "user1"}
)
"""The field of a name that may be somebody's."""


class AssertionSchema(RequestSchema):
    """A passkey's answer to a challenge, such as of `/authenticate/passkey/options`."""

    ceremony = fields.String(required=True, validate=validate.Length(1, LONGEST_TOKEN))
    credential = fields.Dict(keys=fields.String(), required=True)


class EvidenceSchema(RequestSchema):
    """A code or a passkey; views get it as `evidence`, or `reauthentication` with a password."""

    code = fields.String(
        validate=CODE_LENGTH,
        metadata={
            "example": "123456",
            "description": "Of an authenticator app, or a recovery code; where the account has a"
            " second step.",
        },
    )
    passkey = fields.Nested(
        AssertionSchema,
        metadata={
            "description": "In the place of a code.",
            "example": {"ceremony": "eyJhbGciOiJIUzI1NiIsImtpZCI6…", "credential": {"id": "…"}},
        },
    )

    @post_load
    def gather(self, body: dict[str, Any], **_: object) -> dict[str, Any]:
        """Make `evidence` of code and passkey, and `reauthentication` with the password."""
        code, passkey = body.pop("code", None), body.pop("passkey", None)
        if code is not None and passkey is not None:
            raise ValidationError("Send a code or a passkey, not both.", "passkey")
        given = code is not None or passkey is not None
        evidence = Evidence(code, passkey) if given else None
        shown = Reauthentication(body.get("password"), evidence)
        return {**body, "evidence": evidence, "reauthentication": shown}


class PasswordSchema(RequestSchema):
    """The password of the caller, or of the user of a link."""

    password = present_password(required=True)


class RecentLoginSchema(EvidenceSchema, OptionalBodySchema):
    """The password, and the second step if there is one, without a recent login."""

    password = present_password("May be left out within RECENT_LOGIN_MINUTES of a login.")


class ConfirmationSchema(PasswordSchema, EvidenceSchema):
    """The password, and the second step if there is one."""


class StepUpSchema(EvidenceSchema):
    """The password, and the second step if there is one; or a passkey alone."""

    password = present_password("May be left out where a passkey's owner was verified.")

    @validates_schema
    def asks_for_something(self, body: dict[str, Any], **_: object) -> None:
        """Refuse a body with neither."""
        if "password" not in body and "passkey" not in body:
            raise ValidationError("Missing data for required field.", "password")


class CredentialsSchema(ConfirmationSchema):
    """A name and a password, as typed."""

    username = USERNAME


class SecondStepSchema(EvidenceSchema):
    """The second step of a login."""

    mfa_token = fields.String(
        required=True,
        validate=length("Mfa token", LONGEST_TOKEN),
        metadata={"description": "From the answer `second_factor_required`."},
    )

    @validates_schema
    def asks_for_something(self, body: dict[str, Any], **_: object) -> None:
        """Refuse a body with neither code nor passkey."""
        if "code" not in body and "passkey" not in body:
            raise ValidationError("Code is required.", "code")


class SignedInSchema(TokenPairSchema):
    """The tokens of a session."""

    recovery_codes_left = fields.Integer(
        metadata={"description": "After a login by a recovery code."}
    )
