"""The calculations of `docs/scaling.md`."""

from __future__ import annotations

from authapi.settings import Settings
from tests.scaling.tables import documented_commands, numbers, per_core, table
from tests.settings.variables import ENOUGH

DAY = 86_400
PEAK = 4
SESSIONS = 2
USED = 0.5
LIMIT_WRITES = {"POST /authenticate": 1, "POST /authenticate, wrong password": 3}
"""Documents that the limits of one login write: its news, as if each had some; three counters."""


def at_the_peak(times_a_day: float, users: float) -> float:
    """Return how many a second there are at the peak."""
    return times_a_day * users / DAY * PEAK


def figures(users: float) -> list[str]:
    """Return the column of the table for so many users."""
    settings = Settings.from_environ(ENOUGH)
    daily, sizes = numbers("in a day"), numbers("document")
    rate = {name: at_the_peak(times, users) for name, times in daily.items()}
    busy = (
        rate["logins"] * per_core("A login")
        + rate["refreshes"] * per_core("a refresh")
        + rate["requests with an access token"] * per_core("a request with an access token")
    )
    events = daily["logins"] + daily["wrong passwords"] + daily["logouts"]
    audit = settings.audit_days * (
        events * sizes["an event (`audit_events`)"]
        + daily["refreshes"] * sizes["the refreshes of a session in one hour (`audit_events`)"]
    )
    rest = (
        sizes["a user"]
        + SESSIONS * sizes["a session"]
        + sizes["an account's networks and failures (`limits`)"]
    )
    return [
        shown(sum(rate.values())),
        shown(rate["logins"]),
        shown(busy / 1000 / USED),
        shown(written(rate)),
        size_shown(users * (audit + rest)),
        size_shown(users * audit),
        shown(rate["logouts"] * settings.access_token_expire_minutes * 60),
    ]


def written(rate: dict[str, float]) -> float:
    """Return how many documents are written a second: commands, counters, aggregated events."""
    names = {
        "logins": "POST /authenticate",
        "wrong passwords": "POST /authenticate, wrong password",
        "logouts": "POST /logout",
        "refreshes": "POST /refresh",
    }
    total = rate["refreshes"] + rate["wrong passwords"]  # the event, stored with others
    for name, request in names.items():
        plain = [
            command
            for command in documented_commands()[request]
            if not command.startswith("find") and command != "update limits"
        ]
        total += rate[name] * (len(plain) + LIMIT_WRITES.get(request, 0))
    return total


def shown(number: float) -> str:
    """Return two digits of it, as people write them."""
    if number < 1:
        return "under 1"
    rounded = float(f"{number:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def size_shown(number: float) -> str:
    """Return two digits of so many bytes."""
    units = iter(("kB", "MB", "GB"))
    while (number := number / 1000) >= 1000:
        next(units)
    return f"{shown(number)} {next(units, 'TB')}"


def test_the_table_follows_from_what_is_assumed_and_measured() -> None:
    """A changed cost, size or default has to change the table."""
    _, *columns = zip(*table("figure"), strict=True)
    assert [list(column) for column in columns] == [figures(1e3), figures(1e6), figures(1e9)]
