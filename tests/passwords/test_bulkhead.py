"""The waiting room in front of the hashes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest

from authapi.core.errors import ApiError, ErrorCode
from authapi.passwords.bulkhead import Bulkhead
from tests.support.waiting import until


class Patient:
    """Takes turns in threads of their own, and keeps them until told to leave."""

    def __init__(self, room: Bulkhead) -> None:
        self.room = room
        self.leave = threading.Event()
        self.working = 0
        self._count = threading.Lock()

    def turn(self) -> None:
        with self.room.turn():
            with self._count:
                self.working += 1
            assert self.leave.wait(20)


@pytest.mark.parametrize(("slots", "seats"), [(1, 0), (1, 2), (3, 0), (2, 3)])
def test_so_many_work_so_many_wait_and_the_next_is_turned_away(slots: int, seats: int) -> None:
    """S12: at once, with 503 and `Retry-After`; the others all get their turn in the end."""
    room = Bulkhead(slots, seats)
    patient = Patient(room)
    with ThreadPoolExecutor(slots + seats) as pool:
        turns = [pool.submit(patient.turn) for _ in range(slots + seats)]
        until(lambda: patient.working == slots and room._inside._value == 0)
        with pytest.raises(ApiError) as refused, room.turn():
            raise AssertionError("there was no seat left")
        assert patient.working == slots
        patient.leave.set()
        for turn in turns:
            turn.result(timeout=20)
    assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.value.retry_after == 1
    assert patient.working == slots + seats


def test_nothing_leaks_after_exceptions() -> None:
    """S12: whatever goes wrong within a turn, or at the door, the seat is free again."""
    room = Bulkhead(1, 0)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), room.turn():
            raise ZeroDivisionError
        with room.turn(), pytest.raises(ApiError), room.turn():
            raise AssertionError("there was no seat left")
    with room.turn():
        pass


def test_what_is_done_in_a_turn_comes_back() -> None:
    """S12: its result, or its very exception."""
    room = Bulkhead(1, 0)
    assert room.do(lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        room.do(lambda: 1 // 0)
    assert room.do(lambda: "free again") == "free again"
    with room.turn(), pytest.raises(ApiError):
        room.do(lambda: "no seat left")


def test_a_seat_is_enough_for_a_turn() -> None:
    """S12: whoever sits is not turned away from the work, and leaves one free seat behind."""
    room = Bulkhead(1, 0)
    for _ in range(2):
        with room.seat():
            assert room.do(lambda: "worked") == "worked"
            with pytest.raises(ZeroDivisionError), room.turn():
                raise ZeroDivisionError
    assert room.do(lambda: "free again") == "free again"


def test_a_seat_is_one_persons_own() -> None:
    """S12: while one sits, nobody else gets in, by a seat or by a turn."""
    room = Bulkhead(1, 0)
    with room.seat(), ThreadPoolExecutor(1) as other:
        for enter in (room.seat, room.turn):
            with pytest.raises(ApiError) as refused:
                other.submit(enter().__enter__).result(timeout=20)
            assert refused.value.code is ErrorCode.SERVICE_UNAVAILABLE
    with room.seat():
        pass


def test_a_seat_is_enough_for_all_that_is_done_on_it() -> None:
    """Who sits may sit down again and take turns: one seat in all."""
    room = Bulkhead(slots=1, seats=0)
    with room.seat(), room.seat():
        assert room.do(lambda: "done") == "done"
        with room.seat():
            assert room.do(lambda: "again") == "again"
    with room.seat():
        pass
