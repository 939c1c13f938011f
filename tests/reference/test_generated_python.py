"""A client that openapi-python-client makes of `/openapi.json`, used against the service."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.actors import PASSWORD, Visitor, fresh_name
from tests.support.waiting import LONGEST

PACKAGE = "generated_client"


@pytest.fixture(scope="module")
def generated(base_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a package made of the live description; a single warning fails."""
    folder = tmp_path_factory.mktemp("generated")
    visitor = Visitor(base_url)
    (folder / "openapi.json").write_text(visitor.send("GET", "/openapi.json").text)
    visitor.close()
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--path", "openapi.json", "--output-path", PACKAGE, "--meta", "none"]
    tools = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=tools, capture_output=True, text=True, check=False, timeout=LONGEST
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return folder


@pytest.fixture
def package(generated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, imported."""
    monkeypatch.syspath_prepend(str(generated))
    yield importlib.import_module(PACKAGE)
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


class Generated:
    """The generated functions and models, by name."""

    def __init__(self, package: ModuleType, base_url: str) -> None:
        self._package = package
        self._base_url = base_url
        self.models: Any = importlib.import_module(f"{PACKAGE}.models")

    def call(self, operation: str, token: str | None = None, **arguments: Any) -> Any:  # noqa: ANN401
        """Call an operation of the room `auth`; return its whole response."""
        module: Any = importlib.import_module(f"{PACKAGE}.api.auth.{operation}")
        return module.sync_detailed(client=self._client(token), **arguments)

    def _client(self, token: str | None) -> Any:  # noqa: ANN401
        strict = {"base_url": self._base_url, "raise_on_unexpected_status": True}
        if token is None:
            return self._package.Client(**strict)
        return self._package.AuthenticatedClient(token=token, **strict)

    def logged_in(self) -> tuple[str, Any]:
        """Register and log in; return the name and the tokens."""
        name = fresh_name()
        registration = self.models.Registration(username=name, password=PASSWORD)
        assert self.call("register", body=registration).parsed.message
        credentials = self.models.Credentials(username=name, password=PASSWORD)
        return name, self.call("authenticate", body=credentials).parsed


@pytest.fixture
def client(package: ModuleType, base_url: str) -> Generated:
    """A user of the generated package."""
    return Generated(package, base_url)


def test_it_registers_logs_in_and_opens_what_is_protected(client: Generated) -> None:
    """Bodies go out of models, answers come back as models, the token by the client's own means."""
    name, tokens = client.logged_in()
    assert (type(tokens), tokens.expires_in) == (client.models.SignedIn, 900)
    assert client.call("get_protected", tokens.access_token).parsed.message == f"Hello, {name}!"


def test_it_refreshes_and_repeats_with_its_key(client: Generated) -> None:
    """The Idempotency-Key is an argument: the repeat gets the same successor."""
    _, tokens = client.logged_in()
    body = client.models.RefreshToken(refresh_token=tokens.refresh_token)
    first, second = (
        client.call("refresh", body=body, idempotency_key="a-key-of-this-test").parsed
        for _ in range(2)
    )
    assert first.refresh_token == second.refresh_token != tokens.refresh_token


def test_it_lists_the_sessions_and_ends_one(client: Generated) -> None:
    """Times are times, and the current session can be told from the others."""
    _, tokens = client.logged_in()
    (session,) = client.call("list_sessions", tokens.access_token).parsed.sessions
    assert session.current is True
    assert session.first_seen <= session.last_seen < session.expires_at
    assert client.call("end_session", tokens.access_token, session_id=session.id).parsed.message


def test_it_reads_who_one_is_and_deletes_the_account(client: Generated) -> None:
    """A DELETE with a body is within its reach."""
    name, tokens = client.logged_in()
    assert client.call("get_me", tokens.access_token).parsed.username == name
    body = client.models.Deletion(password=PASSWORD)
    assert client.call("delete_me", tokens.access_token, body=body).status_code == HTTPStatus.OK
    gone = client.call("authenticate", body=client.models.Credentials(name, PASSWORD))
    assert gone.parsed.code is client.models.ErrorCode.INVALID_CREDENTIALS


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [
        ("authenticate", HTTPStatus.UNAUTHORIZED, "INVALID_CREDENTIALS"),
        ("refresh", HTTPStatus.BAD_REQUEST, "INVALID_REFRESH_TOKEN"),
        ("register", HTTPStatus.UNPROCESSABLE_ENTITY, "VALIDATION_ERROR"),
        ("get_protected", HTTPStatus.UNAUTHORIZED, "INVALID_TOKEN"),
    ],
)
def test_a_failure_is_a_model_with_a_code(
    client: Generated, operation: str, status: HTTPStatus, code: str
) -> None:
    """Every failure is the same model, and its code one of an enumeration."""
    models = client.models
    arguments = {
        "authenticate": {"body": models.Credentials(username=fresh_name(), password=PASSWORD)},
        "refresh": {"body": models.RefreshToken(refresh_token="not one of ours")},
        "register": {"body": models.Registration(username=fresh_name(), password="short")},
        "get_protected": {"token": "not one of ours"},
    }[operation]
    answer = client.call(operation, **arguments)
    assert answer.status_code == status
    assert isinstance(answer.parsed, models.Error)
    assert answer.parsed.code is models.ErrorCode[code]
    assert answer.parsed.message == json.loads(answer.content)["message"]


def test_a_validation_error_names_its_fields(client: Generated) -> None:
    """`errors` is a mapping of lists in the model too."""
    body = client.models.Registration(username=fresh_name(), password="short")
    errors = client.call("register", body=body).parsed.errors
    assert errors.additional_keys == ["password"]
    assert errors["password"] == ["Password must be at least 8 characters long."]
