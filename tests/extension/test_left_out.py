"""A machine without browsers: told plainly, and no success in CI."""

import pytest

from tests.extension import left_out


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No browser anywhere."""
    monkeypatch.setattr("shutil.which", lambda _program: None)


@pytest.mark.usefixtures("nothing_installed")
def test_what_is_missing_is_said_with_the_way_to_get_it() -> None:
    """One sentence for each browser."""
    assert left_out.missing_browsers() == {
        "chromium": "chromium was not tested, it is not installed: apt-get install chromium",
        "firefox": "firefox was not tested, it is not installed: apt-get install firefox-esr",
    }


def test_in_ci_a_missing_browser_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything must be tested, nothing is skipped."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        left_out.leave_out("no browser")


def test_elsewhere_it_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer's machine runs all the rest."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        left_out.leave_out("no browser")
