"""The real service as a process of its own."""

import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.support.servers import free_port
from tests.support.waiting import DEADLINE, until

ROOT = Path(__file__).resolve().parents[2]
SECRET = "ywAyatML_WFYo4SWzQHbKintQczw1sg53V-fEVVYVgCAR51XtnmeD4_R4fayg1Nk"


class Service:
    """A development server with a database of its own, which hashes cheaply."""

    def __init__(self, folder: Path, mongo_uri: str, **settings: str) -> None:
        """Start it; `settings` are environment variables."""
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = (folder / "service.log").open("wb")
        app = ["flask", "--app", "tests.support.cheap:app"]
        command = [sys.executable, "-m", *app, "run", "--port", str(self.port)]
        variables = environment(folder, {"MONGO_URI": mongo_uri, **settings})
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=self._log, stderr=self._log
        )

    def wait_until_up(self) -> None:
        """Return when the service answers."""
        until(self._answers, f"the service at {self.address} (see {self._log.name})")

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"the service stopped: see {self._log.name}"
        try:
            return requests.get(f"{self.address}/healthz", timeout=DEADLINE).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def post(self, path: str, body: dict[str, Any], token: str | None = None) -> requests.Response:
        """Send JSON straight to the service, past the gate; with an access token, if given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.post(self.address + path, json=body, headers=headers, timeout=DEADLINE)

    def greets(self, access_token: str) -> bool:
        """Tell whether the service still accepts an access token."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return requests.get(f"{self.address}/protected", headers=headers, timeout=DEADLINE).ok

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(DEADLINE)
        self._log.close()


def environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    """Return the variables of the service: what it needs to run, and nothing of the developer's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "AUTHAPI_ENV": "development",
        "FLASK_SKIP_DOTENV": "1",
        "AUTHAPI_INSTANCE": str(folder / "instance"),
        "JWT_SECRET": SECRET,
        "MONGO_DATABASE": f"extension_{secrets.token_hex(6)}",
        "MONGO_TIMEOUT_MS": "60000",  # a busy machine is no lost database
        "PYTHONDONTWRITEBYTECODE": "1",
        **settings,
    }
