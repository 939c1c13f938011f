"""One at a time, for each of many things."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.limits.keyed_lock import KeyedLock
from tests.support.waiting import until


def test_nobody_is_at_a_thing_together() -> None:
    """Forty callers, never two inside."""
    turns, inside, together = KeyedLock(seats=40), threading.Semaphore(1), []

    def visit(_: int) -> None:
        with turns.of("thing"):
            if inside.acquire(blocking=False):
                inside.release()
            else:
                together.append(1)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(visit, range(40)))
    assert not together


def test_other_things_do_not_wait() -> None:
    """Whoever comes for something else is served at once, without any seat."""
    turns = KeyedLock(seats=0)
    with turns.of("one"), turns.of("another"):
        pass


def test_without_a_seat_the_answer_is_no() -> None:
    """One inside, one waiting; the third is sent away, and those two are served."""
    turns, served = KeyedLock(seats=1), []

    def visit() -> None:
        with turns.of("thing"):
            served.append(1)

    with turns.of("thing"):
        waiting = threading.Thread(target=visit)
        waiting.start()
        until(lambda: turns.waiting["thing"] == 1)
        with pytest.raises(ApiError) as refused:
            visit()
    waiting.join()
    assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert refused.value.retry_after
    assert served == [1]


def test_a_failure_inside_frees_the_thing() -> None:
    """The next one does not wait for ever."""
    turns = KeyedLock(seats=0)
    with pytest.raises(ValueError, match="inside"), turns.of("thing"):
        raise ValueError("inside")
    with turns.of("thing"):
        pass
