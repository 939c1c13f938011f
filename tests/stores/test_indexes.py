"""The indexes on a real database."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from authapi.database import Collections, Database, DatabaseUnavailable
from authapi.settings import Settings
from tests.stores.conftest import indexes_of
from tests.support.crowd import at_once


@pytest.fixture
def names(settings: Settings) -> list[str]:
    """The indexes that there have to be."""
    return [index.label for index in indexes_of(settings)]


def test_names_are_unique_and_sessions_expire(collections: Collections) -> None:
    """S14, S56: MongoDB enforces unique names and removes expired sessions."""
    users = collections["users"].index_information()["name_key_1"]
    sessions = collections["sessions"].index_information()["expires_at_1"]
    assert users["unique"] is True
    assert sessions["expireAfterSeconds"] == 0


def test_the_first_use_makes_the_indexes(empty: Database, names: list[str]) -> None:
    """After one request an empty database has them."""
    assert sorted(empty.missing_indexes()) == sorted(names)
    empty["users"].find_one({})
    assert empty.missing_indexes() == []


def test_making_them_again_changes_nothing(empty: Database, names: list[str]) -> None:
    """`flask db ensure-indexes` can be repeated and run concurrently."""
    assert empty.ensure_indexes() == names
    assert at_once([empty.ensure_indexes] * 4) == [names] * 4
    assert empty.missing_indexes() == []


def test_a_lost_index_is_named_and_made_again(empty: Database) -> None:
    """Readiness names a missing index."""
    empty.ensure_indexes()
    empty["users"].drop_index("name_key_1")
    assert empty.missing_indexes() == ["users.name_key_1"]
    empty.ensure_indexes()
    assert empty.missing_indexes() == []


def refusal(database: Database) -> str:
    with pytest.raises(DatabaseUnavailable) as refused:
        database.ensure_indexes()
    return str(refused.value)


def untouched(database: Database, name: str) -> Any:  # noqa: ANN401 - a collection
    """The collection `name`, without the indexes that its first use would make."""
    return database._database()[name]


def test_duplicates_are_refused_in_clear_words(empty: Database) -> None:
    """S14: Two imported users of one name are reported."""
    untouched(empty, "users").insert_many([{"name_key": "ann"}, {"name_key": "ann"}])
    words = refusal(empty)
    assert "users.name_key_1" in words
    assert "duplicates; remove them" in words
    with pytest.raises(DatabaseUnavailable):
        empty["users"]


@pytest.mark.parametrize(
    ("collection", "keys"), [("users", [("name_key", 1)]), ("sessions", [("expires_at", 1)])]
)
def test_an_index_of_other_options_is_refused(
    empty: Database, collection: str, keys: list[tuple[str, int]]
) -> None:
    """An index without its option counts as missing."""
    untouched(empty, collection).create_index(keys)
    words = refusal(empty)
    assert collection in words
    assert "drop it first" in words


def test_making_them_by_many_at_once(empty: Database) -> None:
    """All concurrent first requests succeed."""
    answers = at_once([partial(empty.__getitem__, "users")] * 16)
    assert len(answers) == 16
    assert empty.missing_indexes() == []
