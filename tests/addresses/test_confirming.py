"""Confirming an address takes the mailbox and the account together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from authapi.core.services import Services
from authapi.database import Database
from tests.addresses.conftest import Mails, Person
from tests.support.actors import PASSWORD
from tests.support.clock import MovedClock

ANN = "Ann@Example.com"
Read = Callable[[], Mails]


def ask(person: Person, email: str = ANN) -> None:
    """Let a person give the account an address."""
    answer = person.send("PUT", "/me/email", {"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.get_json()["message"]) == (200, "A code is on its way.")


def verify(person: Person, code: str) -> tuple[int, str]:
    """Type a code; return the status, and the address or the error's code."""
    answer = person.send("POST", "/me/email/verify", {"code": code})
    body = answer.get_json()
    return answer.status_code, body.get("email") or body["code"]


def confirm(person: Person, mails: Read, email: str = ANN) -> None:
    """Let a person have a confirmed address."""
    ask(person, email)
    mail = next(mail for mail in mails() if mail["kind"] == "verify")
    assert verify(person, mail["code"])[0] == 200


def test_a_code_that_is_typed_confirms(person: Person, mails: Read, services: Services) -> None:
    """S91: A logged-in user types the mailed code; repeating it gets the same answer."""
    ask(person)
    assert person.send("GET", "/me").get_json()["pending_email"] == "Ann@example.com"
    (mail,) = mails()
    assert (mail["kind"], mail["to"]) == ("verify", "Ann@example.com")
    code = mail["code"].lower().replace("-", " ")
    assert verify(person, code) == (200, "Ann@example.com")
    assert verify(person, mail["code"]) == (200, "Ann@example.com")
    me = person.send("GET", "/me").get_json()
    assert me["email"] == "Ann@example.com"
    assert "pending_email" not in me
    entry = services[Database]["addresses"].find_one({"_id": "ann@example.com"})
    assert entry is not None
    assert "held_until" not in entry
    assert [mail["kind"] for mail in mails()] == ["email_confirmed", "verify"]


def test_every_code_that_may_be_asked_for_is_mailed(person: Person, mails: Read) -> None:
    """S92, S95: Else the last one that was mailed would be void, and nobody told."""
    ask(person)
    answers = []
    for _ in range(10):
        mails()
        answers.append(person.send("POST", "/me/email/resend").status_code)
    assert answers == [200] * 9 + [429]
    newest = next(mail for mail in mails() if mail["sent"])
    assert verify(person, newest["code"]) == (200, "Ann@example.com")


def test_an_address_given_at_registration_is_confirmed_by_link_and_password(
    app: Flask, mails: Read
) -> None:
    """S91: The link alone confirms nothing."""
    person = Person(app)
    assert person.register(email=ANN, locale="de").status_code == 200
    (mail,) = mails()
    assert "Bestätige" in mail["subject"]
    assert person.name not in mail["text"] + mail["html"]
    token = mail["link"].split("#")[1]
    wrong = {"token": token, "password": "not the password"}
    answer = person.send("POST", "/email/verify", wrong)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "invalid_credentials")
    for _ in range(2):
        right = {"token": token, "password": PASSWORD}
        answer = person.send("POST", "/email/verify", right)
        assert (answer.status_code, answer.get_json()["email"]) == (200, "Ann@example.com")


def test_a_name_that_is_an_address_waits_to_be_confirmed(app: Flask, mails: Read) -> None:
    """S90: A code is mailed to it, and until then it gives no rights."""
    person = Person(app, "bob@example.org")
    assert person.register().status_code == 200
    (mail,) = mails()
    assert (mail["kind"], mail["to"]) == ("verify", "bob@example.org")
    assert "email" not in person.log_in().send("GET", "/me").get_json()


def test_a_code_in_another_session_confirms_nothing(
    person: Person, other: Person, mails: Read
) -> None:
    """S91: A code is bound to the account that asked for it."""
    ask(person)
    (mine,) = mails()
    ask(other)
    assert verify(other, mine["code"]) == (400, "invalid_code")
    assert verify(person, mine["code"]) == (200, "Ann@example.com")


def test_the_first_who_proves_it_has_it(app: Flask, person: Person, mails: Read) -> None:
    """S90: Five accounts may claim one address; `email_taken` comes only after a proof."""
    others = [Person(app) for _ in range(4)]
    for each in others:
        assert each.register(email="ann@EXAMPLE.com").status_code == 200
        each.log_in()
    ask(person)
    codes = {mail["code"] for mail in mails()}
    assert len(codes) == 5
    wrong, right = (400, "invalid_code"), (200, "Ann@example.com")
    assert {verify(person, code) for code in codes} == {wrong, right}
    for each in others:
        assert {verify(each, code) for code in codes} == {wrong, (409, "email_taken")}


def test_the_owner_of_an_address_is_told_that_another_asked_for_it(
    person: Person, other: Person, mails: Read
) -> None:
    """S90, S94: The mail says so; the one who asked learns nothing, not even from the export."""
    confirm(person, mails)
    mails()
    ask(other, "ANN@example.com")
    mail = mails()[0]
    assert (mail["kind"], mail["to"], mail["sent"]) == ("address_taken", "ANN@example.com", True)
    assert mail["code"] in mail["text"]
    assert verify(other, mail["code"]) == (409, "email_taken")
    for user in (person, other):
        assert user.name not in mail["subject"] + mail["text"] + mail["html"]
    (told,) = other.send("GET", "/me/export").get_json()["mails"]
    assert (told["kind"], told["to"], told["state"]) == ("verify", "ANN@example.com", "sent")


