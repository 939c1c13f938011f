"""The shapes of second factors."""

from marshmallow import Schema, fields

from authapi.signin.schemas import CODE_LENGTH, RecentLoginSchema
from authapi.web.schemas import AnswerSchema, RequestSchema, TokenPairSchema

_CODES = fields.List(
    fields.String(),
    required=True,
    metadata={"description": "Shown once. Each is good for one login without the app."},
)


class FactorChangeSchema(RecentLoginSchema):
    """A recent login; or the password, and the second step if there is one."""


class TotpCodeSchema(RequestSchema):
    """A code that the authenticator app shows."""

    code = fields.String(
        required=True,
        validate=CODE_LENGTH,
        metadata={"example": "123456"},
    )


class EnrolmentSchema(AnswerSchema):
    """What an authenticator app has to know."""

    secret = fields.String(required=True, metadata={"description": "In base32, for typing."})
    uri = fields.String(required=True, metadata={"description": "For scanning (`otpauth://`)."})
    svg = fields.String(required=True, metadata={"description": "The same as a QR code."})
    expires_in = fields.Integer(
        required=True, metadata={"description": "Seconds in which a code must be confirmed."}
    )


class RecoveryCodesSchema(AnswerSchema):
    """New recovery codes."""

    recovery_codes = _CODES


class FactorOnSchema(TokenPairSchema):
    """New recovery codes, and fresh tokens of the caller's session: all others have ended."""

    recovery_codes = _CODES


class AppSchema(Schema):
    """An authenticator app."""

    since = fields.DateTime(required=True)


class PasskeySchema(Schema):
    """A passkey."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    used_at = fields.DateTime(required=True, allow_none=True)
    backed_up = fields.Boolean(
        required=True, metadata={"description": "Whether it is on more than one device."}
    )


class FactorsSchema(AnswerSchema):
    """The caller's second factors."""

    second_factor = fields.Boolean(
        required=True, metadata={"description": "Whether a login asks for more than the password."}
    )
    totp = fields.Nested(AppSchema, required=True, allow_none=True)
    recovery_codes_left = fields.Integer(required=True)
    passkeys_required = fields.Boolean(required=True)
    passkeys = fields.List(fields.Nested(PasskeySchema), required=True)
