"""The Dockerfile, built (see `tests/deploy/images.py`), and its container."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.deploy.debian import archive
from tests.deploy.images import Builder, Image
from tests.metrics.scraping import TOKEN, scrape
from tests.support import processes
from tests.support.actors import Visitor
from tests.support.servers import ROOT, ServerProcess, free_port, server_process
from tests.support.waiting import DEADLINE, until

pytestmark = [pytest.mark.external, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory, shared_folder: Path) -> Iterator[Image]:
    """The image, built once for all tests."""
    builder = Builder(tmp_path_factory.mktemp("buildah"))
    try:
        builder.make_base(archive(shared_folder))
        yield builder.build()
    finally:
        builder.clean()


@pytest.fixture(scope="module")
def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a container, with a port of the test's own."""
    ours = {"PORT": str(free_port()), "HOST": "127.0.0.1", "WEB_CONCURRENCY": "1"}
    return {**environment, **ours, "METRICS_TOKEN": TOKEN}


@pytest.fixture
def container(image: Image, variables: dict[str, str]) -> Iterator[ServerProcess]:
    """A running container, its root file system read-only, nothing writable in it."""
    command = image.command(image.config["Cmd"], variables)
    with server_process(command, int(variables["PORT"]), {}) as server:
        yield server


def test_a_container_serves_as_nobody_on_a_read_only_disk(
    image: Image, container: ServerProcess
) -> None:
    """A login works and is counted, and no process runs as root."""
    assert requests.get(container.base_url + "/readyz", timeout=DEADLINE).json()["status"] == "ok"
    visitor = Visitor(container.base_url)
    assert visitor.protected(visitor.log_in()["access_token"]).status_code == 200
    assert scrape(visitor).sum("authapi_logins_total", outcome="succeeded") == 1
    visitor.close()
    assert image.config["User"] == "10001:10001"
    members = processes.group(container.process.pid)
    assert {Path(f"/proc/{member}").stat().st_uid for member in members} == {10001}


def test_its_health_check_tells_alive_from_dead(
    image: Image, variables: dict[str, str], container: ServerProcess
) -> None:
    """Docker's command succeeds while the server answers, and fails afterwards."""
    kind, *check = image.config["Healthcheck"]["Test"]
    assert kind == "CMD"
    command = image.command(check, variables)
    until(
        lambda: subprocess.run(command, timeout=DEADLINE, check=False).returncode == 0,
        what="it answers within the time that the command gives it",
    )
    container.process.terminate()
    container.process.wait(timeout=DEADLINE)
    done = subprocess.run(command, timeout=DEADLINE, check=False, capture_output=True)
    assert done.returncode == 1


def test_it_ends_by_the_signal_that_docker_sends(image: Image, container: ServerProcess) -> None:
    """It stops with its workers within the grace period of `docker stop`."""
    members = list(processes.group(container.process.pid))
    container.process.send_signal(signal.Signals[image.config["StopSignal"]])
    assert container.process.wait(timeout=DEADLINE) in (0, -signal.SIGTERM)
    until(lambda: not any(processes.lives(member) for member in members), what="the workers end")


def test_without_its_settings_a_container_names_what_is_missing(image: Image) -> None:
    """S77: The container's log has the reason, and the container ends."""
    command = image.command(image.config["Cmd"], {"PORT": str(free_port())})
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert done.returncode != 0
    assert "JWT_SECRET is missing" in done.stdout + done.stderr


def test_the_image_holds_the_service_and_nothing_else(image: Image) -> None:
    """It has the compiled package, but no test, secret, data, pip or compiler."""
    package = {
        path.relative_to(ROOT)
        for path in (ROOT / "authapi").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wanted = {Path("wsgi.py"), Path("serve.py"), Path("requirements.txt"), *package}
    app = image.files / "app"
    there = {path.relative_to(app) for path in app.rglob("*") if path.is_file()}
    assert {path for path in there if "__pycache__" not in path.parts} == wanted
    assert any(path.suffix == ".pyc" for path in there)
    assert not (image.files / "venv/bin/pip").exists()
    assert not (image.files / "usr/bin/gcc").exists()
