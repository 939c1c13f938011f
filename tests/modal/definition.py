"""What `modal deploy` would send, read out of Modal's objects without an account."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from modal._utils.async_utils import synchronizer

import modal_deploy


def uploaded_files() -> dict[str, Path]:
    """Return every file that is uploaded: its path in the container, and the file."""
    _, mount = _private(modal_deploy.image)._deps()
    return {
        str(remote): local
        for entry in mount._entries
        for local, remote in entry.get_files_to_upload()
    }


def build_steps() -> tuple[list[str], Mapping[str, str]]:
    """Return the commands that install the requirements, and the files that they read."""
    installed, _ = _private(modal_deploy.image)._deps()
    make: Callable[[str], Any] = _enclosed(installed._load)["dockerfile_function"]
    steps = make("2025.06")
    return steps.commands, steps.context_files


def base_steps() -> list[str]:
    """Return the commands that make the image below the requirements."""
    installed, _ = _private(modal_deploy.image)._deps()
    (base,) = installed._deps()
    make: Callable[[str], Any] = _enclosed(base._load)["dockerfile_function"]
    commands: list[str] = make("2025.06").commands
    return commands


def required_keys() -> list[str]:
    """Return the variables without which Modal refuses the secret."""
    keys: list[str] = _enclosed(_private(modal_deploy.secret)._load)["required_keys"]
    return keys


def function() -> Mapping[str, Any]:
    """Return the function's settings by the names of their arguments."""
    return _enclosed(_private(modal_deploy.flask_app)._load)


def variables() -> dict[str, str]:
    """Return the variables that the function sets by itself."""
    _, given = function()["secrets"]
    found: dict[str, str] = _enclosed(_enclosed(given._load)["load_env_dict"])["env_dict_filtered"]
    return found


def _private(thing: object) -> Any:  # noqa: ANN401 - Modal's own classes
    translate: Any = synchronizer._translate_in
    return translate(thing)


def _enclosed(function: Callable[..., Any]) -> Mapping[str, Any]:
    return inspect.getclosurevars(function).nonlocals
