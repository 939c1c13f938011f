"""The bulkhead: a bounded number of hashes at once, fair to all networks."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.passwords.bulkhead import Bulkhead, Change, FairSlots
from tests.support.waiting import DEADLINE, until


class Patient:
    """Callers in threads that stay inside until they are told to leave."""

    def __init__(self, bulkhead: Bulkhead) -> None:
        self.bulkhead = bulkhead
        self.leave = threading.Event()
        self.working = 0
        self._count = threading.Lock()

    def work_for(self, network: str) -> None:
        with self.bulkhead.admit(network):
            self.bulkhead.run(self._stay)

    def _stay(self) -> None:
        with self._count:
            self.working += 1
        assert self.leave.wait(DEADLINE)


def refusal(bulkhead: Bulkhead, network: str) -> ApiError:
    """Return how somebody from `network` is refused."""
    with pytest.raises(ApiError) as refused, bulkhead.admit(network):
        raise AssertionError("there was no room left")
    return refused.value


@pytest.mark.parametrize(("slots", "queue_limit"), [(1, 0), (1, 2), (3, 0), (2, 3)])
def test_so_many_work_so_many_wait_and_the_next_is_refused(slots: int, queue_limit: int) -> None:
    """S12: The refusal is a 503 with `Retry-After`, at once."""
    changes: list[Change] = []
    bulkhead = Bulkhead(slots, queue_limit)
    bulkhead.observe_with(changes.append)
    patient, all_of_them = Patient(bulkhead), slots + queue_limit
    with ThreadPoolExecutor(all_of_them) as pool:
        done = [pool.submit(patient.work_for, f"network {n}") for n in range(all_of_them)]
        until(lambda: patient.working == slots and changes.count(Change.ADMITTED) == all_of_them)
        refused = refusal(bulkhead, "another")
        assert patient.working == slots
        patient.leave.set()
        for one in done:
            one.result(timeout=DEADLINE)
    assert refused.code is ErrorCode.SERVICE_UNAVAILABLE
    assert refused.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.retry_after == 1
    assert patient.working == all_of_them


@pytest.mark.parametrize(
    ("slots", "queue_limit", "share"), [(1, 0, 1), (2, 3, 1), (2, 4, 2), (2, 48, 16)]
)
def test_no_network_has_more_than_a_third(slots: int, queue_limit: int, share: int) -> None:
    """S127: Its next caller is refused, while other networks' are admitted."""
    bulkhead = Bulkhead(slots, queue_limit)
    with ExitStack() as inside, ThreadPoolExecutor(1) as elsewhere:

        def enter(network: str) -> None:
            bulkhead._enter(network)
            inside.callback(bulkhead._leave, network)

        for _ in range(share):
            enter("greedy")
        assert refusal(bulkhead, "greedy").code is ErrorCode.SERVICE_UNAVAILABLE
        for number in range(slots + queue_limit - share):
            elsewhere.submit(enter, f"network {number}").result(timeout=DEADLINE)
    with bulkhead.admit("greedy"):
        pass


def test_the_networks_that_wait_are_served_in_turn() -> None:
    """S127: A caller waits for one of each network, not for all of one."""
    slots, served = FairSlots(1), []

    def wait(network: str) -> None:
        with slots.acquire(network):
            served.append(network)

    with ThreadPoolExecutor(60) as pool:
        waiting: list[Future[None]] = []
        with slots.acquire("greedy"):
            for network in ["greedy"] * 50 + ["ann", "ben", "ben"]:
                waiting.append(pool.submit(wait, network))
                until(lambda: slots.waiting() == len(waiting))
        for one in waiting:
            one.result(timeout=DEADLINE)
    assert served[:5] == ["greedy", "ann", "ben", "greedy", "ben"]
    assert served[5:] == ["greedy"] * 48


def test_nothing_leaks_after_exceptions() -> None:
    """S12: Every slot is freed, whatever goes wrong."""
    bulkhead = Bulkhead(1, 0)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), bulkhead.admit("a"):
            bulkhead.run(lambda: 1 // 0)
        with bulkhead.admit("a"), ThreadPoolExecutor(1) as other:
            other.submit(refusal, bulkhead, "b").result(timeout=DEADLINE)
    assert bulkhead.run(lambda: "room again") == "room again"


def test_what_is_done_comes_back() -> None:
    """S12: The caller gets the result or the exception."""
    bulkhead = Bulkhead(1, 0)
    assert bulkhead.run(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        bulkhead.run(lambda: 1 // 0)


def test_who_is_admitted_needs_no_other_room() -> None:
    """S12: An admitted request uses one slot, however often it hashes."""
    bulkhead = Bulkhead(1, 0)
    for _ in range(2):
        with bulkhead.admit("a"):
            for _ in range(2):
                with bulkhead.admit("a"):
                    assert bulkhead.run(lambda: "done") == "done"
            with ThreadPoolExecutor(1) as other:
                other.submit(refusal, bulkhead, "a").result(timeout=DEADLINE)
    with bulkhead.admit("b"):
        pass


def test_an_observer_is_told_of_every_change() -> None:
    """S12: It is told in order, and of refusals separately."""
    changes: list[Change] = []
    bulkhead = Bulkhead(1, 0)
    bulkhead.observe_with(changes.append)
    with bulkhead.admit("a"):
        bulkhead.run(lambda: None)
        with ThreadPoolExecutor(1) as other:
            other.submit(refusal, bulkhead, "a").result(timeout=DEADLINE)
    assert changes == [
        Change.ADMITTED,
        Change.STARTED,
        Change.FINISHED,
        Change.REFUSED,
        Change.LEFT,
    ]
