"""How quick `/protected` stays while logins flood the same server: `python -m bench.overload`.

One server process, in rounds: a quiet measurement, then the same one under a flood of logins. What
counts is the ratio within a round, since both meet the same machine.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from authapi.embedded import ensure_running
from tests.support.actors import PASSWORD, Visitor
from tests.support.servers import SECRET, workers


class Client(threading.Thread):
    """Sends one request again and again, and notes each answer's status and time in seconds."""

    def __init__(
        self, port: int, method: str, path: str, body: str, headers: dict[str, str]
    ) -> None:
        super().__init__()
        self._port = port
        self._request = (method, path, body, headers)
        self._stopped = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []

    def run(self) -> None:
        """Send until stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        while not self._stopped.is_set():
            started = time.perf_counter()
            connection.request(*self._request)
            answer = connection.getresponse()
            answer.read()
            self.times.append(time.perf_counter() - started)
            self.statuses[answer.status] += 1
        connection.close()

    def stop(self) -> None:
        """End after the request under way."""
        self._stopped.set()


@contextmanager
def running(clients: list[Client]) -> Iterator[None]:
    """Let clients send until the block ends."""
    for client in clients:
        client.start()
    try:
        yield
    finally:
        for client in clients:
            client.stop()
        for client in clients:
            client.join()


def measure(port: int, token: str, seconds: float) -> tuple[float, float]:
    """Return the requests per second of `/protected`, and its 95th percentile in milliseconds."""
    headers = {"Authorization": f"Bearer {token}"}
    clients = [Client(port, "GET", "/protected", "", headers) for _ in range(2)]
    with running(clients):
        time.sleep(seconds)
    times = sorted(t for client in clients for t in client.times)
    return len(times) / seconds, times[int(len(times) * 0.95)] * 1000


def main() -> None:
    """Measure and print a line for each round, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--flood", type=int, default=32, help="clients that log in all the time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "JWT_SECRET": SECRET,
            "MONGO_URI": ensure_running(Path(folder) / "mongo"),
            "LOG_LEVEL": "ERROR",
        }
        with workers(environment, processes=1, threads=64) as server:
            report(server.base_url, options.rounds, options.seconds, options.flood)


def report(base_url: str, rounds: int, seconds: float, flood: int) -> None:
    """Run the rounds against the server at `base_url`."""
    port = int(base_url.rpartition(":")[2])
    visitor = Visitor(base_url)
    users = [visitor.new_user() for _ in range(flood)]  # logins of one user would take turns
    token = visitor.log_in(users[0])["access_token"]
    logins = [json.dumps({"username": user, "password": PASSWORD}) for user in users]
    ratios = []
    for number in range(1, rounds + 1):
        quiet, quiet_p95 = measure(port, token, seconds)
        headers = {"Content-Type": "application/json"}
        clients = [Client(port, "POST", "/authenticate", login, headers) for login in logins]
        with running(clients):
            flooded, flooded_p95 = measure(port, token, seconds)
        statuses = sum((client.statuses for client in clients), Counter[int]())
        ratios.append(flooded / quiet)
        print(
            f"round {number}: quiet {quiet:6.0f}/s p95 {quiet_p95:5.1f} ms | flooded "
            f"{flooded:6.0f}/s p95 {flooded_p95:6.1f} ms | ratio {flooded / quiet:.2f} | "
            f"logins {dict(statuses)}"
        )
    print(f"median ratio {statistics.median(ratios):.2f} of {rounds} rounds")
    visitor.close()


if __name__ == "__main__":
    main()
