"""`POST /register`, as clients rely on it."""

import pytest

from tests.support.actors import Visitor, fresh_name


def test_a_new_user_is_registered(visitor: Visitor) -> None:
    """Contract 1: 200 and exactly the body that clients know."""
    answer = visitor.register(fresh_name())
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"status": "ok", "message": "User registered successfully."}


def test_a_taken_name_is_refused(visitor: Visitor) -> None:
    """Contract 1: 400 `user_exists`, whatever the password."""
    name = visitor.new_user()
    answer = visitor.register(name, "another password")
    assert answer.status_code == 400
    assert answer.json() == {
        "status": "error",
        "code": "user_exists",
        "message": "User already exists.",
    }


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"username", "password"}),
        ({"username": "ann"}, {"password"}),
        ({"password": "password123"}, {"username"}),
        ({"username": "", "password": "password123"}, {"username"}),
        ({"username": "  ", "password": "password123"}, {"username"}),
        ({"username": "a" * 65, "password": "password123"}, {"username"}),
        ({"username": "ann", "password": "seven77"}, {"password"}),
        ({"username": "", "password": ""}, {"username", "password"}),
        ({"username": 1, "password": None}, {"username", "password"}),
    ],
)
def test_a_wrong_field_is_named(visitor: Visitor, body: object, errors: set[str]) -> None:
    """Contract 1: 422 `validation_error` with the messages of each wrong field."""
    answer = visitor.post("/register", body)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "validation_error")
    assert told["errors"].keys() == errors
    assert all(
        isinstance(text, str) and text for texts in told["errors"].values() for text in texts
    )


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/register", {}, "Username is missing."),
        ("/register", {"username": "ann"}, "Password is missing."),
        ("/register", {"username": 1, "password": None}, "Username must be text."),
        ("/register", {"username": "ann", "password": None}, "Password is missing."),
        ("/register", {"username": "", "password": ""}, "Username must not be empty."),
        ("/register", [], "The request body must be a JSON object."),
        ("/refresh", {"refresh_token": 7}, "Refresh token must be text."),
        ("/logout", {"refresh_token": "x", "everywhere": 1}, "Everywhere must be true or false."),
    ],
)
def test_the_message_names_the_first_problem(
    visitor: Visitor, path: str, body: object, message: str
) -> None:
    """Contract 7: Clients that show only `message` show a helpful one."""
    told = visitor.post(path, body).json()
    assert (told["code"], told["message"]) == ("validation_error", message)


def test_a_short_password_is_told_in_the_words_of_the_extension(visitor: Visitor) -> None:
    """Contract 1, 5: the message for a short password is the one that the extension shows."""
    answer = visitor.register(fresh_name(), "seven77")
    assert answer.json()["errors"] == {"password": ["Password must be at least 8 characters long."]}


@pytest.mark.parametrize(
    ("username", "password"), [("user1", "password123"), ("newuser", "securepassword")]
)
def test_the_credentials_of_the_tutorials_work(
    newcomer: Visitor, username: str, password: str
) -> None:
    """Contract 1: both example users register, log in and are greeted on a development server."""
    assert newcomer.register(username, password).status_code == 200
    tokens = newcomer.log_in(username, password)
    greeting = newcomer.protected(tokens["access_token"])
    assert greeting.json() == {"status": "ok", "message": f"Hello, {username}!"}
