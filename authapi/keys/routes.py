"""`/.well-known/jwks.json`."""

from flask import Response, jsonify
from marshmallow import Schema, fields

from authapi.tokens import jwks
from authapi.tokens.service import TokenService
from authapi.web.body import Blueprint
from authapi.web.openapi import documented
from authapi.web.services import service

blueprint = Blueprint("keys", __name__, description="Public keys")

MAX_AGE_SECONDS = 300
"""How long a resource server may keep the keys: a new key is added that long before it signs."""

_EXAMPLE: dict[str, object] = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "2026-11-22-3f9a",
            "alg": "EdDSA",
            "use": "sig",
        }
    ]
}


class JwkSetSchema(Schema):
    """A JWK Set (RFC 7517)."""

    keys = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)


@blueprint.route(jwks.PATH, methods=["GET"])
@documented(JwkSetSchema, _EXAMPLE, operationId="getKeys")
def show() -> Response:
    """Return the public keys that verify access tokens; none when they are signed with HS256."""
    response = jsonify({"keys": service(TokenService).public_jwks()})
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    return response
