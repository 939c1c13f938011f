"""Container images, built from the Dockerfile by buildah, and run.

Neither a Docker engine nor a registry is needed: the base image is a Debian with Python, made on
the spot, in the place of the official Python image.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modal import FilePatternMatcher

from tests.deploy.debian import OF_THIS_MACHINE, run
from tests.support.servers import ROOT
from tests.support.tools import program

BASE = "localhost/python"
IMAGE = "localhost/authapi"


@dataclass(frozen=True)
class Image:
    """A built image: what it says of itself, and where its files are.

    Attributes:
        config: the image's configuration, as Docker knows it.
        files: a folder with the root file system of a container of it.
    """

    config: Mapping[str, Any]
    files: Path

    def command(self, arguments: list[str], variables: Mapping[str, str]) -> list[str]:
        """Return what runs `arguments` as a container would, on a read-only root file system.

        The user, the folder and the environment are those of the image.
        """
        given = [*self.config["Env"], *(f"{name}={value}" for name, value in variables.items())]
        inside = ["env", "-i", "-C", self.config["WorkingDir"], *given, *arguments]
        script = (
            'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" &&'
            ' mount --bind /proc "$0/proc" && mount --rbind /dev "$0/dev" &&'
            ' user=$1 && shift && exec chroot --userspec="$user" --groups= "$0" "$@"'
        )
        user = self.config["User"]
        return ["unshare", "--mount", "sh", "-c", script, str(self.files), user, *inside]


def lay_out(context: Path) -> None:
    """Copy the files that `.dockerignore` does not exclude.

    Debian's buildah takes `**` for less than Docker does, so it is not asked.
    """
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    ignored = FilePatternMatcher(*(line for line in lines if line and not line.startswith("#")))
    for folder in ("", "authapi", "tests", "instance", ".git"):
        pattern = "**/*" if folder else "*"
        for path in (ROOT / folder).glob(pattern):
            name = path.relative_to(ROOT)
            if path.is_file() and not ignored(name):
                (context / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, context / name)
    shutil.copy(ROOT / "Dockerfile", context)


class Builder:
    """Buildah, with a store of its own in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._buildah = program("buildah")

    def make_base(self, tar: Path) -> None:
        """Make the base image of the files in `tar`."""
        container = self.do("from", "scratch")
        self.do("add", "--quiet", container, str(tar), "/")
        self.do("commit", "--quiet", "--rm", container, BASE)

    def build(self) -> Image:
        """Build the Dockerfile, and start a container of the image."""
        context = self._folder / "context"
        lay_out(context)
        for path in context.rglob("*"):  # a checkout that nobody else may read, as under umask 077
            path.chmod(path.stat().st_mode & 0o700)
        shared = [f"--volume={path}:{path}:ro" for path in OF_THIS_MACHINE]
        options = ["--isolation", "chroot", "--format", "docker", "--quiet", *shared]
        self.do("bud", *options, "--from", BASE, "--tag", IMAGE, str(context))
        described = json.loads(self.do("inspect", "--type", "image", IMAGE))
        container = self.do("from", "--pull-never", IMAGE)
        return Image(described["Docker"]["config"], Path(self.do("mount", container)))

    def clean(self) -> None:
        """Remove all containers and images, which are whole copies of their files."""
        self.do("rm", "--all")
        self.do("rmi", "--all", "--force")
        shutil.rmtree(self._folder)

    def do(self, *arguments: str) -> str:
        """Run a command of buildah's, and return what it prints."""
        store = ["--root", f"{self._folder}/root", "--runroot", f"{self._folder}/run"]
        return run([self._buildah, *store, "--storage-driver", "vfs", *arguments])
