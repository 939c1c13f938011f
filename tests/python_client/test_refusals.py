"""The Python client when requests are refused or something else answers."""

from __future__ import annotations

import pickle
from dataclasses import replace

import httpx
import pytest

from authapi.core.secrets import Secret
from authapi.limits.rules import Rate
from authapi.settings import Settings
from authapi_client import (
    AuthapiError,
    AuthClient,
    HtmlAnswer,
    InsecureAddress,
    LoggedOut,
    NotTheApi,
    Redirected,
    Refused,
    SecondFactorRequired,
    SessionEnded,
    Unavailable,
    Unreachable,
)
from authapi_client.answers import read_answer, retry_after
from authapi_client.errors import Refusal
from authapi_client.tokens import lifetime_of
from tests.extension.exchange import answer
from tests.extension.gate import Gate
from tests.python_client.conftest import New
from tests.support.actors import PASSWORD, fresh_name
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.servers import ServerProcess, free_port
from tests.support.waiting import DEADLINE


def test_refusals_are_errors_with_a_code(server: ServerProcess, new: New) -> None:
    """They have a code, fields, a message and the request id."""
    client = new(server.base_url)
    with pytest.raises(Refused, match="Invalid credentials") as caught:
        client.authenticate(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (401, "invalid_credentials")
    assert caught.value.request_id
    with pytest.raises(Refused) as caught:
        client.register(fresh_name(), "short")
    assert caught.value.code == "validation_error"
    assert caught.value.errors == {"password": ["Password must be at least 8 characters long."]}


@pytest.mark.parametrize("password", ["\ud800" * 8, "\0" * 8, "😀" * 2000, 12345678, ["a"]])
def test_odd_input_is_the_service_s_to_refuse(
    server: ServerProcess, new: New, password: str
) -> None:
    """Lone surrogates, numbers and long input are sent as they are."""
    with pytest.raises(Refused) as caught:
        new(server.base_url).authenticate(fresh_name(), password)
    assert 400 <= caught.value.status < 500


def test_a_limit_is_told_with_its_seconds(settings: Settings, new: New, waits: list[float]) -> None:
    """The client does not wait for minutes by itself."""
    limited = replace(settings, limit_login_failures=Rate.parse("1/10 minutes"))
    with served(limited, MovedClock().stop()) as visitor:
        name = visitor.new_user()
        visitor.authenticate(name, "not the password")
        with pytest.raises(Refused, match="Too many attempts") as caught:
            new(visitor.base_url).authenticate(name, PASSWORD)
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    assert caught.value.retry_after == 600
    assert waits == []


def test_a_service_without_its_database(settings: Settings, new: New, waits: list[float]) -> None:
    """The request is repeated once after `Retry-After`."""
    nowhere = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    away = replace(settings, mongo_uri=nowhere, mongo_timeout_ms=100)
    with served(away) as visitor, pytest.raises(Refused) as caught:
        new(visitor.base_url, max_retry_after=60).authenticate(fresh_name(), PASSWORD)
    assert (caught.value.status, caught.value.code) == (503, "service_unavailable")
    assert waits == [caught.value.retry_after]


def test_nobody_there(new: New) -> None:
    """A refused connection raises `Unreachable`."""
    with pytest.raises(Unreachable, match="No answer from http://127"):
        new(f"http://127.0.0.1:{free_port()}").features()


def test_another_address_is_not_followed(gate: Gate, new: New) -> None:
    """Passwords follow no redirect, even if the httpx client does."""
    elsewhere = answer(307, "", Location=f"{gate.address}/elsewhere")
    gate.replace("/authenticate", elsewhere)
    with pytest.raises(Redirected):
        new(gate.address).authenticate("ann", PASSWORD)
    gate.replace("/authenticate", elsewhere)
    with httpx.Client(follow_redirects=True, timeout=DEADLINE) as http, pytest.raises(Redirected):
        AuthClient(gate.address, http=http).authenticate("ann", PASSWORD)
    assert not gate.to("/elsewhere")


@pytest.mark.parametrize(
    "error",
    [
        SecondFactorRequired(Refusal(401, "second_factor_required", "Code?"), "m", ["totp"], 300),
        Refused(Refusal(422, "validation_error", "Bad.", {"password": ["Short."]})),
        SessionEnded("invalid_refresh_token"),
        Unavailable(502, 3),
        InsecureAddress("plain http"),
        LoggedOut(),
    ],
)
def test_an_error_passes_from_one_process_to_another(error: AuthapiError) -> None:
    """Errors can be pickled with their attributes."""
    revived = pickle.loads(pickle.dumps(error))
    assert (type(revived), str(revived)) == (type(error), str(error))
    assert vars(revived) == vars(error)


@pytest.mark.parametrize(
    ("status", "headers", "body", "error"),
    [
        (200, {"Content-Type": "text/html"}, "<p>", HtmlAnswer),
        (404, {"Content-Type": "text/html"}, "<p>", HtmlAnswer),
        (502, {"Content-Type": "text/html"}, "<p>", Unavailable),
        (504, {}, '{"detail": "x"}', Unavailable),
        (503, {}, '{"status": "error"}', Refused),
        (400, {}, '{"status": "ok"}', NotTheApi),
        (200, {}, '{"status": "error"}', NotTheApi),
        *((200, {}, body, NotTheApi) for body in ("", "{", "null", "7", "[]", "{}", "[" * 9999)),
    ],
)
def test_each_answer_is_known_for_what_it_is(
    status: int, headers: dict[str, str], body: str, error: type[Exception]
) -> None:
    """Answers of proxies, web pages and other services have their own errors."""
    request = httpx.Request("GET", "https://api.test/features")
    with pytest.raises(error) as caught:
        read_answer(httpx.Response(status, headers=headers, text=body, request=request))
    assert caught.type is error


@pytest.mark.parametrize("given", [10**400, float("inf"), 1e300], ids=["int", "inf", "float"])
def test_a_lifetime_that_cannot_be_is_no_fault(given: float) -> None:
    """However large the number, it becomes a time that can be reckoned with."""
    assert lifetime_of(given) == 1e9


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        *(("7", 7), ("0", 1), ("-3", None), ("9" * 5000, None), ("soon", None), ("", None)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
        (f"Wed, 21 Oct 2015 07:28:00 +{'9' * 19}", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: int | None) -> None:
    """Other values are ignored."""
    assert retry_after(httpx.Response(503, headers={"Retry-After": header})) == seconds
