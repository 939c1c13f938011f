"""Concurrent requests and killed processes with passkeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest

from authapi.database import Collections
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import (
    Member,
    NewMember,
    answer_of,
    challenge,
    log_in_alone,
)
from tests.support.actors import Visitor, error_code
from tests.support.crowd import at_once
from tests.support.dying import dies_after
from tests.support.servers import workers
from tests.support.waiting import until


@pytest.fixture(scope="module")
def processes(environment: dict[str, str]) -> Iterator[str]:
    """The address of two server processes."""
    with workers(environment, processes=2, threads=16) as server:
        yield server.base_url


def all_send(base_url: str, path: str, body: object) -> list[int]:
    """Send one request 32 times at once; return the statuses, sorted."""

    def send() -> int:
        visitor = Visitor(base_url)
        status = visitor.post(path, body).status_code
        visitor.close()
        return status

    return sorted(at_once([send] * 32))


@pytest.mark.parametrize("counts", [True, False], ids=["counting", "synchronised"])
def test_of_32_uses_of_one_answer_one_logs_in(member: Member, *, counts: bool) -> None:
    """S115: This includes passkeys without a signature counter."""
    device = Authenticator(counts=counts)
    member.with_passkey(device)
    for _ in range(12):
        body = answer_of(device, challenge(member.visitor))
        sent = all_send(member.visitor.base_url, "/authenticate/passkey", body)
        assert sent == [200, *[401] * 31]


def test_over_two_processes_as_well(processes: str) -> None:
    """S115: They share only the database."""
    visitor = Visitor(processes)
    member, device = Member(visitor, visitor.new_user()), Authenticator(counts=False)
    member.log_in()
    member.with_passkey(device)
    for _ in range(12):
        body = answer_of(device, challenge(visitor))
        assert all_send(processes, "/authenticate/passkey", body) == [200, *[401] * 31]
    visitor.close()


def test_of_32_second_steps_by_one_answer_one_succeeds(
    member: Member, device: Authenticator
) -> None:
    """S115: They may belong to different logins."""
    member.with_passkey(device).require()
    asked = member.visitor.authenticate(member.name).json()
    shown = answer_of(device, challenge(member.visitor))
    body = {"mfa_token": asked["mfa_token"], "passkey": shown}
    sent = all_send(member.visitor.base_url, "/authenticate/second", body)
    assert sent.count(200) == 1
    assert set(sent) <= {200, 401, 429, 503}


def test_two_that_are_added_at_once_are_both_there(member: Member) -> None:
    """S118: No addition is lost."""
    begun = [member.begin() for _ in range(4)]
    made = [Authenticator().create(each["options"]) for each in begun]

    def add(place: int) -> int:
        mine = Member(Visitor(member.visitor.base_url), member.name, member.tokens)
        body = {"ceremony": begun[place]["ceremony"], "credential": made[place]}
        status = mine.ask("POST", "/me/passkeys", **body).status_code
        mine.visitor.close()
        return status

    assert at_once([partial(add, place) for place in range(4)]) == [200] * 4
    assert {each["id"] for each in member.factors()["passkeys"]} == {each["id"] for each in made}


def test_a_removal_beside_a_login_leaves_no_session(member: Member, device: Authenticator) -> None:
    """S107: Whichever is first, no session by the passkey remains."""
    for _ in range(12):
        device = Authenticator()
        member.with_passkey(device)
        body = answer_of(device, challenge(member.visitor))
        visitor = Visitor(member.visitor.base_url)
        login: Callable[[], object] = partial(visitor.post, "/authenticate/passkey", body)
        removal: Callable[[], object] = partial(
            member.ask, "DELETE", f"/me/passkeys/{member.passkey_id}"
        )
        answered, removed = at_once([login, removal])
        assert removed.status_code == 200  # type: ignore[attr-defined]
        if answered.ok:  # type: ignore[attr-defined]
            refresh_token = answered.json()["refresh_token"]  # type: ignore[attr-defined]
            assert visitor.refresh(refresh_token).status_code == 400
        visitor.close()


STORY = """
answer = app.test_client().open({path!r}, method={method!r}, json={body!r}, headers={headers!r})
assert answer.status_code == 200, answer.text
"""


def dies(environment: dict[str, str], writes: int, member: Member, *ask: object) -> bool:
    """Send a member's request to a process that dies after so many writes."""
    method, path, body = ask
    headers = {"Authorization": f"Bearer {member.tokens['access_token']}"}
    story = STORY.format(path=path, method=method, body=body, headers=headers)
    return dies_after(writes, environment, story)


def test_an_addition_is_whole_wherever_the_process_dies(
    new_member: NewMember, environment: dict[str, str]
) -> None:
    """S96: The passkey is listed and works, or neither; another can be added."""
    for writes in count(1):
        member, device = new_member(), Authenticator()
        begun = member.begin()
        body = {"ceremony": begun["ceremony"], "credential": device.create(begun["options"])}
        died = dies(environment, writes, member, "POST", "/me/passkeys", body)
        listed = [each["id"] for each in member.factors()["passkeys"]]
        answer = log_in_alone(member.visitor, device)
        assert answer.ok == bool(listed), writes
        assert member.add(Authenticator()).status_code == 200
        if not died:
            break
    assert writes >= 4  # the ceremony, the passkey, its name, the event


def is_over(member: Member, session: dict[str, Any]) -> bool:
    """Tell whether a session has ended, after the second in which revocations spread."""
    visitor = member.visitor
    until(lambda: visitor.protected(session["access_token"]).status_code == 401, "it is known")
    return visitor.refresh(session["refresh_token"]).status_code == 400


def test_a_removal_is_whole_wherever_the_process_dies(
    new_member: NewMember, environment: dict[str, str], collections: Collections
) -> None:
    """S96: From the first write it is refused, and other sessions have ended."""
    for writes in count(1):
        device = Authenticator()
        member = new_member().with_passkey(device)
        elsewhere = log_in_alone(member.visitor, device).json()
        path = f"/me/passkeys/{member.passkey_id}"
        died = dies(environment, writes, member, "DELETE", path, {})
        assert error_code(log_in_alone(member.visitor, device)) == (401, "invalid_passkey")
        assert is_over(member, elsewhere)
        if not died:
            assert collections["passkeys"].find_one({"_id": member.passkey_id}) is None
            break
    assert writes >= 3


def test_turning_it_on_is_whole_wherever_the_process_dies(
    new_member: NewMember, environment: dict[str, str]
) -> None:
    """S107: It is required, with eight codes and no earlier session; or nothing changed."""
    for writes in count(1):
        device = Authenticator()
        member = new_member().with_passkey(device)
        elsewhere = log_in_alone(member.visitor, device).json()
        died = dies(environment, writes, member, "PUT", "/me/second-factor", {"passkeys": True})
        assert error_code(member.visitor.authenticate(member.name))[1] == "second_factor_required"
        assert is_over(member, elsewhere)
        member.tokens = log_in_alone(member.visitor, device).json()
        assert member.factors()["recovery_codes_left"] == 8
        if not died:
            break
    assert writes >= 2
