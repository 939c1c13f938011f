"""Each alert fires only when it should, evaluated by Prometheus."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.monitoring.files import ALERTS, ALERTS_FILE
from tests.support.servers import ROOT
from tests.support.tools import program
from tests.support.waiting import DEADLINE

pytestmark = pytest.mark.external

MINUTES = 120
UP, OK = 'up{job="authapi",instance="%s"}', 'authapi_requests_total{status="200"}'
SLOW = 'authapi_request_duration_seconds_bucket{endpoint="auth.sessions.refresh",le="%s"}'
FAILED, SUCCEEDED = (
    f'authapi_logins_total{{outcome="{word}"}}' for word in ("failed", "succeeded")
)
REPLAYED, REFRESHED = (
    f'authapi_refreshes_total{{outcome="{word}"}}' for word in ("replayed", "refreshed")
)
FAULT = 'authapi_requests_total{status="500",endpoint="auth.me"}'
FORGED = 'authapi_tokens_refused_total{kind="access_token"}'
HEALTH = 'authapi_requests_total{status="200",endpoint="health.alive"}'
DEFERRED, SENT = (
    f'authapi_mail_total{{kind="reset",result="{word}"}}' for word in ("deferred", "sent")
)
DEAD = 'authapi_mail_total{kind="reset",result="dead"}'
HASHES, DUE = "authapi_password_hash_refusals_total", "authapi_mail_oldest_due_seconds"
BUILD = 'authapi_build_info{version="%s"}'


def each(minute: float) -> str:
    """Return a series that grows by so much a minute."""
    return f"0+{minute}x{MINUTES}"


def always(value: float) -> str:
    """Return a series that stays at a value."""
    return f"{value}x{MINUTES}"


Series = dict[str, str]
FIRES: dict[str, tuple[Series, Series]] = {
    "AuthapiDown": ({UP % 1: always(0), UP % 2: always(0)}, {}),
    "AuthapiServerDown": (
        {UP % 1: always(1), UP % 2: always(0)},
        {"job": "authapi", "instance": "2"},
    ),
    "AuthapiUnavailable": (
        {OK: each(94), 'authapi_requests_total{status="503"}': each(6)},
        {},
    ),
    "AuthapiFaults": ({FAULT: each(1)}, {"endpoint": "auth.me"}),
    "AuthapiSlow": ({SLOW % 0.5: each(90), SLOW % "1.0": each(100), SLOW % "+Inf": each(100)}, {}),
    "AuthapiLoginsQueue": ({HASHES: each(13)}, {}),
    "AuthapiGuessing": ({FAILED: each(61), SUCCEEDED: each(20)}, {}),
    "AuthapiReplays": ({REPLAYED: each(2), REFRESHED: each(199)}, {}),
    "AuthapiForgedTokens": ({FORGED: each(7)}, {}),
    "AuthapiMailWaits": ({DUE: always(901)}, {}),
    "AuthapiMailDead": ({DEAD: each(0.1)}, {}),
    "AuthapiTwoReleases": ({BUILD % 1: always(1), BUILD % 2: always(1)}, {}),
}
"""For each alert, numbers just beyond its bound, and the labels that it fires with."""

SILENT: dict[str, list[Series]] = {
    "AuthapiDown": [{UP % 1: always(1), UP % 2: always(0)}],
    "AuthapiServerDown": [{UP % 1: always(1)}, {UP % 1: f"1x105 0x{MINUTES - 106}"}],
    "AuthapiUnavailable": [{OK: each(96), 'authapi_requests_total{status="503"}': each(4)}],
    "AuthapiFaults": [{FAULT: always(3)}, {OK: each(100)}],
    "AuthapiSlow": [{SLOW % 0.5: each(96), SLOW % "+Inf": each(100)}],
    "AuthapiLoginsQueue": [{HASHES: each(11)}],
    "AuthapiGuessing": [
        {FAILED: each(61), SUCCEEDED: each(21)},
        {FAILED: each(59), SUCCEEDED: each(1)},
    ],
    "AuthapiReplays": [
        {REPLAYED: each(2), REFRESHED: each(201)},
        {REPLAYED: each(0.1), REFRESHED: each(1)},
    ],
    "AuthapiForgedTokens": [{FORGED: each(6)}],
    "AuthapiMailWaits": [
        {DUE: always(899)},
        {DEFERRED: each(1), SENT: f"0x{MINUTES - 20} 1x20"},
        {DEFERRED: each(1), SENT: f"_x{MINUTES - 20} 1x20"},
        {DEFERRED: f"_x{MINUTES - 20} 1x9 2x11"},
    ],
    "AuthapiMailDead": [{DEAD: each(0.05)}],
    "AuthapiTwoReleases": [{BUILD % 1: always(1)}],
}
"""Numbers just within the bound, or beyond it for a moment only."""


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    """Run Prometheus' own tool."""
    return subprocess.run(
        [program("promtool"), *words], capture_output=True, text=True, check=False, timeout=DEADLINE
    )


