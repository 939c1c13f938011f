"""Password resets of users whose ids an import kept."""

import json

import pytest

from tests.cli.imports import user
from tests.recovery.conftest import NEW, Service
from tests.support.actors import PASSWORD, fresh_name


@pytest.mark.parametrize("form", ["{}", "auth0|{}", "{:x>128}"])
def test_who_was_imported_with_an_id_chooses_a_new_password_by_mail(
    service: Service, form: str
) -> None:
    """It works for ids of any kind, also the longest."""
    name = fresh_name()
    line = user(name, _id=form.format(name), email=f"{name}@example.com", email_verified=True)
    done = service.app.test_cli_runner().invoke(
        args=["users", "import", "-", "--keep-ids"], input=json.dumps(line)
    )
    assert done.exit_code == 0, done.output
    assert service.visitor.authenticate(name, PASSWORD).status_code == 200
    assert service.reset(service.link(name)).status_code == 200
    assert service.visitor.authenticate(name, NEW).status_code == 200
    service.send()
    assert len(service.tokens(name)) == 2  # the notice has one, too: "this was not me"
    answer = service.visitor.post("/account/secure", {"token": service.tokens(name)[-1]})
    assert answer.status_code == 200, answer.text
