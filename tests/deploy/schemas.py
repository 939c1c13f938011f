"""Each platform's own description of valid files, taken from its client library."""

from __future__ import annotations

import json
import subprocess
import sys
import typing
from collections.abc import Mapping
from enum import EnumType
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
from azure.mgmt.appcontainers import models

_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "any": object,
}


def check_aws(service: str, request_type: str, request: Mapping[str, Any], folder: Path) -> None:
    """Fail unless `request` has the type that AWS's client library has for it, as mypy judges it.

    Args:
        service: the client's name, such as "ecs".
        request_type: the type's name in the package of types that are made from AWS's description.
        request: what is to be sent.
        folder: where a file for mypy may be written.
    """
    code = folder / "request.py"
    code.write_text(
        f"from types_boto3_{service}.type_defs import {request_type}\n\n"
        f"request: {request_type} = {request!r}\n"
    )
    command = [sys.executable, "-m", "mypy", "--ignore-missing-imports", f"--cache-dir={folder}"]
    done = subprocess.run([*command, str(code)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def check_google(name: str, value: Mapping[str, Any]) -> None:
    """Fail unless `value` is the object `name` of Cloud Run's discovery document.

    It is a part of Google's, cut out by scripts/build_cloud_run_schema.py.
    """
    described = json.loads(Path(__file__).with_name("cloud-run-service.json").read_text())
    _check_google(described["schemas"], {"$ref": name}, value, name)


def _check_google(
    schemas: Mapping[str, Any], schema: Mapping[str, Any], value: object, where: str
) -> None:
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    if schema["type"] == "array":
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            _check_google(schemas, schema["items"], item, f"{where}[{number}]")
    elif schema["type"] == "object":
        assert isinstance(value, dict), where
        for key, member in value.items():
            known = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
            assert known, f"{where} has no {key}"
            _check_google(schemas, known, member, f"{where}.{key}")
    else:
        assert isinstance(value, _PYTHON[schema["type"]]), where
        assert isinstance(value, bool) is (schema["type"] == "boolean"), where
        assert value in schema.get("enum", [value]), where


def check_azure(name: str, value: Mapping[str, Any]) -> None:
    """Fail unless `value` is the object `name` of Azure's client library."""
    _check_azure(getattr(models, name), value, name)


def _check_azure(kind: Any, value: object, where: str) -> None:  # noqa: ANN401 - any annotation
    kinds = [one for one in (typing.get_args(kind) or [kind]) if one is not type(None)]
    enums: list[Any] = [one for one in kinds if isinstance(one, EnumType)]
    if typing.get_origin(kind) is list:
        assert isinstance(value, list), where
        for number, item in enumerate(value):
            _check_azure(kinds[0], item, f"{where}[{number}]")
    elif typing.get_origin(kind) is dict:
        assert isinstance(value, dict), where
        for key, member in value.items():
            _check_azure(kinds[1], member, f"{where}.{key}")
    elif enums:
        assert value in [member.value for member in enums[0]], where
    elif len(kinds) == 1 and kinds[0] is not kind:
        _check_azure(kinds[0], value, where)
    elif kind in (str, int, float, bool):
        assert isinstance(value, (int, float) if kind is float else kind), where
        assert isinstance(value, bool) is (kind is bool), where
    else:
        _check_azure_model(kind, value, where)


def _check_azure_model(kind: Any, value: object, where: str) -> None:  # noqa: ANN401 - a class
    kind()  # which makes the library fill in the fields
    hints = typing.get_type_hints(kind, localns={"_models": models})
    known = {field._rest_name: hints[name] for name, field in kind._attr_to_rest_field.items()}
    assert isinstance(value, dict), where
    for key, member in value.items():
        assert key in known, f"{where} has no {key}"
        _check_azure(known[key], member, f"{where}.{key}")


def check_schema(name: str, value: object) -> None:
    """Fail unless `value` fits the JSON schema that the package check-jsonschema has as `name`."""
    file = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / f"{name}.json"
    problems = jsonschema_rs.validator_for(json.loads(file.read_text())).iter_errors(value)
    assert not [f"{problem.instance_path}: {problem.message}" for problem in problems]


def check_kubernetes(value: Mapping[str, Any]) -> None:
    """Fail unless Kubernetes takes an object, and knows each of its members.

    By its own schemas, cut out by scripts/build_kubernetes_schemas.py.
    """
    known = json.loads(Path(__file__).with_name("kubernetes-schemas.json").read_text())["$defs"]
    [name] = [name for name in known if name.endswith(f".{value['kind']}")]
    schema = {"$ref": f"#/$defs/{name}", "$defs": known}
    found = jsonschema_rs.validator_for(schema).iter_errors(value)
    problems = [f"{problem.instance_path}: {problem.message}" for problem in found]
    assert not problems, problems
