"""`flask users recovery-link --mail`: the owner gets the link, and nobody else."""

from __future__ import annotations

import pytest
from flask import Flask

from authapi.audit.service import AuditTrail
from tests.cli.conftest import Operator
from tests.recovery.conftest import DEAD, Service
from tests.recovery.conftest import mailing as mailing
from tests.recovery.conftest import mails as mails
from tests.recovery.conftest import service as service
from tests.support.actors import error_code


@pytest.fixture
def app(service: Service) -> Flask:
    """A service with mail."""
    return service.app


def test_the_owner_gets_the_link_and_the_operator_does_not(
    operator: Operator, service: Service
) -> None:
    """S110: It is good for a day; the trail says that an operator asked for it."""
    name = service.owner()
    done = operator("users", "recovery-link", "--mail", name.upper())
    user_id = service.user(name)["_id"]
    assert done.out == f"A link for {name} (id {user_id}) is mailed to {name}@example.com.\n"
    service.send()
    (token,) = service.tokens(name)
    assert token not in done.out + done.err
    service.clock.move(hours=23)
    assert service.reset(token).status_code == 200
    events = service.parts[AuditTrail].all_of(str(user_id))
    assert ("reset_asked", "operator") in [(str(e.event), e.reason) for e in events]


def test_it_is_over_after_a_day(operator: Operator, service: Service) -> None:
    """S85: A former address's link is void as well."""
    ann, bob = service.owner(), service.owner()
    for name in (ann, bob):
        told = operator("users", "recovery-link", name, "--mail", "--json").json
        assert (told["username"], told["mailed_to"]) == (name, f"{name}@example.com")
    service.send()
    service.write(bob, {"email": "new@example.com", "email_key": "new@example.com"})
    assert error_code(service.reset(*service.tokens(bob))) == DEAD
    service.clock.move(hours=24)
    assert error_code(service.reset(*service.tokens(ann))) == DEAD


def test_it_goes_to_no_address_but_the_one_that_the_operator_saw(
    operator: Operator, service: Service
) -> None:
    """S110: Who changes it in the meantime may be the one that the owner is helped against."""
    name = service.owner()
    assert operator("users", "recovery-link", name, "--mail").code == 0
    service.write(name, {"email": "thief@example.com", "email_key": "thief@example.com"})
    service.send()
    assert service.mails.mails == []


def test_without_a_confirmed_address_nothing_is_mailed(
    operator: Operator, service: Service
) -> None:
    """One line says what to do instead."""
    name = service.visitor.new_user()
    done = operator("users", "recovery-link", name, "--mail")
    assert (done.code, done.out) == (1, "")
    assert f"{name} has no confirmed address: leave out --mail." in done.said
    service.send()
    assert service.texts(name) == []
