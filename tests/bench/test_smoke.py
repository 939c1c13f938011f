"""The benchmark starts servers, loads them, and counts wrong answers."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from authapi.settings import Settings
from authapi.wiring import build_database
from bench import earlier, wrk
from bench.client import WrongAnswer
from bench.contenders import AUTHENTICATE, PROTECTED, REFRESH, Contender, granian
from bench.dialects import Request
from bench.groups import Group
from bench.layouts import TOGETHER, arranged, available
from bench.places import ROOT
from bench.population import ACCESS_LENGTH, REFRESH_LENGTH
from bench.processes import ServerFailed, free_port, started
from bench.ratios import Row
from bench.rounds import Plan, load_rounds
from bench.seed import fill
from bench.subjects import serving
from bench.wrk import Figures, Load
from tests.support.tools import program
from tests.support.waiting import until

pytestmark = pytest.mark.external

USERS = 40
OFFERED = (PROTECTED, REFRESH, AUTHENTICATE)
LAYOUT = arranged(TOGETHER, available())
FLOOR = Contender(
    "bare Flask",
    granian("bench.floors.bare_flask:app"),
    {},
    (PROTECTED,),
    "bench.floors.bare_flask",
    wants_token=False,
)


UNANSWERED = "unanswered"
"""On a machine that is busy with something else there may be no answer within the second."""


def answered(figures: Figures) -> Figures | None:
    """Return figures that are of any answers."""
    return None if UNANSWERED in figures.errors else figures


@pytest.fixture(scope="module", autouse=True)
def _load_generator() -> None:
    program("wrk")


@pytest.fixture
def ours(settings: Settings, environment: Mapping[str, str]) -> Contender:
    """The service, on a database of its own with a few users."""
    name = f"{settings.mongo_database}_bench"
    database = build_database(replace(settings, mongo_database=name))
    fill(database, USERS)
    database.close()
    told = {**environment, "MONGO_DATABASE": name, "TRUSTED_PROXIES": "1"}
    return Contender(
        "authapi",
        granian("wsgi:app"),
        told,
        (PROTECTED, REFRESH, AUTHENTICATE),
        "wsgi",
        users=USERS,
    )


def test_the_service_of_a_commit_runs_on_the_files_of_that_commit(
    settings: Settings,
    environment: Mapping[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has users in a database of its own."""
    monkeypatch.setattr("bench.databases.uri", lambda users: environment["MONGO_URI"])
    monkeypatch.setattr(earlier, "DATABASE", f"{settings.mongo_database}_earlier")
    monkeypatch.setattr(earlier, "CHECKOUT", tmp_path / "earlier")
    _, proxied = earlier.earlier("HEAD")
    assert (tmp_path / "earlier" / "wsgi.py").is_file()
    with serving(proxied, LAYOUT) as served:
        figures = until(lambda: answered(served.measure(REFRESH, 0.5, 0)))
        assert figures.errors == {}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("bench.enumeration --requests 2", r"disabled .* of 2, ratio [0-9.]+"),
        (
            "bench.overload --rounds 1 --seconds 0.2 --flood 2 --greedy 2",
            r"guessed codes to guessed passwords [0-9.]+",
        ),
    ],
)
def test_measurements_of_attacks_run_and_say_what_they_saw(command: str, said: str) -> None:
    """They run against servers and a database of their own."""
    asked = [sys.executable, "-m", *command.split()]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(said, done.stdout), done.stdout


def test_the_service_and_a_floor_are_measured_side_by_side(ours: Contender) -> None:
    """A round has both, without wrong answers, and with their memory."""
    wanted = {
        ("authapi", AUTHENTICATE),
        ("authapi", PROTECTED),
        ("authapi", REFRESH),
        ("bare Flask", PROTECTED),
    }
    found: dict[tuple[str, str], Row] = {}
    for seconds in (1, 5, 25):
        plan = Plan(rounds=3, seconds=seconds, warm_up=0, say=lambda _: None, layout=LAYOUT)
        for rows in load_rounds(Group([ours, FLOOR]), plan):
            assert {(row["contender"], row["endpoint"]) for row in rows} == wanted
            assert len(rows) == len(wanted)
            good = [row for row in rows if UNANSWERED not in row["errors"]]
            found |= {(row["contender"], row["endpoint"]): row for row in good}
            if len(found) == len(wanted):
                break
        if len(found) == len(wanted):
            break
    assert found.keys() == wanted
    for row in found.values():
        assert row["errors"] == {}, row
        assert row["rate"] > 0
        assert 0 < row["memory_mib"]["uss"] <= row["memory_mib"]["rss"]


def test_floors_are_asked_with_tokens_as_long_as_the_services_own(ours: Contender) -> None:
    """Both servers read the same number of bytes."""
    with serving(ours, LAYOUT) as served, serving(FLOOR, LAYOUT) as floor:
        tokens = served.client.log_in(1)[0]
        assert len(tokens.refresh) == REFRESH_LENGTH
        assert {len(one.access) for one in floor.client.tokens()} == {len(tokens.access)}
        assert len(tokens.access) == ACCESS_LENGTH


def test_answers_that_are_not_expected_are_counted(tmp_path: Path) -> None:
    """Both wrk and the Lua script count them."""
    file = tmp_path / "requests.txt"
    file.write_text(f"{Request('GET', '/nowhere').line()}\n")
    port = free_port()
    command = FLOOR.command(port, 1)
    with started("smoke", command, port, {}, "/healthz", LAYOUT.service) as server:
        quickly = Load("replay", [str(file), "again", "0", "0"], 2)
        quick = until(lambda: answered(wrk.run(server.base_url, quickly, 1)))
        closely = Load("replay", [str(file), "once", "200", "0"], 2)
        closes = (wrk.run(server.base_url, closely, seconds) for seconds in (1, 5, 25))
        close = next(figures for figures in closes if "ran_out" in figures.errors)
    assert quick.errors["status"] == quick.requests
    assert close.errors["unexpected"] > 0
    assert close.first_error.startswith("404")


def test_a_contender_that_does_not_do_its_work_is_not_measured() -> None:
    """Each request is checked once before the load."""
    idle = replace(FLOOR, endpoints=(REFRESH,))
    with pytest.raises(WrongAnswer, match="404"), serving(idle, LAYOUT):
        pytest.fail("it was taken for a service")


def test_a_server_that_does_not_start_says_why() -> None:
    """The error has the server's output."""
    port = free_port()
    command = granian("bench.floors.nothing:app")(port, 1)
    server = started("none", command, port, {}, "/", LAYOUT.service)
    with pytest.raises(ServerFailed, match="nothing"), server:
        pytest.fail("it started")
