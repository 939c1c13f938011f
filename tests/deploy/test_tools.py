"""A machine without the programs that tests run: told plainly, and no success in CI."""

import pytest

from tests.support import tools


def test_in_ci_a_missing_program_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything must be tested, nothing is skipped; the way to get it is said."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt-get install some-package"):
        tools.program("no-such-program", "some-package")


def test_elsewhere_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer's machine runs all the rest."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-such-program"):
        tools.program("no-such-program")
