"""`compose.yaml`, its settings in `.env`, and the preparation of its MongoDB."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from pathlib import Path

import pytest
from pymongo.uri_parser import parse_uri

from tests.deploy import composed, schemas
from tests.deploy.composed import SECRETS, SERVICES
from tests.deploy.manifests import document
from tests.support import tools
from tests.support.servers import ROOT

MONGO = SERVICES["mongo"]
URI = SERVICES["authapi"]["environment"]["MONGO_URI"]
ENV_BLOCK = re.compile(r"^ *install .*\n *\{\n(?: *echo .*\n)* *\} > \.env$", re.MULTILINE)
ENV_FILES = ["docs/deployment.md", ".github/workflows/ci.yml"]

MONGOSH = f"""#!{tools.NODE}
const [quiet, u, user, p, password, eval, script] = process.argv.slice(2);
const initiated = [];
globalThis.rs = {{
  status: () => {{ if (process.env.NEW) throw new Error('no replset config has been received'); }},
  initiate: (config) => initiated.push(config),
}};
globalThis.db = {{ hello: () => ({{ isWritablePrimary: Boolean(process.env.PRIMARY) }}) }};
globalThis.quit = (code) => {{
  console.log(JSON.stringify({{ user, password, initiated }}));
  process.exit(code);
}};
require('vm').runInThisContext(script);
"""


def test_compose_takes_its_file() -> None:
    """It is valid by the JSON schema of the Compose specification."""
    schemas.check_schema("compose-spec", document("compose.yaml"))


@pytest.mark.parametrize("missing", SECRETS)
def test_what_is_missing_is_named(missing: str) -> None:
    """S77: Without a variable in `.env` nothing starts, and the error names it."""
    with pytest.raises(composed.Missing, match=f"{missing} is missing in .env"):
        composed.services({**SECRETS, missing: ""})


@pytest.mark.parametrize("path", ENV_FILES)
def test_the_env_file_that_is_told_of_is_enough(path: str, tmp_path: Path) -> None:
    """The documented commands make all secrets, all different, in a private file."""
    (block,) = ENV_BLOCK.findall((ROOT / path).read_text())
    subprocess.run(["sh", "-euc", block], cwd=tmp_path, check=True)
    file = tmp_path / ".env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = dict(line.split("=", 1) for line in file.read_text().splitlines())
    composed.services(written)
    assert len({written[name] for name in SECRETS}) == len(SECRETS)


def test_the_service_does_not_know_the_root_of_its_database() -> None:
    """The service has no credentials of the database's administrator."""
    assert "MONGO_ROOT_PASSWORD" not in json.dumps(document("compose.yaml")["services"]["authapi"])
    assert MONGO["environment"]["MONGO_INITDB_ROOT_PASSWORD"] == SECRETS["MONGO_ROOT_PASSWORD"]
    assert parse_uri(URI)["username"] != MONGO["environment"]["MONGO_INITDB_ROOT_USERNAME"]


def test_the_user_that_is_made_is_the_one_that_the_service_logs_in_as() -> None:
    """Name, password and database agree."""
    made = composed.user_made()
    uri = parse_uri(URI)
    assert made == {"user": uri["username"], "pwd": uri["password"], "roles": ["readWrite"]}
    database = MONGO["environment"]["MONGO_INITDB_DATABASE"]
    assert uri["options"]["authSource"] == uri["database"] == database


@pytest.mark.parametrize(
    ("state", "code", "initiates"),
    [
        ({"NEW": "1"}, 1, True),
        ({"NEW": "1", "PRIMARY": "1"}, 0, True),
        ({"PRIMARY": "1"}, 0, False),
        ({}, 1, False),
    ],
)
def test_the_health_check_makes_the_replica_set_once(
    tmp_path: Path, state: dict[str, str], code: int, *, initiates: bool
) -> None:
    """It succeeds once the server can be written to."""
    kind, check = MONGO["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    done = composed.run(
        ["sh", "-c", check], tmp_path, {**MONGO["environment"], **state}, {"mongosh": MONGOSH}
    )
    said = json.loads(done.stdout)
    assert done.returncode == code
    assert (said["user"], said["password"]) == ("root", SECRETS["MONGO_ROOT_PASSWORD"])
    uri = parse_uri(URI)
    host, port = uri["nodelist"][0]
    the_set = {
        "_id": uri["options"]["replicaSet"],
        "members": [{"_id": 0, "host": f"{host}:{port}"}],
    }
    assert said["initiated"] == ([the_set] if initiates else [])


def test_the_server_is_started_with_its_key_and_the_script(tmp_path: Path) -> None:
    """MongoDB accepts the key, and its user can read both files."""
    note = '#!/bin/sh\necho "install $@" >> "$NOTES"\ncase $* in */stdin*) cat >> "$NOTES";; esac\n'
    started = '#!/bin/sh\necho "start $@" >> "$NOTES"\n'
    notes = tmp_path / "notes"
    composed.run(
        MONGO["entrypoint"],
        tmp_path,
        {**MONGO["environment"], "NOTES": str(notes)},
        {"install": note, "docker-entrypoint.sh": started},
    )
    keyed, key, copied, start = notes.read_text().splitlines()
    assert keyed == "install -m 400 -o mongodb /dev/stdin /tmp/keyfile"
    assert re.fullmatch("[0-9a-f]{64}", key)
    assert copied == "install -m 444 /create-user.js /docker-entrypoint-initdb.d/"
    assert start == "start mongod --replSet rs0 --keyFile /tmp/keyfile --bind_ip_all"
