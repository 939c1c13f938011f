"""The client passes the test vectors in `clients/vectors/`, as the JavaScript client does."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from authapi_client import (
    AsyncAuthClient,
    AuthapiError,
    AuthClient,
    FileStore,
    InsecureAddress,
    MemoryStore,
    Options,
    SecondFactorRequired,
    Store,
)
from authapi_client.addresses import normalized
from tests.python_client.vectors import (
    ADDRESSES,
    BASE,
    CASES,
    FOLDER,
    Json,
    ScriptedService,
    each_case,
    only,
)
from tests.support.crowd import at_once


class Runner:
    """Runs the steps of a case: a service, a clock, and clients that share a store."""

    def __init__(self, store: Store, kind: type[AuthClient | AsyncAuthClient]) -> None:
        self.service = ScriptedService()
        self._store = store
        self._kind = kind
        self._clients: dict[str, AuthClient | AsyncAuthClient] = {}
        self._now = 1_000_000_000.0
        self._slept: list[float] = []
        self._waiting: SecondFactorRequired | None = None

    def run(self, step: Json) -> None:
        """Run a step, and compare its results."""
        if "clock" in step:
            only(step, "clock")
            self._now += step["clock"]
        elif "state" in step:
            only(step, "state")
            status = self._client("one").status()
            assert {"username": status.username, "ended": status.ended} == step["state"]
        else:
            only(step, "call", "by", "at_once", "exchanges", "fails", "gives", "slept")
            self.service.expect(step["exchanges"])
            self._slept.clear()
            calls = step.get("at_once", [step])
            at_once([partial(self._do, call) for call in calls])
            self.service.finish()
            assert self._slept == step.get("slept", [])

    def _do(self, step: Json) -> None:
        fails = step.get("fails")
        try:
            result = self._call(self._client(step.get("by", "one")), *step["call"])
        except AuthapiError as error:
            if isinstance(error, SecondFactorRequired):
                self._waiting = error
            said = {name: getattr(error, name) for name in fails or ["kind"]}
            assert {name: list(v) if name == "factors" else v for name, v in said.items()} == fails
        else:
            assert not fails, f"it succeeded instead of {fails}"
            assert _outcome(result) == step.get("gives")

    def _call(self, client: AuthClient | AsyncAuthClient, name: str, *words: Any) -> object:  # noqa: ANN401
        named: Json = {}
        if isinstance(words[-1] if words else None, dict):
            *words, last = words  # type: ignore[assignment]
            named = {"json": last} if name == "request" else last
        if name == "second_step":
            words = (self._waiting, *words)
        result = getattr(client, name)(*words, **named)
        return asyncio.run(result) if asyncio.iscoroutine(result) else result

    def _client(self, name: str) -> AuthClient | AsyncAuthClient:
        async def sleep(seconds: float) -> None:
            self._slept.append(seconds)

        def make() -> AuthClient | AsyncAuthClient:
            clock = Options(clock=lambda: self._now, sleep=self._slept.append, async_sleep=sleep)
            transport = httpx.MockTransport(self.service.answer)
            if self._kind is AuthClient:
                http = httpx.Client(transport=transport)
                return AuthClient(BASE, self._store, http=http, options=clock)
            tasks = httpx.AsyncClient(transport=transport)
            return AsyncAuthClient(BASE, self._store, http=tasks, options=clock)

        if name not in self._clients:
            self._clients[name] = make()
        return self._clients[name]


def _outcome(result: object) -> Json | None:
    if isinstance(result, httpx.Response):
        return {"status": result.status_code}
    return {"notified": result} if isinstance(result, bool) else None


@pytest.fixture(params=[AuthClient, AsyncAuthClient])
def runners(request: pytest.FixtureRequest, tmp_path: Path) -> list[Runner]:
    """A runner for each store."""
    stores = MemoryStore(), FileStore(tmp_path / "tokens.json")
    return [Runner(store, request.param) for store in stores]


@each_case
def test_each_case_passes(case: Json, runners: list[Runner]) -> None:
    """Both clients pass it, with a login in memory and in a file."""
    only(case, "name", "steps")
    for runner in runners:
        for step in case["steps"]:
            runner.run(step)


def test_every_file_is_read_and_every_case_has_its_own_name() -> None:
    """No vector is left out."""
    read = {"README.md", "addresses.json", "answers.json", "cases"}
    assert {path.name for path in FOLDER.iterdir()} == read
    assert {path.suffix for path in (FOLDER / "cases").iterdir()} == {".json"}
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) > 40


def test_addresses_are_accepted_insecure_or_refused() -> None:
    """Each list of `addresses.json` is treated as its name says."""
    only(ADDRESSES, "accepted", "insecure", "refused")
    for address, usual in ADDRESSES["accepted"].items():
        assert normalized(address) == usual
        AuthClient(address).close()
    for address in ADDRESSES["insecure"]:
        with pytest.raises(InsecureAddress, match="plain http"):
            AuthClient(address)
        AuthClient(address, options=Options(allow_insecure=True)).close()
    for address in ADDRESSES["refused"]:
        with pytest.raises(ValueError, match=r"address"):
            AuthClient(address)
