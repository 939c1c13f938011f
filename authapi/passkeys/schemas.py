"""The shapes of passkeys."""

from marshmallow import Schema, fields
from marshmallow.validate import Predicate

from authapi.passkeys.rules import LONGEST_NAME
from authapi.signin.schemas import AssertionSchema, RecentLoginSchema
from authapi.tokens.rules import LONGEST_TOKEN
from authapi.web.schemas import (
    AnswerSchema,
    OptionalBodySchema,
    RenewedSessionSchema,
    RequestSchema,
    StrictBoolean,
    length,
)

NAME = (
    length("Name", LONGEST_NAME),
    Predicate("isprintable", error="Name must not contain control characters."),
)


class PasskeyOptionsSchema(RecentLoginSchema):
    """A recent login; or the password, and the second step if there is one."""


class NewPasskeySchema(AssertionSchema):
    """The credential that a browser made, and its name."""

    name = fields.String(
        validate=NAME,
        metadata={"example": "My phone", "description": "By default after the browser."},
    )


class PasskeyNameSchema(RequestSchema):
    """The name of a passkey."""

    name = fields.String(required=True, validate=NAME, metadata={"example": "My phone"})


class RequirementSchema(RecentLoginSchema):
    """Whether a login by the password asks for a passkey as well."""

    passkeys = StrictBoolean(required=True, metadata={"example": True})


class LoginOptionsSchema(OptionalBodySchema):
    """Who is asked for a passkey, where that is known."""

    mfa_token = fields.String(
        validate=length("Mfa token", LONGEST_TOKEN),
        metadata={"description": "From the answer `second_factor_required`, for a second step."},
    )


class CeremonySchema(AnswerSchema):
    """A ceremony, and the options for the browser."""

    ceremony = fields.String(
        required=True, metadata={"description": "To be sent back with the answer; five minutes."}
    )
    options = fields.Dict(
        required=True,
        keys=fields.String(),
        metadata={
            "description": "For `PublicKeyCredential.parseCreationOptionsFromJSON` or"
            " `parseRequestOptionsFromJSON`."
        },
    )


class PasskeyAddedSchema(AnswerSchema):
    """The new passkey."""

    id = fields.String(required=True)


class RequirementSetSchema(RenewedSessionSchema):
    """The new state; fresh tokens of the caller's session, where anything changed."""

    recovery_codes = fields.List(
        fields.String(), metadata={"description": "Where the account had none. Shown once."}
    )


class OriginsSchema(Schema):
    """Related origins (WebAuthn, 5.11)."""

    origins = fields.List(fields.String(), required=True)
