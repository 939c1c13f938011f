"""Checks where a form comes from, reads its values, places failures beside fields."""

from collections.abc import Mapping

from authapi.pages.models import TOKEN, WORD, Outcome, Page

MISSING = "Missing data for required field."
"""The problem of a field without a value, in the words of the endpoints."""

WRONG_WORD = "wrong_word"
_FIELD_OF = {
    "invalid_link": ("token",),
    "invalid_credentials": ("password",),
    "invalid_code": ("token",),
}


def comes_from_here(fetch_site: str | None, origin: str | None, ours: str | None) -> bool:
    """Tell whether a form came from the service's own page (ASVS 3.5.1; Fetch Metadata, 2.3).

    Args:
        fetch_site: the header `Sec-Fetch-Site`; it decides, if a browser sends it.
        origin: the header `Origin`.
        ours: what `origin` must be, or None when that is not known.
    """
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return origin is not None and origin == ours


def body(page: Page, values: Mapping[str, str]) -> dict[str, str]:
    """Return the endpoint's body, without empty fields."""
    typed = {field.name: values.get(field.name, "") for field in page.fields if field.sent}
    if TOKEN in page.fields:
        typed[TOKEN.name] = token(typed[TOKEN.name])
    return {name: value for name, value in typed.items() if value}


def token(typed: str) -> str:
    """Return the token in what was pasted: the token alone, or the whole link."""
    return "".join(typed.split()).rpartition("#")[2]


def unconfirmed(page: Page, values: Mapping[str, str], word: str) -> Outcome | None:
    """Return the refusal of a form whose word was not typed, or None."""
    typed = values.get(WORD.name, "").strip().casefold()
    if WORD not in page.fields or typed == word.casefold():
        return None
    lacking = {field.name: [MISSING] for field in page.fields if not values.get(field.name)}
    wrong = {WORD.name: [WRONG_WORD]} if typed else {}
    return Outcome(422, "validation_error", errors=lacking | wrong)


def by_field(page: Page, outcome: Outcome) -> dict[str, str]:
    """Return what to show beside each field: its first problem, or the code of the failure."""
    names = [field.name for field in page.fields]
    found = {name: problems[0] for name, problems in (outcome.errors or {}).items()}
    beside = {name: found[name] for name in names if name in found}
    if not beside and outcome.code is not None:
        beside = {name: outcome.code for name in _FIELD_OF.get(outcome.code, ()) if name in names}
    return beside
