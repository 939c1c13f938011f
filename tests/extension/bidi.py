"""WebDriver BiDi, as much as these tests need: commands over a WebSocket, answers in order."""

import itertools
import json
from contextlib import ExitStack

from websockets.sync.client import ClientConnection, connect

from tests.extension import Json
from tests.support.waiting import DEADLINE


def _connected(address: str) -> ClientConnection:
    """Return a connection that a browser may be slow on, also in answering pings."""
    return connect(address, max_size=None, open_timeout=DEADLINE, ping_interval=None)


class BidiError(Exception):
    """The browser refused a command."""


class Bidi:
    """One session with a browser that listens at an address."""

    def __init__(self, address: str) -> None:
        self._stack = ExitStack()
        self._socket = self._stack.enter_context(_connected(f"{address}/session"))
        self._numbers = itertools.count(1)
        self.command("session.new", capabilities={})

    def command(self, method: str, **params: Json) -> Json:
        """Send one command and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            reply = json.loads(self._socket.recv(timeout=DEADLINE))
            if reply.get("id") != number:
                continue
            if reply["type"] == "error":
                raise BidiError(f"{method}: {reply['message']}")
            return reply["result"]

    def run(self, context: str, body: str) -> Json:
        """Run the body of an asynchronous function in a context and return its JSON."""
        expression = f"(async () => {{ {body} }})().then((value) => JSON.stringify(value ?? null))"
        reply = self.command(
            "script.evaluate", expression=expression, target={"context": context}, awaitPromise=True
        )
        if reply["type"] == "exception":
            raise BidiError(reply["exceptionDetails"]["text"])
        return json.loads(reply["result"]["value"])

    def close(self) -> None:
        """Quit the browser."""
        self.command("browser.close")
        self._stack.close()
