"""The client does all that `clients/vectors/` says, as the one for JavaScript does."""

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
    Script,
    each_case,
    only,
)
from tests.support.crowd import at_once


class Scene:
    """A service, a clock, and clients that share a store as processes do."""

    def __init__(self, store: Store, kind: type[AuthClient | AsyncAuthClient]) -> None:
        self.script = Script()
        self._store = store
        self._kind = kind
        self._clients: dict[str, AuthClient | AsyncAuthClient] = {}
        self._now = 1_000_000_000.0
        self._slept: list[float] = []
        self._waiting: SecondFactorRequired | None = None

    def play(self, step: Json) -> None:
        """Do what a step says, and see that it comes out as it says."""
        if "clock" in step:
            only(step, "clock")
            self._now += step["clock"]
        elif "state" in step:
            only(step, "state")
            status = self._client("one").status()
            assert {"username": status.username, "ended": status.ended} == step["state"]
        else:
            only(step, "call", "by", "at_once", "exchanges", "fails", "gives", "slept")
            self.script.expect(step["exchanges"])
            self._slept.clear()
            calls = step.get("at_once", [step])
            at_once([partial(self._do, call) for call in calls])
            self.script.finish()
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
            transport = httpx.MockTransport(self.script.answer)
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
def scenes(request: pytest.FixtureRequest, tmp_path: Path) -> list[Scene]:
    """A scene for each store."""
    stores = MemoryStore(), FileStore(tmp_path / "tokens.json")
    return [Scene(store, request.param) for store in stores]


@each_case
def test_each_case_is_played(case: Json, scenes: list[Scene]) -> None:
    """By threads and by tasks, with a login in memory and in a file."""
    only(case, "name", "steps")
    for scene in scenes:
        for step in case["steps"]:
            scene.play(step)


def test_the_cases_are_named_apart() -> None:
    """And there are some, in files that are read."""
    read = {"README.md", "addresses.json", "answers.json", "cases"}
    assert {path.name for path in FOLDER.iterdir()} == read
    assert {path.suffix for path in (FOLDER / "cases").iterdir()} == {".json"}
    names = [case["name"] for case in CASES]
    assert len(names) == len(set(names)) > 40


def test_addresses_are_told_apart() -> None:
    """What is an address, what would carry passwords in clear, and what is none."""
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
