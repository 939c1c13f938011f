"""The settings of each deployment's file in one form, so that all are checked alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.support.servers import ROOT

PORT = 8000
_MIB = {"Mi": 1, "m": 1, "Gi": 1024}
T3_SMALL_MIB = 2048


@dataclass(frozen=True)
class Deployment:
    """A deployment's file.

    Attributes:
        variables: what the service is told; None stands for a secret that is kept elsewhere.
        port: where the platform sends requests.
        paths: what it asks for, to know how the service is.
        memory: MiB that it gives all processes of a container or instance together.
        grace_period: seconds between asking it to stop and killing it.
        start_seconds: what a start may take before it is given up; None if nobody looks.
        at_once: requests that it sends to one container at a time; None if that is not bounded.
    """

    variables: Mapping[str, str | None]
    port: int
    paths: frozenset[str]
    memory: int
    grace_period: int
    start_seconds: int | None = None
    at_once: int | None = None


def read() -> dict[str, Deployment]:
    """Return every deployment by its name."""
    return {
        "compose": _compose(),
        "cloud-run": _cloud_run(),
        "ecs": _ecs(),
        "elastic-beanstalk": _elastic_beanstalk(),
        "azure": _azure(),
        "kubernetes": _kubernetes(),
    }


def document(path: str) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what the file at `path` holds, YAML or JSON."""
    text = (ROOT / path).read_text()
    return json.loads(text) if path.endswith(".json") else yaml.safe_load(text)


def kubernetes() -> dict[str, Any]:
    """Return the objects of our manifest for Kubernetes, by their kinds."""
    text = (ROOT / "deploy/kubernetes/authapi.yaml").read_text()
    return {found["kind"]: found for found in yaml.safe_load_all(text)}


def _compose() -> Deployment:
    service = document("compose.yaml")["services"]["authapi"]
    (published,) = service["ports"]
    return Deployment(
        variables={name: _default(value) for name, value in service["environment"].items()},
        port=int(published.rpartition(":")[2]),
        paths=frozenset({"/healthz"}),  # the image's own check
        memory=_mib(service["mem_limit"]),
        grace_period=int(service["stop_grace_period"].removesuffix("s")),
    )


def _default(value: str) -> str | None:
    """Return what stands behind `:-`; what has to be given is a secret."""
    if ":?" in value:
        return None
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def _cloud_run() -> Deployment:
    spec = document("deploy/cloud-run/service.yaml")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    probes = [container["startupProbe"], container["livenessProbe"]]
    return Deployment(
        variables={entry["name"]: entry.get("value") for entry in container["env"]},
        port=_one({*(port["containerPort"] for port in container["ports"]), *_ports(probes)}),
        paths=_paths(probes),
        memory=_mib(container["resources"]["limits"]["memory"]),
        grace_period=10,  # Cloud Run's own, not to be set
        start_seconds=_patience(container["startupProbe"]),
        at_once=spec["containerConcurrency"],
    )


def _ecs() -> Deployment:
    task = document("deploy/aws/ecs-task.json")
    (container,) = task["containerDefinitions"]
    given = {entry["name"]: entry["value"] for entry in container["environment"]}
    secrets = {entry["name"]: None for entry in container["secrets"]}
    check = container["healthCheck"]
    return Deployment(
        variables={**given, **secrets},
        port=_one({mapping["containerPort"] for mapping in container["portMappings"]}),
        paths=frozenset(re.findall(r"'(/\w+)'", check["command"][-1])),
        memory=int(task["memory"]),
        grace_period=container["stopTimeout"],
        start_seconds=check["startPeriod"] + check["retries"] * check["interval"],
    )


def _elastic_beanstalk() -> Deployment:
    options = document("deploy/aws/elastic-beanstalk.config")["option_settings"]
    given = options["aws:elasticbeanstalk:application:environment"]
    secrets = options["aws:elasticbeanstalk:application:environmentsecrets"]
    assert options["aws:ec2:instances"]["InstanceTypes"] == "t3.small"
    process = options["aws:elasticbeanstalk:environment:process:default"]
    return Deployment(
        variables={**given, **dict.fromkeys(secrets)},
        port=int(given["PORT"]),
        paths=frozenset({process["HealthCheckPath"]}),
        memory=T3_SMALL_MIB,
        grace_period=int(process["DeregistrationDelay"]),
    )


def _azure() -> Deployment:
    app = document("deploy/azure/container-app.yaml")["properties"]
    (container,) = app["template"]["containers"]
    [startup] = [probe for probe in container["probes"] if probe["type"] == "Startup"]
    return Deployment(
        variables={entry["name"]: entry.get("value") for entry in container["env"]},
        port=_one({app["configuration"]["ingress"]["targetPort"], *_ports(container["probes"])}),
        paths=_paths(container["probes"]),
        memory=_mib(container["resources"]["memory"]),
        grace_period=app["template"]["terminationGracePeriodSeconds"],
        start_seconds=_patience(startup),
    )


def _kubernetes() -> Deployment:
    pod = kubernetes()["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    probes = [container[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")]
    [named] = container["ports"]
    assert _ports(probes) == {named["name"]}
    leaving = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    secrets = document("deploy/kubernetes/secret.example.yaml")["stringData"]
    return Deployment(
        variables={
            **dict.fromkeys(secrets),
            **{entry["name"]: entry["value"] for entry in container["env"]},
        },
        port=named["containerPort"],
        paths=_paths(probes),
        memory=_mib(container["resources"]["limits"]["memory"]),
        grace_period=pod["terminationGracePeriodSeconds"] - leaving,
        start_seconds=_patience(container["startupProbe"]),
    )


def _patience(probe: dict[str, Any]) -> int:
    seconds: int = probe["periodSeconds"] * probe["failureThreshold"]
    return seconds


def _ports(probes: list[dict[str, Any]]) -> set[Any]:
    return {probe["httpGet"]["port"] for probe in probes}


def _paths(probes: list[dict[str, Any]]) -> frozenset[str]:
    return frozenset(probe["httpGet"]["path"] for probe in probes)


def _mib(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi|m)", text).groups()  # type: ignore[union-attr]
    return int(number) * _MIB[unit]


def _one(values: set[int]) -> int:
    (value,) = values
    return value
