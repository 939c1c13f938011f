"""Reads the test vectors in `clients/vectors/`, and answers as their service."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.support.servers import ROOT

FOLDER = ROOT / "clients" / "vectors"
BASE = "https://api.test"
Json = dict[str, Any]
ANSWERS: Json = json.loads((FOLDER / "answers.json").read_text())
ADDRESSES: Json = json.loads((FOLDER / "addresses.json").read_text())
CASES: list[Json] = [
    case for path in sorted(FOLDER.glob("cases/*.json")) for case in json.loads(path.read_text())
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


def only(given: Json, *known: str) -> None:
    """Fail for a member of a vector that the test does not know."""
    assert set(given) <= set(known), set(given) - set(known)


@dataclass
class ScriptedService:
    """A service that expects exactly the requests of the exchanges, and gives their answers."""

    exchanges: list[Json] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, exchanges: list[Json]) -> None:
        """Set the exchanges that come next."""
        for exchange in exchanges:
            only(exchange, "path", "body", "key", "token", "answer")
        self.exchanges = list(exchanges)

    def finish(self) -> None:
        """Check that all expected requests came, and no others."""
        assert not self.problems, self.problems
        assert not self.exchanges, f"these requests did not come: {self.exchanges}"

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        with self.lock:
            if not self.exchanges:
                self.problems.append(f"unexpected: {request.url}")
                return httpx.Response(599)
            exchange = self.exchanges.pop(0)
            self._compare(exchange, request)
        answer = ANSWERS[exchange["answer"]]
        only(answer, "lost", "status", "headers", "body", "text")
        if answer.get("lost"):
            raise httpx.ReadError("lost", request=request)
        said = {"json": answer["body"]} if "body" in answer else {"text": answer["text"]}
        return httpx.Response(answer["status"], headers=answer.get("headers"), **said)

    def _compare(self, exchange: Json, request: httpx.Request) -> None:
        key = request.headers.get("Idempotency-Key", "")
        seen: Json = {"path": request.url.path}
        if "body" in exchange:
            seen["body"] = json.loads(request.content)
        if "token" in exchange:
            seen["token"] = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if "key" in exchange:
            fresh = key not in self.keys.values() and 16 <= len(key) <= 128
            if fresh:
                self.keys.setdefault(exchange["key"], key)
            seen["key"] = next((n for n, known in self.keys.items() if known == key), key)
        wanted = {name: said for name, said in exchange.items() if name != "answer"}
        if seen != wanted:
            self.problems.append(f"{seen} instead of {wanted}")
