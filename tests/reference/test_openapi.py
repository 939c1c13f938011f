"""`GET /openapi.json` describes exactly the service."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from authapi import __version__
from authapi.core.errors import CATALOGUE, ErrorCode

BODY = {
    ErrorCode.MALFORMED_JSON,
    ErrorCode.BODY_TOO_LARGE,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.VALIDATION_ERROR,
    ErrorCode.RATE_LIMITED,
    ErrorCode.SERVICE_UNAVAILABLE,
    ErrorCode.INTERNAL_ERROR,
}
TOKEN = {ErrorCode.MISSING_TOKEN, ErrorCode.INVALID_TOKEN, ErrorCode.TOKEN_EXPIRED}
STALE = ErrorCode.INSUFFICIENT_USER_AUTHENTICATION
BARE = {
    "/openapi.json",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
    "/.well-known/webauthn",
}  # documents in shapes of their own
OPTIONAL = {"code", "passkey", "email", "everywhere", "locale"}
OPERATIONS = [
    *("register", "authenticate", "authenticateSecond", "refresh", "logout", "getProtected"),
    *("reauthenticate", "listSessions", "endSession", "listActivity"),
    *("getMe", "exportMe", "deleteMe", "changePassword"),
    *("getFactors", "beginTotp", "confirmTotp", "removeTotp", "renewRecoveryCodes"),
    *("resetPassword", "verify", "introspect", "getMetadata"),
    *("beginPasskey", "addPasskey", "renamePasskey", "removePasskey", "setSecondFactor"),
    *("askForPasskey", "authenticateByPasskey", "getRelatedOrigins"),
    *("getHome", "getFeatures", "getKeys", "getHealth", "getReadiness", "getOpenApi"),
]
FOR_BROWSERS = {"/home.css", "/docs", "/docs/start.js", "/docs/docs.css", "/docs/{name}"}
"""Pages and their parts: no client calls them, so none is to have a function for one."""
SECURED = {
    "/protected",
    "/sessions",
    "/sessions/{session_id}",
    "/me",
    "/me/export",
    "/me/activity",
    "/password",
    "/reauthenticate",
    "/verify",
    "/me/factors",
    "/me/totp",
    "/me/totp/confirm",
    "/me/recovery-codes",
    "/me/passkeys",
    "/me/passkeys/options",
    "/me/passkeys/{passkey_id}",
    "/me/second-factor",
}
WANTED = {
    ("post", "/register"): {ErrorCode.USER_EXISTS, ErrorCode.REGISTRATION_CLOSED, *BODY},
    ("post", "/authenticate"): {ErrorCode.INVALID_CREDENTIALS, *BODY},
    ("post", "/refresh"): {
        ErrorCode.INVALID_REFRESH_TOKEN,
        ErrorCode.REFRESH_TOKEN_EXPIRED,
        *BODY,
    },
    ("post", "/logout"): {ErrorCode.INVALID_REFRESH_TOKEN, *BODY},
    ("get", "/protected"): {*TOKEN, ErrorCode.INTERNAL_ERROR},
    ("get", "/sessions"): {*TOKEN, ErrorCode.INTERNAL_ERROR},
    ("delete", "/sessions/{session_id}"): {*TOKEN, STALE, ErrorCode.NOT_FOUND},
    ("get", "/me"): {*TOKEN, ErrorCode.NOT_FOUND},
    ("delete", "/me"): {*TOKEN, *BODY, ErrorCode.INVALID_CREDENTIALS},
    ("get", "/me/export"): {*TOKEN, STALE, ErrorCode.NOT_FOUND},
    ("post", "/reauthenticate"): {*TOKEN, *BODY, ErrorCode.INVALID_CREDENTIALS},
    ("post", "/password"): {*TOKEN, *BODY, ErrorCode.INVALID_CREDENTIALS},
    ("post", "/me/passkeys/options"): {*TOKEN, *BODY, STALE},
    ("post", "/me/passkeys"): {*TOKEN, *BODY, ErrorCode.INVALID_PASSKEY},
    ("delete", "/me/passkeys/{passkey_id}"): {*TOKEN, *BODY, STALE, ErrorCode.NOT_FOUND},
    ("put", "/me/second-factor"): {*TOKEN, *BODY, STALE, ErrorCode.NOT_FOUND},
    ("post", "/authenticate/passkey"): {*BODY, ErrorCode.SECOND_FACTOR_REQUIRED},
    ("post", "/password/reset"): {*BODY, ErrorCode.INVALID_LINK},
    ("get", "/readyz"): {ErrorCode.SERVICE_UNAVAILABLE, ErrorCode.INTERNAL_ERROR},
    ("get", "/healthz"): {ErrorCode.INTERNAL_ERROR},
}


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield every operation with its method and path."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, path, operation


def json_answers(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every answer in JSON with its status."""
    for status, response in operation["responses"].items():
        if "application/json" in response.get("content", {}):
            yield status, response["content"]["application/json"]


