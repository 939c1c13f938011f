"""A tab in a private window of Chromium, which Playwright does not show."""

import itertools
import json
from typing import Any

from playwright.sync_api import CDPSession

from tests.extension import Json
from tests.extension.browser import Page
from tests.support.waiting import until


class PrivatePage:
    """One tab, reached over a session of another tab."""

    def __init__(self, session: CDPSession, target: str, other: Page) -> None:
        self._session = session
        self._other = other
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        session.on("Target.receivedMessageFromTarget", self._hear)
        attached = session.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        self._id = attached["sessionId"]

    def _hear(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if event["sessionId"] == self._id and "id" in message:
            self._answers[message["id"]] = message

    def run(self, body: str) -> Json:
        """Run the body of an asynchronous function in the tab and return its JSON."""
        number = next(self._numbers)
        expression = f"(async () => {{ {body} }})().then((v) => JSON.stringify(v ?? null))"
        params = {"expression": expression, "awaitPromise": True}
        message = {"id": number, "method": "Runtime.evaluate", "params": params}
        self._session.send(
            "Target.sendMessageToTarget", {"sessionId": self._id, "message": json.dumps(message)}
        )
        answer = until(lambda: self._look(number), "the private tab to answer")
        result = answer["result"]
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return json.loads(result["result"]["value"])

    def _look(self, number: int) -> dict[str, Any] | None:
        self._other.run("")  # lets Playwright read what has come
        return self._answers.get(number)
