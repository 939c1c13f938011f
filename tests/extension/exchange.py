"""A request that passes the gate, and its answer."""

import json
from dataclasses import dataclass

from tests.extension import Json


@dataclass
class Answer:
    """What comes back to the browser."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """Return the body's content."""
        return json.loads(self.body)


def answer(status: int, body: str, content_type: str = "application/json", **more: str) -> Answer:
    """Make an answer in place of the service's; `Retry_After` means `Retry-After`."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return Answer(status, {"Content-Type": content_type, **headers}, body.encode())


@dataclass
class Exchange:
    """One request and, once there is one, its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    answer: Answer | None = None

    @property
    def json(self) -> Json:
        """Return what the request says."""
        return json.loads(self.body)
