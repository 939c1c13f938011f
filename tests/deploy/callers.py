"""HTTPS clients, each with a loopback address of its own."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from requests.adapters import HTTPAdapter

from tests.support.actors import Visitor

_hosts = itertools.count(2)


class _From(HTTPAdapter):
    """Connects from one address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, **options, source_address=(self._address, 0))


class Caller(Visitor):
    """A client with an unused address, which trusts one certificate."""

    def __init__(self, base_url: str, trusted: Path) -> None:
        super().__init__(base_url)
        number = next(_hosts)
        self.address = f"127.0.{number >> 8}.{number & 255}"
        self._http.mount("https://", _From(self.address))
        self._http.verify = str(trusted)
        self._http.trust_env = False  # REQUESTS_CA_BUNDLE would win over it