def test_a_look_alike_of_a_taken_address_gets_a_code(
    person: Person, other: Person, mails: Read
) -> None:
    """S90: It may be somebody else's mailbox; only its code tells that it is taken."""
    confirm(person, mails)
    mails()
    ask(other, "\uff21nn@example.com")
    mail = mails()[0]
    assert (mail["kind"], mail["to"]) == ("verify", "\uff21nn@example.com")
    assert verify(other, mail["code"]) == (409, "email_taken")


def test_a_new_request_kills_the_code_before(person: Person, mails: Read) -> None:
    """S92: A code is bound to account, address and request."""
    ask(person)
    (first,) = mails()
    assert person.send("POST", "/me/email/resend").status_code == 200
    second = mails()[0]
    assert second["code"] != first["code"]
    assert verify(person, first["code"]) == (400, "invalid_code")
    assert verify(person, second["code"]) == (200, "Ann@example.com")


def test_a_code_has_an_end(person: Person, mails: Read, clock: MovedClock) -> None:
    """S92: A code expires after an hour."""
    ask(person)
    (mail,) = mails()
    clock.move(minutes=61)
    person.log_in()
    assert verify(person, mail["code"]) == (400, "invalid_code")


def test_a_code_can_be_tried_ten_times_an_hour(person: Person, mails: Read) -> None:
    """S92: After ten wrong tries even the right code is refused."""
    ask(person)
    (mail,) = mails()
    assert {verify(person, f"0000-000{n}") for n in range(10)} == {(400, "invalid_code")}
    answer = person.send("POST", "/me/email/verify", {"code": mail["code"]})
    assert (answer.status_code, answer.get_json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["Retry-After"]) > 3000


def test_giving_an_address_wants_the_password(person: Person, mails: Read) -> None:
    """S93: With a wrong password no address is set or removed."""
    body = {"email": ANN, "password": "not the password"}
    for method in ("PUT", "DELETE"):
        answer = person.send(method, "/me/email", body)
        assert (answer.status_code, answer.get_json()["code"]) == (401, "invalid_credentials")
    assert mails() == []


def test_a_recent_login_does_in_place_of_the_password(
    person: Person, mails: Read, clock: MovedClock
) -> None:
    """S120: A login of the last ten minutes is enough, an older one is not."""
    assert person.send("PUT", "/me/email", {"email": ANN}).status_code == 200
    assert [mail["to"] for mail in mails()] == ["Ann@example.com"]
    clock.move(minutes=11)
    for method in ("PUT", "DELETE"):
        answer = person.send(method, "/me/email", {"email": ANN})
        assert answer.status_code == 401
        assert answer.get_json()["code"] == "insufficient_user_authentication"
    assert person.send("DELETE", "/me/email", {"password": PASSWORD}).status_code == 200


def test_a_password_change_kills_the_link(person: Person, mails: Read) -> None:
    """S85: The link is void once the account's epoch has changed."""
    ask(person)
    (mail,) = mails()
    new = "an entirely different password"
    body = {"current_password": PASSWORD, "new_password": new}
    assert person.send("POST", "/password", body).status_code == 200
    token = mail["link"].split("#")[1]
    answer = person.send("POST", "/email/verify", {"token": token, "password": new})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_link")


@pytest.mark.parametrize(
    "email",
    [
        "", "ann", "ann@", "@example.com", "ann@example", "a@b.com, c@d.com",
        "a@b.com\r\nBcc: c@d.com", "a@b.com\n", "\r\na@b.com", "a@b.com\u2028",
        "Ann <ann@example.com>", "ann@[127.0.0.1]", '"a b"@example.com', "a" * 320 + "@example.com",
        "ann@ex\u202eample.com", None, 7, ["ann@example.com"],
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(person: Person, mails: Read, email: object) -> None:
    """S94: Lists, line ends, names and the like are refused and reach no header."""
    answer = person.send("PUT", "/me/email", {"email": email, "password": PASSWORD})
    assert (answer.status_code, answer.get_json()["code"]) == (422, "validation_error")
    assert "email" in answer.get_json()["errors"]
    assert mails() == []


def test_an_international_domain_is_mailed_in_ascii(person: Person, mails: Read) -> None:
    """The domain's ASCII form is used for mail and for uniqueness."""
    confirm(person, mails, "ann@bücher.example.org")
    assert person.send("GET", "/me").get_json()["email"] == "ann@xn--bcher-kva.example.org"


@pytest.mark.parametrize("token", ["", "x", "A" * 59, "\u00e9" * 59, "A" * 600])
def test_a_forged_link_is_refused(person: Person, token: str) -> None:
    """S88: It is refused without a hash and without the database, whatever its length."""
    answer = person.send("POST", "/email/verify", {"token": token, "password": PASSWORD})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_link")


@pytest.mark.parametrize(
    "email", ["o\u00b4brien@example.com", "m\u0131ke@example.com", "\u2474@a.com"]
)
def test_an_address_with_letters_of_many_forms_finds_its_owner(
    person: Person, mails: Read, email: str
) -> None:
    """S81, S90: It works even if the address's unique form is not an address."""
    confirm(person, mails, email)
    assert person.send("POST", "/password/forgot", {"username": email}).status_code == 200
    mail = mails()[0]
    assert (mail["kind"], mail["to"], mail["sent"]) == ("reset", email, True)
