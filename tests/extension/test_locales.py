"""The extension's texts agree with the service."""

import json

import pytest

from authapi.accounts import rules as accounts
from authapi.accounts.emails import PROBLEM
from authapi.core.errors import CATALOGUE, ErrorCode
from authapi.core.events import Event
from authapi.passkeys import schemas as passkeys
from authapi.passwords import rules as choices
from authapi.passwords.blocklist import CommonPasswords
from authapi.signin import schemas as signin
from tests.extension.browser import EXTENSION
from tests.extension.translations import in_language, messages

LANGUAGES = ["en", "de"]


def test_the_service_s_own_words_stand_beside_their_translation() -> None:
    """The English text of each error code is the service's message."""
    told = {key: text for key, text in messages("en").items() if key.startswith("code_")}
    assert told
    for key, text in told.items():
        assert text == CATALOGUE[ErrorCode(key.removeprefix("code_"))].message


def test_what_the_service_says_about_a_field_is_translated() -> None:
    """The English texts are the service's own, of whatever somebody can type."""
    names = ["n" * 65, "a\0", "\u0301"]
    passwords = ["short", "p" * 1025]
    of_names = [text for name in names for text in accounts.problems(name)]
    of_passwords = [text for password in passwords for text in choices.problems(password)]
    common = CommonPasswords("authapi").problems
    chosen = [
        *common("password", "ann"),
        *common("anneliese1", "anneliese"),
        *common("authapi1", "ann"),
    ]
    longest = signin.filled("Username", signin.LONGEST_NAME)[1]
    fields = [*passkeys.NAME, signin.CODE_LENGTH, longest]
    told = [*of_names, *of_passwords, *chosen, PROBLEM, *(str(field.error) for field in fields)]
    assert sorted(told) == sorted(
        text for key, text in messages("en").items() if key.startswith("says_")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_security_event_has_words(language: str) -> None:
    """Each event has a text in each language."""
    told = {key for key in messages(language) if key.startswith("event_")}
    assert told == {f"event_{event}" for event in Event}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_speaks_too(language: str) -> None:
    """Its description is translated and short enough; its name is fixed."""
    manifest = json.loads((EXTENSION / "manifest.json").read_text("utf-8"))
    assert manifest["default_locale"] == "en"
    assert manifest["name"] == "Password Auth Demo"
    assert manifest["description"] == "__MSG_extensionDescription__"
    assert len(messages(language)["extensionDescription"]) <= 132


def test_the_words_of_the_contract_stay() -> None:
    """Clients' tests rely on these texts."""
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
    """Tests find the translation of an English text."""
    assert in_language("de", "Ann") == "Ann"
    assert in_language("de", "Not saved: The address is not complete.") == (
        "Nicht gespeichert: Die Adresse ist nicht vollständig."
    )
