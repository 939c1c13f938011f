"""Random bodies, headers and paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
import requests
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from tests.support.actors import Visitor, error_code

POSTS = ["/register", "/authenticate", "/refresh", "/logout"]
FIELDS = ["username", "password", "refresh_token"]

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=7)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
bodies = values | st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, values))
header_values = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60)
few = budget(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def fuzzer(base_url: str) -> Iterator[Visitor]:
    """One visitor for all examples."""
    visitor = Visitor(base_url)
    yield visitor
    visitor.close()


def is_a_refusal(answer: requests.Response) -> bool:
    """Whether the answer is a 4xx in the one error shape."""
    status, code = error_code(answer)
    return (
        400 <= status < 500 and code != "" and answer.headers["Content-Type"] == "application/json"
    )


@pytest.mark.parametrize("path", POSTS)
@given(body=st.binary(max_size=200))
@few
def test_any_bytes_are_refused(fuzzer: Visitor, path: str, body: bytes) -> None:
    """S17: They get a 4xx in JSON, never a 5xx."""
    headers = {"Content-Type": "application/json"}
    assert is_a_refusal(fuzzer.send("POST", path, data=body, headers=headers))


@pytest.mark.parametrize("path", ["/register", "/authenticate", "/refresh"])
@given(body=bodies)
@few
def test_any_json_is_refused(fuzzer: Visitor, path: str, body: object) -> None:
    """S17: Any JSON value gets a 4xx, and no user is registered."""
    headers = {"Content-Type": "application/json"}
    assert is_a_refusal(fuzzer.send("POST", path, data=json.dumps(body), headers=headers))


@given(body=bodies)
@few
def test_any_json_at_logout_is_no_fault(fuzzer: Visitor, body: object) -> None:
    """S17: A string gets a 200 as any token does; everything else gets a 4xx."""
    headers = {"Content-Type": "application/json"}
    answer = fuzzer.send("POST", "/logout", data=json.dumps(body), headers=headers)
    assert answer.status_code == 200 or is_a_refusal(answer)


@given(scheme=st.sampled_from(["Bearer ", "bearer  ", ""]), value=header_values)
@few
def test_any_authorization_is_refused(fuzzer: Visitor, scheme: str, value: str) -> None:
    """S17: Any header value gets a 401."""
    headers = {"Authorization": (scheme + value).encode("latin-1")}
    answer = fuzzer.send("GET", "/protected", headers=headers)
    assert error_code(answer)[0] == 401


@given(
    name=st.sampled_from(["Content-Type", "Idempotency-Key", "X-Request-ID", "Origin", "Accept"]),
    value=header_values,
)
@few
def test_any_header_is_no_fault(fuzzer: Visitor, name: str, value: str) -> None:
    """S17: Any header gets a 4xx for the empty body."""
    headers = {"Content-Type": "application/json", name: value.encode("latin-1")}
    assert is_a_refusal(fuzzer.send("POST", "/refresh", data=b"{}", headers=headers))


@given(path=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
@few
def test_any_address_is_no_fault(fuzzer: Visitor, path: str) -> None:
    """S17: Any unknown path gets a 404 in JSON."""
    answer = fuzzer.send("GET", "/nothing/" + quote(path, safe=""))
    assert error_code(answer) == (404, "not_found")


@given(method=st.from_regex(r"\A[A-Z]{1,12}\Z"), path=st.sampled_from([*POSTS, "/protected"]))
@few
def test_any_method_is_no_fault(fuzzer: Visitor, method: str, path: str) -> None:
    """S17: Any method gets a 4xx, or the answer to `OPTIONS` and `HEAD`."""
    answer = fuzzer.send(method, path)
    if method not in {"OPTIONS", "HEAD"}:
        assert is_a_refusal(answer)
    assert answer.status_code < 500
