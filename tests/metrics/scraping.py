"""Reading `/metrics` as Prometheus does."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.support.actors import Visitor

TOKEN = "a-scrapers-own-Xw7Tq2Lr9ZpK"


@dataclass(frozen=True)
class Numbers:
    """What one scrape told."""

    text: str
    families: list[Metric]

    def sum(self, name: str, **labels: str) -> float:
        """Return the sum of all samples of that name that have these labels."""
        return sum(
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def labels(self, label: str) -> set[str]:
        """Return every value that a label has anywhere."""
        return {
            sample.labels[label]
            for family in self.families
            for sample in family.samples
            if label in sample.labels
        }


def asked(visitor: Visitor, token: str = TOKEN) -> requests.Response:
    """Ask for the numbers."""
    return visitor.send("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})


def scrape(visitor: Visitor) -> Numbers:
    """Return the numbers, which have to be there and well-formed."""
    answer = asked(visitor)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return Numbers(answer.text, list(text_string_to_metric_families(answer.text)))
