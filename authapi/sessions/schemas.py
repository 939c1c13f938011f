"""The shapes of refreshing and logging out."""

from marshmallow import Schema, fields

from authapi.tokens.rules import LONGEST_TOKEN
from authapi.web.schemas import PageEndSchema, RequestSchema, StrictBoolean, length


class RefreshTokenSchema(RequestSchema):
    """A refresh token."""

    refresh_token = fields.String(
        required=True,
        validate=length("Refresh token", LONGEST_TOKEN),
        metadata={"example": "eyJhbGciOiJIUzI1NiIsImtpZCI6…"},
    )


class LogoutSchema(RefreshTokenSchema):
    """A refresh token, and how far the logout goes."""

    everywhere = StrictBoolean(
        load_default=False,
        metadata={
            "description": "End all sessions of the user, not this one alone.",
            "example": False,
        },
    )


class SessionSchema(Schema):
    """One of the caller's sessions."""

    id = fields.String(required=True)
    device = fields.String(required=True, metadata={"description": "For people."})
    user_agent = fields.String(required=True)
    address = fields.String(required=True)
    first_seen = fields.DateTime(required=True)
    last_seen = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    current = fields.Boolean(
        required=True, metadata={"description": "Whether it is the session of this very token."}
    )


class SessionListSchema(PageEndSchema):
    """The caller's sessions."""

    sessions = fields.List(fields.Nested(SessionSchema), required=True)
