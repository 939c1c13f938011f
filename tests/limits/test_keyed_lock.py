"""A lock for each key, with a bounded queue."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.limits.keyed_lock import KeyedLock
from tests.support.waiting import DEADLINE, until


def test_nobody_holds_a_key_together() -> None:
    """Of forty callers never two are inside."""
    lock, inside, together = KeyedLock(queue_limit=40), threading.Semaphore(1), []

    def visit(_: int) -> None:
        with lock.hold("key"):
            if inside.acquire(blocking=False):
                inside.release()
            else:
                together.append(1)

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(visit, range(40)))
    assert not together


def test_other_keys_do_not_wait() -> None:
    """A caller with another key enters at once."""
    lock = KeyedLock(queue_limit=0)
    with lock.hold("one"), lock.hold("another"):
        pass


def test_beyond_the_queue_limit_the_answer_is_no() -> None:
    """With one inside and one waiting, the third is refused."""
    lock, served = KeyedLock(queue_limit=1), []

    def visit() -> None:
        with lock.hold("key"):
            served.append(1)

    with lock.hold("key"):
        waiting = threading.Thread(target=visit)
        waiting.start()
        until(lambda: lock.waiting("key") == 1)
        with pytest.raises(ApiError) as refused:
            visit()
    waiting.join()
    assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert refused.value.retry_after
    assert served == [1]


def test_a_failure_inside_frees_the_key() -> None:
    """The next caller enters."""
    lock = KeyedLock(queue_limit=0)
    with pytest.raises(ValueError, match="inside"), lock.hold("key"):
        raise ValueError("inside")
    with lock.hold("key"):
        pass


def test_a_shared_failure_ends_all_who_wait() -> None:
    """S12: They get the same failure without waiting; later callers may try."""
    lock, refusals, entered = KeyedLock(queue_limit=8, shared_failures=(OSError,)), [], []

    def visit() -> None:
        try:
            with lock.hold("key"):
                entered.append(1)
        except ApiError as refused:
            refusals.append(refused.code)

    waiting = [threading.Thread(target=visit) for _ in range(8)]

    def fail_beside_them() -> None:
        with lock.hold("key"):
            for thread in waiting:
                thread.start()
            until(lambda: lock.waiting("key") == 8)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail_beside_them()
    for thread in waiting:
        thread.join(DEADLINE)
    assert refusals == [ErrorCode.SERVICE_UNAVAILABLE] * 8
    assert not entered
    visit()
    assert entered == [1]


def test_a_failure_of_ones_own_ends_nobody_else() -> None:
    """After a wrong password the next caller enters."""
    lock, served = KeyedLock(queue_limit=1, shared_failures=(OSError,)), []

    def visit() -> None:
        with lock.hold("key"):
            served.append(1)

    waiting = threading.Thread(target=visit)

    def fail_beside_it() -> None:
        with lock.hold("key"):
            waiting.start()
            until(lambda: lock.waiting("key") == 1)
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail_beside_it()
    waiting.join(DEADLINE)
    assert served == [1]
