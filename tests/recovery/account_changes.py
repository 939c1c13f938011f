"""Changes of an account between the mailing of a link and its use."""

from __future__ import annotations

from authapi.accounts.service import AccountService
from authapi.database import Database
from tests.recovery.conftest import Service
from tests.support.actors import PASSWORD
from tests.support.authenticator import Owner


def change_password(service: Service, name: str) -> None:
    """Let the owner change the password."""
    tokens = service.visitor.log_in(name)
    body = {"current_password": PASSWORD, "new_password": "one more password"}
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert service.visitor.post("/password", body, bearer).status_code == 200


def log_out_everywhere(service: Service, name: str) -> None:
    """Let the owner log out everywhere."""
    tokens = service.visitor.log_in(name)
    body = {"refresh_token": tokens["refresh_token"], "everywhere": True}
    assert service.visitor.post("/logout", body).status_code == 200


def disable(service: Service, name: str) -> None:
    """Let the operator disable the owner."""
    user_id = service.user(name)["_id"]
    service.parts[AccountService].set_disabled(user_id, disabled=True, reason="operator")


def disable_and_enable(service: Service, name: str) -> None:
    """Let the operator disable the owner, and enable again."""
    disable(service, name)
    user_id = service.user(name)["_id"]
    service.parts[AccountService].set_disabled(user_id, disabled=False, reason="operator")


def delete(service: Service, name: str) -> None:
    """Remove the user."""
    accounts = service.parts[AccountService]
    assert accounts.delete(accounts.get_user(name)) is not None


def change_address(service: Service, name: str) -> None:
    """Let the owner have another confirmed address."""
    service.write(name, {"email": "b@example.com", "email_key": "b@example.com"})


def remove_address(service: Service, name: str) -> None:
    """Take the address away."""
    change = {"$unset": {"email": "", "email_key": ""}}
    service.parts[Database]["users"].update_one({"name_key": name}, change)


def use_another(service: Service, name: str) -> None:
    """Use another link of the owner's."""
    assert service.reset(service.tokens(name)[0], "one more password").status_code == 200


def turn_second_step_on(service: Service, name: str) -> None:
    """Let the owner have an authenticator app."""
    Owner(service.visitor, service.clock, name).enrol()


def wait(service: Service, _name: str) -> None:
    """Wait for as long as a link is good."""
    service.clock.move(minutes=60)


CHANGES = (
    change_password,
    log_out_everywhere,
    disable,
    disable_and_enable,
    delete,
    change_address,
    remove_address,
    use_another,
    turn_second_step_on,
    wait,
)
