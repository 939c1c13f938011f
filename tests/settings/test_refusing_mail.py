"""Invalid settings of mail are refused."""

from __future__ import annotations

import pytest

from authapi.settings import Settings, SettingsError
from tests.settings.variables import ENOUGH, MAILS


@pytest.mark.parametrize("missing", ["PUBLIC_URL", "MAIL_FROM"])
def test_mails_want_a_sender_and_an_address(missing: str) -> None:
    """S100: Links need PUBLIC_URL, since no request may choose them."""
    environ = {**ENOUGH, **MAILS}
    Settings.from_environ(environ)
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ({**environ, missing: ""})
    (problem,) = refused.value.problems
    assert problem.startswith(f"{missing} is missing")


@pytest.mark.parametrize("server", ["smtp://mail.example", "smtps://a.example, smtp://10.0.0.1:25"])
def test_production_sends_no_mail_in_the_clear(server: str) -> None:
    """S99: Only this machine may be reached without TLS."""
    environ = {**ENOUGH, **MAILS}
    with pytest.raises(SettingsError, match="MAIL_URL must encrypt"):
        Settings.from_environ({**environ, "MAIL_URL": server})
    for fine in ("smtp://localhost:25", "smtp://[::1]", "smtp://mail.example?tls=starttls"):
        Settings.from_environ({**environ, "MAIL_URL": fine})


@pytest.mark.parametrize("rest", ["kim:ss-phrase@", "kim:ss-phrase@h:x", "kim:ss-phrase@h?a=b"])
@pytest.mark.parametrize("scheme", ["smtps", "smtp", "http"])
def test_a_bad_mail_server_is_not_repeated(scheme: str, rest: str) -> None:
    """S76: Its URL may have a password."""
    with pytest.raises(SettingsError, match="MAIL_URL") as refused:
        Settings.from_environ({**ENOUGH, **MAILS, "MAIL_URL": f"{scheme}://{rest}"})
    assert "ss-phrase" not in str(refused.value)


def test_a_mail_servers_password_is_not_shown() -> None:
    """S76: It is hidden wherever settings are shown."""
    environ = {**ENOUGH, **MAILS, "MAIL_URL": "smtps://kim:ss-phrase@mail.example"}
    assert "ss-phrase" not in repr(Settings.from_environ(environ))
