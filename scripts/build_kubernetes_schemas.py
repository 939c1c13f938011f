"""Extracts the schemas of our Kubernetes manifests from those of its API.

    python scripts/build_kubernetes_schemas.py

The package with all schemas takes 72 MB, the extract 80 kB. They are those of the oldest release
that the manifests support: later releases accept what it accepts. To update them, change the pin in
scripts/kubernetes-sources.txt or the release below, run this script, and commit what it wrote.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from fetching import fetch

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "scripts" / "kubernetes-sources.txt"
TARGET = ROOT / "tests" / "deploy" / "kubernetes-schemas.json"
RELEASE = "v1.31.0"
DOCUMENT = f"kubernetes_validate/kubernetes-json-schema/{RELEASE}-local-strict/_definitions.json"
KINDS = (
    "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.core.v1.Secret",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.networking.v1.NetworkPolicy",
    "io.k8s.api.policy.v1.PodDisruptionBudget",
)
POINTER = "#/$defs/"


def main() -> None:
    """Download the schemas, and write those of our manifests with all that they refer to."""
    with tempfile.TemporaryDirectory() as folder:
        [wheel] = fetch(SOURCES, Path(folder))
        with ZipFile(wheel) as archive:
            all_of_them = json.loads(archive.read(DOCUMENT))["$defs"]
    names = list(KINDS)
    for name in names:
        names += sorted(set(references(all_of_them[name])) - set(names))
    schemas = {name: cut(all_of_them[name]) for name in sorted(names)}
    source = f"Kubernetes {RELEASE}, by its authors, under the Apache License 2.0"
    TARGET.write_text(json.dumps({"source": source, "$defs": schemas}, indent=1) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(schemas)} schemas of {source}")


def references(schema: object) -> Iterator[str]:
    """Yield the names of the schemas that a schema refers to."""
    if isinstance(schema, dict):
        if isinstance(target := schema.get("$ref"), str):
            yield target.removeprefix(POINTER)
        for part in schema.values():
            yield from references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from references(part)


def cut(schema: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """Return a schema without descriptions and other members that do not affect validation."""
    kept = {
        key: cut(part) if isinstance(part, dict) else part
        for key, part in schema.items()
        if key not in ("description", "format") and not key.startswith("x-")
    }
    if "properties" in kept:
        kept["properties"] = {name: cut(part) for name, part in schema["properties"].items()}
    return kept


if __name__ == "__main__":
    main()
