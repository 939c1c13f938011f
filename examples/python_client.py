"""A client of authapi on `requests`, to copy: it refreshes by itself, and loses no login.

    client = AuthClient("http://127.0.0.1:8000", TokenFile(Path("tokens.json")))
    client.register("ann", "correct horse battery")
    try:
        client.log_in("ann", "correct horse battery")
    except SecondStepRequired as step:
        client.second_step(step, input("Code: "))
    print(client.request("GET", "/protected").json()["message"])
    client.log_out()

Many threads may use one client, and many processes one `TokenFile`. For a service of yours that
takes the same tokens: `requests.get(url, auth=BearerAuth(client, "https://notes.example.org"))`.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import requests
from requests.auth import AuthBase

TIMEOUT_SECONDS = 20
WAITS = (0.5, 1.0, 2.0)
"""Seconds before each repeat, where the service says nothing else by `Retry-After`."""

_LOST = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,  # the answer ended in the middle
)
_TRY_LATER = {429, 503}
_STALE = {"token_expired", "invalid_token"}
_ENDED = {"invalid_refresh_token", "refresh_token_expired"}


class ApiError(Exception):
    """The service said no: `code` is for programs, the text for people."""

    def __init__(self, response: requests.Response) -> None:
        body = _body(response)
        super().__init__(body.get("message") or f"{response.url}: {response.status_code}")
        self.status = response.status_code
        self.code: str | None = body.get("code")
        self.errors: dict[str, list[str]] = body.get("errors", {})
        self.retry_after = _retry_after(response)
        self.request_id = response.headers.get("X-Request-ID")


class SecondStepRequired(ApiError):
    """The password was right, and a code is to come: `AuthClient.second_step` takes both.

    `factors` says what may be shown (`totp`, `recovery_code`), `expires_in` for how many seconds.
    Keep it in memory.
    """

    def __init__(self, response: requests.Response) -> None:
        super().__init__(response)
        body = _body(response)
        self.mfa_token: str = body["mfa_token"]
        self.factors: list[str] = body["factors"]
        self.expires_in: int = body["expires_in"]


class Unreachable(Exception):
    """No answer, however often it was asked for."""


class LoggedOut(Exception):
    """Nobody is logged in, or the service ended the session: log in again."""


@dataclass(frozen=True)
class Grant:
    """A login's tokens, and the Idempotency-Key of a refresh that may be under way."""

    base_url: str
    access_token: str
    refresh_token: str
    fresh_until: float
    key: str | None = None


class Store(Protocol):
    """Where a login rests."""

    def load(self) -> Grant | None:
        """Return the login, if there is one."""

    def save(self, grant: Grant | None) -> None:
        """Keep a login; None forgets it."""

    def alone(self) -> AbstractContextManager[object]:
        """Shut out all others who share this store."""


class Memory:
    """A login that is gone with the process."""

    def __init__(self) -> None:
        self._grant: Grant | None = None
        self._lock = threading.Lock()

    def load(self) -> Grant | None:
        """Return the login, if there is one."""
        return self._grant

    def save(self, grant: Grant | None) -> None:
        """Keep a login; None forgets it."""
        self._grant = grant

    def alone(self) -> AbstractContextManager[object]:
        """Shut out the other threads."""
        return self._lock


