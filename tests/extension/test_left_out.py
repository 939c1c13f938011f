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
