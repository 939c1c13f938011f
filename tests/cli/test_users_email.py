"""`flask users set-email` and `verify-email`, for users who lost their mailbox."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.audit.service import AuditTrail
from authapi.core.services import Services
from tests.addresses.conftest import Mails, Person
from tests.addresses.conftest import app as app
from tests.addresses.conftest import development as development
from tests.addresses.conftest import mails as mails
from tests.addresses.conftest import person as person
from tests.addresses.conftest import server as server
from tests.addresses.conftest import services as services
from tests.addresses.test_confirming import Read, ask, confirm, verify
from tests.cli.conftest import Operator

NEW = "ann@example.com"
OLD = "before@example.com"


def kinds(mails: Mails) -> list[tuple[str, str]]:
    """Return of which kinds the mails are, and to whom they went, in a fixed order."""
    return sorted((mail["kind"], mail["to"]) for mail in mails)


def addresses(operator: Operator, person: Person) -> tuple[str | None, str | None]:
    """Return the confirmed address and the one that waits, as `show` has them."""
    shown = operator("users", "show", person.name, "--json").json
    return shown["email"], shown["pending_email"]


def test_an_address_waits_until_its_code_is_typed(
    operator: Operator, person: Person, mails: Read
) -> None:
    """So an operator's typing error gives nobody the account."""
    done = operator("users", "set-email", person.name.upper(), NEW)
    assert (done.code, done.said) == (0, "")
    assert done.out.startswith(f"{NEW} waits to be confirmed as the address of {person.name} ")
    assert addresses(operator, person) == (None, NEW)
    (mail,) = mails()
    assert verify(person, mail["code"]) == (200, NEW)
    assert addresses(operator, person) == (NEW, None)


def test_an_address_the_operator_vouches_for_counts_at_once(
    operator: Operator, person: Person, mails: Read
) -> None:
    """The former address is told and can undo it; no code is mailed (S93)."""
    confirm(person, mails, OLD)
    before = kinds(mails())
    told = operator("users", "set-email", person.name, NEW, "--verified", "--json").json
    assert told == {"username": person.name, "email": NEW, "verified": True}
    assert addresses(operator, person) == (NEW, None)
    assert person.send("GET", "/me").status_code == 200  # the sessions go on
    assert sorted([*before, ("email_changed", OLD), ("email_confirmed", NEW)]) == kinds(mails())
    assert operator("users", "set-email", person.name, NEW, "--verified").code == 0
    assert f"e-mail         {NEW}\n" in operator("users", "show", person.name).out


def test_an_address_that_waits_is_confirmed_by_the_operator(
    operator: Operator, person: Person, mails: Read, services: Services
) -> None:
    """The trail names the operator; confirming again is an error."""
    ask(person, NEW)
    assert f"unconfirmed    {NEW}\n" in operator("users", "show", person.name).out
    done = operator("users", "verify-email", person.name)
    assert done.out.startswith(f"{NEW} is now the address of {person.name} ")
    assert addresses(operator, person) == (NEW, None)
    services[AuditTrail].flush()
    events = operator("audit", "tail", "--user", person.name, "--json").out
    assert '"email_verified"' in events
    assert '"operator"' in events
    again = operator("users", "verify-email", person.name)
    assert (again.code, again.said) == (1, "Error: No address waits to be confirmed.\n")


def test_the_owner_is_told_of_a_password_that_the_operator_set(
    operator: Operator, person: Person, mails: Read
) -> None:
    """The account's address gets a mail, in case somebody else asked for it."""
    confirm(person, mails, OLD)
    before = kinds(mails())
    stdin = b"another good password"
    operator("users", "set-password", person.name, "--password-stdin", stdin=stdin)
    assert kinds(mails()) == sorted([*before, ("password_changed", OLD)])


@pytest.mark.parametrize("flags", [(), ("--verified",)])
@pytest.mark.parametrize("address", ["", "ann", "a@b@c.com", "ann@example.com\nbcc: x@y.com", "@"])
def test_what_is_no_address_changes_nothing(
    operator: Operator, person: Person, address: str, flags: tuple[str, ...]
) -> None:
    """It is refused in one line (S94)."""
    done = operator("users", "set-email", person.name, address, *flags)
    assert (done.code, done.out) == (1, "")
    assert done.said == "Error: Email must be one address, such as ann@example.com.\n"
    assert addresses(operator, person) == (None, None)


def test_somebody_elses_address_is_refused_and_nothing_changes(
    app: Flask, operator: Operator, person: Person, mails: Read
) -> None:
    """S90: An address belongs to one account."""
    confirm(person, mails, NEW)
    other = Person(app)
    other.register()
    ask(other.log_in(), OLD)
    done = operator("users", "set-email", other.name, NEW.upper(), "--verified")
    assert (done.code, done.said) == (1, "Error: This address belongs to another account.\n")
    assert addresses(operator, other) == (None, OLD)
    assert addresses(operator, person) == (NEW, None)


@pytest.mark.parametrize("words", [("set-email", "nobody", NEW), ("verify-email", "nobody")])
def test_nobody_has_no_address(operator: Operator, words: tuple[str, ...]) -> None:
    """An unknown user gives one line and exit code 1."""
    done = operator("users", *words)
    assert (done.code, done.said) == (1, "Error: There is no user of the name 'nobody'.\n")
