"""Alerts and dashboard use existing names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from authapi.core.secrets import Secret
from authapi.settings import Settings
from tests.metrics.scraping import TOKEN, scrape
from tests.monitoring.files import ALERTS, DASHBOARD, expressions, matchers, metrics
from tests.support.actors import Visitor
from tests.support.apps import served
from tests.support.servers import ROOT

PAGE = (ROOT / "docs" / "monitoring.md").read_text()
METRICS_TABLE = (ROOT / "docs" / "operations.md").read_text()


@pytest.fixture
def watched(settings: Settings) -> Iterator[Visitor]:
    """Someone who uses a service that counts."""
    with served(replace(settings, metrics_token=Secret(TOKEN))) as visitor:
        yield visitor


def test_every_metric_is_one_that_the_service_tells(watched: Visitor) -> None:
    """Each metric of the service is used in a panel or an alert."""
    told = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in scrape(watched).families
    }
    assert set().union(*map(metrics, expressions())) == told


def test_every_label_has_a_value_that_it_can_have(app: Flask) -> None:
    """Endpoints and label values exist."""
    found = set().union(*map(matchers, expressions()))
    assert found
    for name, label, value in found:
        if label == "endpoint":
            assert value in app.view_functions
        elif label == "status":
            assert re.fullmatch(r"[1-5]\d\d", value)
        else:
            [(labels, words)] = re.findall(
                rf"^\| `{name}` \| (.*?) \| (.*) \|$", METRICS_TABLE, re.M
            )
            assert f"`{label}`" in labels
            assert f"`{value}`" in words


def test_every_alert_says_what_to_do() -> None:
    """It has a section in the documentation, in the same order."""
    sections = re.findall(r"^### (\w+)\n\n`(page|ticket)`: ", PAGE, re.MULTILINE)
    assert sections == [(name, rule["labels"]["severity"]) for name, rule in ALERTS.items()]
    for name, rule in ALERTS.items():
        assert rule["annotations"]["runbook"] == f"docs/monitoring.md#{name.lower()}"
        assert rule["annotations"]["summary"].endswith(".")


def test_the_panels_do_not_cover_each_other() -> None:
    """Each has its place, its id, a unit and a description."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        across = range(place["x"], place["x"] + place["w"])
        cells = {(x, y) for x in across for y in range(place["y"], place["y"] + place["h"])}
        assert max(across) < 24
        assert not cells & taken
        taken |= cells
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert all(target["legendFormat"] for target in panel["targets"])


def test_the_data_source_is_chosen_and_not_named() -> None:
    """The dashboard works in any Grafana."""
    [chosen] = DASHBOARD["templating"]["list"]
    named = {"type": chosen["query"], "uid": f"${{{chosen['name']}}}"}
    for panel in DASHBOARD["panels"]:
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == named
