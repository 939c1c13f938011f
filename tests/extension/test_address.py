"""The email address on the account page: shown, set, verified, changed, removed."""

import pytest
import requests

from tests.extension.account_states import STALE
from tests.extension.actors import NAMES, Owner, problem
from tests.extension.conftest import Serve
from tests.extension.screens import PASSWORD, Account
from tests.extension.service import Service
from tests.support.waiting import DEADLINE, until

WAITS = "The address is not verified yet."
WRONG = "That code is wrong, or its time is over."


def mailed_code(owner: Owner, address: str, but: str = "") -> str:
    """Return the newest code that was mailed to an address, other than that of before."""

    def newest() -> str | None:
        answer = requests.get(f"{owner.service.address}/dev/mailbox.json", timeout=DEADLINE).json()
        codes = (mail["code"] for mail in answer["mails"] if mail["to"] == address)
        return next((code for code in codes if code and code != but), None)

    return until(newest, f"a code for {address}")


def gives(account: Account, address: str) -> None:
    """Ask for an address."""
    account.fill(newEmail=address)
    account.page.click("setEmail")
    account.reads("A code is on its way.")
    until(lambda: account.sees("emailCodeForm"), "the field for the code")


def verifies(account: Account, code: str) -> None:
    """Type the mailed code."""
    account.fill(emailCode=code)
    account.page.click("verifyEmail")


def with_address(owner: Owner) -> tuple[Account, str]:
    """Log somebody in who has a verified address; return it with the page."""
    name = owner.signed_in().text("name")
    account = owner.account()
    address = f"{name}@example.com"
    gives(account, address)
    verifies(account, mailed_code(owner, address))
    account.reads("The address has been verified.")
    return account, address


def test_an_address_is_given_and_verified(owner: Owner) -> None:
    """It takes the mailed code; a wrong one can be corrected."""
    name = owner.signed_in().text("name")
    account = owner.account()
    assert account.text("emailSaid") == "You have not given an address."
    assert not account.sees("removeEmail")
    address = f"{name}@example.com"
    gives(account, address)
    assert account.text("emailSaid") == WAITS
    assert account.text("pendingEmail") == address
    assert account.value("newEmail") == ""
    account.has_the_keyboard_at("emailCode")
    verifies(account, "0000-0000")
    account.reads(WRONG, "error")
    verifies(account, mailed_code(owner, address).lower())
    account.reads("The address has been verified.")
    assert account.text("emailSaid") == f"{address} is verified."
    assert not account.sees("emailCodeForm")


def test_another_address_takes_its_place_once_it_is_verified(owner: Owner) -> None:
    """Until then the previous one stays."""
    account, address = with_address(owner)
    other = address.replace("@", "+new@")
    gives(account, other)
    assert (
        account.text("emailSaid")
        == f"{address} is verified. It stays in use until the new one is verified."
    )
    verifies(account, mailed_code(owner, other))
    account.reads("The address has been verified.")
    assert account.text("emailSaid") == f"{other} is verified."


def test_another_code_is_mailed(owner: Owner) -> None:
    """The previous code is no longer valid."""
    name = owner.signed_in().text("name")
    account = owner.account()
    address = f"{name}@example.com"
    gives(account, address)
    first = mailed_code(owner, address)
    account.page.click("resendEmail")
    account.reads("Another code is on its way. The previous one is no longer valid.")
    second = mailed_code(owner, address, but=first)
    verifies(account, first)
    account.reads(WRONG, "error")
    verifies(account, second)
    account.reads("The address has been verified.")


def test_the_address_is_removed(owner: Owner) -> None:
    """An address that is not verified yet can be removed, too."""
    account, _ = with_address(owner)
    account.page.click("removeEmail")
    account.reads("The address has been removed.")
    assert account.text("emailSaid") == "You have not given an address."
    assert not account.sees("removeEmail")
    gives(account, f"{next(NAMES)}@example.com")
    account.page.click("removeEmail")
    account.reads("The address has been removed.")
    assert not account.sees("emailCodeForm")


def test_what_is_no_address_is_told(owner: Owner) -> None:
    """An empty field is not sent; otherwise the server's message is shown."""
    owner.signed_in()
    account = owner.account()
    account.page.click("setEmail")
    account.reads("Please enter an address.", "error")
    assert account.attribute("newEmail", "aria-invalid") == "true"
    assert not owner.gate.to("/me/email")
    account.fill(newEmail="ann at example")
    account.page.click("setEmail")
    until(lambda: "[show error]" in account.status(), "the error", instead=account.status)
    assert "mail" in account.status().lower()
    assert not account.sees("emailCodeForm")


def test_an_address_of_somebody_else_is_told_to_who_reads_its_mail(owner: Owner) -> None:
    """The message appears only after the right code."""
    _, address = with_address(owner)
    first = mailed_code(owner, address)
    popup = owner.popup()
    popup.logout()
    popup.reads("Logged out successfully.")
    owner.signed_in()
    account = owner.account()
    gives(account, address)
    verifies(account, mailed_code(owner, address, but=first))
    account.reads("This address belongs to another account.", "error")


def test_what_went_away_meanwhile_is_told(owner: Owner) -> None:
    """If another page removed the address, this one says so and reloads."""
    owner.signed_in()
    account = owner.account()
    gives(account, f"{next(NAMES)}@example.com")
    other = owner.account()
    other.page.click("removeEmail")
    other.reads("The address has been removed.")
    account.page.click("resendEmail")
    account.reads("That no longer exists.", "error")
    assert not account.sees("emailCodeForm")


def test_too_many_codes_are_told(owner: Owner) -> None:
    """The message has the waiting time."""
    owner.signed_in()
    account = owner.account()
    gives(account, f"{next(NAMES)}@example.com")
    limit = problem(429, "rate_limited", "Too many.", Retry_After="120")
    owner.gate.replace("/me/email/resend", limit)
    account.page.click("resendEmail")
    account.reads("Too many attempts. Wait 2 minutes, then try again.", "error")


def test_an_old_login_is_asked_for_its_password_first(owner: Owner) -> None:
    """S120: Afterwards the address is set without another click."""
    owner.signed_in()
    account = owner.account()
    owner.gate.replace("/me/email", STALE)
    account.fill(newEmail=f"{next(NAMES)}@example.com")
    account.page.click("setEmail")
    until(lambda: account.sees("recentLogin"), "the page to ask")
    account.fill(recentPassword=PASSWORD)
    account.page.click("goOn")
    account.reads("A code is on its way.")


@pytest.fixture(scope="module")
def strict_service(serve: Serve) -> Service:
    """A service that lets nobody in without a verified address."""
    return serve(EMAIL="required")


def test_where_an_address_comes_first_nobody_is_logged_in(
    owner: Owner, strict_service: Service
) -> None:
    """After a registration the popup says to verify it, and one mail is sent."""
    owner.gate.reset(strict_service.port)
    popup = owner.popup()
    until(lambda: popup.sees("forgot"), "the server's answer")
    popup.register(f"{next(NAMES)}@example.com")
    popup.reads("Registration successful.")
    assert popup.text("nextStep").startswith("Confirm your address first")
    popup.is_signed_out()
    assert not owner.gate.to("/authenticate")


def test_a_server_without_addresses_shows_none(owner: Owner, mailless_service: Service) -> None:
    """The rest of the page works."""
    owner.gate.reset(mailless_service.port)
    owner.signed_in()
    account = owner.account()
    assert account.sees("sessions")
    assert account.sees("secondStep")
    assert not account.sees("email")
