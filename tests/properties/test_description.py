"""`/openapi.json` agrees with the running service."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

from tests.support.actors import Visitor
from tests.support.servers import workers
from tests.support.waiting import DEADLINE, LONGEST, until

CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 60
"""Made-up requests per operation, next to those that look for the limits of every field."""


def compare(
    description: dict[str, Any], base_url: str, access_token: str, folder: Path
) -> tuple[int, str]:
    """Let schemathesis compare the two; return its exit code and what it says."""
    document = folder / "openapi.json"  # a file: it leaves out the operation that it reads it from
    document.write_text(json.dumps(description))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIGURATION)]
    command += ["run", str(document), "--url", base_url, "--checks", "all", "--mode", "all"]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink", "--no-color"]
    command += ["--header", f"Authorization: Bearer {access_token}"]
    command += ["--generation-database", "none", "--workers", "1"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    return done.returncode, done.stdout + done.stderr


def test_the_service_does_what_its_description_says(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """S15, S16, S17: Generated requests to every operation get documented answers."""
    secrets = dict.fromkeys(("METRICS_TOKEN", "INTROSPECTION_SECRET"), "a-token-Xw7Tq2Lr9ZpK")
    everything = {**environment, **secrets}
    with workers(everything, processes=1, threads=16) as server:
        ready = f"{server.base_url}/readyz"
        until(lambda: requests.get(ready, timeout=DEADLINE).ok, "the indexes are made")
        description = requests.get(f"{server.base_url}/openapi.json", timeout=DEADLINE).json()
        visitor = Visitor(server.base_url)
        token = visitor.log_in()["access_token"]
        visitor.close()
        code, said = compare(description, server.base_url, token, tmp_path)
    assert code == 0, said
    operations = sum(len(path.keys() - {"parameters"}) for path in description["paths"].values())
    assert f"{operations} selected / {operations} total" in said, said
    assert "skipped\n" not in said.partition("Fuzzing")[2].partition("SUMMARY")[0], said
