"""The metrics of several processes."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from authapi.server import metrics_dir
from tests.metrics.scraping import TOKEN, Numbers, asked, scrape
from tests.races.memory import family
from tests.support.actors import Visitor, fresh_name
from tests.support.servers import ServerProcess, flask_run, served_by_us
from tests.support.waiting import DEADLINE, until


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """Three workers that count together."""
    with served_by_us({**environment, "METRICS_TOKEN": TOKEN}, processes=3) as server:
        yield server


def on_new_connections(server: ServerProcess, count: int) -> list[int]:
    """Ask for `/healthz` over as many connections; return the statuses."""
    return [once(server, lambda visitor: visitor.send("GET", "/healthz")) for _ in range(count)]


def once(server: ServerProcess, request: Callable[[Visitor], requests.Response]) -> int:
    """Send a request over a connection of its own; return the status."""
    visitor = Visitor(server.base_url)
    try:
        return request(visitor).status_code
    finally:
        visitor.close()


def numbers_of(server: ServerProcess) -> Numbers:
    """Scrape whichever worker answers."""
    visitor = Visitor(server.base_url)
    try:
        return scrape(visitor)
    finally:
        visitor.close()


def healthy(numbers: Numbers) -> float:
    """Return how many requests to `/healthz` were counted."""
    return numbers.sum("authapi_requests_total", endpoint="health.alive", status="200")


def test_every_request_is_counted_once(server: ServerProcess) -> None:
    """Each process answers with the sums of all."""
    before = healthy(numbers_of(server))
    assert on_new_connections(server, 60) == [200] * 60
    guest = Visitor(server.base_url)
    guest.log_in()
    guest.close()
    seen = [numbers_of(server) for _ in range(6)]
    assert {healthy(numbers) - before for numbers in seen} == {60}
    last = seen[-1]
    assert last.sum("authapi_logins_total", outcome="succeeded") == 1
    assert last.sum("authapi_registrations_total", outcome="registered") == 1
    assert last.sum("authapi_build_info") == 1
    name = "authapi_request_duration_seconds_count"
    assert last.sum(name, endpoint="health.alive") == healthy(last)


def test_a_dead_workers_counts_stay(environment: dict[str, str], tmp_path: Path) -> None:
    """Its counters are kept, its gauges are not."""
    settings = {**environment, "METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path)}
    with served_by_us(settings, processes=1) as server:
        on_new_connections(server, 10)
        before = healthy(numbers_of(server))
        (victim,) = family(server.process.pid)[1:]
        assert once(server, lambda visitor: visitor.authenticate(fresh_name())) == 401
        until(lambda: list(tmp_path.rglob(f"gauge_livesum_{victim}.db")), what="it hashes")
        os.kill(victim, signal.SIGKILL)
        until(
            lambda: not list(tmp_path.rglob(f"gauge_livesum_{victim}.db")), what="it is forgotten"
        )
        after = numbers_of(server)
    assert healthy(after) >= before >= 10
    assert after.sum("authapi_password_hashes_in_progress") == 0


def test_one_process_needs_no_folder(environment: dict[str, str]) -> None:
    """`flask run` works without one."""
    with flask_run({**environment, "METRICS_TOKEN": TOKEN}) as server:
        assert on_new_connections(server, 5) == [200] * 5
        assert healthy(numbers_of(server)) >= 5


def test_the_folder_goes_with_the_server(environment: dict[str, str], tmp_path: Path) -> None:
    """It is private, and removed at the end."""
    settings = {**environment, "METRICS_TOKEN": TOKEN, "TMPDIR": str(tmp_path)}
    with served_by_us(settings) as server:
        (folder,) = os.scandir(tmp_path)
        assert folder.stat().st_mode & 0o077 == 0
        guest = Visitor(server.base_url)
        assert asked(guest).status_code == 200
        guest.close()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(timeout=DEADLINE) == 0
    assert not list(os.scandir(tmp_path))


def test_on_a_read_only_disk_it_counts_in_shared_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without that, an error says so."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    monkeypatch.setattr(metrics_dir, "SHARED_MEMORY", str(tmp_path))
    folder = Path(metrics_dir.make_metrics_dir())
    assert folder.parent == tmp_path
    assert folder.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(metrics_dir, "SHARED_MEMORY", str(tmp_path / "missing, too"))
    with pytest.raises(ValueError, match=r"METRICS_TOKEN needs a folder .* in TMPDIR"):
        metrics_dir.make_metrics_dir()
