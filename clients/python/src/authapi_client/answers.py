"""Reads answers of the API; their body must have been received."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil
from typing import Any

import httpx

from authapi_client.errors import (
    HtmlAnswer,
    NotTheApi,
    Redirected,
    Refusal,
    Refused,
    SecondFactorRequired,
    Unavailable,
)
from authapi_client.tokens import lifetime_of

Answer = dict[str, Any]

GATEWAY_STATUSES = (502, 503, 504)
"""The answers of a proxy that cannot reach the service (RFC 9110, 15.6.3 to 15.6.5)."""
_TOKEN_CODES = ("token_expired", "invalid_token")


def read_answer(response: httpx.Response) -> Answer:
    """Return the body of a successful answer.

    Raises:
        Refused: the API refused the request.
        Unavailable: a proxy could not reach the service.
        NotTheApi: something other than the API answered.
    """
    status, body = response.status_code, body_of(response)
    if 300 <= status < 400:
        raise Redirected(f"{response.url} redirects to another address.")
    if response.is_success and body.get("status") == "ok":
        return body
    if response.is_error and body.get("status") == "error":
        raise _refused(body, response)
    if status in GATEWAY_STATUSES:
        raise Unavailable(status, retry_after(response))
    if _is_html(response):
        raise HtmlAnswer(f"{response.url} answered with a web page ({status}), not as the API.")
    raise NotTheApi(f"{response.url} answered with {status}, but not as the API does.")


def body_of(response: httpx.Response) -> Answer:
    """Return the JSON object of an answer; an empty one if the body is anything else."""
    if _is_html(response):
        return {}
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def is_token_refused(response: httpx.Response) -> bool:
    """Whether a 401 is about the token. A wrong password is one too: repeated, it counts twice."""
    if response.status_code != 401:
        return False
    code = body_of(response).get("code")
    return not isinstance(code, str) or code in _TOKEN_CODES


def retry_after(response: httpx.Response) -> int | None:
    """Return `Retry-After`, a number of seconds or a date (RFC 9110, 10.2.3), as seconds from 1."""
    text = response.headers.get("Retry-After", "")
    if re.fullmatch(r"[0-9]{1,9}", text):
        return max(1, int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(1, ceil((moment - datetime.now(UTC)).total_seconds()))


def _refused(body: Answer, response: httpx.Response) -> Refused:
    refusal = Refusal(
        response.status_code,
        _text(body.get("code")),
        _text(body.get("message")) or "",
        _field_errors(body.get("errors")),
        retry_after(response),
        response.headers.get("X-Request-ID"),
    )
    token, factors = body.get("mfa_token"), body.get("factors")
    if refusal.code != "second_factor_required" or not isinstance(token, str):
        return Refused(refusal)
    names = [str(name) for name in factors] if isinstance(factors, list) else []
    return SecondFactorRequired(refusal, token, names, lifetime_of(body.get("expires_in")))


def _field_errors(errors: object) -> dict[str, list[str]]:
    if not isinstance(errors, dict):
        return {}
    lists = {name: said if isinstance(said, list) else [said] for name, said in errors.items()}
    return {name: [str(text) for text in texts] for name, texts in lists.items()}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _is_html(response: httpx.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower()