def case(alert: str, series: Series, fired: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a test of an alert, as promtool reads it."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [{"eval_time": f"{MINUTES}m", "alertname": alert, "exp_alerts": fired}],
    }


def judged(tests: list[dict[str, Any]], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run promtool's tests of the alerts."""
    file = folder / "tests.yaml"
    file.write_text(
        yaml.safe_dump(
            {"rule_files": [str(ALERTS_FILE)], "evaluation_interval": "1m", "tests": tests}
        )
    )
    return promtool("test", "rules", str(file))


def fired(alert: str) -> list[dict[str, Any]]:
    """Return the alert as it is when it fires."""
    rule, labels = ALERTS[alert], FIRES[alert][1]
    return [
        {"exp_labels": {**rule["labels"], **labels}, "exp_annotations": dict(rule["annotations"])}
    ]


def test_prometheus_takes_the_files(tmp_path: Path) -> None:
    """The rules and the configuration are valid."""
    done = promtool("check", "rules", str(ALERTS_FILE))
    assert done.returncode == 0, done.stderr
    token = tmp_path / "token"
    token.touch()
    config = (ROOT / "deploy/prometheus/prometheus.yaml").read_text()
    file = tmp_path / "prometheus.yaml"
    file.write_text(config.replace("/run/secrets/metrics_token", str(token)))
    (tmp_path / "alerts.yaml").write_text(ALERTS_FILE.read_text())
    done = promtool("check", "config", str(file))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_every_alert_fires_beyond_its_bound(tmp_path: Path) -> None:
    """Its labels and its text are checked."""
    assert FIRES.keys() == ALERTS.keys()
    tests = [case(alert, series, fired(alert)) for alert, (series, _) in FIRES.items()]
    done = judged(tests, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_silent_within_its_bound(tmp_path: Path) -> None:
    """Just below the threshold it does not fire."""
    assert SILENT.keys() == ALERTS.keys()
    tests = [case(alert, series, []) for alert, all_of in SILENT.items() for series in all_of]
    done = judged(tests, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("alert", "series"),
    [
        ("AuthapiFaults", {FAULT: f"_x{MINUTES - 5} 1x5"}),
        ("AuthapiMailDead", {DEAD: f"_x{MINUTES - 5} 6x5"}),
        (
            "AuthapiMailDead",
            {DEAD.replace("reset", str(kind)): f"_x{MINUTES - 5} 1x5" for kind in range(6)},
        ),
    ],
)
def test_what_happens_for_the_first_time_is_told(
    alert: str, series: Series, tmp_path: Path
) -> None:
    """A counter that appears with its first event fires as well."""
    done = judged([case(alert, series, fired(alert))], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_health_checks_hide_no_outage(tmp_path: Path) -> None:
    """Those who only look are answered; few people who are not may be all there are."""
    series = {HEALTH: each(100), 'authapi_requests_total{status="503"}': each(1)}
    done = judged([case("AuthapiUnavailable", series, fired("AuthapiUnavailable"))], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_outage_is_told_when_nobody_but_the_platform_asks(tmp_path: Path) -> None:
    """The probe of /readyz is refused; those of /healthz are answered."""
    ready = 'authapi_requests_total{status="503",endpoint="health.ready"}'
    series = {HEALTH: each(100), ready: each(1)}
    done = judged([case("AuthapiUnavailable", series, fired("AuthapiUnavailable"))], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mail_server_that_takes_nothing_is_told(tmp_path: Path) -> None:
    """Of one mail that is tried again and again: at once, after 0.5, 2.5 and 12.5 minutes."""
    tried = f"_x{MINUTES - 30} 1 2 2 3x10 4x17"
    done = judged(
        [case("AuthapiMailWaits", {DEFERRED: tried}, fired("AuthapiMailWaits"))], tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_told_is_not_told_for_ever(tmp_path: Path) -> None:
    """If the counter does not grow, the alert ends."""
    long_ago = f"_x{MINUTES - 80} 9x80"
    tests = [case("AuthapiFaults", {FAULT: long_ago}, [])]
    tests += [case("AuthapiMailDead", {DEAD: long_ago}, [])]
    done = judged(tests, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_service_that_prometheus_does_not_find_is_down(tmp_path: Path) -> None:
    """Missing series fire as well."""
    done = judged([case("AuthapiDown", {OK: each(1)}, fired("AuthapiDown"))], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert judged([case("AuthapiDown", {OK: each(1)}, [])], tmp_path).returncode != 0
