"""Log records as lines of JSON without secrets."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authapi.core.secrets import Secret
from authapi.tokens.codec import encode
from authapi.tokens.keys import KeyRing, derived_key
from authapi.web.logs import JsonFormatter, StandardError, redact

TOKEN = encode(
    {"sub": "ann"},
    "at+jwt",
    KeyRing([derived_key(Secret("a master secret of 32 bytes or so"), "t")]),
)


def line(message: str, **fields: Any) -> str:  # noqa: ANN401 - whatever is logged
    """Format one record."""
    record = logging.LogRecord("authapi.test", logging.INFO, __file__, 1, message, None, None)
    record.fields = fields
    return JsonFormatter().format(record)


@given(st.text(), st.text())
def test_a_record_is_one_line_of_json(message: str, value: str) -> None:
    """S76: It is printable ASCII, whatever the message."""
    formatted = line(message, value=value)
    assert formatted.isascii()
    assert formatted.isprintable()
    assert json.loads(formatted)["level"] == "INFO"


def test_a_line_says_when_and_where() -> None:
    """S75: It has time with zone, level, logger, message and fields."""
    told = json.loads(line("it happened", user_id="u1"))
    assert told.keys() == {"time", "level", "logger", "message", "user_id"}
    assert (told["logger"], told["message"], told["user_id"]) == (
        "authapi.test",
        "it happened",
        "u1",
    )
    assert told["time"].endswith("+00:00")


@pytest.mark.parametrize(
    "around", ["{}", "Bearer {}", "/path/{}/more", '"{}"', "a={},b", "\n{}\n", "x{}"]
)
def test_a_token_is_not_said(around: str) -> None:
    """S76: It is removed from messages and fields."""
    text = around.format(TOKEN)
    formatted = line(text, path=text, deep={"list": [text]})
    assert formatted.count("[token]") == 3
    assert not [part for part in TOKEN.split(".") if part in formatted]


def test_a_part_of_a_token_is_not_said_either() -> None:
    """S76: A truncated token is removed as well."""
    assert TOKEN[:60] not in line(TOKEN[:60])
    assert TOKEN.split(".")[1] not in line(TOKEN.split(".")[1])


@pytest.mark.parametrize("scheme", ["mongodb", "mongodb+srv"])
def test_a_connections_password_is_not_said(scheme: str) -> None:
    """S76: The host is kept."""
    formatted = line(f"cannot reach {scheme}://ann:p%40ss@db.example:27017/x")
    assert "p%40ss" not in formatted
    assert f"{scheme}://[hidden]@db.example:27017/x" in formatted


def test_a_traceback_is_in_the_line_and_redacted() -> None:
    """S73, S76: It is one value of the JSON line."""
    try:
        raise ValueError(f"bad {TOKEN}\nmongodb://ann:secret@host/")
    except ValueError:
        record = logging.LogRecord("a", logging.ERROR, "", 1, "fault", None, sys.exc_info())
    formatted = JsonFormatter().format(record)
    assert "\n" not in formatted
    assert "ValueError" in json.loads(formatted)["exception"]
    assert "secret" not in formatted
    assert TOKEN not in formatted


def test_a_line_goes_to_what_standard_error_is_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """S75: A replaced `sys.stderr` is used."""
    handler, record = StandardError(), logging.makeLogRecord({"msg": "it happened"})
    handler.setFormatter(JsonFormatter())
    for elsewhere in (io.StringIO(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", elsewhere)
        handler.handle(record)
        assert [json.loads(found)["message"] for found in elsewhere.getvalue().splitlines()] == [
            "it happened"
        ]


@pytest.mark.parametrize("text", ["", "plain", "eye", "key=value", "mongodb://host/db", "a@b"])
def test_what_is_no_secret_stays(text: str) -> None:
    """S75: Other text is not changed."""
    assert redact(text) == text
