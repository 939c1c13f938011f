"""The failures that every endpoint can give."""

import threading
from dataclasses import replace

import pytest

from authapi.core.errors import CATALOGUE, ErrorCode
from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.support.actors import Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.servers import free_port
from tests.support.waiting import until

POSTS = ["/register", "/authenticate", "/refresh", "/logout"]
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [b"", b"{", b"not json", b"{'a': 1}", b'{"a": 1,}', b"\xff"])
def test_a_broken_body_is_malformed_json(visitor: Visitor, path: str, body: bytes) -> None:
    """Contract 1: 400 `malformed_json`."""
    answer = visitor.send("POST", path, data=body, headers=JSON)
    assert error_code(answer) == (400, "malformed_json")


@pytest.mark.parametrize("path", POSTS)
def test_another_method_gets_the_ones_there_are(visitor: Visitor, path: str) -> None:
    """Contract 1: 405, with the methods in `Allow`."""
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = visitor.send(method, path)
        assert error_code(answer) == (405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_a_post_to_the_protected_resource_gets_the_methods_there_are(visitor: Visitor) -> None:
    """Contract 1: 405, with the methods in `Allow`."""
    answer = visitor.post("/protected", {})
    assert error_code(answer) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", POSTS)
def test_a_large_body_is_refused(visitor: Visitor, path: str) -> None:
    """Contract 1: 413 `body_too_large`."""
    answer = visitor.send("POST", path, data=b" " * 40_000, headers=JSON)
    assert error_code(answer) == (413, "body_too_large")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/json5"]
)
def test_a_body_that_does_not_say_json_is_refused(
    visitor: Visitor, path: str, kind: str | None
) -> None:
    """Contract 1: 415 `unsupported_media_type`."""
    headers = {"Content-Type": kind} if kind else {}
    answer = visitor.send("POST", path, data=b"{}", headers=headers)
    assert error_code(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("coding", ["gzip", "br", "Deflate", "identity, gzip", "x"])
def test_a_compressed_body_is_refused(visitor: Visitor, path: str, coding: str) -> None:
    """Contract 1: 415, which says what is accepted (RFC 9110, 8.4 and 15.5.16)."""
    headers = {**JSON, "Content-Encoding": coding}
    answer = visitor.send("POST", path, data=b"{}", headers=headers)
    assert error_code(answer) == (415, "unsupported_media_type")
    assert "compressed" in answer.json()["message"]
    assert answer.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("coding", ["", "identity", "Identity"])
def test_no_coding_is_fine_by_any_name(visitor: Visitor, coding: str) -> None:
    """Contract 1: `Content-Encoding: identity` is accepted."""
    headers = {**JSON, "Content-Encoding": coding}
    answer = visitor.send("POST", "/register", data=b"{}", headers=headers)
    assert error_code(answer) == (422, "validation_error")


def test_a_byte_order_mark_is_ignored(visitor: Visitor) -> None:
    """Contract 1: One before the JSON is ignored, a second one is malformed."""
    for marks, status in ((1, 422), (2, 400)):
        answer = visitor.send(
            "POST", "/register", data=b"\xef\xbb\xbf" * marks + b"{}", headers=JSON
        )
        assert answer.status_code == status


def test_a_charset_does_not_matter(visitor: Visitor) -> None:
    """Contract 1: `application/json; charset=utf-8` is JSON as well."""
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    answer = visitor.send("POST", "/register", data=b"{}", headers=headers)
    assert error_code(answer) == (422, "validation_error")


@pytest.mark.parametrize("path", ["/nothing", "/register//", "/Register", "/static/x", "/a/b"])
def test_an_address_without_anything_is_a_404_in_json(visitor: Visitor, path: str) -> None:
    """Contract 1: A 404 is JSON as well."""
    assert error_code(visitor.send("GET", path)) == (404, "not_found")


def test_a_database_that_is_away_is_a_503(settings: Settings) -> None:
    """Contract 1: 503 `service_unavailable` with `Retry-After` when the database is away."""
    away = Secret(f"mongodb://127.0.0.1:{free_port()}/")
    with served(replace(settings, mongo_uri=away, mongo_timeout_ms=300)) as visitor:
        answer = visitor.authenticate("ann")
    assert error_code(answer) == (503, "service_unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_too_many_hashes_in_progress_are_a_503(settings: Settings) -> None:
    """Contract 1: 503 with `Retry-After` when too many passwords are being hashed."""
    one_slot = replace(settings, hash_slots=1, hash_queue_limit=0)
    answers = []

    def rush(visitor: Visitor) -> None:
        answers.append(Visitor(visitor.base_url).register(fresh_name()))

    def refused_some(visitor: Visitor) -> bool:
        crowd = [threading.Thread(target=rush, args=(visitor,)) for _ in range(4)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        return any(answer.status_code == 503 for answer in answers)

    with served(one_slot) as visitor:
        until(lambda: refused_some(visitor), what="somebody is refused")
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert error_code(refused) == (503, "service_unavailable")
    assert refused.headers["Retry-After"] == "1"
    assert {answer.status_code for answer in answers} <= {200, 503}


def test_every_code_has_its_status() -> None:
    """Contract 1: the codes and statuses that clients branch on do not change."""
    assert {code.value: int(kind.status) for code, kind in CATALOGUE.items()} == {
        "bad_request": 400,
        "malformed_json": 400,
        "user_exists": 400,
        "invalid_refresh_token": 400,
        "refresh_token_expired": 400,
        "invalid_credentials": 401,
        "missing_token": 401,
        "invalid_token": 401,
        "token_expired": 401,
        "insufficient_user_authentication": 401,
        "second_factor_required": 401,
        "invalid_passkey": 400,
        "registration_closed": 403,
        "forbidden": 403,
        "invalid_code": 400,
        "invalid_link": 400,
        "email_taken": 409,
        "email_not_verified": 403,
        "not_found": 404,
        "method_not_allowed": 405,
        "body_too_large": 413,
        "unsupported_media_type": 415,
        "validation_error": 422,
        "rate_limited": 429,
        "internal_error": 500,
        "service_unavailable": 503,
    }
    assert set(CATALOGUE) == set(ErrorCode)
