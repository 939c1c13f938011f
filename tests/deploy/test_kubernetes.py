"""`deploy/kubernetes/`: by Kubernetes' own schemas, and as its parts have to fit together."""

from __future__ import annotations

from typing import Any

import pytest

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
    """Release 1.31 and those after it; a member that it does not know would be passed over."""
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
    """The check above can fail: a misspelt name, a wrong type, a member that is missing."""
    wrong = {**OBJECTS[kind], "spec": {**OBJECTS[kind]["spec"], member: value}}
    with pytest.raises(AssertionError, match=member):
        schemas.check_kubernetes(wrong)


def test_a_wrong_probe_is_refused() -> None:
    """Deep inside, as well."""
    probe = {**CONTAINER, "startupProbe": {"httpGet": {"path": "/readyz"}}}
    template = {"metadata": {"labels": LABELS}, "spec": {**POD, "containers": [probe]}}
    deployment = OBJECTS["Deployment"]
    wrong = {**deployment, "spec": {**deployment["spec"], "template": template}}
    with pytest.raises(AssertionError, match="port"):
        schemas.check_kubernetes(wrong)


def test_every_object_finds_the_pods() -> None:
    """Whoever selects them by their labels selects all of them."""
    spec = {kind: each["spec"] for kind, each in OBJECTS.items()}
    [spread] = POD["topologySpreadConstraints"]
    assert {
        "Deployment": spec["Deployment"]["selector"]["matchLabels"],
        "Service": spec["Service"]["selector"],
        "PodDisruptionBudget": spec["PodDisruptionBudget"]["selector"]["matchLabels"],
        "NetworkPolicy": spec["NetworkPolicy"]["podSelector"]["matchLabels"],
        "spread": spread["labelSelector"]["matchLabels"],
    } == dict.fromkeys([*spec, "spread"], LABELS)


def test_ports_are_named_once() -> None:
    """The Service and the NetworkPolicy let requests reach the container's port, and no other."""
    [port] = CONTAINER["ports"]
    [served] = OBJECTS["Service"]["spec"]["ports"]
    [allowed] = OBJECTS["NetworkPolicy"]["spec"]["ingress"]
    assert served["targetPort"] == port["name"]
    assert [each["port"] for each in allowed["ports"]] == [port["name"]]


def test_every_secret_is_in_the_example_and_no_example_is_a_secret() -> None:
    """S77: applied as it is, the service does not start, and says what is to be changed."""
    refs = [
        entry["valueFrom"]["secretKeyRef"] for entry in CONTAINER["env"] if "valueFrom" in entry
    ]
    assert {ref["name"] for ref in refs} == {SECRET["metadata"]["name"]}
    assert {ref["key"] for ref in refs} == SECRET["stringData"].keys()
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(SECRET["stringData"])
    for name in SECRET["stringData"]:
        assert name in str(refused.value)


def test_one_stays_while_another_goes() -> None:
    """At an update and while a node is drained; a container may do nothing but serve."""
    deployment = OBJECTS["Deployment"]["spec"]
    assert deployment["replicas"] > OBJECTS["PodDisruptionBudget"]["spec"]["maxUnavailable"]
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert POD["automountServiceAccountToken"] is POD["enableServiceLinks"] is False
    assert POD["securityContext"]["runAsNonRoot"]
    confined = CONTAINER["securityContext"]
    assert confined["readOnlyRootFilesystem"]
    assert not confined["allowPrivilegeEscalation"]
    assert confined["capabilities"] == {"drop": ["ALL"]}
    user = POD["securityContext"]
    image = (ROOT / "Dockerfile").read_text()
    assert f"USER {user['runAsUser']}:{user['runAsGroup']}\n" in image
