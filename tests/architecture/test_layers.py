"""The rules about imports and sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.support.servers import ROOT

PLACES = ("authapi/database/", "authapi/embedded/")
FILES = sorted((ROOT / "authapi").rglob("*.py"))
CLIENT = sorted((ROOT / "clients" / "python").rglob("*.py"))


@cache
def imports(path: Path) -> list[str]:
    """Return the name of every module that a file imports."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def importers(package: str) -> set[str]:
    """Return the files, relative to the project, that import `package`."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if any(name.split(".")[0] == package for name in imports(path))
    }


def test_rooms_import_downwards_only() -> None:
    """The layers of `pyproject.toml` hold."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_only_the_token_room_imports_jwt() -> None:
    """S31: two files know the library, one for tokens and one for keys."""
    assert importers("jwt") == {"authapi/tokens/codec.py", "authapi/tokens/jwks.py"}


def test_only_one_module_speaks_smtp() -> None:
    """Only one module knows what a mail server may answer."""
    assert importers("smtplib") == {"authapi/mail/smtp.py"}


def test_only_databases_and_stores_import_pymongo() -> None:
    """No other module uses PyMongo."""
    found = importers("pymongo") | importers("flask_pymongo") | importers("bson")
    assert not [name for name in found if not name.startswith(PLACES) and "/store" not in name]


def test_only_views_commands_and_what_makes_an_app_import_flask() -> None:
    """Services of any file name, such as `signin/proving.py`, are free of HTTP."""
    found = importers("flask") | importers("werkzeug")
    others = {name for name in found if not re.search(r"/routes|authapi/(web|cli)/", name)}
    assert others <= {
        "authapi/__main__.py",
        "authapi/app.py",
        "authapi/host.py",
        "authapi/server/main.py",
        "authapi/server/body.py",  # a late body is werkzeug's 408
        "authapi/testing.py",
        "authapi/pytest_plugin.py",
        "authapi/accounts/schemas.py",  # the app's own lists of domains and languages
        "authapi/database/connection.py",  # Flask-PyMongo wants an app
        "authapi/pages/endpoint.py",  # a page asks the view of its endpoint
        "authapi/passwords/formats.py",  # werkzeug's own hashes
        "authapi/tokens/own_claims.py",  # registers an app's function
    }


def test_shapes_are_in_schemas_or_beside_a_view() -> None:
    """Services get plain, validated values, so only schemas and views import marshmallow."""
    found = importers("marshmallow") | importers("webargs") | importers("flask_smorest")
    assert not [name for name in found if not re.search(r"/(routes|schemas)|/web/|app.py", name)]


def test_views_go_through_a_service() -> None:
    """No view uses a store."""
    views = [path for path in FILES if path.name.startswith("routes")]
    assert not [(path, name) for path in views for name in imports(path) if ".store" in name]


def test_no_room_imports_another_rooms_store_or_routes() -> None:
    """Only the wiring does; rooms use each other's services, rules and types."""
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in FILES
        for name in imports(path)
        for room in [path.relative_to(ROOT).parts[1]]
        if re.match(r"authapi\.\w+\.(store|routes)", name)
        and name.split(".")[1] != room
        and room not in {"wiring", "auth", "app.py"}
    }
    assert not found


@pytest.mark.parametrize("package", ["flask", "marshmallow", "pymongo", "jwt"])
def test_the_core_stands_on_its_own(package: str) -> None:
    """It imports no framework."""
    assert not [name for name in importers(package) if name.startswith("authapi/core/")]


def test_the_environment_is_read_in_one_place() -> None:
    """Only `settings.py` and the start of the server read it."""
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in FILES
        if "os.environ" in path.read_text(encoding="utf-8")
    }
    assert readers <= {
        "authapi/__main__.py",  # `authapi run` is for development
        "authapi/app.py",  # hands it to the settings
        "authapi/host.py",  # so does this
        "authapi/pytest_plugin.py",  # a test suite's own database server
        "authapi/server/main.py",  # and this to its options
        "authapi/cli/keys.py",  # rewrites the file that the variable names
        "authapi/web/greeting.py",  # werkzeug's own mark of a reloaded process
        "authapi/embedded/server.py",  # keeps the server's variables away from it
    }


def test_the_client_imports_httpx_alone() -> None:
    """It is installed without the service."""
    packages = {name.split(".")[0] for path in CLIENT for name in imports(path)}
    assert packages - sys.stdlib_module_names == {"httpx", "authapi_client"}


def test_no_file_is_too_long() -> None:
    """About 70 lines, rarely over 200, never over 250."""
    every = FILES + CLIENT
    sizes = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in every}
    assert max(sizes.values()) <= 250, max(sizes, key=lambda name: sizes[name])


def test_no_function_is_longer_than_a_screen() -> None:
    """About 8 lines, rarely over 30, never over 40; what a docstring explains does not count."""
    longest = {
        f"{path.relative_to(ROOT)}::{node.name}": length
        for path in FILES + CLIENT
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := lines_of_code(node)) > 40
    }
    assert not longest


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has without its docstring."""
    first, last = function.body[0], function.body[-1]
    has_docstring = ast.get_docstring(function) is not None
    begin = function.body[1].lineno if has_docstring and len(function.body) > 1 else first.lineno
    return (last.end_lineno or begin) - begin + 1
