"""What each database command of a login and a refresh costs: `python -m bench.commands`.

Processor time of the embedded server and of this process, per command, one after the other.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from authapi.accounts.models import User
from authapi.accounts.store import UserStore
from authapi.audit.store import AuditStore
from authapi.core.client import Client
from authapi.core.events import Event, Origin, SecurityEvent
from authapi.database import Collections
from authapi.embedded import ensure_running
from authapi.limits.backoff import StreakUpdate
from authapi.limits.rules import Rate
from authapi.limits.store import Counter, LimitStore
from authapi.sessions.models import Session
from authapi.sessions.store import SessionStore
from authapi.settings import Settings
from authapi.wiring import build_database
from bench.population import AGENT
from bench.processes import command_of, ticks
from bench.seed import SECRET

REPEATS = 500
_HUNDREDTHS_IN_MS = 10.0
_HOME = Client("192.0.2.1", AGENT)
_LIFE = timedelta(days=180)
_NOW = datetime.now(UTC).replace(microsecond=0)

Command = Callable[[str], object]
"""Does one thing for a user, a session or an account of that name."""


def main() -> None:
    """Measure, and print a table in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        uri = ensure_running(Path(folder) / "mongo")
        database = build_database(Settings.from_environ({"JWT_SECRET": SECRET, "MONGO_URI": uri}))
        database.prepare()
        server = server_of(folder)
        print("| command | server, ms | client, ms |\n| --- | --- | --- |")
        for name, command in _commands(database).items():
            costs = cost(command, server)
            print(f"| {name} | {costs[0]:.2f} | {costs[1]:.2f} |", flush=True)
        database.close()


def _commands(database: Collections) -> dict[str, Command]:
    """Return the commands, in an order in which each finds what it needs."""
    users, sessions, trail = UserStore(database), SessionStore(database), AuditStore(database)
    limits = LimitStore(database)

    def counters(name: str) -> tuple[Counter, Counter]:
        many = Counter(f"address {name[-1]}", Rate.parse("1000/5 minutes"))
        return Counter(f"pair {name}", Rate.parse("10/5 minutes")), many

    def user(name: str) -> User:
        return User(name, name, name, "$argon2id$" + "x" * 86, _NOW)

    def session(name: str) -> Session:
        return Session(name, name, 0, _NOW, _NOW, _NOW + _LIFE, _HOME)

    def event(name: str) -> SecurityEvent:
        return SecurityEvent(Event.LOGIN_SUCCEEDED, _NOW, Origin(_HOME, name), name, name)

    return {
        "user inserted": lambda name: users.add(user(name)),
        "limits looked at": lambda name: limits.read(counters(name), f"account {name}"),
        "limits: login noted": lambda name: limits.note_login(
            f"account {name}", f"pair {name}", _NOW, 100
        ),
        "limits: failure counted": lambda name: limits.count_all_or_nothing(
            counters(name), _NOW, f"account {name}", StreakUpdate(1, _NOW, _LIFE, below=100)
        ),
        "user found": users.find_user,
        "session inserted": lambda name: sessions.add(session(name)),
        "session counted": lambda name: users.count_session(user(name), 100),
        "event inserted": lambda name: trail.add(event(name), expires_at=_NOW + _LIFE),
        "session rotated": lambda name: sessions.rotate(
            name, 0, at=_NOW, expires_at=_NOW + _LIFE, refresh_key=None, began_at=_NOW
        ),
    }


def cost(command: Command, server: int) -> tuple[float, float]:
    """Return the processor time of one command, in milliseconds: the server's and this one's."""
    command(secrets.token_hex(8))
    began, spent = ticks(server), time.process_time()
    for number in range(REPEATS):
        command(f"{number:016}")
    spent = time.process_time() - spent
    return (ticks(server) - began) * _HUNDREDTHS_IN_MS / REPEATS, spent * 1000 / REPEATS


def server_of(folder: str) -> int:
    """Return the process id of the database server whose data is in `folder`."""
    processes = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    found = [pid for pid in processes if folder in command_of(pid) and "--port" in command_of(pid)]
    return max(found, key=ticks)


if __name__ == "__main__":
    main()
