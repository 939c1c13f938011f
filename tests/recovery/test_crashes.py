"""A process dies after any write of a recovery: nothing is half done, and mails are sent."""

from __future__ import annotations

from itertools import count

from authapi.recovery.asking import SLOT
from tests.recovery.account_changes import change_password
from tests.recovery.conftest import NEW, PUBLIC_URL, Service
from tests.recovery.test_undo import keys, taken_over
from tests.support.actors import PASSWORD
from tests.support.dying import dies_after

STORY = "app.test_client().post({path!r}, json={body!r})"


def run(
    service: Service, environment: dict[str, str], writes: int, path: str, body: object
) -> bool:
    """Send a request to a process that dies after so many writes; return whether it died."""
    own = {
        **environment,
        "AUTHAPI_ENV": "production",
        "MONGO_DATABASE": service.database,
        "PUBLIC_URL": PUBLIC_URL,
        "MAIL_URL": f"smtp://127.0.0.1:{service.mails.port}",
        "MAIL_FROM": "Example <no-reply@example.com>",
        "MAIL_SWEEP": "off",
    }
    return dies_after(writes, own, STORY.format(path=path, body=body))


def slot(service: Service) -> int:
    """Return the present interval of two minutes, in which a repeated request is one mail."""
    return int(service.clock().timestamp() // SLOT.total_seconds())


def test_a_reset_is_whole_wherever_the_process_dies(
    service: Service, environment: dict[str, str]
) -> None:
    """S96: The old password and a valid link, or the new one, no session, and one mail."""
    for writes in count(1):
        name = service.owner()
        before, token = service.visitor.log_in(name), service.link(name)
        service.clock.reset()
        died = run(
            service, environment, writes, "/password/reset", {"token": token, "new_password": NEW}
        )
        service.send()
        # Later than in the round before: the service looks again for what ended elsewhere.
        service.clock.move(seconds=writes)
        told = [text for text in service.texts(name) if "was reset" in text]
        assert service.visitor.authenticate(name, NEW).status_code == 200, writes
        assert service.visitor.authenticate(name, PASSWORD).status_code == 401
        assert service.visitor.refresh(before["refresh_token"]).status_code == 400
        assert len(told) == 1
        if not died:
            break
    assert writes >= 3  # the user, the sessions, the network


def test_this_was_not_me_is_whole_wherever_the_process_dies(
    service: Service, environment: dict[str, str]
) -> None:
    """S96, S101: Password and sessions have ended, and one mail brings a link."""
    for writes in count(1):
        name = service.owner()
        change_password(service, name)
        service.send()
        body = {"token": service.tokens(name)[0]}
        service.clock.reset()
        died = run(service, environment, writes, "/account/secure", body)
        assert "password_hash" not in service.user(name)
        service.send()
        assert len(service.tokens(name)) == 2
        assert service.reset(service.tokens(name)[1]).status_code == 200
        if not died:
            break
    assert writes >= 2


def test_an_undo_is_whole_wherever_the_process_dies(
    service: Service, environment: dict[str, str]
) -> None:
    """S96: One of both addresses is the account's, with its registry entry."""
    for writes in count(1):
        name, token = taken_over(service)
        died = run(service, environment, writes, "/account/undo", {"token": token})
        service.send()
        if service.user(name)["email"].endswith("evil.example"):
            assert writes == 1  # the address is held, and nothing is decided
            assert "password_hash" in service.user(name)
            assert service.visitor.post("/account/undo", {"token": token}).status_code == 200
            service.send()
        assert keys(service, name) == [f"{name}@example.com"]
        assert service.held() == []
        (last,) = service.tokens(name)
        assert service.reset(last).status_code == 200
        if not died:
            break
    assert writes >= 3


def test_a_question_is_mailed_or_was_never_asked(
    service: Service, environment: dict[str, str]
) -> None:
    """S96: A repeat after the crash gives one mail."""
    for writes in count(1):
        began = None
        while began != slot(service):  # who asks again in the next two minutes is mailed twice
            began, name = slot(service), service.owner()
            died = run(service, environment, writes, "/password/forgot", {"username": name})
            service.forgot(name)
        service.send()
        assert len(service.texts(name)) == 1, writes
        service.clock.reset()
        if not died:
            break
    assert writes >= 2
