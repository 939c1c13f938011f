"""What the extension says of the service is what the service says."""

import json

import pytest

from authapi.core.errors import CATALOGUE, ErrorCode
from authapi.core.events import Event
from tests.extension.browser import EXTENSION
from tests.extension.speech import in_language, messages

LANGUAGES = ["en", "de"]


def test_the_service_s_own_words_stand_beside_their_translation() -> None:
    """A browser that speaks English shows what the service says; here is the same."""
    told = {key: text for key, text in messages("en").items() if key.startswith("code_")}
    assert told
    for key, text in told.items():
        assert text == CATALOGUE[ErrorCode(key.removeprefix("code_"))].message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_security_event_has_words(language: str) -> None:
    """None is shown as its name."""
    told = {key for key in messages(language) if key.startswith("event_")}
    assert told == {f"event_{event}" for event in Event}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_speaks_too(language: str) -> None:
    """The description is translated, within what the stores take; the name is always the same."""
    manifest = json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
    assert manifest["default_locale"] == "en"
    assert manifest["name"] == "Password Auth Demo"
    assert manifest["description"] == "__MSG_extensionDescription__"
    assert len(messages(language)["extensionDescription"]) <= 132


def test_the_words_of_the_contract_stay() -> None:
    """People test against them."""
    said = set(messages("en").values())
    assert said >= {
        "Registration successful.",
        "Authentication successful.",
        "Logged out successfully.",
        "Please enter a username and password.",
        "Password must be at least 8 characters long.",
        "No tokens found. Please login.",
        "Registration failed: $1",
        "Authentication failed: $1",
    }


def test_texts_are_found_in_another_language() -> None:
    """The scenarios say what they expect in English, also where the browser speaks German."""
    assert in_language("de", "Ann") == "Ann"
    assert in_language("de", "Not saved: The address is not complete.") == (
        "Nicht gespeichert: Die Adresse ist nicht vollständig."
    )
