"""`POST /password/forgot`: a link for confirmed addresses, the same answer for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from authapi.audit.service import AuditTrail
from authapi.database import Database
from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.recovery.conftest import NEW, PUBLIC_URL, Service
from tests.support.actors import PASSWORD, Visitor, error_code, fresh_name
from tests.support.apps import served
from tests.support.commands import Commands

SAID = {
    "status": "ok",
    "message": "If that account has a confirmed address, a mail is on its way.",
}
WIDE = {ord(char): ord(char) - 0x20 + 0xFF00 for char in "user"}
"""Letters that fold to those of a name."""
ANSWERED = ("Content-Type", "Content-Length", "Cache-Control", "Retry-After", "Set-Cookie")


@pytest.fixture(scope="module")
def commands() -> Commands:
    """What is asked of the databases of these tests."""
    return Commands("recovery_")


def test_a_forgotten_password_is_replaced_by_the_mailed_link(service: Service) -> None:
    """All previous sessions have ended."""
    name = service.owner()
    before = service.visitor.log_in(name)
    assert service.forgot(name).json() == SAID
    service.send()
    (text,) = service.texts(name)
    assert text.startswith("Choose a new password for Example\n")
    assert f"{PUBLIC_URL}/account/reset#" in text
    (token,) = service.tokens(name)
    answer = service.reset(token)
    assert answer.json() == {"status": "ok", "message": "Password changed. Please log in."}
    assert service.visitor.refresh(before["refresh_token"]).status_code == 400
    assert error_code(service.visitor.protected(before["access_token"])) == (401, "invalid_token")
    assert service.visitor.authenticate(name, PASSWORD).status_code == 401
    assert service.visitor.authenticate(name, NEW).status_code == 200
    service.send()
    assert "was reset" in service.texts(name)[-1]


def asked(service: Service) -> Iterator[tuple[str, str]]:
    """Yield names of every kind, with a description."""
    yield "known", service.owner()
    yield "unknown", fresh_name()
    yield "unverified", service.visitor.new_user()
    yield "disabled", service.owner(disabled=True)
    waiting = {"email": "a@example.com", "email_key": "a@example.com", "nonce": "n"}
    unverified = service.visitor.new_user()
    service.write(unverified, {"pending_email": {**waiting, "asked_at": service.clock()}})
    yield "waiting for a confirmation", unverified
    limited = service.owner()
    for _ in range(6):
        service.clock.move(minutes=2)
        service.forgot(limited)
        service.send()
    assert len(service.texts(limited)) == 4
    service.clock.move(minutes=2)
    yield "limited", limited


def test_nobody_learns_whether_a_name_is_anybodys(service: Service, commands: Commands) -> None:
    """S80: Status, body, headers and database commands are the same for all."""
    names = dict(asked(service))
    service.forgot(fresh_name())  # the network is counted already
    commands.since_last()
    answers, sent = {}, {}
    for kind, name in names.items():
        answer = service.forgot(name)
        headers = {name: answer.headers.get(name) for name in ANSWERED}
        answers[kind] = (answer.status_code, answer.text, headers, sorted(answer.headers))
        sent[kind] = commands.since_last()
    assert len({repr(answer) for answer in answers.values()}) == 1, answers
    assert set(map(tuple, sent.values())) == {("update limits", "insert mail")}
    assert answers["known"][0] == 200


def test_only_a_living_owner_of_a_confirmed_address_gets_a_mail(service: Service) -> None:
    """S80: The sender decides that; nothing is kept about others."""
    owner, locked = service.owner(), service.owner(disabled=True)
    for name in (owner, locked, service.visitor.new_user(), fresh_name()):
        assert service.forgot(name).json() == SAID
    service.send()
    assert len(service.mails.mails) == 1
    assert len(service.texts(owner)) == 1
    (kept,) = service.parts[Database]["mail"].find()
    assert kept["user_id"] == service.user(owner)["_id"]
    assert "asked_for" not in kept


@pytest.mark.parametrize("spelled", [str.upper, lambda name: name.translate(WIDE)])
def test_the_mail_goes_to_the_address_as_it_is_stored(service: Service, spelled: object) -> None:
    """S81: The typed name only selects the account."""
    assert callable(spelled)
    name = service.owner()
    assert service.forgot(spelled(name)).status_code == 200
    service.send()
    assert [str(mail["To"]) for mail in service.mails.mails] == [f"{name}@example.com"]


def forgot_from(service: Service, name: str, address: str) -> None:
    """Ask for a link from an address, and let the sender look."""
    service.clock.move(minutes=2)
    asked = service.app.test_client().post(
        "/password/forgot", json={"username": name}, environ_base={"REMOTE_ADDR": address}
    )
    assert asked.get_json() == SAID
    service.send()


def test_strangers_keep_no_mail_from_an_owner_at_a_known_network(service: Service) -> None:
    """S95: Their mails are counted apart, and theirs is not the owner's at the same moment."""
    name = service.owner()
    service.visitor.log_in(name)
    for number in range(12):
        forgot_from(service, name, f"203.0.113.{number}")
    before = len(service.texts(name))
    assert before < 12
    service.forgot(name)
    service.send()
    assert len(service.texts(name)) == before + 1
    assert service.reset(service.tokens(name)[-1]).status_code == 200


