"""The server's program: SecantusDB, as installed beside this Python.

Its licence is GPL-2.0-only: it is found by its metadata and run, never imported.
"""

import platform
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from authapi.core.durable_files import write_durably
from authapi.embedded.data_directory import DataDirectory
from authapi.embedded.errors import EmbeddedUnavailable

_DISTRIBUTION = "SecantusDB"
_SCRIPT = "secantusd-py"


@dataclass(frozen=True)
class Program:
    """An installed server."""

    path: Path
    version: str


def installed() -> Program:
    """Return the installed server; EmbeddedUnavailable if there is none."""
    try:
        distribution = metadata.distribution(_DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise _missing() from None
    listed = [Path(str(f.locate())) for f in distribution.files or () if f.name == _SCRIPT]
    found = [path.resolve() for path in listed if path.exists()]
    if not found and (elsewhere := shutil.which(_SCRIPT)):
        found = [Path(elsewhere).resolve()]
    if not found:
        raise _missing()
    return Program(found[0], distribution.version)


def stamp(directory: DataDirectory, program: Program) -> None:
    """Note the version in `directory`; EmbeddedUnavailable if another one wrote its data.

    Before its version 1.0 SecantusDB does not migrate data.
    """
    version = directory.version()
    if version is None:
        write_durably(directory.version_file, program.version)
    elif version != program.version:
        raise EmbeddedUnavailable(
            f"The data in {directory.path} were written by {_DISTRIBUTION} {version}, but"
            f" {program.version} is installed: install {_DISTRIBUTION}=={version}, or delete"
            f" {directory.path} to begin with an empty database."
        )


def _missing() -> EmbeddedUnavailable:
    return EmbeddedUnavailable(
        f"{_DISTRIBUTION}, the embedded database, is not installed for Python"
        f" {platform.python_version()} on {platform.system()} {platform.machine()}: set MONGO_URI"
        " to a MongoDB server, or use Python 3.11 to 3.13 on Linux (x86_64, aarch64) or macOS"
        " (arm64) with requirements-embedded.txt, which pip installs as authapi-flask[embedded]."
    )
