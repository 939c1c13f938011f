"""Every state of the account page, reached as users reach it."""

import json

from tests.extension.actors import NAMES, Owner, problem
from tests.extension.exchange import answer
from tests.extension.screens import Screen
from tests.extension.two_steps import enrolled, through, turn_on
from tests.support.waiting import until

STALE = problem(401, "insufficient_user_authentication", "This needs a recent login.")
FACTORS = {
    "status": "ok",
    "second_factor": True,
    "totp": None,
    "recovery_codes_left": 1,
    "passkeys_required": True,
    "passkeys": [
        {"id": "a" * 22, "name": "My phone", "created_at": "2026-01-02T10:00:00Z", "used_at": None},
        {
            "id": "b" * 22,
            "name": "A-key-with-the-longest-name-that-somebody-could-think-of-for-it.",
            "created_at": "2026-01-02T10:00:00Z",
            "used_at": "2026-11-02T10:00:00Z",
        },
    ],
}


def account_enrolling(owner: Owner) -> Screen:
    """An authenticator app is being turned on."""
    owner.signed_in("Ann " + next(NAMES))
    account = owner.account()
    account.page.click("beginTotp")
    until(lambda: account.sees("qr"), "the QR code")
    return account


def account_codes(owner: Owner) -> Screen:
    """New recovery codes are shown."""
    owner.signed_in()
    account = owner.account()
    turn_on(account)
    return account


def account_prompt(owner: Owner) -> Screen:
    """The login is too old, and the form asks for password and code."""
    through(owner, enrolled(owner))
    account = owner.account()
    owner.gate.replace("/me/totp", STALE)
    account.page.click("removeTotp")
    until(lambda: account.sees("recentCode"), "the prompt")
    return account


def account_address(owner: Owner) -> Screen:
    """An address waits for the code that was mailed there."""
    owner.signed_in("Ann " + next(NAMES))
    account = owner.account()
    account.fill(newEmail="a-rather-long-address-of-somebody@mail.example.com")
    account.page.click("setEmail")
    account.reads("A code is on its way.")
    return account


def account_passkeys(owner: Owner) -> Screen:
    """Two passkeys, one of which gets another name; each login by the password asks for one."""
    owner.signed_in("Ann " + next(NAMES))
    owner.gate.replace("/me/factors", answer(200, json.dumps(FACTORS)))
    account = owner.account()
    account.page.run("document.querySelector('#passkeyList button')?.click()")
    return account


def account_passkey_prompt(owner: Owner) -> Screen:
    """The login is too old, and the form offers a passkey."""
    owner.signed_in("Ann " + next(NAMES))
    owner.gate.replace("/me/factors", answer(200, json.dumps(FACTORS)))
    account = owner.account()
    owner.gate.replace("/me/export", STALE)
    account.page.click("export")
    until(lambda: account.sees("recentLogin"), "the prompt")
    return account


def account_page(owner: Owner) -> Screen:
    """Sessions, password, activity and the account's end."""
    owner.signed_in("Ann " + next(NAMES))
    return owner.account()


ACCOUNT_STATES = (
    account_enrolling,
    account_codes,
    account_prompt,
    account_address,
    account_passkeys,
    account_passkey_prompt,
    account_page,
)