def test_a_stranger_leaves_other_strangers_some_mails(service: Service) -> None:
    """S95: An owner at a new network gets a mail as well."""
    name = service.owner()
    for _ in range(12):
        service.clock.move(hours=1)
        forgot_from(service, name, "203.0.113.1")
    assert len(service.texts(name)) == 4
    forgot_from(service, name, "203.0.113.2")
    assert len(service.texts(name)) == 5


def test_asking_again_at_once_is_one_mail(service: Service) -> None:
    """S95: Another spelling of the name is the same request."""
    name = service.owner()
    for typed in (name, name, name.upper()):
        assert service.forgot(typed).json() == SAID
    service.send()
    assert len(service.texts(name)) == 1


def test_links_that_were_asked_for_live_side_by_side(service: Service) -> None:
    """A stranger's request does not invalidate an earlier link."""
    name = service.owner()
    first, second = service.link(name), service.link(name)
    assert first != second
    assert service.reset(first).status_code == 200


def test_one_place_asks_so_often(mailing: Settings) -> None:
    """S95: The 429 has the right waiting time, whoever is meant."""
    with served(replace(mailing, limit_resets=Rate.parse("2/hour"))) as visitor:
        for _ in range(2):
            assert visitor.post("/password/forgot", {"username": fresh_name()}).ok
        answer = visitor.post("/password/forgot", {"username": fresh_name()})
        assert error_code(answer) == (429, "rate_limited")
        assert 3500 < int(answer.headers["Retry-After"]) <= 3600


def test_without_limits_nothing_is_counted(mailing: Settings) -> None:
    """`LIMITS=off` applies here as well."""
    with served(replace(mailing, limits="off", limit_resets=Rate.parse("1/day"))) as visitor:
        for _ in range(3):
            assert visitor.post("/password/forgot", {"username": fresh_name()}).json() == SAID


@pytest.mark.parametrize(
    "body", [{}, {"username": ""}, {"username": 7}, {"username": "a" * 1025}, {"username": None}]
)
def test_what_is_no_name_is_refused(service: Service, body: object) -> None:
    """A wrong type gets a 422."""
    answer = service.visitor.post("/password/forgot", body)
    assert error_code(answer) == (422, "validation_error")


@pytest.mark.parametrize("name", ["\0", "\u202e", "ann\nbcc: x@y", "ann@example.com, x@y", "$ne"])
def test_any_name_is_answered_alike(service: Service, name: str) -> None:
    """S80: A name that cannot exist gets the usual answer."""
    assert service.forgot(name).json() == SAID
    service.send()
    assert service.mails.mails == []


@pytest.mark.parametrize("where", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_no_header_changes_the_link(service: Service, where: str) -> None:
    """S100: It begins with PUBLIC_URL."""
    name = service.owner()
    value = "host=evil.example" if where == "Forwarded" else "evil.example"
    body = {"username": name}
    assert service.visitor.post("/password/forgot", body, {where: value}).status_code == 200
    service.send()
    (text,) = service.texts(name)
    assert f"{PUBLIC_URL}/account/reset#" in text
    assert "evil" not in text


def test_a_question_is_an_event_of_the_user(service: Service) -> None:
    """It has the time and the origin, but neither token nor address."""
    name = service.owner()
    service.link(name)
    trail = service.parts[AuditTrail].all_of(service.user(name)["_id"])
    (event,) = [event for event in trail if event.event == "reset_asked"]
    assert event.origin.client.address == "127.0.0.1"
    assert "requests" in event.origin.client.user_agent


@pytest.mark.parametrize("path", ["/password/forgot", "/account/secure"])
def test_without_mail_there_is_no_such_address(visitor: Visitor, path: str) -> None:
    """It is a 404."""
    answer = visitor.post(path, {"username": "ann", "token": "x"})
    assert error_code(answer) == (404, "not_found")


def test_without_addresses_there_is_no_such_address(mailing: Settings) -> None:
    """With `EMAIL=off` it is a 404."""
    with served(replace(mailing, email="off")) as visitor:
        answer = visitor.post("/password/forgot", {"username": "ann"})
        assert error_code(answer) == (404, "not_found")
