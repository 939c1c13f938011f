"""One deadline for all database operations of a request; no second wait after a failure."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from typing import ParamSpec, TypeVar

import pymongo
from pymongo.errors import OperationFailure

from authapi.database.errors import FAILURES, DatabaseUnavailable, timed_out

P = ParamSpec("P")
T = TypeVar("T")

PAUSE = 0.5
"""Seconds after a failure in which no other request waits for the database."""

_SHARE = 1.25  # of the time that one operation may take, for all of a request together


def without_an_end() -> AbstractContextManager[None]:
    """Return a block whose operations have no deadline.

    PyMongo takes 0 for none; None would leave the client's own timeout in force.
    """
    return pymongo.timeout(0)


class RequestScope:
    """The block that answers one request; its operations share one deadline.

    Attributes:
        spent: seconds that its operations took.
        failed: whether one found the database away.
        in_operation: whether one is under way.
    """

    spent = 0.0
    failed = in_operation = False

    def __enter__(self) -> RequestScope:
        self._token: Token[RequestScope | None] = _scope.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _scope.reset(self._token)


_scope: ContextVar[RequestScope | None] = ContextVar("authapi_request_scope", default=None)


class Deadlines:
    """Bounds the time of one database's operations for each request.

    The time between two operations does not count: a login may have to wait for its hash.

    Args:
        timeout: seconds that one operation may take; the client has the same.
        monotonic: tells the seconds that have passed; a test may move them.
    """

    def __init__(self, timeout: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._timeout = timeout
        self._budget = timeout * _SHARE
        self._monotonic = monotonic
        self._failed_at: float | None = None

    def run(self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an operation within the request's deadline; outside a request, without one.

        Raises:
            DatabaseUnavailable: at once, when the request's time is used up, when it had a failure
                before, or when the database failed just now; one request tries every `PAUSE`.
        """
        scope = _scope.get()
        if scope is None or scope.in_operation:
            return operation(*args, **kwargs)
        begun = self._admit(scope)
        scope.in_operation = True
        try:
            result = self._in_time(scope, operation, *args, **kwargs)
        except FAILURES as error:
            self._note(scope, error)
            raise
        except StopIteration:  # the end of a cursor
            self._failed_at = None
            raise
        finally:
            scope.in_operation = False
            scope.spent += self._monotonic() - begun
        self._failed_at = None
        return result

    def _note(self, scope: RequestScope, error: Exception) -> None:
        """Remember a failure by timeout; after any other the next operation is tried."""
        scope.failed = isinstance(error, DatabaseUnavailable) or timed_out(error)
        if timed_out(error):
            self._failed_at = self._monotonic()
        elif isinstance(error, OperationFailure):
            self._failed_at = None  # a refusal is an answer

    def _admit(self, scope: RequestScope) -> float:
        now = self._monotonic()
        if scope.failed or scope.spent >= self._budget:
            raise DatabaseUnavailable("The database did not answer this request in time.")
        failed_at = self._failed_at
        if failed_at is not None:
            if now - failed_at < PAUSE:
                raise DatabaseUnavailable("The database did not answer a moment ago.")
            self._failed_at = now  # this request tries; the others fail at once
        return now

    def _in_time(
        self, scope: RequestScope, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        left = self._budget - scope.spent
        if left >= self._timeout:
            return operation(*args, **kwargs)  # the client's own timeout comes first
        with pymongo.timeout(left):
            return operation(*args, **kwargs)
