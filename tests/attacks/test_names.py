"""One user, however the name is written."""

import secrets

import pytest

from authapi.database import Collections
from tests.support.actors import Visitor, error_code


@pytest.mark.parametrize(
    "spellings",
    [
        ("Zo\u00eb", "Zoe\u0308", "ZO\u00cb", "zoe\u0308", "zo\u00eb \t"),
        ("\u1e9e", "\u00df", "ss", "SS", "\u017fs"),
        ("\uff2d\uff41\uff58", "max", "MAX", "\u2098ax"),
        ("\u1fb3", "\u03b1\u03b9", "\u0391\u0399"),
        ("\u0130x", "i\u0307x"),
    ],
)
def test_a_name_is_one_user_in_every_spelling(
    visitor: Visitor, collections: Collections, spellings: tuple[str, ...]
) -> None:
    """S14: Case, composition and compatibility forms do not make a second user."""
    mark = secrets.token_hex(6)
    first, *others = (mark + spelling for spelling in spellings)
    assert visitor.register(first).status_code == 200
    for other in others:
        assert error_code(visitor.register(other)) == (400, "user_exists")
        assert visitor.authenticate(other).status_code == 200
    assert collections["users"].count_documents({"username": {"$regex": mark}}) == 1


@pytest.mark.parametrize(
    "name",
    [
        "ann\u202egnp.exe",
        "\u2066ann\u2069",
        "ann\u200e",
        "a\u200bnn",
        "a\u00adnn",
        "ann\0",
        "a\r\nnn",
        "a\tnn",
        "\x1b[31mann",
        "a\u2028nn",
        "a\ufe0fnn",
        "a\U000e0100nn",
        "\ue000nn",
        "a\u034fnn",
        "\u3164",
        "\ufeffann",
        "\u200b",
        "\u115f",
        "\ufdd0ann",
        "\u2800",
        "ann\u2800",
        "\U0001d159",
        "\U00016fe4",
        "a\u200cnn",
        "a\u200dnn",
        "\u0639\u0644\u06cc\u200c",
        "\u0301",
        "\u0301\u0302 \u0303",
        "\u094d",
    ],
)
def test_no_name_turns_text_around_or_hides_in_it(visitor: Visitor, name: str) -> None:
    """S14, S135: Bidi, control, invisible, private, unassigned and blank characters are refused."""
    answer = visitor.register(name)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {"username"}


@pytest.mark.parametrize(
    ("typed", "otherwise"),
    [
        ("\u0639\u0644\u06cc\u200c\u0631\u0636\u0627", "\u0639\u0644\u06cc\u0631\u0636\u0627"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u0937"),
        ("\u0915\u094d\u200c\u0937", "\u0915\u094d\u200d\u0937"),
    ],
)
def test_a_name_with_a_joiner_is_one_user_without_it(
    visitor: Visitor, typed: str, otherwise: str
) -> None:
    """S135, S14: Persian and Hindi names with joiners register and make no second user."""
    mark = f" {secrets.token_hex(6)}"
    assert visitor.register(typed + mark).status_code == 200
    assert error_code(visitor.register(otherwise + mark)) == (400, "user_exists")
    token = visitor.authenticate(otherwise + mark).json()["access_token"]
    assert visitor.protected(token).json()["message"] == f"Hello, {typed + mark}!"