class TokenFile:
    """A login in a file for its owner's eyes (0600); replaced as a whole, never half written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> Grant | None:
        """Return the login, if there is one.

        Raises:
            ValueError: when the file holds something else.
        """
        try:
            return Grant(**json.loads(self._path.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            raise ValueError(f"{self._path} holds no login; delete it and log in again") from None

    def save(self, grant: Grant | None) -> None:
        """Keep a login; None forgets it."""
        if grant is None:
            self._path.unlink(missing_ok=True)
            return
        descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".tokens-")
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(asdict(grant), file)
                file.flush()
                os.fsync(descriptor)
            os.replace(name, self._path)
        except BaseException:
            os.unlink(name)
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Shut out other threads and processes (POSIX; on Windows use the package filelock)."""
        import fcntl

        with self._path.with_name(self._path.name + ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class BearerAuth(AuthBase):
    """Puts a fresh access token on requests to `audience`, and renews one that was refused."""

    def __init__(self, client: AuthClient, audience: str) -> None:
        self._client = client
        self._audience = audience.rstrip("/") + "/"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request.

        Raises:
            ValueError: when it goes elsewhere; a token is for its own service only.
        """
        if not (request.url or "").startswith(self._audience):
            raise ValueError(f"{request.url} does not begin with {self._audience}")
        request.headers["Authorization"] = f"Bearer {self._client.access_token()}"
        request.register_hook("response", self._again)  # type: ignore[no-untyped-call]
        return request

    def _again(self, response: requests.Response, **options: Any) -> requests.Response:  # noqa: ANN401
        if not self._worth_repeating(response):
            return response
        sent = response.request.headers["Authorization"].removeprefix("Bearer ")
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {self._client.access_token(stale=sent)}"
        again.deregister_hook("response", self._again)  # type: ignore[no-untyped-call]
        response.close()
        repeated: requests.Response = response.connection.send(again, **options)
        repeated.history.append(response)
        repeated.request = again
        return repeated

    def _worth_repeating(self, response: requests.Response) -> bool:
        """Not after a redirect to elsewhere, and not a stream that has been read already."""
        sent = response.request
        return (
            response.status_code == 401
            and _body(response).get("code") in _STALE
            and response.url.startswith(self._audience)
            and "Authorization" in sent.headers
            and isinstance(sent.body, str | bytes | None)
        )


class AuthClient:
    """An account at the service at `base_url`.

    Args:
        base_url: the service's address.
        store: where the login rests; in memory unless told otherwise.
        patience: seconds that a `Retry-After` may ask for; more is the caller's to decide.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        base_url: str,
        store: Store | None = None,
        *,
        patience: float = 30,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._store = store or Memory()
        self._patience = patience
        self._sleep = sleep
        self._http = requests.Session()
        self._auth = BearerAuth(self, self.base_url)

    def close(self) -> None:
        """Close the connections; the login stays."""
        self._http.close()

    def register(self, username: str, password: str) -> None:
        """Make an account.

        Raises:
            ApiError: `user_exists`, `validation_error`, `rate_limited`.
        """
        key = secrets.token_urlsafe(24)
        self._post("/register", {"username": username, "password": password}, key)

    def log_in(self, username: str, password: str, code: str | None = None) -> None:
        """Log in; `code` is of the second step, where it is known already.

        Raises:
            SecondStepRequired: when the account has a second step, and no code came along.
            ApiError: `invalid_credentials`, `invalid_code`, `rate_limited`.
        """
        self._open("/authenticate", _proof(password, code) | {"username": username})

    def second_step(self, step: SecondStepRequired, code: str) -> None:
        """Finish a login by the code of an authenticator app, or by a recovery code.

        Raises:
            ApiError: `invalid_code`, after which another one may be tried; `invalid_token` when it
                took too long, so that it begins with the password again; `rate_limited`.
        """
        self._open("/authenticate/second", {"mfa_token": step.mfa_token, "code": code})

    def _open(self, path: str, body: dict[str, str]) -> None:
        """With a key, an answer that is lost leaves no session behind, and spends no code."""
        grant = self._grant(self._post(path, body, secrets.token_urlsafe(24)))
        with self._store.alone():
            self._store.save(grant)

    def reauthenticate(self, password: str, code: str | None = None) -> None:
        """Make the login recent, for what answered `insufficient_user_authentication`.

        Raises:
            SecondStepRequired: when the account has a second step, and no code came along.
            ApiError: `invalid_credentials`, `invalid_code`, `rate_limited`.
            LoggedOut, Unreachable
        """
        response = self.request("POST", "/reauthenticate", json=_proof(password, code))
        answer = _answer(response)
        with self._store.alone():
            grant = self._store.load()
            if grant is None or grant.base_url != self.base_url:
                raise LoggedOut("Nobody is logged in.")
            token, until = answer["access_token"], _fresh_until(answer)
            self._store.save(replace(grant, access_token=token, fresh_until=until))

    def forgot_password(self, username: str) -> None:
        """Have a link to a new password mailed, to whoever that is; nobody is told who it is.

        Raises:
            ApiError: `rate_limited`; `not_found` where the service mails nothing.
        """
        self._post("/password/forgot", {"username": username})

    def reset_password(self, token: str, new_password: str) -> None:
        """Choose a new password by what stands behind `#` in the mailed link; then log in by it.

        It is not repeated when its answer is lost: a link is good for one use.

        Raises:
            ApiError: `invalid_link`, `validation_error`.
        """
        self._post("/password/reset", {"token": token, "new_password": new_password}, repeat=False)

    def log_out(self) -> None:
        """End the session; whatever the service says, this client has forgotten it."""
        with self._store.alone():
            grant = self._store.load()
            self._store.save(None)
        if grant is not None and grant.base_url == self.base_url:
            self._post("/logout", {"refresh_token": grant.refresh_token})

    def request(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a request with an access token; nothing is raised for an answer with an error.

        Raises:
            LoggedOut, Unreachable
        """
        repeat = method in {"GET", "HEAD"}
        return self._send(method, path, repeat=repeat, auth=self._auth, **options)

    def access_token(self, stale: str | None = None) -> str:
        """Return a token that is good now; `stale` is one that was just refused.

        The key is kept before the request goes out. Whatever happens then, the next refresh is the
        same request with the same key, and gets the same answer.

        Raises:
            LoggedOut, Unreachable, ApiError
        """
        with self._store.alone():
            grant = self._store.load()
            if grant is None or grant.base_url != self.base_url:
                raise LoggedOut("Nobody is logged in.")
            if grant.access_token != stale and time.time() < grant.fresh_until:
                return grant.access_token
            grant = replace(grant, key=grant.key or secrets.token_urlsafe(24))
            self._store.save(grant)
            fresh = self._refreshed(grant)
            self._store.save(fresh)
            return fresh.access_token

    def _refreshed(self, grant: Grant) -> Grant:
        try:
            body = {"refresh_token": grant.refresh_token}
            return self._grant(self._post("/refresh", body, grant.key))
        except ApiError as error:
            if error.code not in _ENDED:
                raise
            self._store.save(None)
            raise LoggedOut(str(error)) from error

    def _grant(self, answer: dict[str, Any]) -> Grant:
        """Return what an answer grants."""
        access, refresh = answer["access_token"], answer["refresh_token"]
        return Grant(self.base_url, access, refresh, _fresh_until(answer))

    def _post(
        self, path: str, body: dict[str, str], key: str | None = None, *, repeat: bool = True
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": key} if key else {}
        return _answer(self._send("POST", path, repeat=repeat, json=body, headers=headers))

    def _send(self, method: str, path: str, *, repeat: bool, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send; again after a while when the service is busy or, with `repeat`, unheard of."""
        options = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False, **options}
        for wait in (*WAITS, None):
            try:
                response = self._http.request(method, self.base_url + path, **options)
            except _LOST as error:
                if wait is None or not repeat:
                    raise Unreachable(f"No answer from {self.base_url}.") from error
                pause = wait
            else:
                pause = _retry_after(response) or wait or 0
                if response.status_code not in _TRY_LATER or wait is None or pause > self._patience:
                    return response
                response.close()
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def _proof(password: str, code: str | None) -> dict[str, str]:
    """Return what proves who somebody is."""
    return {"password": password} | ({} if code is None else {"code": code})


def _fresh_until(answer: dict[str, Any]) -> float:
    """Return until when an access token is good: from its receipt on, by our own clock."""
    life: float = answer["expires_in"]
    return time.time() + life - min(10, life / 10)


def _answer(response: requests.Response) -> dict[str, Any]:
    """Return an answer that is good.

    Raises:
        ApiError: for any other.
    """
    answer = _body(response)
    if response.status_code == 200 and answer.get("status") == "ok":
        return answer
    if answer.get("code") == "second_factor_required":
        raise SecondStepRequired(response)
    raise ApiError(response)


def _body(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object in an answer; an empty one when something else answered."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(response: requests.Response) -> int | None:
    """Return the seconds in `Retry-After`; the service never sends a date."""
    value = response.headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdigit() else None
