"""The account page of the extension."""

from http import HTTPStatus

from tests.extension.actors import NAMES, Owner
from tests.extension.exchange import answer
from tests.extension.screens import PASSWORD, Account
from tests.support.waiting import until

END_OTHER = "document.querySelector('#sessions button').click()"


def elsewhere(owner: Owner, name: str) -> str:
    """Log somebody in elsewhere; return the refresh token."""
    answer = owner.service.post("/authenticate", {"username": name, "password": PASSWORD})
    return str(answer.json()["refresh_token"])


def test_the_popup_leads_to_it(owner: Owner) -> None:
    """One click opens it when somebody is logged in."""
    popup = owner.signed_in()
    popup.page.click("openAccount")
    account = Account(owner.finds("account.html"))
    assert account.text("who") == popup.text("name")
    popup.logout()
    until(lambda: account.text("who") == "Nobody", "the page to follow")
    assert not account.sees("content")


def test_a_session_elsewhere_is_ended(owner: Owner) -> None:
    """The list names its device; the own session has no button."""
    name = owner.signed_in().text("name")
    other = elsewhere(owner, name)
    account = owner.account()
    assert sum("(this session)" in row for row in account.rows("sessions")) == 1
    assert len(account.rows("sessions")) == 4
    account.page.run(END_OTHER)
    account.reads("The session has ended.")
    assert len(account.rows("sessions")) == 2
    assert not owner.refreshes(other)
    assert "Login succeeded" in account.rows("events")


def test_somebody_else_who_logs_in_sees_nothing_of_the_user_before(owner: Owner) -> None:
    """An open page starts again with the account of whoever is logged in now."""
    popup = owner.signed_in()
    elsewhere(owner, popup.text("name"))
    account = owner.account()
    account.fill(current=PASSWORD)
    popup.logout()
    popup.is_signed_out()
    popup.login(owner.registered(next(NAMES)))
    popup.reads("Authentication successful.")
    until(lambda: len(owner.gate.to("/sessions")) == 2, "the page to start again")
    account = Account(account.page)
    assert len(account.rows("sessions")) == 2
    assert account.text("who") == popup.text("name")
    assert account.value("current") == ""


def test_logging_out_everywhere(owner: Owner) -> None:
    """All sessions end, including this one."""
    popup = owner.signed_in()
    other = elsewhere(owner, popup.text("name"))
    own = owner.gate.tokens()["refresh_token"]
    account = owner.account()
    account.page.click("logoutEverywhere")
    account.reads("All sessions have ended.")
    popup.is_signed_out()
    assert not owner.secrets()
    assert not owner.refreshes(other)
    assert not owner.refreshes(own)


def test_the_password_is_changed(owner: Owner) -> None:
    """The login goes on with a new token."""
    popup = owner.signed_in()
    name = popup.text("name")
    account = owner.account()
    account.fill(current=PASSWORD, next="another good password")
    account.page.run("document.getElementById('passwordForm').requestSubmit()")
    account.reads("The password has been changed.")
    assert account.value("current") == ""
    popup.access()
    popup.reads(f"Hello, {name}!")
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.login(name, "another good password")
    popup.reads("Authentication successful.")


def test_a_wrong_password_counts_once(owner: Owner) -> None:
    """The 401 does not cause a refresh and a second try."""
    owner.signed_in()
    account = owner.account()
    account.fill(deletionPassword="a wrong password")
    account.page.run("document.getElementById('deletion').requestSubmit()")
    account.reads("Invalid credentials.", "error")
    assert [sent.method for sent in owner.gate.to("/me")].count("DELETE") == 1
    assert not owner.gate.to("/refresh")


def test_the_account_is_deleted(owner: Owner) -> None:
    """Afterwards nobody is logged in, and the login fails."""
    popup = owner.signed_in()
    name = popup.text("name")
    account = owner.account()
    account.page.run("document.getElementById('deletion').requestSubmit()")
    account.reads("Please enter your password.", "error")
    account.fill(deletionPassword=PASSWORD)
    account.page.run("document.getElementById('deletion').requestSubmit()")
    account.reads("The account has been deleted.")
    assert account.text("nextStep") == "You can close this tab."
    popup.is_signed_out()
    answer = owner.service.post("/authenticate", {"username": name, "password": PASSWORD})
    assert answer.status_code == HTTPStatus.UNAUTHORIZED


def test_all_that_is_stored_is_saved_as_a_file(owner: Owner) -> None:
    """The browser downloads it."""
    owner.signed_in()
    account = owner.account()
    account.page.run("document.getElementById('export').click()")
    account.reads("The file is in your downloads.")
    assert len(owner.gate.to("/me/export")) == 1


def test_an_old_login_is_asked_for_its_password(owner: Owner) -> None:
    """S120: Then the request is repeated with the new access token."""
    owner.signed_in()
    account = owner.account()
    stale = '{"status": "error", "code": "insufficient_user_authentication", "message": "Old."}'
    owner.gate.replace("/me/export", answer(401, stale))
    account.page.run("document.getElementById('export').click()")
    until(lambda: account.sees("recentLogin"), "the page to ask")
    account.fill(recentPassword="a wrong password")
    account.page.run("document.getElementById('recentLogin').requestSubmit()")
    account.reads("Invalid credentials.", "error")
    account.fill(recentPassword=PASSWORD)
    account.page.run("document.getElementById('recentLogin').requestSubmit()")
    account.reads("The file is in your downloads.")
    assert not account.sees("recentLogin")
    assert account.value("recentPassword") == ""
    given = owner.gate.to("/reauthenticate")[-1].answer
    assert given is not None
    sent = owner.gate.to("/me/export")[-1].headers
    bearer = next(value for name, value in sent.items() if name.lower() == "authorization")
    assert bearer == f"Bearer {given.json['access_token']}"
    assert not owner.gate.to("/refresh")
