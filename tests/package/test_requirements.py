"""The requirements of the package and the pins of a checkout."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from tests.support.servers import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> set[str]:
    """Return the names of what is required, in lower case."""
    lines = [line for line in requirements if re.match(r"[A-Za-z]", line)]
    return {re.split(r"[^A-Za-z0-9-]", line)[0].lower() for line in lines}


def listed(file: str) -> set[str]:
    """Return the names in one of the checkout's files of requirements."""
    return names((ROOT / file).read_text().splitlines())


def test_the_package_asks_for_what_the_checkout_runs_with() -> None:
    """Both name the same packages."""
    extras = PROJECT["optional-dependencies"]
    served = [part for extra in ("metrics", "passkeys", "serve") for part in extras[extra]]
    asked = names([*PROJECT["dependencies"], *served])
    assert asked == listed("requirements.in")
    for extra in ("embedded", "tracing"):
        assert names(extras[extra]) == listed(f"requirements-{extra}.in")


def test_the_benchmark_measures_the_service_with_all_that_it_needs() -> None:
    """Its requirements have all packages of the service."""
    assert listed("requirements.txt") <= listed("bench/requirements.txt")


def test_nothing_that_another_project_needs_is_pinned() -> None:
    """The package has lower bounds only, except for servers."""
    for requirement in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["metrics"]]:
        assert re.fullmatch(r"[a-z0-9-]+>=[0-9.]+", requirement), requirement
