"""Changes of an account are mailed to its confirmed address, by the same write."""

from __future__ import annotations

from collections.abc import Callable

from authapi.core.services import Services
from authapi.database import Database
from tests.addresses.conftest import Mails, Person
from tests.support.actors import PASSWORD

NEW = "an entirely different password"


def give_address(services: Services, person: Person) -> str:
    """Let a person have a confirmed address; return it."""
    email = f"{person.name}@example.com"
    members = {"email": email, "email_key": email, "locale": "de"}
    services[Database]["users"].update_one({"name_key": person.name}, {"$set": members})
    return email


def test_a_changed_password_is_told(
    services: Services, person: Person, mails: Callable[[], Mails]
) -> None:
    """S96: The confirmed address gets a mail with a link for "this was not me"."""
    email = give_address(services, person)
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert person.send("POST", "/password", body).status_code == 200
    (mail,) = mails()
    assert (mail["kind"], mail["to"], mail["sent"]) == ("password_changed", email, True)
    assert "/account/secure#" in mail["link"]
    assert f"Hallo {person.name}" in mail["text"]
    assert "127.0.0.1" in mail["text"]


def test_a_deletion_is_told_in_the_last_mail(
    services: Services, person: Person, mails: Callable[[], Mails]
) -> None:
    """S134: The mail is in the user's language, and then the address is removed."""
    email = give_address(services, person)
    assert person.send("DELETE", "/me", {"password": PASSWORD}).status_code == 200
    (mail,) = mails()
    assert (mail["kind"], mail["to"], mail["sent"]) == ("deleted", email, True)
    assert f"Hallo {person.name}" in mail["text"]
    left = services[Database]["users"].find_one({"name_key": person.name})
    assert email not in str(left)


def test_a_session_that_a_replay_ended_is_told_once(
    services: Services, person: Person, mails: Callable[[], Mails]
) -> None:
    """The owner learns that a used refresh token was used again."""
    give_address(services, person)
    spent = {"refresh_token": person.tokens["refresh_token"]}
    assert person.send("POST", "/refresh", spent).status_code == 200
    for _ in range(3):
        assert person.send("POST", "/refresh", spent).status_code == 400
    assert [mail["kind"] for mail in mails()] == ["session_ended"]


def test_who_has_no_address_is_told_nothing(
    services: Services, person: Person, mails: Callable[[], Mails]
) -> None:
    """No notice is stored that could never be mailed."""
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert person.send("POST", "/password", body).status_code == 200
    assert mails() == []
    user = services[Database]["users"].find_one({"name_key": person.name})
    assert user is not None
    assert "notices" not in user
