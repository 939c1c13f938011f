"""The service as a container of Modal serves it: Modal's adapter, fed over HTTP by an ASGI server.

In a container Modal's own client brings each request; here `granian tests.modal.container:serve`
does. Everything in between is Modal's code.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from modal._runtime.asgi import wsgi_app_wrapper
from modal._runtime.execution_context import _set_current_context_ids

import modal_deploy

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Requests:
    """Stands for Modal's client: hands each call the messages of its own request."""

    def __init__(self) -> None:
        self._receivers: dict[str, Receive] = {}
        self._numbers = itertools.count(1)

    def add(self, receive: Receive) -> str:
        call = f"fc-{next(self._numbers)}"
        self._receivers[call] = receive
        return call

    @property
    def get_data_in(self) -> _Requests:
        return self

    async def aio(self, call: str, _attempt: str) -> AsyncIterator[Message]:
        receive = self._receivers.pop(call)
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            yield message


_requests = _Requests()
_wrap: Any = wsgi_app_wrapper
_serve, _ = _wrap(modal_deploy.flask_app.local(), _requests)


async def serve(scope: Message, receive: Receive, send: Send) -> None:
    """Answer one request as Modal does."""
    scope.pop("state", None)
    call = _requests.add(receive)
    done = _set_current_context_ids(["in-1"], [call], ["attempt-1"])
    try:
        async for message in _serve(scope):
            await send(message)
    finally:
        done()
