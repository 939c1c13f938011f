"""The production server's own variables; docs/deployment.md lists them too."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, fields

from authapi.core.cores import usable_cores
from authapi.core.environment import SettingsError, parse, variable
from authapi.core.parsers import integer
from authapi.settings import Settings

QUICK_THREADS = 14
"""Threads of each process that are never taken by logins and slow bodies."""


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(
            "must be an IP address: 127.0.0.1, or 0.0.0.0 for every IPv4 one of this machine"
        ) from None


@dataclass(frozen=True)
class Options:
    """Where the server listens, its processes and threads, and how long a stop may take."""

    host: str = variable("HOST", "127.0.0.1", _address, "the address to listen at")
    port: int = variable("PORT", 8000, integer(1, 65_535), "the port to listen at")
    workers: int = variable(
        "WEB_CONCURRENCY", 0, integer(0, 256), "worker processes; 0: one for each core"
    )
    threads: int = variable(
        "SERVE_THREADS", 0, integer(0, 1000), "threads of each; 0: what the logins need, and 14"
    )
    grace_seconds: int = variable(
        "GRACE_SECONDS", 8, integer(1, 600), "seconds that a stop may take at the most"
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Options:
        """Read the options; an empty variable counts as absent.

        Raises:
            SettingsError: with every problem at once.
        """
        values, problems = parse(cls, environ)
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def processes(self) -> int:
        """How many worker processes there are."""
        return self.workers or usable_cores()

    def threads_for(self, settings: Settings) -> int:
        """Return how many requests one process works on at once.

        A login keeps a thread while its password is hashed and while it waits for its turn. By
        default there are threads for all logins that may wait, and `QUICK_THREADS` more.
        """
        return (
            self.threads or settings.hash_slots_or_cores + settings.hash_queue_limit + QUICK_THREADS
        )


def described() -> str:
    """Return a line for each variable: its name, its default, what it means."""
    return "\n".join(
        f"  {spec.metadata['variable']:16} {spec.default!s:>9}  {spec.metadata['help']}"
        for spec in fields(Options)
    )
