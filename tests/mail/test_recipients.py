"""The recipients of mails, their content, and what is kept of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from authapi.mail.kinds import Kind
from authapi.mail.links import LinkClaims, Purpose
from authapi.mail.models import Envelope, Mail
from tests.mail.conftest import ANN, KINDS, Room, servers, to_unverified
from tests.support.mail_server import MailServer, always, mail_server


def test_a_request_is_void_once_the_account_changed(room: Room) -> None:
    """S85: A reset requested before the epoch changed is not mailed."""
    epochs = iter([3, 4])

    def of_now(_mail: Mail) -> Envelope:
        link = LinkClaims(Purpose.RESET, ANN, next(epochs), "ann@example.com")
        return Envelope("ann@example.com", {"username": "ann"}, ANN, link=link)

    room.kinds["reset"] = Kind("reset", timedelta(hours=1), of_now, on_request=True)
    mail_id = room.add()
    with mail_server(data=always("451 later")) as server:
        sender = room.sender(servers(server.port, clock=room.clock))
        sender.run_once()
        room.clock.move(minutes=1)
        assert sender.run_once() == {"void": 1}
    assert room.result(mail_id) == "void"


def test_what_concerns_nobody_leaves_no_row(room: Room, server: MailServer) -> None:
    """A request for an unknown name is removed."""
    mail_id = room.add(to=None)
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {"void": 1}
    assert room.store.find_mail(mail_id) is None


def test_the_last_mail_leaves_no_address(room: Room, server: MailServer) -> None:
    """S134: Nothing personal of a deleted user is left, and the mail is not repeated."""
    mail_id = room.add(kind="deleted")
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert len(server.mails) == 1
    document = room.database["mail"].find_one({"_id": mail_id})
    assert document is not None
    assert document.keys() == {
        "_id", "kind", "made_at", "attempts", "valid_until", "sent_at", "via", "expires_at",
    }  # fmt: skip
    room.add(kind="deleted", id=mail_id, to="ann@example.com")
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert len(server.mails) == 1


def test_a_fault_in_one_mail_keeps_no_other(
    room: Room, server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The others are sent, and the log has no address (S123)."""

    def broken(mail: Mail) -> Envelope:
        raise RuntimeError(f"about {mail.to}")

    room.kinds["broken"] = Kind("broken", timedelta(hours=1), broken)
    room.add(kind="broken")
    room.add()
    room.add(kind="unheard-of")
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {
        "sent": 1,
        "deferred": 2,
    }
    assert "RuntimeError" in caplog.text
    assert "ann@example.com" not in caplog.text


@pytest.mark.parametrize(
    "to",
    ["", "ann", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>", "Ann <a@b>", "a@bücher.example", "@b"],
)
def test_a_bad_address_gets_nothing(room: Room, server: MailServer, to: str) -> None:
    """S94: The mail is given up, and the others are sent."""
    mail_id = room.add(to)
    room.add()
    room.sender(servers(server.port, clock=room.clock)).run_once()
    assert room.result(mail_id) == "dead"
    assert [mail["To"] for mail in server.mails] == ["ann@example.com"]


@pytest.mark.parametrize("kind", ["verify", "reset"])
def test_an_unverified_address_reads_nothing_that_a_stranger_chose(
    room: Room, server: MailServer, kind: str
) -> None:
    """S94: Its mail has no user name and no device."""
    room.kinds[kind] = replace(KINDS[kind], resolve=to_unverified)
    facts = {"username": "Visit evil.example", "device": "evil.example", "name": "evil.example"}
    room.add(kind=kind, id="1" * 24, to="new@example.com", facts=facts)
    room.sender(servers(server.port, clock=room.clock)).run_once()
    raw = server.mails[0].as_string()
    assert "evil" not in raw
    assert "ignore this mail" in raw


def test_an_address_beyond_ascii_is_reached(room: Room, server: MailServer) -> None:
    """It needs a server with SMTPUTF8 (RFC 6531)."""
    room.add("änn@example.com")
    assert room.sender(servers(server.port, clock=room.clock)).run_once() == {"sent": 1}
    assert server.mails[0]["To"] == "änn@example.com"


@pytest.mark.parametrize("answer", ["451 later", "250 OK"])
def test_what_somebody_asked_for_is_forgotten_with_the_user(room: Room, answer: str) -> None:
    """S134: Waiting mails and those beyond a quota are removed as well."""

    def of_ann(_mail: Mail) -> Envelope:
        return Envelope("ann@example.com", user_id=ANN)

    room.kinds["reset"] = Kind("reset", timedelta(hours=1), of_ann, on_request=True)
    for number in range(7):
        room.add(
            kind="reset", id=f"{number:024}", to=None, asked_for="ann", facts={"place": "192.0.2.1"}
        )
    with mail_server(data=always(answer)) as server:
        room.sender(servers(server.port, clock=room.clock)).run_once()
    room.store.forget_user(ANN)
    assert room.store.newest(10) == []
