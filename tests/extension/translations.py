"""The extension's texts in each language."""

import functools
import json
import re

from tests.extension.browser import EXTENSION

LOCALES = EXTENSION / "_locales"
PLACE = re.compile(r"\$\d")


@functools.cache
def messages(language: str) -> dict[str, str]:
    """Return the messages of a language by their keys."""
    content = json.loads((LOCALES / language / "messages.json").read_text("utf-8"))
    return {key: entry["message"] for key, entry in content.items()}


def in_language(tag: str, text: str) -> str:
    """Return the translation of an English text; any other text is not changed."""
    language = tag.split("-")[0]
    if language == "en":
        return text
    for key in _most_words_first():
        if found := _pattern(messages("en")[key]).fullmatch(text):
            values = [in_language(tag, value) for value in found.groups()]
            return _filled(messages(language)[key], values)
    return text


@functools.cache
def _most_words_first() -> list[str]:
    """Return the keys of messages, those with the longest fixed text first."""
    english = messages("en")
    return sorted(english, key=lambda key: -len(PLACE.sub("", english[key])))


def _pattern(message: str) -> re.Pattern[str]:
    """Return a pattern that matches a message with any values."""
    return re.compile(PLACE.sub("(.+)", re.escape(message).replace(r"\$", "$")), re.DOTALL)


def _filled(message: str, values: list[str]) -> str:
    """Return a message with its values in their places."""
    return PLACE.sub(lambda place: values[int(place[0][1]) - 1], message)
