"""The settings of the limits and their documentation."""

import re
from dataclasses import fields

import pytest

from authapi.settings import Settings, SettingsError
from tests.support.servers import ROOT, SECRET

REQUIRED = {"JWT_SECRET": SECRET, "MONGO_URI": "mongodb://127.0.0.1"}
ROWS = dict(
    re.findall(
        r"^\| `(LIMIT\w*|TRUSTED_PROXIES)` \| `?([^`|]+?)`? \|",
        (ROOT / "docs" / "configuration.md").read_text(),
        re.MULTILINE,
    )
)


def test_limits_are_on_by_default() -> None:
    """S22, S27: No proxy is trusted by default."""
    settings = Settings.from_environ(REQUIRED)
    assert settings.limits == "on"
    assert settings.trusted_proxies == 0


def test_the_documented_defaults_are_the_real_ones() -> None:
    """The page has a row for each limit."""
    defaults = {
        spec.metadata["variable"]: "none" if spec.default is None else str(spec.default)
        for spec in fields(Settings)
        if spec.name.startswith(("limit", "trusted"))
    }
    assert defaults == ROWS


@pytest.mark.parametrize("environment", ["production", "development"])
def test_the_documented_registrations_are_the_real_ones(environment: str) -> None:
    """The page has the default of each environment."""
    settings = Settings.from_environ({**REQUIRED, "AUTHAPI_ENV": environment})
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert f"`{settings.registration_rate}`" in page


def test_every_number_is_a_setting() -> None:
    """Each setting is used."""
    wanted = {name: "7/2 hours" for name, default in ROWS.items() if "/" in default}
    wanted["LIMIT_REGISTRATIONS"] = "7/2 hours"
    settings = Settings.from_environ({**REQUIRED, **wanted, "LIMIT_FAILURES_IN_A_ROW": "7"})
    assert str(settings.limit_login_failures_per_address) == "7/2 hours"
    assert str(settings.registration_rate) == "7/2 hours"
    assert settings.limit_failures_in_a_row == 7


def test_a_bad_rate_keeps_the_service_from_starting() -> None:
    """The error names the variable and the right notation."""
    with pytest.raises(SettingsError, match="LIMIT_REFRESHES must be a rate such as"):
        Settings.from_environ({**REQUIRED, "LIMIT_REFRESHES": "often"})
