"""The shapes of introspection."""

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate

from authapi.core.roles import MAXIMUM_COUNT, NAME, problems
from authapi.web.schemas import AnswerSchema, RequestSchema


def _roles(names: list[Any]) -> None:
    if wrong := problems(names):
        raise ValidationError(wrong)


class VerifySchema(RequestSchema):
    """The roles of which the caller must have one."""

    role = fields.List(
        fields.String(metadata={"pattern": f"^{NAME}$"}),
        load_default=[],
        validate=_roles,
        metadata={
            "description": "One of these is asked for.",
            "maxItems": MAXIMUM_COUNT,
            "example": ["editor"],
        },
    )


class TokenSchema(RequestSchema):
    """A form with a token (RFC 7662, 2.1)."""

    token = fields.String(
        required=True,
        validate=validate.Length(1, error="Token is missing."),
        metadata={"example": "eyJhbGciOiJIUzI1NiIsImtpZCI6…"},
    )


class IntrospectionSchema(AnswerSchema):
    """What a token says, if it is good, with the app's own claims (RFC 7662, 2.2)."""

    class Meta:
        """marshmallow's options."""

        unknown = INCLUDE

    active = fields.Boolean(
        required=True, metadata={"description": "Whether it is good; if not, nothing else is said."}
    )
    token_type = fields.String(metadata={"enum": ["Bearer"]})
    iss = fields.String()
    aud = fields.String()
    sub = fields.String(metadata={"description": "The user's name, as in the token."})
    username = fields.String(metadata={"description": "The same."})
    uid = fields.String(metadata={"description": "The user's permanent id."})
    sid = fields.String()
    jti = fields.String()
    iat = fields.Integer()
    exp = fields.Integer()
    auth_time = fields.Integer()
    amr = fields.List(fields.String())
    acr = fields.String()
    roles = fields.List(fields.String())


class MetadataSchema(Schema):
    """An authorization server's metadata (RFC 8414, 2)."""

    issuer = fields.String(required=True)
    response_types_supported = fields.List(fields.String(), required=True)
    grant_types_supported = fields.List(fields.String(), required=True)
    jwks_uri = fields.String()
    access_token_signing_alg_values_supported = fields.List(fields.String())
    introspection_endpoint = fields.String()
    introspection_endpoint_auth_methods_supported = fields.List(fields.String())
