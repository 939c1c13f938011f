"""Hooks of pytest for all tests: their order, quick runs, and no silent skips in CI."""

from __future__ import annotations

import ast
import gc
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Generator

import pytest

BROWSERS = {"browser", "chromium"}
"""The fixtures that are browsers."""
SLOW = {
    *("attacks", "embedded", "examples", "failures", "postman", "properties", "races", "serve"),
    *("testing", "test_backup", "test_crashes", "test_cut_off", "test_db_dump", "test_races"),
}
"""Folders and files whose tests start and kill many servers, which takes most of the time."""
FIRST = (
    *("test_newcomer", "test_newer_python", "test_image", "test_embedding", "test_stop"),
    *("test_backup", "test_readme", "test_login_flood", "test_ending_all", "test_systemd"),
    *("test_run", "test_adapter", "test_smoke", "test_killed_database", "test_cut_off"),
)
"""Files that take a minute or more, the longest first, so that none runs alone at the end."""


def pytest_configure() -> None:
    """Let SIGINT (Ctrl+C) end the processes that tests start, even if this process ignores it.

    A process that a shell started in the background ignores SIGINT, and its children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.version_info < (3, 12, 2):
        _parse_one_at_a_time()


def _parse_one_at_a_time() -> None:
    """Keep two threads from making syntax trees at once.

    CPython before 3.11.8 and 3.12.2 counts their depth in one place for all threads, and raises
    SystemError when one app is built beside another (github.com/python/cpython/issues/106905).
    """
    parse, lock = ast.parse, threading.RLock()

    def guarded(*args: object, **options: object) -> ast.AST:
        with lock:
            return parse(*args, **options)  # type: ignore[call-overload, no-any-return]

    ast.parse = guarded  # type: ignore[assignment]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collected tests, thousands of objects, out of garbage collection: it runs faster."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that need a browser as `external`, and slow ones as `slow`, for quick runs.

    The slowest files come first, if xdist keeps the order (`--no-loadscope-reorder`).
    """
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))
    for item in items:
        if BROWSERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.external)
        if SLOW.intersection(item.nodeid.partition(".py")[0].split("/")):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test fails."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"left out in CI: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many tests were skipped for each reason, and what tests measured."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(_reason(report) for report in skipped).items():
        terminalreporter.write_line(f"left out {count}: {reason}")
    for report in terminalreporter.stats.get("passed", []):
        for what, found in report.user_properties:
            terminalreporter.write_line(f"measured: {what}: {found}")


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    return told[2].removeprefix("Skipped: ") if isinstance(told, tuple) else str(told)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Succeed if `-k` selects no test: `make test` runs several commands with the same `-k`."""
    picked = bool(session.config.option.keyword)
    if picked and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK
