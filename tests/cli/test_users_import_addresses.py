"""`flask users import`: confirmed and unconfirmed addresses."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from authapi.administration.import_format import Record
from authapi.administration.imports import UserImport
from authapi.core.services import Services
from authapi.database import Database, Document
from tests.addresses.conftest import Person
from tests.addresses.conftest import app as app
from tests.addresses.conftest import development as development
from tests.addresses.conftest import mails as mails
from tests.addresses.conftest import person as person
from tests.addresses.conftest import server as server
from tests.addresses.conftest import services as services
from tests.addresses.test_confirming import Read, ask, confirm, verify
from tests.addresses.test_cut_off import entries
from tests.addresses.test_cut_off import environment as environment
from tests.cli.conftest import Operator
from tests.cli.imports import BCRYPT, imported, in_full, lines, user
from tests.support.actors import fresh_name
from tests.support.crowd import at_once
from tests.support.dying import dies_after

ANN = "Ann@Example.com"
SHOWN = "Ann@example.com"
KEY = "ann@example.com"


def addresses(operator: Operator, name: str) -> tuple[str | None, str | None]:
    """Return the confirmed address and the one that waits, as `show` has them."""
    shown = operator("users", "show", name, "--json").json
    return shown["email"], shown["pending_email"]


@pytest.mark.parametrize("flag", ["email_verified", "emailVerified", "email-verified"])
def test_a_confirmed_address_is_the_users_and_nobody_is_mailed(
    operator: Operator, services: Services, mails: Read, flag: str
) -> None:
    """It counts as if it had been confirmed here."""
    name = fresh_name()
    done = imported(operator, user(name, email=ANN, **{flag: True}))
    assert (done["imported"], done["said"], done["ignored"]) == (1, "", {})
    assert addresses(operator, name) == (SHOWN, None)
    user_id = operator("users", "show", name, "--json").json["user_id"]
    assert entries(services) == {KEY: (user_id, False)}
    assert mails() == []


@pytest.mark.parametrize("members", [{}, {"email_verified": False}, {"email_verified": "no"}])
def test_an_address_that_was_not_confirmed_waits(
    app: Flask, operator: Operator, services: Services, mails: Read, members: dict[str, object]
) -> None:
    """S90: It gives no rights, two users may have it, and a code is mailed on request."""
    one, two = fresh_name(), fresh_name()
    done = imported(operator, *(user(name, email=ANN, **members) for name in (one, two)))
    assert (done["imported"], done["said"]) == (2, "")
    assert addresses(operator, one) == addresses(operator, two) == (None, SHOWN)
    assert (entries(services), mails()) == ({}, [])
    person = Person(app, one).log_in()
    assert person.send("POST", "/me/email/resend").status_code == 200
    assert [mail["to"] for mail in mails()] == [SHOWN]


@pytest.mark.parametrize("flags", [(), ("--dry-run",)])
def test_a_taken_address_is_a_refused_line(
    operator: Operator, person: Person, mails: Read, flags: tuple[str, ...]
) -> None:
    """S90: A line with an address that another user has is refused."""
    confirm(person, mails, "bob@example.com")
    ann, bob, other = fresh_name(), fresh_name(), fresh_name()
    file = lines(
        user(bob, email="BOB@example.com", email_verified=True),
        user(ann, email=ANN, email_verified=True),
        user(other, email=KEY, email_verified=True),
        user(ann, email=ANN, email_verified=True),
    )
    done = operator("users", "import", "-", *flags, stdin=file)
    why = "another user has this address"
    assert (done.code, done.said) == (1, f"line 1: {why}\nline 3: {why}\n")
    assert in_full(imported=1, already_there=1, refused=2)[5:] in done.out
    assert [operator("users", "show", name).code for name in (bob, other)] == [1, 1]


def test_a_refused_line_takes_no_address(operator: Operator) -> None:
    """A later line can use the address of a refused one."""
    taken, name = fresh_name(), fresh_name()
    imported(operator, user(taken))
    first = user(taken.upper(), email=ANN, email_verified=True)
    done = imported(operator, first, user(name, email=ANN, email_verified=True))
    assert (done["imported"], done["refused"]) == (1, 1)
    assert addresses(operator, name) == (SHOWN, None)


def test_who_is_there_keeps_what_was_chosen_since(
    app: Flask, operator: Operator, mails: Read, services: Services
) -> None:
    """A second run does not restore an address that was removed."""
    name = fresh_name()
    line = user(name, email=ANN, email_verified=True)
    imported(operator, line)
    confirm(Person(app, name).log_in(), mails, "new@example.com")
    again = imported(operator, line)
    assert (again["already_there"], again["code"]) == (1, 0)
    assert addresses(operator, name) == ("new@example.com", None)
    assert set(entries(services)) == {"new@example.com"}


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"email": "ann"}, "email: Email must be one address, such as ann@example.com."),
        ({"email": "a@b.de, c@d.de"}, "email: Email must be one address, such as ann@example.com."),
        ({"email": 7}, "email is not a string"),
        ({"email": ANN, "email_verified": "perhaps"}, "email_verified is neither true nor false"),
    ],
)
def test_what_is_no_address_is_a_refused_line(
    operator: Operator, members: dict[str, object], why: str
) -> None:
    """S94: The reason does not repeat the address."""
    done = operator("users", "import", "-", stdin=lines(user(None, **members)))
    assert (done.code, done.said) == (1, f"line 1: {why}\n")


@pytest.mark.parametrize("email", [None, ""])
def test_who_has_no_address_has_none(operator: Operator, email: str | None) -> None:
    """A member about its confirmation is then reported as unknown."""
    name = fresh_name()
    done = imported(operator, user(name, email=email, email_verified=False))
    assert (done["imported"], done["ignored"]) == (1, {"email_verified": 1})
    assert addresses(operator, name) == (None, None)


def test_an_address_may_be_the_name_as_well(operator: Operator) -> None:
    """`--map` can use one member of the file for two."""
    line = {"email": KEY, "password": BCRYPT, "verified": 1}
    mapped = ("email=username", "email=email", "verified=email_verified")
    flags = [flag for pair in mapped for flag in ("--map", pair)]
    assert operator("users", "import", "-", *flags, stdin=lines(line)).code == 0
    assert addresses(operator, KEY) == (KEY, None)


def test_an_import_that_is_cut_off_is_completed_by_the_next(
    operator: Operator, services: Services, environment: dict[str, str]
) -> None:
    """S96: After the second run each address belongs to its user."""
    for writes in range(1, 20):
        line = user(fresh_name(), email=ANN, email_verified=True)
        story = (
            f"app.test_cli_runner().invoke(args=['users', 'import', '-'], input={lines(line)!r})"
        )
        died = dies_after(writes, environment, story)
        again = imported(operator, line)
        assert (again["already_there"], again["code"]) == (1, 0)
        stored: Document = services[Database]["users"].find_one({}) or {}
        assert (stored["email"], "pending_email" in stored) == (SHOWN, False)
        assert entries(services) == {KEY: (stored["_id"], False)}
        for name in ("users", "addresses"):
            services[Database][name].delete_many({})
        if not died:
            return
    raise AssertionError


def test_an_import_and_an_owner_at_once_give_one_of_them_the_address(
    app: Flask, services: Services, mails: Read
) -> None:
    """S90: The one that is first has it; the other is told."""
    for _ in range(8):
        owner = Person(app)
        owner.register()
        ask(owner.log_in(), ANN)
        code = mails()[0]["code"]
        name, refused = fresh_name(), list[str]()

        def bring_in(name: str = name, refused: list[str] = refused) -> bool:
            line = Record(1, user(name, email=ANN, email_verified=True))
            list(services[UserImport].run([line], lambda _, why: refused.append(why)))
            return not refused

        def type_it(owner: Person = owner, code: str = code) -> bool:
            return verify(owner, code)[0] == 200

        functions: list[Callable[[], bool]] = [bring_in, type_it]
        assert sorted(at_once(functions)) == [False, True]
        [holder] = services[Database]["users"].find({"email_key": KEY})
        assert entries(services) == {KEY: (holder["_id"], False)}
        assert bool(refused) is (holder["name_key"] == owner.name)
        for collection in ("users", "addresses", "mail"):
            services[Database][collection].delete_many({})
