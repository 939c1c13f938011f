"""What the production server is told: `docs/deployment.md` is the mirror."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from authapi.core.cores import usable_cores
from authapi.core.parsers import integer
from authapi.settings import Settings, SettingsError

QUICK_THREADS = 14
"""Threads of each process that no login can take: what is quick is answered by them."""


def _option(variable: str, default: Any, read: Callable[[str], Any], meaning: str) -> Any:  # noqa: ANN401
    return field(default=default, metadata={"variable": variable, "read": read, "help": meaning})


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError(
            "must be an IP address: 127.0.0.1, or 0.0.0.0 for every IPv4 one of this machine"
        ) from None


@dataclass(frozen=True)
class Options:
    """Where the server listens, how much it does at once, and how long its stop may take."""

    host: str = _option("HOST", "127.0.0.1", _address, "the address to listen at")
    port: int = _option("PORT", 8000, integer(1, 65_535), "the port to listen at")
    workers: int = _option(
        "WEB_CONCURRENCY", 0, integer(0, 256), "worker processes; 0: one for each core"
    )
    threads: int = _option(
        "SERVE_THREADS", 0, integer(0, 1000), "threads of each; 0: what the logins need, and 14"
    )
    grace_seconds: int = _option(
        "GRACE_SECONDS", 8, integer(1, 600), "seconds that a stop may take at the most"
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Options:
        """Read the options; an empty variable counts as absent.

        Raises:
            SettingsError: with every problem at once.
        """
        values: dict[str, Any] = {}
        problems: list[str] = []
        for spec in fields(cls):
            variable, read = spec.metadata["variable"], spec.metadata["read"]
            if text := environ.get(variable, "").strip():
                try:
                    values[spec.name] = read(text)
                except ValueError as problem:
                    problems.append(f"{variable} {problem}")
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def processes(self) -> int:
        """How many worker processes there are."""
        return self.workers or usable_cores()

    def threads_for(self, settings: Settings) -> int:
        """Return how many requests one process works on at once.

        Every login that is hashed or waits for its turn keeps a thread, and so does every one that
        waits behind another login of the same account: unless told otherwise, there are threads
        for all of them, and some more.
        """
        return self.threads or settings.hash_slots_or_cores + settings.hash_seats + QUICK_THREADS


def described() -> str:
    """Return a line for each variable: its name, its default, what it means."""
    return "\n".join(
        f"  {spec.metadata['variable']:16} {spec.default!s:>9}  {spec.metadata['help']}"
        for spec in fields(Options)
    )
