"""Machines that boot systemd: containers of systemd-nspawn with this machine's network."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.debian import OF_THIS_MACHINE, run
from tests.support.servers import ROOT
from tests.support.tools import program
from tests.support.waiting import DEADLINE

STEPS = re.findall(
    r"^ *```sh\n(.*?)^ *```",
    (ROOT / "docs" / "deployment.md").read_text().partition("## A virtual machine")[2],
    re.MULTILINE | re.DOTALL,
)
"""The commands that docs/deployment.md gives for a virtual machine, block by block."""


_NETWORK = re.compile(r"PIP_|NPM_CONFIG_|NODE_EXTRA_CA_CERTS$|\w+_PROXY$", re.IGNORECASE)


def _of_the_network() -> list[tuple[str, str]]:
    return [(name, value) for name, value in os.environ.items() if _NETWORK.match(name)]


@contextmanager
def unpacked(tar: Path, files: Path) -> Iterator[Machine]:
    """Make a machine of the files in `tar`, in the folder `files`.

    They are removed at the end: with what a test installs they are about a gigabyte.
    """
    files.mkdir()
    try:
        run(["tar", "-xf", str(tar), "-C", str(files)])
        yield Machine(files)
    finally:
        shutil.rmtree(files)


@dataclass(frozen=True)
class Machine:
    """A machine whose files are in `files`."""

    files: Path

    def do(self, script: str) -> str:
        """Run a shell script in it while it is not running."""
        return run([*self._nspawn(), "--pipe", "sh", "-euc", script])

    def type_as(self, user: str, script: str, *options: str) -> str:
        """Run a shell script in it as one of its users, from that user's home.

        What this machine's environment says of proxies and certificates for pip and npm holds.
        """
        told = [f"--setenv={name}={value}" for name, value in _of_the_network()]
        command = [*self._nspawn(), "--pipe", f"--user={user}", *told, *options]
        return run([*command, "sh", "-euc", f"cd; {script}"])

    @contextmanager
    def booted(self) -> Iterator[Path]:
        """Boot it; yield the file that has its console. It is shut down at the end."""
        console = self.files.with_suffix(".log")
        with console.open("w") as output:
            process = subprocess.Popen(
                [*self._nspawn(), "--boot", "--console=pipe"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield console
            finally:
                process.send_signal(signal.SIGTERM)  # which is an orderly end
                try:
                    process.wait(timeout=DEADLINE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def _nspawn(self) -> list[str]:
        borrowed = [f"--bind-ro={path}" for path in OF_THIS_MACHINE]
        nspawn = program("systemd-nspawn")
        alone = ["--register=no", "--keep-unit"]  # the outer machine may have no systemd running
        return [nspawn, "--quiet", *alone, "-D", str(self.files), *borrowed]
