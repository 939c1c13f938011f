"""`make test` runs all its parts, and fails if one fails."""

from __future__ import annotations

import subprocess

import pytest

from tests.support.servers import ROOT


def run(*parts: str) -> subprocess.CompletedProcess[str]:
    """Run parts as `make` does."""
    command = [str(ROOT / "scripts" / "each.sh"), *parts]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_all_parts_run_even_when_one_fails(failing: int) -> None:
    """The failed parts are listed at the end."""
    parts = [f"echo said {number}" for number in range(3)]
    parts[failing] += "; exit 7"
    done = run(*parts)
    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("said")] == [
        "said 0",
        "said 1",
        "said 2",
    ]
    assert done.stdout.endswith(f"\nThis failed:\n  {parts[failing]}\n")


def test_where_all_goes_well_all_is_well() -> None:
    """Quotes inside a command are kept."""
    done = run("echo one", "printf '%s\\n' 'two words'")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "two words")
