"""Clients that register users without a pause, and the answers that they got."""

from __future__ import annotations

from threading import Event, Thread
from types import TracebackType

import requests

from tests.support.actors import Visitor, fresh_name
from tests.support.waiting import until


class Registrations:
    """While the block lasts, several people register one user after the other."""

    def __init__(self, base_url: str, people: int = 4) -> None:
        self.acknowledged: list[str] = []
        self.refused: list[requests.Response] = []
        self._base_url = base_url
        self._over = Event()
        self._threads = [Thread(target=self._register) for _ in range(people)]

    def __enter__(self) -> Registrations:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Wait until so many more users are registered."""
        goal = len(self.acknowledged) + more
        until(lambda: len(self.acknowledged) >= goal, what="registrations succeed")

    def _register(self) -> None:
        visitor = Visitor(self._base_url)
        while not self._over.is_set():
            name = fresh_name()
            answer = visitor.register(name)
            if answer.status_code == 200:
                self.acknowledged.append(name)
            else:
                self.refused.append(answer)
        visitor.close()
