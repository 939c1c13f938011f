"""The alerts and the dashboard in `deploy/`, and the expressions in them."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from tests.support.servers import ROOT

ALERTS_FILE = ROOT / "deploy" / "prometheus" / "alerts.yaml"
[_GROUP] = yaml.safe_load(ALERTS_FILE.read_text())["groups"]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for rule in _GROUP["rules"]}
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "authapi.json").read_text())


def shown(rate_interval: str) -> dict[str, list[str]]:
    """Return the dashboard's expressions by their panel, as Grafana fills them in."""
    return {
        panel["title"]: [
            target["expr"].replace("$__rate_interval", rate_interval) for target in panel["targets"]
        ]
        for panel in DASHBOARD["panels"]
    }


def expressions() -> list[str]:
    """Return all expressions, of alerts and panels."""
    panels = [each for of_panel in shown("5m").values() for each in of_panel]
    return [*(rule["expr"] for rule in ALERTS.values()), *panels]


def metrics(expression: str) -> set[str]:
    """Return the service's metrics that an expression names."""
    return {name.removesuffix("_bucket") for name in re.findall(r"\bauthapi_\w+", expression)}


def matchers(expression: str) -> set[tuple[str, str, str]]:
    """Return each metric's labels and values that an expression selects by."""
    return {
        (name.removesuffix("_bucket"), label, value)
        for name, selected in re.findall(r"\b(authapi_\w+)\{([^}]*)\}", expression)
        for label, value in re.findall(r'(\w+)="([^"]*)"', selected)
    }
