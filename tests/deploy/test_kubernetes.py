"""`deploy/kubernetes/`, checked by Kubernetes' own schemas and for consistency."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest
import yaml

from authapi.settings import Settings, SettingsError
from tests.deploy import manifests, schemas
from tests.deploy.manifests import document
from tests.support.servers import ROOT

OBJECTS = manifests.kubernetes()
SECRET = document("deploy/kubernetes/secret.example.yaml")
LABELS = OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"]
POD = OBJECTS["Deployment"]["spec"]["template"]["spec"]
[CONTAINER] = POD["containers"]


@pytest.mark.parametrize("manifest", [*OBJECTS.values(), SECRET], ids=lambda each: each["kind"])
def test_kubernetes_takes_it(manifest: dict[str, Any]) -> None:
    """It is valid for release 1.31 and later; unknown members are errors."""
    schemas.check_kubernetes(manifest)


@pytest.mark.parametrize(
    ("kind", "member", "value"),
    [
        ("Deployment", "replica", 2),
        ("Deployment", "replicas", "2"),
        ("Service", "ports", [{"targetPort": 8000}]),
        ("PodDisruptionBudget", "maxUnavailable", [1]),
        ("NetworkPolicy", "policyTypes", "Ingress"),
    ],
)
def test_a_wrong_manifest_is_refused(kind: str, member: str, value: object) -> None:
    """The check above can fail: for a misspelt name, a wrong type, a missing member."""
    wrong = {**OBJECTS[kind], "spec": {**OBJECTS[kind]["spec"], member: value}}
    with pytest.raises(AssertionError, match=member):
        schemas.check_kubernetes(wrong)


def test_a_wrong_probe_is_refused() -> None:
    """The check above reaches nested objects."""
    probe = {**CONTAINER, "startupProbe": {"httpGet": {"path": "/readyz"}}}
    template = {"metadata": {"labels": LABELS}, "spec": {**POD, "containers": [probe]}}
    deployment = OBJECTS["Deployment"]
    wrong = {**deployment, "spec": {**deployment["spec"], "template": template}}
    with pytest.raises(AssertionError, match="port"):
        schemas.check_kubernetes(wrong)


def test_every_object_finds_the_pods() -> None:
    """Every selector matches the labels of the pods."""
    spec = {kind: each["spec"] for kind, each in OBJECTS.items()}
    [spread] = POD["topologySpreadConstraints"]
    assert {
        "Deployment": spec["Deployment"]["selector"]["matchLabels"],
        "Service": spec["Service"]["selector"],
        "PodDisruptionBudget": spec["PodDisruptionBudget"]["selector"]["matchLabels"],
        "NetworkPolicy": spec["NetworkPolicy"]["podSelector"]["matchLabels"],
        "spread": spread["labelSelector"]["matchLabels"],
    } == dict.fromkeys([*spec, "spread"], LABELS)


def test_prometheus_finds_the_pods() -> None:
    """By what stands in its configuration for a cluster; there a pod's only port is a target."""
    config = (ROOT / "deploy/prometheus/prometheus.yaml").read_text()
    commented = re.findall(r"^    # ( *(?:- )?\w+: ?.*)$", config, re.MULTILINE)
    [job] = yaml.safe_load("\n".join(commented))["kubernetes_sd_configs"]
    [selector] = job["selectors"]
    assert job["role"] == selector["role"] == "pod"
    assert selector["label"] == ",".join(f"{name}={value}" for name, value in LABELS.items())
    assert len(CONTAINER["ports"]) == 1


def test_ports_are_named_once() -> None:
    """Service and NetworkPolicy use the container's port and no other."""
    [port] = CONTAINER["ports"]
    [served] = OBJECTS["Service"]["spec"]["ports"]
    [allowed] = OBJECTS["NetworkPolicy"]["spec"]["ingress"]
    assert served["targetPort"] == port["name"]
    assert [each["port"] for each in allowed["ports"]] == [port["name"]]


def test_every_secret_has_its_place_and_no_example_is_a_secret() -> None:
    """S77: With the examples the service does not start, and says why."""
    assert CONTAINER["envFrom"] == [{"secretRef": {"name": SECRET["metadata"]["name"]}}]
    text = (ROOT / "deploy/kubernetes/secret.example.yaml").read_text()
    for setting in fields(Settings):
        assert not setting.metadata["secret"] or setting.metadata["variable"] in text
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(SECRET["stringData"])
    for name in SECRET["stringData"]:
        assert name in str(refused.value)


def test_the_policy_holds_for_every_network() -> None:
    """DNS and the database can be reached in a pod, on the node and outside.

    Some networks take an `ipBlock` for what is outside of the cluster alone; OpenShift's DNS pods
    listen at 5353, and a cache of names is on the node, in no namespace.
    """
    allowed = OBJECTS["NetworkPolicy"]["spec"]["egress"]
    assert [rule for rule in allowed if "to" in rule] == []
    ports = [port for rule in allowed for port in rule["ports"]]
    for wanted in (53, 5353):
        assert {port["protocol"] for port in ports if port["port"] == wanted} == {"UDP", "TCP"}
    assert {"protocol": "TCP", "port": 27015, "endPort": 27017} in ports


def test_one_stays_while_another_goes() -> None:
    """An update or a drained node leaves a running pod."""
    deployment = OBJECTS["Deployment"]["spec"]
    assert deployment["replicas"] > OBJECTS["PodDisruptionBudget"]["spec"]["maxUnavailable"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_a_strict_cluster_takes_the_pods() -> None:
    """They obey the Pod Security Standard "restricted"; the cluster may choose the user.

    Without `runAsUser` the image's own counts, by its number: of a name the kubelet cannot know
    that it is not root's.
    """
    assert POD["automountServiceAccountToken"] is POD["enableServiceLinks"] is False
    assert POD["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [volume.keys() - {"name"} for volume in POD["volumes"]] == [{"emptyDir"}]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
