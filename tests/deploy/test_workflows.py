"""The files that GitHub reads: CI, releases, Dependabot, issue forms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy import schemas
from tests.support.servers import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
CHOICE = GITHUB / "ISSUE_TEMPLATE" / "config.yml"
FORMS = sorted(set(CHOICE.parent.glob("*.yml")) - {CHOICE})
LOCKS = [
    Path(name)
    for name in re.findall(r"-o (\S+\.txt)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
]
LOCKED = {lock.parent for lock in LOCKS}
LOCAL = re.compile(r"\./\.github/workflows/\w+\.yml")

every_workflow = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)


def read(path: Path) -> dict[str, Any]:
    """Return what a file says; YAML 1.1 takes the key `on` for a truth."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in found.items()}


@every_workflow
def test_every_action_is_pinned_by_its_commit(workflow: Path) -> None:
    """The commit has its version in a comment."""
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    pinned = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+")
    assert [a for a in used if not pinned.fullmatch(a) and not LOCAL.fullmatch(a)] == []


def test_an_action_has_one_version() -> None:
    """All workflows use the same version."""
    used = {use for path in WORKFLOWS for use in re.findall(r"uses: (\S+@.+)", path.read_text())}
    assert len({use.split("@")[0] for use in used}) == len(used)


@every_workflow
def test_github_takes_the_workflow(workflow: Path) -> None:
    """It is valid by the schema of workflows."""
    schemas.check_schema("github-workflows", read(workflow))


@every_workflow
def test_a_workflow_may_only_read_unless_a_job_says_why(workflow: Path) -> None:
    """The permissions are the least that are needed."""
    assert read(workflow)["permissions"] == {"contents": "read"}


@every_workflow
def test_no_job_runs_for_hours(workflow: Path) -> None:
    """Every job has a timeout; the default would be six hours."""
    jobs = read(workflow)["jobs"]
    assert [name for name, job in jobs.items() if not {"uses", "timeout-minutes"} & set(job)] == []


@every_workflow
def test_git_reads_the_checkout_in_a_container(workflow: Path) -> None:
    """The folder is marked as safe, since it belongs to another user there."""
    for job in read(workflow)["jobs"].values():
        if "container" in job:
            steps = [step.get("run", step.get("uses", "")) for step in job["steps"]]
            assert steps[0].startswith("actions/checkout@")
            assert "safe.directory" in steps[1]


def test_a_wrong_workflow_is_refused() -> None:
    """The check above can fail."""
    found = read(WORKFLOWS[0])
    with pytest.raises(AssertionError):
        schemas.check_schema("github-workflows", {**found, "job": {}})


def test_a_release_waits_for_all_tests() -> None:
    """It calls the workflow that tests each change."""
    jobs = read(GITHUB / "workflows" / "release.yml")["jobs"]
    assert jobs["release"]["needs"] == "image"
    assert jobs["image"]["needs"] == "ci"
    assert jobs["ci"] == {"uses": "./.github/workflows/ci.yml"}
    assert "workflow_call" in read(GITHUB / "workflows" / "ci.yml")["on"]


def test_a_release_has_an_image_for_both_machines() -> None:
    """Each is built on a machine of its kind; the one that is signed is made of just these."""
    jobs = read(GITHUB / "workflows" / "release.yml")["jobs"]
    built = jobs["image"]["strategy"]["matrix"]["include"]
    assert [(each["machine"], each["runner"]) for each in built] == [
        ("amd64", "ubuntu-24.04"),
        ("arm64", "ubuntu-24.04-arm"),
    ]
    [joined] = [step["run"] for step in jobs["release"]["steps"] if step.get("id") == "image"]
    sources = " ".join(f'"$image-{each["machine"]}"' for each in built)
    assert f'docker buildx imagetools create --tag "$image" {sources}\n' in joined


def test_a_release_signs_all_that_it_publishes() -> None:
    """Each file and the image get a signed provenance."""
    steps = read(GITHUB / "workflows" / "release.yml")["jobs"]["release"]["steps"]
    signed = [s["with"] for s in steps if "attest-build-provenance" in s.get("uses", "")]
    published = [s["run"] for s in steps if "gh release create" in s.get("run", "")]
    assert [w["subject-path"] for w in signed if "subject-path" in w] == ["build/release/*"]
    assert all("build/release/*" in run for run in published)
    assert [w["subject-digest"] for w in signed if "subject-digest" in w]


def test_dependabot_looks_after_all_that_is_pinned() -> None:
    """Its file is valid, and each entry has something to update."""
    found = read(GITHUB / "dependabot.yml")
    schemas.check_schema("dependabot", found)
    folders = {
        update["package-ecosystem"]: set(update.get("directories", [update.get("directory")]))
        for update in found["updates"]
    }
    assert folders == {
        "uv": {f"/{folder}".replace("/.", "/") for folder in LOCKED},  # requirements*.in
        "npm": {"/"},  # package-lock.json
        "github-actions": {"/"},  # .github/workflows
        "docker": {"/"},  # Dockerfile
        "docker-compose": {"/"},  # compose.yaml
    }


def test_dependabot_reads_what_the_image_is_made_from() -> None:
    """The base image is named directly, since Dependabot ignores variables."""
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"docker\.io/library/python:[\w.-]+", bases[0])
    assert set(bases[1:]) == {"base"}


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_says_how_dependabot_renews_it(lock: Path) -> None:
    """Its head has the command, for all platforms and with hashes."""
    head = "".join((ROOT / lock).read_text().splitlines(keepends=True)[:2])
    assert re.search(r"uv pip compile --universal --python-version 3\.11 --generate-hashes ", head)
    assert f" {lock.with_suffix('.in')} -o {lock}\n" in head


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_github_takes_the_form(form: Path) -> None:
    """It is valid by the schema of issue forms."""
    schemas.check_schema("github-issue-forms", read(form))


def test_github_takes_the_choice_of_forms() -> None:
    """It is valid by its schema."""
    schemas.check_schema("github-issue-config", read(CHOICE))
