"""A Prometheus that scrapes the service answers the dashboard's queries."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.metrics.scraping import TOKEN
from tests.monitoring.files import ALERTS, shown
from tests.support.actors import Visitor
from tests.support.servers import ROOT, ServerProcess, free_port, served_by_us, stop
from tests.support.tools import program
from tests.support.waiting import DEADLINE, until

pytestmark = pytest.mark.external

NOTHING_YET = {"Mails"}
"""Nobody was mailed: the series begins with the first."""
LOUD = (
    *("Logins", "Refreshes", "Forged and foreign tokens", "Limits met"),
    "Seconds of a refresh and a login",
)
"""What rises by what `use` does."""


@pytest.fixture
def service(environment: dict[str, str]) -> Iterator[ServerProcess]:
    """A service that counts, in two processes, with a narrow limit."""
    counted = {**environment, "METRICS_TOKEN": TOKEN, "LIMIT_LOGIN_FAILURES": "2/hour"}
    with served_by_us(counted) as server:
        yield server


@contextmanager
def prometheus(service: ServerProcess, folder: Path) -> Iterator[str]:
    """Run Prometheus by our configuration; yield its address."""
    config = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yaml").read_text())
    del config["alerting"]
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = [str(ROOT / "deploy/prometheus" / name) for name in config["rule_files"]]
    [job] = config["scrape_configs"]
    (folder / "token").write_text(TOKEN)
    job["authorization"]["credentials_file"] = str(folder / "token")
    job["static_configs"] = [{"targets": [service.base_url.removeprefix("http://")]}]
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    url = f"http://127.0.0.1:{free_port()}"
    command = [program("prometheus"), f"--config.file={folder / 'prometheus.yaml'}"]
    command += [f"--storage.tsdb.path={folder / 'data'}"]
    command += [f"--web.listen-address={url.removeprefix('http://')}"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, text=True, start_new_session=True
        )
        try:
            until(lambda: is_up(url), "Prometheus scrapes", instead=(folder / "log").read_text)
            yield url
        finally:
            stop(process)


def asked(url: str, expression: str) -> list[float]:
    """Return the values that Prometheus has for an expression, which it has to understand."""
    query = {"query": expression}
    answer = requests.get(f"{url}/api/v1/query", params=query, timeout=DEADLINE)
    assert answer.status_code == 200, f"{expression}: {answer.text}"
    result: list[dict[str, Any]] = answer.json()["data"]["result"]
    return [float(series["value"][1]) for series in result]


def is_up(url: str) -> bool:
    """Whether Prometheus runs and reached the service."""
    try:
        ready = requests.get(f"{url}/-/ready", timeout=DEADLINE).ok
        return ready and asked(url, 'up{job="authapi"}') == [1]
    except requests.ConnectionError:
        return False


def use(visitor: Visitor) -> None:
    """Let something happen of all that the panels are about."""
    name = visitor.new_user()
    tokens = visitor.log_in(name)
    assert visitor.refresh(tokens["refresh_token"]).status_code == 200
    assert visitor.protected("x").status_code == 401
    assert [visitor.authenticate(name, "wrong").status_code for _ in range(3)] == [401, 401, 429]


def test_every_panel_shows_something(service: ServerProcess, tmp_path: Path) -> None:
    """Each query has a result after some use."""
    visitor = Visitor(service.base_url)
    with prometheus(service, tmp_path) as url:

        def empty() -> set[str]:
            use(visitor)
            return {
                title for title, of in shown("1m").items() if not all(asked(url, e) for e in of)
            }

        def silent() -> set[str]:
            use(visitor)
            panels = shown("1m")
            found = {
                title: [v for each in panels[title] for v in asked(url, each)] for title in LOUD
            }
            return {title for title, values in found.items() if not any(v > 0 for v in values)}

        until(lambda: empty() == NOTHING_YET, "all panels have data", instead=empty)
        until(lambda: not silent(), "what happened is counted", instead=silent)
        for alert in ALERTS.values():
            asked(url, alert["expr"])
    visitor.close()
