"""The deployment on Modal: its image, files and secrets."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

import modal_deploy
from authapi.settings import Settings, SettingsError
from tests.modal import definition
from tests.support.servers import ROOT, clean_environment


def test_the_image_installs_every_pin_and_checks_its_hash() -> None:
    """It has the releases of requirements.txt."""
    commands, files = definition.build_steps()
    (requirements,) = files.values()
    assert Path(requirements) == ROOT / "requirements.txt"
    pins = re.findall(r"^[a-z0-9-]+==\S+", Path(requirements).read_text(), re.MULTILINE)
    assert len(pins) > 20
    assert any("uv pip install" in line and "--require-hashes" in line for line in commands)
    assert any("FROM python:3.13" in line for line in definition.base_steps())


def test_every_file_of_the_package_is_uploaded() -> None:
    """Code, pages, scripts and lists are there."""
    package = ROOT / "authapi"
    ours = {
        f"/root/authapi/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "/root/authapi/reference/templates/docs.html" in ours
    assert set(definition.uploaded_files()) == ours


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.py.bak",
        "jwt_secret",
        "signing-key.pem",
        "core/server.key",
        "instance/jwt_secret",
        "instance/mongo/data/collection-1.wt",
        "reference/templates/.env",
        "reference/static/id_rsa",
        "accounts/__pycache__/store.cpython-313.pyc",
    ],
)
def test_secrets_and_data_are_not_uploaded(path: str) -> None:
    """Other files in the package's folder are left out."""
    assert not modal_deploy.UPLOADED(Path(path))


def test_the_secret_must_hold_what_production_demands() -> None:
    """S77: Modal refuses a secret without these variables."""
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environ({})
    demanded = [problem.split()[0] for problem in refusal.value.problems]
    assert sorted(definition.required_keys()) == sorted(demanded)


def test_it_is_imported_where_only_the_code_is(tmp_path: Path) -> None:
    """The container has no requirements.txt and no login to Modal."""
    shutil.copy(ROOT / "modal_deploy.py", tmp_path)
    for name, file in definition.uploaded_files().items():
        target = tmp_path / Path(name).relative_to("/root")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    environment = clean_environment({"HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)})
    command = [sys.executable, "-W", "error", "-c", "import modal_deploy"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)


def test_the_function_returns_the_service(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It creates the app from the secret's variables."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = modal_deploy.flask_app.local()
    assert isinstance(app, Flask)
    assert app.test_client().get("/healthz").get_json()["service"] == "authapi"
