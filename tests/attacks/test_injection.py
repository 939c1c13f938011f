"""MongoDB operators in input."""

import pytest

from tests.support.actors import PASSWORD, Visitor, error_code

OPERATORS = [
    {"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, {"$where": "1"}, {"$exists": True},
    {"$in": ["a"]}, [{"$ne": None}], {"$ne": "x", "length": 20}, ["ann"], {},
]  # fmt: skip
FIELDS = [
    ("/register", "username"),
    ("/register", "password"),
    ("/authenticate", "username"),
    ("/authenticate", "password"),
    ("/refresh", "refresh_token"),
    ("/logout", "refresh_token"),
]


@pytest.mark.parametrize(("path", "field"), FIELDS)
@pytest.mark.parametrize("operator", OPERATORS, ids=str)
def test_an_operator_in_a_field_is_a_422(
    visitor: Visitor, path: str, field: str, operator: object
) -> None:
    """S16: The error names the field, and nothing else happens."""
    body = {"username": "ann", "password": PASSWORD, "refresh_token": "x", field: operator}
    answer = visitor.post(path, body)
    assert error_code(answer) == (422, "validation_error")
    assert answer.json()["errors"].keys() == {field}


@pytest.mark.parametrize(
    "text", ['{"$ne": null}', "'; return true; //", "$where", 'ann" || "1', "*"]
)
def test_an_operator_in_a_string_is_a_string(visitor: Visitor, text: str) -> None:
    """S16: It matches no user."""
    visitor.new_user()
    assert error_code(visitor.authenticate(text)) == (401, "invalid_credentials")


@pytest.mark.parametrize("query", ["?username[$ne]=x&password[$ne]=x", "?refresh_token[$gt]="])
def test_an_operator_in_the_address_is_not_read(visitor: Visitor, query: str) -> None:
    """S16: Fields are read from the body only."""
    for path in ("/authenticate", "/refresh"):
        assert error_code(visitor.post(path + query, {})) == (422, "validation_error")
