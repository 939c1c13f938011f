"""Measures other requests during a flood of logins: `python -m bench.overload`.

One server process, in rounds. How quick `/protected` stays: a quiet measurement, then the same one
under floods of logins that succeed, of guessed passwords and of guessed codes. What counts is the
ratio within a round, since all of them meet the same machine.
And who else gets in, beside one address that logs in over 200 connections to accounts of its own.
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
from itertools import cycle, islice
from pathlib import Path

from authapi.embedded import ensure_running
from tests.support.actors import PASSWORD, Visitor
from tests.support.authenticator import Owner
from tests.support.clock import MovedClock
from tests.support.servers import SECRET, workers

OWN_ACCOUNTS = 6
"""The number of accounts that the flooding address logs in to."""
HONEST = 20
"""How many others log in, each from an address of its own."""


class Client(threading.Thread):
    """Repeats one request, and records each answer's status and time in seconds."""

    def __init__(
        self,
        port: int,
        method: str,
        path: str,
        body: str,
        headers: dict[str, str],
        address: str = "127.0.0.1",
    ) -> None:
        super().__init__()
        self._port = port
        self._address = address
        self._request = (method, path, body, headers)
        self._stopped = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.times: list[float] = []

    def run(self) -> None:
        """Send until stopped."""
        connection = self.connect()
        while not self._stopped.is_set():
            self.send(connection)
        connection.close()

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection from the client's address."""
        return http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=60, source_address=(self._address, 0)
        )

    def send(self, connection: http.client.HTTPConnection) -> None:
        """Send the request once."""
        started = time.perf_counter()
        connection.request(*self._request)
        answer = connection.getresponse()
        answer.read()
        self.times.append(time.perf_counter() - started)
        self.statuses[answer.status] += 1

    def stop(self) -> None:
        """Stop after the present request."""
        self._stopped.set()


@contextmanager
def running(clients: list[Client]) -> Iterator[None]:
    """Run the clients until the block ends."""
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


def log_in(port: int, name: str, address: str) -> Client:
    """Return a client that logs in from an address of 127.0.0.0/8."""
    body = json.dumps({"username": name, "password": PASSWORD})
    headers = {"Content-Type": "application/json"}
    return Client(port, "POST", "/authenticate", body, headers, address)


def once(clients: list[Client]) -> tuple[int, float]:
    """Send each client's request, one after the other; return how many were 200, and the median."""
    for client in clients:
        connection = client.connect()
        client.send(connection)
        connection.close()
    good = [client for client in clients if client.statuses[200]]
    return len(good), statistics.median(client.times[0] for client in good or clients)


def compare_greedy(base_url: str, rounds: int, connections: int) -> None:
    """Measure how many logins of other addresses succeed beside one that floods."""
    port, visitor = int(base_url.rpartition(":")[2]), Visitor(base_url)
    own = [visitor.new_user() for _ in range(OWN_ACCOUNTS)]
    others = [visitor.new_user() for _ in range(HONEST)]
    visitor.close()
    for number in range(1, rounds + 1):
        honest = [log_in(port, name, f"127.0.1.{host}") for host, name in enumerate(others, 1)]
        _, quiet = once(honest)
        greedy = [log_in(port, name, "127.0.0.66") for name in islice(cycle(own), connections)]
        honest = [log_in(port, name, f"127.0.1.{host}") for host, name in enumerate(others, 1)]
        with running(greedy):
            succeeded, beside = once(honest)
        statuses = sum((client.statuses for client in greedy), Counter[int]())
        print(
            f"round {number}: beside {connections} greedy connections {succeeded} of {HONEST} "
            f"logins from other addresses succeeded | median {beside * 1000:.0f} ms, alone "
            f"{quiet * 1000:.0f} ms: {beside / quiet:.1f} times | greedy {dict(statuses)}"
        )


def main() -> None:
    """Measure and print a line for each round, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--flood", type=int, default=32, help="clients that log in all the time")
    parser.add_argument("--greedy", type=int, default=200, help="connections of the greedy address")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "JWT_SECRET": SECRET,
            "MONGO_URI": ensure_running(Path(folder) / "mongo"),
            "LOG_LEVEL": "ERROR",
            "LIMIT_REGISTRATIONS": "1000/minute",
            "LIMIT_LOGIN_FAILURES": "1000/second",  # else most guesses are refused without work
            "LIMIT_LOGIN_FAILURES_PER_ADDRESS": "1000/second",
            "LIMIT_SECOND_STEPS": "1000/second",
            "LIMIT_FAILURES_IN_A_ROW": "1000000",
        }
        with workers(environment, processes=1, threads=112) as server:
            report(server.base_url, options.rounds, options.seconds, options.flood)
            compare_greedy(server.base_url, options.rounds, options.greedy)


def report(base_url: str, rounds: int, seconds: float, flood: int) -> None:
    """Run the rounds against the server at `base_url`: without a flood, then with each kind."""
    port = int(base_url.rpartition(":")[2])
    visitor = Visitor(base_url)
    floods = {kind: list(islice(make(visitor), flood)) for kind, make in FLOODS.items()}
    token = visitor.log_in(visitor.new_user())["access_token"]
    rates: dict[str, list[float]] = {kind: [] for kind in FLOODS}
    for number in range(1, rounds + 1):
        quiet, quiet_p95 = measure(port, token, seconds)
        print(f"round {number}: quiet {quiet:6.0f}/s p95 {quiet_p95:5.1f} ms")
        for kind, bodies in floods.items():
            headers = {"Content-Type": "application/json"}
            clients = [Client(port, "POST", "/authenticate", body, headers) for body in bodies]
            with running(clients):
                flooded, flooded_p95 = measure(port, token, seconds)
            statuses = sum((client.statuses for client in clients), Counter[int]())
            rates[kind].append(flooded / quiet)
            print(
                f"  {kind:<24} {flooded:6.0f}/s p95 {flooded_p95:6.1f} ms | ratio to quiet "
                f"{flooded / quiet:.2f} | answers {dict(statuses)}"
            )
    medians = {kind: statistics.median(found) for kind, found in rates.items()}
    said = ", ".join(f"{kind} {median:.2f}" for kind, median in medians.items())
    beside = statistics.median(
        codes / passwords
        for codes, passwords in zip(rates[GUESSED_CODES], rates[GUESSED_PASSWORDS], strict=True)
    )
    print(f"medians of {rounds} rounds: {said}; guessed codes to guessed passwords {beside:.2f}")
    visitor.close()


def right_logins(visitor: Visitor) -> Iterator[str]:
    """Yield logins that succeed, each of another user, since those of one would take turns."""
    while True:
        yield json.dumps({"username": visitor.new_user(), "password": PASSWORD})


def guessed_passwords(visitor: Visitor) -> Iterator[str]:
    """Yield logins with a wrong password."""
    while True:
        yield json.dumps({"username": visitor.new_user(), "password": f"{PASSWORD},wrong"})


def guessed_codes(visitor: Visitor) -> Iterator[str]:
    """Yield logins with the right password and a wrong code, as an old client sends both."""
    while True:
        owner = Owner(visitor, MovedClock()).enrol()
        wrong = f"{(int(owner.code()) + 500_000) % 10**6:06}"
        yield json.dumps({"username": owner.name, "password": f"{PASSWORD},{wrong}"})


GUESSED_PASSWORDS, GUESSED_CODES = "guessed passwords", "guessed codes"
FLOODS = {
    "right logins": right_logins,
    GUESSED_PASSWORDS: guessed_passwords,
    GUESSED_CODES: guessed_codes,
}


if __name__ == "__main__":
    main()
