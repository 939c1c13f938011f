"""Users with two-factor authentication."""

import time
from dataclasses import dataclass

from tests.extension.actors import NAMES, Owner
from tests.extension.screens import PASSWORD, Account, Popup
from tests.support.authenticator import STEP, code_at
from tests.support.waiting import until


class App:
    """An authenticator app with one account; it can give two codes without waiting."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._shown = 0

    def code(self) -> str:
        """Return a code that was never shown before: of now, or of the step after."""
        self._shown = max(int(time.time()) // STEP, self._shown + 1)
        return code_at(self._secret, self._shown * STEP)


@dataclass
class Person:
    """Somebody who has an authenticator app, and recovery codes."""

    name: str
    app: App
    recovery_codes: list[str]


def enrolled(owner: Owner) -> Person:
    """Register somebody and turn an authenticator app on, past the browser."""
    name = owner.registered(next(NAMES))
    credentials = {"username": name, "password": PASSWORD}
    token = owner.service.post("/authenticate", credentials).json()["access_token"]
    app = App(owner.service.post("/me/totp", {}, token).json()["secret"])
    on = owner.service.post("/me/totp/confirm", {"code": app.code()}, token)
    return Person(name, app, on.json()["recovery_codes"])


def halfway(owner: Owner, person: Person) -> Popup:
    """Open a popup and send the password, so that the code is asked for."""
    popup = owner.popup()
    popup.login(person.name)
    asks_for_code(popup)
    return popup


def through(owner: Owner, person: Person) -> Popup:
    """Log somebody in by both steps; a recovery code leaves the app's codes to the test."""
    popup = halfway(owner, person)
    confirm(popup, person.recovery_codes[0])
    popup.is_signed_in_as(person.name)
    return popup


def asks_for_code(popup: Popup) -> None:
    """Wait until the popup asks for the code."""
    until(lambda: popup.sees("code"), "the field for the code", instead=popup.status)
    popup.ends_idle()


def confirm(popup: Popup, code: str) -> None:
    """Type a code and press Confirm."""
    popup.fill(code=code)
    popup.page.click("confirm")


def turn_on(account: Account) -> App:
    """Turn an authenticator app on, by the secret that the page shows."""
    account.page.click("beginTotp")
    until(lambda: account.sees("enrolment"), "the secret", instead=account.status)
    app = App(account.text("secret").replace(" ", ""))
    account.fill(appCode=app.code())
    account.page.click("confirmTotp")
    account.reads("The authenticator app has been set up.")
    return app
