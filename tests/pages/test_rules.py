"""The origins of forms, and the meaning of their values."""

from __future__ import annotations

from typing import Any

import pytest

from authapi.pages.models import PAGES, Outcome
from authapi.pages.rules import body, by_field, comes_from_here, token, unconfirmed
from authapi.pages.texts import LANGUAGES, texts

OURS = "https://accounts.example"
FORGOT, RESET, CONFIRM, SECURE, UNDO = PAGES


@pytest.mark.parametrize(
    ("fetch_site", "origin", "ours"),
    [
        ("same-origin", None, OURS),
        ("same-origin", "null", OURS),  # what browsers send with `no-referrer`
        (None, OURS, OURS),
    ],
)
def test_a_form_of_ours_is_known(fetch_site: str | None, origin: str | None, ours: str) -> None:
    """S140: Fetch Metadata decides, or `Origin` if that is missing."""
    assert comes_from_here(fetch_site, origin, ours)


@pytest.mark.parametrize("fetch_site", ["cross-site", "same-site", "none", "", "SAME-ORIGIN"])
@pytest.mark.parametrize("origin", [None, "null", OURS])
def test_what_a_browser_says_of_a_foreign_form_decides(fetch_site: str, origin: str | None) -> None:
    """S140: This holds even with our origin in `Origin`."""
    assert not comes_from_here(fetch_site, origin, OURS)


@pytest.mark.parametrize(
    "origin",
    [None, "", "null", f"{OURS}.evil.example", "http://accounts.example", f"{OURS}:8443"],
)
@pytest.mark.parametrize("ours", [OURS, None])
def test_another_origin_is_not_ours(origin: str | None, ours: str | None) -> None:
    """S140: Only the exact origin is accepted."""
    assert not comes_from_here(None, origin, ours)


@pytest.mark.parametrize(
    "typed", ["abc", " abc\n", "https://accounts.example/account/reset#abc", "#abc", "a b\nc"]
)
def test_code_or_whole_link_may_be_pasted(typed: str) -> None:
    """Characters that mail programs add are removed."""
    assert token(typed) == "abc"


def test_the_body_is_what_the_endpoint_takes() -> None:
    """S146: Empty fields and the typed word are left out."""
    assert body(SECURE, {"token": "#abc", "word": "secure", "more": "x"}) == {"token": "abc"}
    assert body(RESET, {"token": "", "new_password": " p "}) == {"new_password": " p "}


def test_a_word_has_to_be_typed() -> None:
    """S82: Case does not matter; empty fields are reported with it."""
    assert unconfirmed(RESET, {}, "secure") is None
    assert unconfirmed(UNDO, {"word": " Secure "}, "secure") is None
    refused = unconfirmed(UNDO, {}, "secure")
    assert refused is not None
    assert set(refused.errors or {}) == {"token", "word"}
    wrong = unconfirmed(UNDO, {"token": "abc", "word": "sure"}, "secure")
    assert wrong is not None
    assert wrong.errors == {"word": ["wrong_word"]}


def test_a_failure_stands_beside_its_field() -> None:
    """Other failures are above the form."""
    assert by_field(CONFIRM, Outcome(400, "invalid_link")) == {"token": "invalid_link"}
    assert by_field(CONFIRM, Outcome(401, "invalid_credentials")) == {
        "password": "invalid_credentials"
    }
    assert by_field(FORGOT, Outcome(400, "invalid_link")) == {}
    assert by_field(FORGOT, Outcome(429, "rate_limited")) == {}
    named = Outcome(422, "validation_error", errors={"new_password": ["short", "common"]})
    assert by_field(RESET, named) == {"new_password": "short"}


def _names(words: dict[str, Any], path: str = "") -> set[str]:
    found: set[str] = set()
    for name, value in words.items():
        found |= _names(value, f"{path}{name}.") if isinstance(value, dict) else {f"{path}{name}"}
    return found


def test_every_language_says_everything() -> None:
    """All languages have the keys of the English texts."""
    english = _names(texts("en").words)
    for language in LANGUAGES:
        assert english <= _names(texts(language).words), language
    for page in PAGES:
        assert {f"pages.{page.name}.{part}" for part in ("title", "lead", "done")} <= english
        assert {f"fields.{field.name}" for field in page.fields} <= english


def test_what_no_page_knows_has_words() -> None:
    """Unknown codes get a general text in the right language."""
    assert "wurde nichts geändert" in texts("de").refusal("added_later")
    assert texts("de").problem("Something new.") == "Das kann nicht verwendet werden."
    assert texts("en").problem("Something new.") == "Something new."
