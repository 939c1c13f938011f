"""Malformed and hostile bodies."""

import json

import pytest

from tests.support.actors import PASSWORD, Visitor, error_code

POSTS = ["/register", "/authenticate", "/refresh", "/logout"]
JSON = {"Content-Type": "application/json"}
FULL = {"username": "ann", "password": PASSWORD, "refresh_token": "x"}

NOT_JSON = {
    "empty": b"",
    "bad utf-8": b'{"username": "\xff\xfe"}',
    "overlong utf-8": b'{"username": "\xc0\xae"}',
    "surrogate in utf-8": b'{"username": "\xed\xa0\x80"}',
    "utf-16": '{"username": "ann"}'.encode("utf-16"),
    "two byte order marks": b"\xef\xbb\xbf" * 2 + b"{}",
    "lone surrogate": b'{"username": "\\ud800", "password": "password123"}',
    "lone surrogate as name": b'{"\\udfff": 1}',
    "nul byte": b'{"username": "a\x00b"}',
    "raw newline in a string": b'{"username": "a\nb"}',
    "NaN": b'{"username": NaN}',
    "Infinity": b'{"username": -Infinity}',
    "duplicate names": b'{"username": "a", "username": "b", "password": "password123"}',
    "duplicate names, one escaped": b'{"username": "a", "user\\u006eame": "b"}',
    "deep lists": b"[" * 16_000,
    "deep closed lists": b"[" * 16_000 + b"]" * 16_000,
    "deep objects": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "a number of 20,000 digits": b'{"username": ' + b"9" * 20_000 + b"}",
    "two values": b"{}{}",
    "trailing comma": b'{"username": "a",}',
    "comment": b'{} // "$ne"',
    "single quotes": b"{'username': 'a'}",
    "a form": b"username=ann&password=password123",
    "xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
}
WRONG_SHAPES: list[object] = [
    None,
    True,
    0,
    1.5,
    "text",
    [],
    [{}],
    [FULL],
    {},
    {"": ""},
    [[], [1]],
    ["username"],
]
WRONG_VALUES: list[object] = [None, True, False, 0, -1, 1.5, 1e308, [], {}, [""], {"a": "b"}, ""]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_json_is_malformed(visitor: Visitor, path: str, body: bytes) -> None:
    """S17: Bad UTF-8, lone surrogates, NUL, NaN, deep nesting and duplicate keys get a 400."""
    answer = visitor.send("POST", path, data=body, headers=JSON)
    assert error_code(answer) == (400, "malformed_json")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("shape", WRONG_SHAPES, ids=json.dumps)
def test_another_shape_is_a_validation_error(visitor: Visitor, path: str, shape: object) -> None:
    """S17: Null, numbers, strings and lists get a 422 that says why."""
    answer = visitor.send("POST", path, data=json.dumps(shape), headers=JSON)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("value", WRONG_VALUES, ids=json.dumps)
def test_another_type_is_a_validation_error(visitor: Visitor, path: str, value: object) -> None:
    """S17: Each field of a wrong type is named."""
    answer = visitor.post(path, dict.fromkeys(FULL, value))
    assert error_code(answer) == (422, "validation_error")
    wanted = {"refresh_token"} if path in {"/refresh", "/logout"} else {"username", "password"}
    assert answer.json()["errors"].keys() == wanted


@pytest.mark.parametrize("path", POSTS)
def test_a_megabyte_name_is_too_large(visitor: Visitor, path: str) -> None:
    """S17: It gets a 413, and is read no further than the limit."""
    answer = visitor.post(path, {**FULL, "username": "x" * 1_000_000})
    assert error_code(answer) == (413, "body_too_large")


@pytest.mark.parametrize(
    "name",
    ["a\0b", "\0", "x" * 1024, "\ufffe", "\U0010ffff", "\ufdfa" * 60, "a\u0300" * 500, "\x7f"],
)
def test_a_strange_name_at_login_is_unknown(visitor: Visitor, name: str) -> None:
    """S17: A name that cannot be registered gets the answer of an unknown user."""
    assert error_code(visitor.authenticate(name)) == (401, "invalid_credentials")


@pytest.mark.parametrize("name", ["\ufdfa" * 4, "\u0390" * 64, "\u1e9e" * 64, "\ufb03" * 21])
def test_a_name_that_grows_when_folded_is_one_user(visitor: Visitor, name: str) -> None:
    """S17: It is refused, or registered and logs in; never a fault."""
    answer = visitor.register(name)
    assert answer.status_code in {200, 422}
    assert visitor.authenticate(name).status_code == (200 if answer.ok else 401)
