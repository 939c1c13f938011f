"""Messages about invalid fields."""

import pytest

from authapi.web.problems import by_field, first_problem


@pytest.mark.parametrize(
    ("field", "problem", "words"),
    [
        ("refresh_token", "Missing data for required field.", "Refresh token is missing."),
        ("username", "Username must not be empty.", "Username must not be empty."),
        ("new_password", "Password is too common.", "Password is too common."),
        ("Idempotency-Key", "Idempotency-Key must be short.", "Idempotency-Key must be short."),
        ("limit", "Must be greater than {0}.", "Limit: Must be greater than {0}."),
        ("_schema", "Invalid input type.", "The request body must be a JSON object."),
    ],
)
def test_a_problem_is_a_sentence_about_its_field(field: str, problem: str, words: str) -> None:
    """Contract 7: It does not depend on the library's wording."""
    assert first_problem({field: [problem], "other": ["Other is missing."]}) == words


def test_problems_of_all_places_are_listed_by_field() -> None:
    """Contract 1: Body and header may both be invalid."""
    found = {"json": {"a": ["1", "2"]}, "headers": {"a": ["3"], "b": ["4"]}}
    assert by_field(found) == {"a": ["1", "2", "3"], "b": ["4"]}
