"""Concurrent registrations of one name."""

from __future__ import annotations

import secrets
from collections import Counter
from functools import partial

from authapi.database import Collections
from tests.races.conftest import Crowd
from tests.support.actors import Visitor, error_code, fresh_name

CROWD = 32


def test_one_of_many_gets_the_name(crowd: Crowd, member: Visitor, collections: Collections) -> None:
    """S13: Of 32 one succeeds, 31 get `user_exists`, and one document is stored."""
    name = fresh_name()
    answers = crowd.all_do(*[partial(Visitor.register, username=name)] * CROWD)
    refused = [answer for answer in answers if answer.status_code != 200]
    assert Counter(error_code(answer) for answer in refused) == {(400, "user_exists"): 31}
    assert collections["users"].count_documents({"name_key": name}) == 1
    assert member.authenticate(name).status_code == 200


def test_with_one_key_all_succeed(crowd: Crowd, collections: Collections) -> None:
    """All 32 succeed, and one document is stored."""
    name, key = fresh_name(), secrets.token_urlsafe(24)
    answers = crowd.all_do(*[partial(Visitor.register, username=name, key=key)] * CROWD)
    assert {answer.status_code for answer in answers} == {200}
    assert collections["users"].count_documents({"name_key": name}) == 1


def test_spellings_of_one_name_race_as_one(crowd: Crowd, collections: Collections) -> None:
    """S14: Eight spellings at once make one user."""
    name = fresh_name()
    spellings = [name, name.upper(), name.capitalize(), f" {name} "] * 2

    answers = crowd.all_do(
        *[partial(Visitor.register, username=spelling) for spelling in spellings]
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert collections["users"].count_documents({"name_key": name}) == 1