def examples(media: dict[str, Any]) -> list[Any]:
    """Return the examples of one answer."""
    if "example" in media:
        return [media["example"]]
    return [example["value"] for example in media.get("examples", {}).values()]


def test_it_is_openapi_3_1(description: dict[str, Any]) -> None:
    """It is valid and names the service's version."""
    OpenAPIV31SpecValidator(description).validate()
    assert description["openapi"].startswith("3.1")
    assert description["info"]["title"] == "authapi"
    assert description["info"]["version"] == __version__


def test_every_route_is_described_and_no_other(description: dict[str, Any], app: Flask) -> None:
    """Routes and descriptions correspond."""
    routed = {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    found = {(method, path) for method, path, _ in operations(description)}
    assert found == routed - {("get", path) for path in FOR_BROWSERS}


def test_every_operation_is_summed_up(description: dict[str, Any]) -> None:
    """It has a summary, an id and a tag."""
    found = list(operations(description))
    assert all(operation["summary"] and operation["tags"] for _, _, operation in found)
    for _, _, operation in found:
        worked = operation["responses"].keys() & {"200", "204"}
        assert all(operation["responses"][status]["description"] for status in worked)
        assert worked


def test_every_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    """Clients generate function names from it, so changes are listed here."""
    found = [operation["operationId"] for _, _, operation in operations(description)]
    assert sorted(found) == sorted(OPERATIONS)


def test_no_schema_is_unused(description: dict[str, Any]) -> None:
    """Clients generate a class from each."""
    text = json.dumps(description)
    schemas = description["components"]["schemas"]
    assert [name for name in schemas if f'"#/components/schemas/{name}"' not in text] == []


def test_every_json_answer_has_an_example(description: dict[str, Any]) -> None:
    """Failures have examples as well."""
    for method, path, operation in operations(description):
        for status, media in json_answers(operation):
            shown = examples(media)
            assert shown, (method, path, status)
            if path not in BARE or status != "200":
                kinds = {example["status"] for example in shown}
                assert kinds == {"ok" if status == "200" else "error"}


@pytest.mark.parametrize(("method", "path"), WANTED)
def test_an_operation_lists_the_failures_it_can_give(
    description: dict[str, Any], method: str, path: str
) -> None:
    """Contract 1: every code, at its status, with its message."""
    told = {}
    for status, media in json_answers(description["paths"][path][method]):
        for example in examples(media):
            if status != "200":
                told[example["code"]] = (int(status), example["message"])
    first_problem = {ErrorCode.VALIDATION_ERROR: "Password must be at least 8 characters long."}
    assert {code: told.get(code) for code in WANTED[method, path]} == {
        code: (CATALOGUE[code].status, first_problem.get(code, CATALOGUE[code].message))
        for code in WANTED[method, path]
    }


def test_the_schema_of_failures_lists_every_code(description: dict[str, Any]) -> None:
    """Contract 1: the closed vocabulary."""
    schema = description["components"]["schemas"]["Error"]
    assert set(schema["properties"]["code"]["enum"]) == {code.value for code in ErrorCode}


def test_every_operation_says_what_it_asks_for(description: dict[str, Any]) -> None:
    """Operations without a token have an explicit `[]`."""
    for method, path, operation in operations(description):
        assert "security" in operation, (method, path)
    for path in ("/register", "/authenticate", "/refresh", "/logout", "/healthz", "/"):
        assert all(operation["security"] == [] for operation in description["paths"][path].values())
    asked = description["paths"]["/authenticate/passkey/options"]["post"]
    assert asked["security"] == [{}, {"bearerAuth": []}]


def test_the_protected_resource_wants_a_bearer_token(description: dict[str, Any]) -> None:
    """Contract 1: Only operations with a token name the security scheme."""
    scheme = description["components"]["securitySchemes"]["bearerAuth"]
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    bearer: list[dict[str, list[str]]] = [{"bearerAuth": []}]
    secured = {path for _, path, each in operations(description) if each.get("security") == bearer}
    assert secured == SECURED
    assert description["paths"]["/introspect"]["post"]["security"] == [{"serviceCredential": []}]
    assert description["paths"]["/protected"]["get"]["security"] == [{"bearerAuth": []}]


@pytest.mark.parametrize("path", ["/register", "/authenticate", "/refresh", "/logout", "/password"])
def test_every_body_is_described_with_examples(description: dict[str, Any], path: str) -> None:
    """Contract 1: Each field has an example."""
    body = description["paths"][path]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    resolved = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert set(resolved["required"]) == set(resolved["properties"]) - OPTIONAL
    assert all("example" in field for field in resolved["properties"].values())
    assert body["required"] is True


@pytest.mark.parametrize("path", ["/register", "/refresh"])
def test_the_idempotency_key_is_described(description: dict[str, Any], path: str) -> None:
    """Contract 4: It is an optional header."""
    parameters = description["paths"][path]["post"]["parameters"]
    (header,) = [one for one in parameters if one["name"] == "Idempotency-Key"]
    assert (header["in"], header.get("required", False)) == ("header", False)
