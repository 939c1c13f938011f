"""The files of `deploy/`, compared with the settings, the Dockerfile and each platform's rules."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest

from authapi.server.options import QUICK_THREADS, Options
from authapi.settings import Settings
from tests.deploy import manifests, schemas
from tests.deploy.manifests import Deployment, document
from tests.settings.variables import ENOUGH
from tests.support.servers import ROOT
from tests.support.tools import program

DEPLOYMENTS = manifests.read()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUNDLE = re.search(
    r"^git archive .*?[^\\]$", (ROOT / "docs/deployment.md").read_text(), re.M | re.S
)
PROCESS_MIB = 180
"""What a process takes besides its hashes, in a flood of logins: the most that was seen."""

every = pytest.mark.parametrize("deployment", DEPLOYMENTS.values(), ids=DEPLOYMENTS)


@every
def test_every_variable_is_one_that_the_service_reads(deployment: Deployment) -> None:
    """A misspelt variable would be ignored."""
    known = {field.metadata["variable"] for kind in (Settings, Options) for field in fields(kind)}
    assert deployment.variables.keys() <= known


@every
def test_the_service_starts_with_those_values(deployment: Deployment) -> None:
    """S77: All values are valid, and no secret is in a file."""
    given = {name: value for name, value in deployment.variables.items() if value}
    Settings.from_environ({**given, **ENOUGH})
    Options.from_environ(given)
    assert deployment.variables["JWT_SECRET"] is None
    assert deployment.variables["MONGO_URI"] is None


@every
def test_the_platform_finds_the_service(deployment: Deployment) -> None:
    """Port and health checks are those of the image."""
    assert deployment.port == manifests.PORT
    assert f"PORT={manifests.PORT}" in DOCKERFILE
    assert f"EXPOSE {manifests.PORT}\n" in DOCKERFILE
    assert deployment.paths
    assert deployment.paths <= {"/healthz", "/readyz"}


@every
def test_nobody_is_killed_before_the_grace_is_over(deployment: Deployment) -> None:
    """The platform's grace period is longer than the server's."""
    assert int(deployment.variables["GRACE_SECONDS"] or 0) < deployment.grace_period


@every
def test_a_slow_start_is_waited_for(deployment: Deployment) -> None:
    """The platform waits many times longer than a start takes."""
    assert deployment.start_seconds is None or deployment.start_seconds >= 50


@every
def test_the_hashes_fit_into_the_memory(deployment: Deployment) -> None:
    """The memory is enough for all hash slots of all processes."""
    settings = Settings.from_environ(ENOUGH)
    processes, slots = _number(deployment, "WEB_CONCURRENCY"), _slots(deployment)
    assert (
        processes * (PROCESS_MIB + slots * settings.argon2_memory_kib / 1024) <= deployment.memory
    )


@every
def test_logins_leave_room_for_what_is_quick(deployment: Deployment) -> None:
    """A container gets no more requests than it has threads."""
    settings = Settings.from_environ(ENOUGH)
    logins = _slots(deployment) + settings.hash_queue_limit
    if deployment.at_once is not None:
        assert deployment.at_once == logins + QUICK_THREADS


def test_the_same_check_is_made_by_docker_and_by_ecs() -> None:
    """ECS ignores the image's HEALTHCHECK, so the file repeats it."""
    (container,) = document("deploy/aws/ecs-task.json")["containerDefinitions"]
    check = container["healthCheck"]
    kind, *command = check["command"]
    assert kind == "CMD"
    written = ", ".join(f'"{part}"' for part in command)
    assert f"CMD [{written}]" in DOCKERFILE
    start = f"--interval={check['interval']}s --timeout={check['timeout']}s"
    assert f"{start} --start-period={check['startPeriod']}s" in DOCKERFILE
    assert f"--retries={check['retries']}" in DOCKERFILE
    assert f"USER {container['user']}\n" in DOCKERFILE


TASK = "RegisterTaskDefinitionRequestTypeDef"


def test_aws_takes_the_task_definition(tmp_path: Path) -> None:
    """It is valid by AWS's description of `RegisterTaskDefinition`."""
    schemas.check_aws("ecs", TASK, document("deploy/aws/ecs-task.json"), tmp_path)


def test_google_takes_the_service() -> None:
    """It is valid by Google's description of the Cloud Run Admin API."""
    schemas.check_google("Service", document("deploy/cloud-run/service.yaml"))


def test_azure_takes_the_container_app() -> None:
    """It is valid by the models of Azure's client."""
    schemas.check_azure("ContainerApp", document("deploy/azure/container-app.yaml"))


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    """The checks above can fail: for a misspelt name, a wrong type."""
    task = document("deploy/aws/ecs-task.json")
    with pytest.raises(AssertionError) as refusal:
        schemas.check_aws("ecs", TASK, {**task, "memori": "1", "cpu": 1024}, tmp_path)
    assert "memori" in str(refusal.value)
    assert '"cpu"' in str(refusal.value)
    service = document("deploy/cloud-run/service.yaml")
    service["spec"]["template"]["spec"]["containerConcurrency"] = "64"
    with pytest.raises(AssertionError, match="containerConcurrency"):
        schemas.check_google("Service", service)
    app = document("deploy/azure/container-app.yaml")
    app["properties"]["template"]["containers"][0]["probes"][0]["httpGets"] = {}
    with pytest.raises(AssertionError, match="httpGets"):
        schemas.check_azure("ContainerApp", app)


def test_the_bundle_for_elastic_beanstalk_has_what_it_wants(tmp_path: Path) -> None:
    """The documented command packs code, Procfile and options only."""
    program("git")
    assert BUNDLE
    command = BUNDLE.group().replace("authapi.zip", str(tmp_path / "authapi.zip"))
    subprocess.run(["sh", "-c", command], cwd=ROOT, check=True)
    names = {n for n in zipfile.ZipFile(tmp_path / "authapi.zip").namelist() if n[-1] != "/"}
    at_the_root = {"Procfile", "requirements.txt", "serve.py", "wsgi.py"}
    assert at_the_root | {".ebextensions/elastic-beanstalk.config", "authapi/__init__.py"} <= names
    rest = {name for name in names if not name.startswith("authapi/")}
    assert rest == at_the_root | {".ebextensions/elastic-beanstalk.config"}


def _number(deployment: Deployment, variable: str) -> int:
    return int(deployment.variables[variable] or 0)


def _slots(deployment: Deployment) -> int:
    slots = _number(deployment, "PASSWORD_HASH_SLOTS")
    assert slots, "by itself it would be as many as the host has cores"
    return slots
