"""The region and the scaling of the function, set by environment variables."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

import modal_deploy
from authapi.server.options import QUICK_THREADS
from authapi.settings import Settings
from tests.modal import definition
from tests.settings.variables import ENOUGH
from tests.support.mail_server import mail_server
from tests.support.servers import ROOT, clean_environment

CHOSEN = {
    "DEPLOY_REGION": "eu-west, eu-north",
    "DEPLOY_PROXY": "atlas",
    "DEPLOY_MIN_CONTAINERS": "1",
    "DEPLOY_MAX_CONTAINERS": "50",
    "DEPLOY_BUFFER_CONTAINERS": "2",
    "DEPLOY_SCALEDOWN_SECONDS": "600",
}
SHOW = """
from tests.modal import definition
made = definition.function()
print(list(made["scheduler_placement"].regions), made["proxy"])
print(made["min_containers"], made["max_containers"], made["buffer_containers"])
print(made["scaledown_window"])
"""


def loaded(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with those variables, as the `modal` command loads the file."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean_environment(variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_the_environment_says_is_what_modal_is_asked_for() -> None:
    """Region, proxy and numbers of containers are passed on."""
    assert loaded(SHOW, **CHOSEN).stdout.splitlines() == [
        "['eu-west', 'eu-north'] modal.Proxy.from_name('atlas')",
        "1 50 2",
        "600",
    ]


def test_a_variable_that_is_named_almost_like_one_is_pointed_out() -> None:
    """S77: It is a line on standard error; what is deployed is as without it."""
    done = loaded("import modal_deploy; print(modal_deploy.asked['region'])", DEPLOY_REGIONS="eu")
    assert done.stdout.strip() == "None"
    assert done.stderr == "DEPLOY_REGIONS is no setting: did you mean DEPLOY_REGION?\n"


def test_without_it_nothing_is_pinned_and_growth_is_bounded() -> None:
    """The number of containers has a maximum by default."""
    made = definition.function()
    assert made["scheduler_placement"] is None
    assert made["proxy"] is None
    assert (made["min_containers"], made["max_containers"]) == (0, 20)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DEPLOY_REGION", "Europe"),
        ("DEPLOY_REGION", "eu-west,"),
        ("DEPLOY_PROXY", "my proxy"),
        ("DEPLOY_MIN_CONTAINERS", "-1"),
        ("DEPLOY_MAX_CONTAINERS", "0"),
        ("DEPLOY_MAX_CONTAINERS", "many"),
        ("DEPLOY_BUFFER_CONTAINERS", "1.5"),
        ("DEPLOY_SCALEDOWN_SECONDS", "1"),
        ("DEPLOY_MAIL", "yes"),
        ("DEPLOY_MIN_CONTAINERS", "21"),  # more than the most
    ],
)
def test_a_wrong_value_is_refused_by_name(variable: str, value: str) -> None:
    """S77: The deployment stops before anything is uploaded."""
    with pytest.raises(SystemExit, match=f"- {variable} must"):
        modal_deploy.options({variable: value})


def test_every_wrong_value_is_named_at_once_and_without_a_traceback() -> None:
    """S77: All errors are listed together."""
    done = loaded("import modal_deploy", DEPLOY_REGION="?", DEPLOY_MAX_CONTAINERS="?")
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stderr.splitlines()[1:]] == [
        "DEPLOY_REGION",
        "DEPLOY_MAX_CONTAINERS",
    ]


def test_a_container_reads_none_of_it() -> None:
    """The variables have no effect when the file is loaded in a container."""
    done = loaded("import modal_deploy", MODAL_IS_REMOTE="1", DEPLOY_REGION="?")
    assert done.returncode == 0, done.stderr


def test_every_variable_is_documented() -> None:
    """The table has each with its default."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    rows = re.findall(r"^\| `(DEPLOY_\w+)` \| (\S+) \|", text, re.MULTILINE)
    wanted = [
        (spec.metadata["variable"], "none" if spec.default is None else str(spec.default))
        for spec in fields(modal_deploy.Options)
    ]
    assert rows == wanted


def test_a_container_holds_what_it_is_sent() -> None:
    """It has enough threads and memory for its concurrent requests."""
    made: Any = definition.function()
    given = definition.variables()
    settings = Settings.from_environ({**ENOUGH, **given})
    logins = settings.hash_slots + settings.hash_queue_limit
    assert settings.hash_slots
    assert made["max_concurrent_inputs"] == logins + QUICK_THREADS
    assert 180 + settings.hash_slots * settings.argon2_memory_kib / 1024 <= made["memory"]


def test_no_request_lives_to_be_redirected_and_no_snapshot_is_taken() -> None:
    """The timeout is below Modal's 150 s, and snapshots are off."""
    made = definition.function()
    assert made["timeout"] < 150
    assert made["enable_memory_snapshot"] is False


CRON = """
import modal_deploy
from tests.modal.definition import _enclosed, _private
made = _enclosed(_private(modal_deploy.mail_cron)._load)
print(made["schedule"].proto_message.cron.cron_string, list(made["scheduler_placement"].regions))
"""


def test_mails_are_sent_once_a_minute_where_that_is_asked_for() -> None:
    """A scheduled function does it, near the database."""
    done = loaded(CRON, DEPLOY_MAIL="on", DEPLOY_REGION="eu-west")
    assert done.stdout.splitlines() == ["* * * * * ['eu-west']"], done.stderr
    assert not hasattr(modal_deploy, "mail_cron")


def test_the_function_sends_what_is_due(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a mail server in the secret it says so."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RuntimeError, match="the secret has no MAIL_URL"):
        modal_deploy.send_mails()
    with mail_server() as server:
        monkeypatch.setenv("MAIL_URL", f"smtp://127.0.0.1:{server.port}")
        monkeypatch.setenv("PUBLIC_URL", "https://accounts.example")
        monkeypatch.setenv("MAIL_FROM", "no-reply@accounts.example")
        modal_deploy.send_mails()
