"""Two-factor authentication on the account page: on, off, recovery codes."""

from tests.extension.account_states import STALE
from tests.extension.actors import Owner, problem
from tests.extension.screens import PASSWORD, Account
from tests.extension.two_steps import App, confirm, enrolled, through, turn_on
from tests.support.waiting import until

CODES = "return [...document.querySelectorAll('#codes code')].map((code) => code.textContent)"
PICTURE = """const { naturalWidth, complete, src } = document.getElementById('qr');
return complete && naturalWidth > 0 && src.startsWith('data:image/svg+xml,');"""
WATCH = """URL.createObjectURL = (file) => {
  window.saved = file;
  return "#";
};"""
SAVED = "return await window.saved.text()"


def logs_in_with_code(owner: Owner, name: str, code: str) -> None:
    """See that the password alone is not enough any more, and a code is."""
    popup = owner.popup()
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.login(name)
    until(lambda: popup.sees("code"), "the field for the code")
    confirm(popup, code)
    popup.is_signed_in_as(name)


def prove(account: Account, code: str = "") -> None:
    """Answer the page's question for a recent login."""
    until(lambda: account.sees("recentLogin"), "the page to ask", instead=account.status)
    account.fill(recentPassword=PASSWORD, recentCode=code)
    account.page.click("goOn")


def test_an_app_is_turned_on(owner: Owner) -> None:
    """S107: It takes the QR code or the setup key; the next login asks for a code."""
    name = owner.signed_in().text("name")
    account = owner.account()
    assert account.text("secondStepSaid").startswith("Off")
    account.page.click("beginTotp")
    until(lambda: account.page.run(PICTURE), "the QR code")
    account.page.click("cancelTotp")
    assert not account.sees("enrolment")
    app = turn_on(account)
    assert account.text("secondStepSaid").endswith("8 recovery codes left.")
    assert account.text("secret") == ""
    assert len(account.page.run(CODES)) == 8
    popup = owner.popup()
    popup.access()
    popup.reads(f"Hello, {name}!")
    assert not owner.gate.to("/refresh")  # the answer's own tokens are in use
    logs_in_with_code(owner, name, app.code())


def test_a_wrong_code_turns_nothing_on(owner: Owner) -> None:
    """It can be corrected with the same setup key."""
    owner.signed_in()
    account = owner.account()
    account.page.click("beginTotp")
    until(lambda: account.sees("enrolment"), "the secret")
    account.fill(appCode="000000")
    account.page.click("confirmTotp")
    account.reads("That code is wrong, or its time is over.", "error")
    account.fill(appCode=App(account.text("secret").replace(" ", "")).code())
    account.page.click("confirmTotp")
    account.reads("The authenticator app has been set up.")


def test_recovery_codes_are_shown_once(owner: Owner) -> None:
    """Afterwards neither page nor storage has them."""
    name = owner.signed_in().text("name")
    account = owner.account()
    turn_on(account)
    codes = account.page.run(CODES)
    account.page.run(WATCH)
    account.page.click("saveCodes")
    account.reads("The file is in your downloads.")
    assert account.page.run(SAVED).split() == codes
    account.page.click("keptCodes")
    assert not account.sees("recoveryCodes")
    assert codes[0] not in account.page.run("return document.documentElement.innerHTML")
    assert codes[0] not in str([owner.stored("session"), owner.stored("local")])
    logs_in_with_code(owner, name, codes[0])
    assert owner.account().text("secondStepSaid").endswith("7 recovery codes left.")


def test_new_recovery_codes_make_the_old_ones_void(owner: Owner) -> None:
    """Eight new codes replace them."""
    person = enrolled(owner)
    through(owner, person)
    account = owner.account()
    account.page.click("renewRecoveryCodes")
    account.reads("The previous codes are no longer valid.")
    codes = account.page.run(CODES)
    assert len(codes) == 8
    assert not set(codes) & set(person.recovery_codes)


def test_the_app_is_turned_off(owner: Owner) -> None:
    """Then the password is enough, and the login goes on."""
    name = owner.signed_in().text("name")
    account = owner.account()
    turn_on(account)
    account.page.click("removeTotp")
    account.reads("The authenticator app has been removed.")
    assert account.text("secondStepSaid").startswith("Off")
    assert not account.sees("recoveryCodes")
    popup = owner.popup()
    popup.access()
    popup.reads(f"Hello, {name}!")
    popup.logout()
    popup.reads("Logged out successfully.")
    popup.login(name)
    popup.reads("Authentication successful.")


def test_an_old_login_is_asked_for_password_and_code(owner: Owner) -> None:
    """S120: A wrong code can be corrected; then the request is repeated."""
    person = enrolled(owner)
    through(owner, person)
    account = owner.account()
    owner.gate.replace("/me/totp", STALE)
    account.page.click("removeTotp")
    prove(account)
    account.reads("Please also enter the code from your authenticator app.", "error")
    prove(account, "000000")
    account.reads("That code is wrong, or its time is over.", "error")
    prove(account, person.app.code())
    account.reads("The authenticator app has been removed.")
    assert not account.sees("recentLogin")
    assert (account.value("recentPassword"), account.value("recentCode")) == ("", "")


def test_a_password_that_is_not_enough_is_asked_for_a_code(owner: Owner) -> None:
    """S120: An old second step is repeated; then the request is repeated."""
    person = enrolled(owner)
    through(owner, person)
    account = owner.account()
    wanted = problem(401, "second_factor_required", "This account has a second step.")
    owner.gate.replace("/password", wanted)
    account.fill(current=PASSWORD, next="another good password")
    account.page.run("document.getElementById('passwordForm').requestSubmit()")
    prove(account, person.app.code())
    account.reads("The password has been changed.")


def test_a_server_that_knows_no_second_steps_shows_none(owner: Owner) -> None:
    """The rest of the page works."""
    owner.signed_in()
    owner.gate.replace(
        "/me/factors", problem(404, "not_found", "There is nothing at this address.")
    )
    account = owner.account()
    assert account.sees("sessions")
    assert not account.sees("secondStep")
