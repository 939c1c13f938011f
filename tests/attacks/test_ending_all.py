"""All sessions of a user end by one write, whatever comes in between (S124, S126)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask

from authapi.accounts.service import AccountService
from authapi.database import Collections
from authapi.settings import Settings
from authapi.tokens.service import TokenService
from tests.conftest import services_of
from tests.support.actors import PASSWORD, Visitor, error_code
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.crowd import at_once
from tests.support.dying import dies_after
from tests.support.servers import CHEAP, workers
from tests.support.staleness import seconds_accepted

NEW = "quite another password"
DEAD = (401, "invalid_token")
CLIENT = "client, headers = app.test_client(), {{'Authorization': 'Bearer ' + {token!r}}}\n"
STORIES = {
    "password": "client.post('/password', headers=headers, json="
    f"{{{{'current_password': {PASSWORD!r}, 'new_password': {NEW!r}}}}})",
    "delete": f"client.delete('/me', headers=headers, json={{{{'password': {PASSWORD!r}}}}})",
    "everywhere": "client.post('/logout', json={{'refresh_token': {refresh!r}, "
    "'everywhere': True}})",
    "disable": "app.test_cli_runner().invoke(args=['users', 'disable', {name!r}])",
    "log out": "app.test_cli_runner().invoke(args=['users', 'logout', {name!r}])",
    "set password": "app.test_cli_runner().invoke(args=['users', 'set-password', {name!r},"
    f" '--password-stdin'], input={NEW + chr(10)!r})",
}


@pytest.fixture(scope="module")
def two_processes(environment: dict[str, str]) -> Iterator[str]:
    """The address of a server of two processes."""
    with workers(environment, processes=2, served=CHEAP) as server:
        yield server.base_url


@pytest.mark.parametrize("story", STORIES)
def test_an_end_of_all_sessions_is_whole_wherever_the_process_dies(
    story: str, two_processes: str, environment: dict[str, str], collections: Collections
) -> None:
    """S124: After each write, either all sessions have ended or none has."""
    outsider = Visitor(two_processes)
    writes, died = 0, True
    while died:
        writes += 1
        name = outsider.new_user()
        mine, other = outsider.log_in(name), outsider.log_in(name)
        known = {"name": name, "refresh": mine["refresh_token"]}
        died = dies_after(
            writes,
            environment,
            CLIENT.format(token=mine["access_token"]) + STORIES[story].format(**known),
        )
        user = collections["users"].find_one({"name_key": name})
        if user is not None and user["epoch"] == 0:
            assert outsider.protected(other["access_token"]).status_code == 200
            assert outsider.refresh(other["refresh_token"]).status_code == 200
            assert outsider.authenticate(name).status_code == 200
            continue
        assert seconds_accepted(outsider, other["access_token"]) < 1
        assert outsider.refresh(other["refresh_token"]).status_code == 400
        still = outsider.authenticate(name).status_code == 200
        assert still == (story in ("everywhere", "log out"))
    assert writes > 1
    outsider.close()


def test_thousands_of_sessions_end_as_one_does(
    settings: Settings, collections: Collections, app: Flask
) -> None:
    """S124: After the answer no refresh and no access token of any session works."""
    with served(replace(settings, sessions_per_user=10_000)) as visitor:
        name = visitor.new_user()
        mine = visitor.log_in(name)
        user = services_of(app)[AccountService].get_user(name)
        tokens = services_of(app)[TokenService]
        claims = [
            tokens.first_refresh(name, user.id, secrets.token_urlsafe(16)) for _ in range(3_000)
        ]
        stored = collections["sessions"].find_one({"user_id": user.id})
        assert stored is not None
        for first in range(0, len(claims), 500):
            some = claims[first : first + 500]
            collections["sessions"].insert_many([{**stored, "_id": each.sid} for each in some])
        body = {"current_password": PASSWORD, "new_password": NEW}
        headers = {"Authorization": f"Bearer {mine['access_token']}"}
        assert visitor.post("/password", body, headers=headers).status_code == 200
        for each in (claims[0], claims[1_500], claims[-1]):
            refused = visitor.refresh(tokens.encode_refresh(each))
            assert error_code(refused) == (400, "invalid_refresh_token")
            access = tokens.issue_access(each).access_token
            assert error_code(visitor.protected(access)) == DEAD
        assert visitor.refresh(mine["refresh_token"]).status_code == 200


def test_a_logout_everywhere_can_be_repeated(visitor: Visitor) -> None:
    """S126: The same refresh token succeeds again, since the sessions have ended."""
    name = visitor.new_user()
    mine, other = visitor.log_in(name), visitor.log_in(name)
    body = {"refresh_token": mine["refresh_token"], "everywhere": True}
    for _ in range(2):
        assert visitor.post("/logout", body).status_code == 200
    assert visitor.refresh(other["refresh_token"]).status_code == 400
    after = visitor.log_in(name)
    assert visitor.post("/logout", body).status_code == 200
    assert visitor.refresh(after["refresh_token"]).status_code == 200


def test_a_logout_everywhere_by_a_dead_token_is_no_success(visitor: Visitor) -> None:
    """S126: A session that a password change ended cannot claim to have ended all."""
    name = visitor.new_user()
    owner, thief = visitor.log_in(name), visitor.log_in(name)
    headers = {"Authorization": f"Bearer {thief['access_token']}"}
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert visitor.post("/password", body, headers=headers).status_code == 200
    answer = visitor.post("/logout", {"refresh_token": owner["refresh_token"], "everywhere": True})
    assert error_code(answer) == (400, "invalid_refresh_token")


def test_two_password_changes_at_once_leave_the_winner_logged_in(visitor: Visitor) -> None:
    """S124: The one that is too late ends no session."""
    name = visitor.new_user()
    winner, loser = visitor.log_in(name), visitor.log_in(name)
    body = {"current_password": PASSWORD, "new_password": NEW}

    def change(pair: dict[str, str]) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {pair['access_token']}"}
        answer: dict[str, str] = visitor.post("/password", body, headers=headers).json()
        return answer

    fresh = change(winner)
    assert change(loser)["status"] == "error"
    assert visitor.protected(fresh["access_token"]).status_code == 200
    assert visitor.refresh(fresh["refresh_token"]).status_code == 200


def test_a_user_has_at_most_so_many_sessions(settings: Settings) -> None:
    """S125: one login more ends the session that was used longest ago."""
    with served(replace(settings, sessions_per_user=3), clock := MovedClock()) as visitor:
        name = visitor.new_user()
        pairs = []
        for _ in range(3):
            clock.move(minutes=1)
            pairs.append(visitor.log_in(name))
        clock.move(minutes=1)
        pairs[0] = visitor.refresh(pairs[0]["refresh_token"]).json()
        clock.move(minutes=1)
        pairs.append(visitor.log_in(name))
        alive = [visitor.refresh(pair["refresh_token"]).status_code for pair in pairs]
        assert alive == [200, 400, 200, 200]


def test_many_logins_at_once_leave_no_more_than_that(settings: Settings) -> None:
    """S125: Afterwards exactly the allowed number of sessions is alive."""
    with served(replace(settings, sessions_per_user=3)) as visitor:
        name = visitor.new_user()
        pairs = at_once([partial(Visitor(visitor.base_url).log_in, name)] * 12)
        alive = [visitor.refresh(pair["refresh_token"]).status_code for pair in pairs]
        assert alive.count(200) == 3


def test_where_one_session_is_allowed_the_last_of_many_logins_has_it(settings: Settings) -> None:
    """S125: The login that was answered last is the one that lives."""
    with served(replace(settings, sessions_per_user=1)) as visitor:
        name = visitor.new_user()
        logins = [partial(Visitor(visitor.base_url).authenticate, name)] * 4
        answers = [each for each in at_once(logins) if each.status_code == 200]
        alive = [visitor.refresh(each.json()["refresh_token"]).status_code for each in answers]
        assert alive.count(200) == 1
