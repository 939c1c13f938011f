"""What importing a part of the package loads."""

import subprocess
import sys

import pytest

from tests.support.servers import ROOT, SECRET


@pytest.mark.parametrize("part", ["authapi.embedded", "authapi.embedded.supervisor"])
@pytest.mark.parametrize("heavy", ["flask", "pymongo", "authapi.app"])
def test_the_embedded_database_loads_no_service(part: str, heavy: str) -> None:
    """Its client and its supervisor start without the web framework, and without the service."""
    assert heavy not in loaded_by(f"import {part}")


def loaded_by(code: str) -> set[str]:
    """Return the names of the modules that a new Python has loaded after `code`."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=True)
    return set(done.stdout.decode().split())


@pytest.mark.parametrize("off", [{}, {"EMAIL": "off", "AUTHAPI_ENV": "development"}])
def test_a_service_without_addresses_loads_none_of_them(off: dict[str, str]) -> None:
    """A feature that is switched off is not imported."""
    environment = {"JWT_SECRET": SECRET, "MONGO_URI": "mongodb://127.0.0.1:1/none", **off}
    names = loaded_by(
        f"import os; os.environ.update({environment!r}); from authapi import create_app; "
        "create_app()"
    )
    heavy = {"email_validator", "smtplib", "authapi.accounts.mail_notifier"}
    assert not {n for n in names if n in heavy or n.startswith("authapi.addresses")} - (
        {"smtplib"} if "AUTHAPI_ENV" in off else set()
    )
