"""The sessions' store, on mongomock and on a real database."""

from dataclasses import replace
from datetime import timedelta

from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from tests.stores.conftest import LATER, NOW, a_session

SECOND = timedelta(seconds=1)


def added(sessions: SessionStore) -> Session:
    session = a_session()
    sessions.add(session)
    return session


def rotate(sessions: SessionStore, session: Session, generation: int, at: int = 1) -> bool:
    return sessions.rotate(
        session.id,
        generation,
        at=NOW + at * SECOND,
        expires_at=LATER + at * SECOND,
        refresh_key="f00d",
        began_at=session.created_at,
    )


def test_a_session_is_found_as_stored(sessions: SessionStore) -> None:
    """Every field is read back, with aware times in UTC."""
    session = added(sessions)
    assert sessions.find_session(session.id) == session
    assert sessions.find_session("no such session") is None


def test_a_rotation_moves_the_session_on(sessions: SessionStore) -> None:
    """S50: Generation, times and key change; login time and owner stay."""
    session = added(sessions)
    assert rotate(sessions, session, 0)
    assert sessions.find_session(session.id) == replace(
        session,
        generation=1,
        refreshed_at=NOW + SECOND,
        expires_at=LATER + SECOND,
        refresh_key="f00d",
    )


def test_a_generation_is_spent_once(sessions: SessionStore) -> None:
    """S51: A second use changes nothing; the next generation works."""
    session = added(sessions)
    assert rotate(sessions, session, 0)
    assert not rotate(sessions, session, 0, at=2)
    assert rotate(sessions, session, 1, at=3)


def test_a_generation_of_the_future_is_not_spent(sessions: SessionStore) -> None:
    """Only the current generation can be used."""
    session = added(sessions)
    assert not rotate(sessions, session, 1)
    assert sessions.find_session(session.id) == session


def test_an_expired_session_is_not_rotated(sessions: SessionStore) -> None:
    """S56: MongoDB may remove it later."""
    session = replace(a_session(), expires_at=NOW + SECOND)
    sessions.add(session)
    assert not rotate(sessions, session, 0)
    assert sessions.find_session(session.id) == session


def test_a_session_ends_once(sessions: SessionStore) -> None:
    """S58: It cannot be rotated or ended again."""
    session = added(sessions)
    assert sessions.end_session(session.id)
    assert not sessions.end_session(session.id)
    assert not rotate(sessions, session, 0)
    assert sessions.find_session(session.id) is None


def test_a_replay_ends_only_a_session_that_went_on(sessions: SessionStore) -> None:
    """S51: `end_if_past` leaves a session whose token is current, and others."""
    session, other = added(sessions), added(sessions)
    assert not sessions.end_if_past(session.id, 0)
    assert rotate(sessions, session, 0)
    assert sessions.end_if_past(session.id, 0)
    assert sessions.find_session(session.id) is None
    assert sessions.find_session(other.id) == other
