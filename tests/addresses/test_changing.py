"""Changing and removing an address: both addresses are told, the former can undo it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from authapi.accounts.service import AccountService
from authapi.core.services import Services
from authapi.database import Database
from authapi.mail.links import CodeClaims, MailedTokens, Purpose
from tests.addresses.conftest import Person
from tests.addresses.test_confirming import Read, ask, confirm, verify
from tests.support.actors import PASSWORD
from tests.support.clock import MovedClock

OLD, NEW = "old@example.com", "new@example.com"


def registered(services: Services) -> dict[str, bool]:
    """Return the registry's addresses, and whether they are only held."""
    found = services[Database]["addresses"].find()
    return {entry["_id"]: "held_until" in entry for entry in found}


def code_of(services: Services, person: Person) -> str:
    """Return the code of the address that waits, without the time that its mail takes."""
    user = services[AccountService].get_user(person.name)
    assert user.pending_email is not None
    claims = CodeClaims(user.id, user.pending_email.email_key, user.pending_email.nonce)
    return services[MailedTokens].code(claims)


def test_both_addresses_are_told_and_the_old_one_can_undo_it(
    services: Services, person: Person, mails: Read, clock: MovedClock
) -> None:
    """S93: the old address stays until the new one is confirmed; its link is good for 72 hours."""
    confirm(person, mails, OLD)
    ask(person, NEW)
    assert person.send("GET", "/me").get_json()["email"] == OLD
    confirm(person, mails, NEW)
    found = mails()
    told = {(mail["kind"], mail["to"]): mail for mail in found}
    assert ("email_confirmed", NEW) in told
    former = told["email_changed", OLD]
    assert NEW not in former["text"]
    link = services[MailedTokens].read(former["link"].split("#")[1], Purpose.UNDO, now=clock())
    user = services[AccountService].find_user(person.name)
    assert user is not None
    assert user.email_undo is not None
    assert (user.email, user.email_undo.email) == (NEW, OLD)
    assert services[MailedTokens].fits(link, user.email_undo.id)
    assert timedelta(hours=71) < link.until - clock() <= timedelta(hours=72)
    assert registered(services) == {NEW: False}


def test_a_change_that_took_a_second_factor_has_no_way_back(
    services: Services, person: Person, mails: Read
) -> None:
    """S93: The former address is told, but gets no link to undo the change."""
    confirm(person, mails, OLD)
    ask(person, NEW)
    code = next(mail["code"] for mail in mails() if mail["kind"] == "verify")
    services[Database]["users"].update_one(
        {"name_key": person.name}, {"$set": {"second_factor": True}}
    )
    assert verify(person, code) == (200, NEW)
    told = next(mail for mail in mails() if mail["kind"] == "email_changed")
    assert (told["to"], told["link"]) == (OLD, None)
    assert "tell the people who run" in told["text"]
    user = services[AccountService].find_user(person.name)
    assert user is not None
    assert (user.email, user.email_undo) == (NEW, None)


def test_a_second_change_leaves_the_first_address_its_way_back(
    services: Services, person: Person, mails: Read
) -> None:
    """S93: A thief cannot get rid of the owner's undo link by changing twice."""
    confirm(person, mails, OLD)
    confirm(person, mails, NEW)
    confirm(person, mails, "third@example.com")
    user = services[AccountService].find_user(person.name)
    assert user is not None
    assert user.email_undo is not None
    assert user.email_undo.email == OLD
    second = next(m for m in mails() if (m["kind"], m["to"]) == ("email_changed", NEW))
    assert second["link"] is None


@pytest.mark.parametrize("removed", [False, True])
def test_what_happened_before_is_told_to_the_address_of_that_time(
    services: Services, person: Person, mails: Read, *, removed: bool
) -> None:
    """S101: A thief who changes the address at once does not get what the owner must know."""
    confirm(person, mails, OLD)
    mails()
    body = {"current_password": PASSWORD, "new_password": PASSWORD}
    person.tokens = person.send("POST", "/password", body).get_json()
    if removed:
        assert person.send("DELETE", "/me/email").status_code == 200
    else:
        ask(person, NEW)
        assert verify(person, code_of(services, person)) == (200, NEW)
    (told,) = [mail for mail in mails() if mail["kind"] == "password_changed"]
    assert (told["to"], told["sent"], told["link"]) == (OLD, True, None)


def test_a_removed_address_is_told_and_free(
    services: Services, person: Person, other: Person, mails: Read
) -> None:
    """S93: It gets a link that brings it back, and others can use the address now."""
    confirm(person, mails, OLD)
    assert person.send("DELETE", "/me/email", {"password": PASSWORD}).status_code == 200
    assert "email" not in person.send("GET", "/me").get_json()
    told = next(m for m in mails() if m["kind"] == "email_removed")
    assert (told["to"], told["sent"]) == (OLD, True)
    assert "/account/undo#" in told["link"]
    assert registered(services) == {}
    confirm(other, mails, OLD)
    assert person.send("DELETE", "/me/email", {"password": PASSWORD}).status_code == 200


def test_an_address_that_waits_can_be_taken_back(person: Person, mails: Read) -> None:
    """Its mailed code is no longer valid, and it cannot be sent again."""
    ask(person, OLD)
    (mail,) = mails()
    assert person.send("DELETE", "/me/email", {"password": PASSWORD}).status_code == 200
    assert verify(person, mail["code"]) == (400, "invalid_code")
    answer = person.send("POST", "/me/email/resend")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_a_deleted_account_leaves_its_address_to_others(
    services: Services, person: Person, other: Person, mails: Read
) -> None:
    """S134: The address is in the export, and is removed with the account."""
    confirm(person, mails, OLD)
    exported = person.send("GET", "/me/export").get_json()
    assert exported["addresses"] == [OLD]
    assert exported["user"]["email"] == OLD
    assert datetime.fromisoformat(exported["user"]["email_verified_at"]) < datetime.now(UTC) + (
        timedelta(hours=1)
    )
    assert person.send("DELETE", "/me", {"password": PASSWORD}).status_code == 200
    assert registered(services) == {}
    confirm(other, mails, OLD)


def test_the_same_address_in_another_case_is_no_change(
    services: Services, person: Person, mails: Read
) -> None:
    """Nothing changes, and nobody is told."""
    confirm(person, mails, OLD)
    confirm(person, mails, "OLD@example.com")
    assert person.send("GET", "/me").get_json()["email"] == "OLD@example.com"
    assert "email_changed" not in {mail["kind"] for mail in mails()}
    assert registered(services) == {OLD: False}


def test_a_deletion_takes_what_was_asked_for_out_of_the_mailbox(
    person: Person, mails: Read
) -> None:
    """S134: A development server keeps shown mails until their user is deleted."""
    assert person.send("POST", "/password/forgot", {"username": person.name}).status_code == 200
    assert person.name in str(mails())
    assert person.send("DELETE", "/me", {"password": PASSWORD}).status_code == 200
    assert mails() == []
