"""Problems of a request's fields, by name for programs and as a sentence for people."""

import re
from collections.abc import Mapping
from typing import Any

_BODY = "_schema"
"""The name under which marshmallow lists what is wrong with a body as a whole."""

_IN_WORDS = {
    "Invalid input type.": "The request body must be a JSON object.",
    "Missing data for required field.": "{} is missing.",
    "Field may not be null.": "{} is missing.",
    "Not a valid string.": "{} must be text.",
    "Not a valid boolean.": "{} must be true or false.",
    "Not a valid integer.": "{} must be a whole number.",
}


def by_field(messages: Any) -> dict[str, list[str]]:  # noqa: ANN401 - webargs: location first
    """Return the problems by field name, from what webargs found in each location."""
    fields: dict[str, list[str]] = {}
    for found in messages.values():
        for name, problems in found.items():
            fields.setdefault(str(name), []).extend(str(problem) for problem in problems)
    return fields


def first_problem(errors: Mapping[str, list[str]]) -> str:
    """Return the first problem as a sentence for people that names its field."""
    field, problem = next((name, problems[0]) for name, problems in errors.items())
    if field == _BODY:
        return _IN_WORDS.get(problem, problem)
    label = re.sub("[_-]", " ", field).capitalize()
    if label.split()[-1].lower() in problem.lower():
        return problem
    words = _IN_WORDS.get(problem)
    return words.format(label) if words else f"{label}: {problem}"
