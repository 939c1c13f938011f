"""Extracts the schemas of a Cloud Run service from Google's discovery document.

    python scripts/build_cloud_run_schema.py

The client library with the document takes 111 MB, the extract 12 kB. To update it, change the pin
in scripts/cloud-run-sources.txt, run this script, and commit what it wrote.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from fetching import fetch

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "scripts" / "cloud-run-sources.txt"
TARGET = ROOT / "tests" / "deploy" / "cloud-run-service.json"
DOCUMENT = "googleapiclient/discovery_cache/documents/run.v1.json"
KEPT = ("$ref", "additionalProperties", "enum", "items", "properties", "type")


def main() -> None:
    """Download the document, and write the schema of a service with all that it refers to."""
    with tempfile.TemporaryDirectory() as folder:
        [wheel] = fetch(SOURCES, Path(folder))
        with ZipFile(wheel) as archive:
            document = json.loads(archive.read(DOCUMENT))
    names = ["Service"]
    for name in names:
        names += sorted(set(references(document["schemas"][name])) - set(names))
    schemas = {name: cut(document["schemas"][name]) for name in sorted(names)}
    source = f"{document['title']} {document['version']}, revision {document['revision']}"
    described = {"source": f"{source}, by Google, under the Apache License 2.0", "schemas": schemas}
    TARGET.write_text(json.dumps(described, indent=1) + "\n")
    print(f"{TARGET.relative_to(ROOT)}: {len(schemas)} schemas of {source}")


def references(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the names of the schemas that a schema refers to."""
    if "$ref" in schema:
        yield schema["$ref"]
    for part in [*schema.get("properties", {}).values(), *members(schema)]:
        yield from references(part)


def members(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas of the members of a list or a map."""
    return [schema[key] for key in ("items", "additionalProperties") if key in schema]


def cut(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without descriptions and other members that do not affect validation."""
    kept = {key: schema[key] for key in KEPT if key in schema}
    for key in ("items", "additionalProperties"):
        if key in kept:
            kept[key] = cut(kept[key])
    if "properties" in kept:
        kept["properties"] = {name: cut(part) for name, part in kept["properties"].items()}
    return kept


if __name__ == "__main__":
    main()
