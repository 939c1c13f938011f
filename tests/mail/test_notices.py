"""Notices are stored by the write that makes a change, and mailed once."""

from __future__ import annotations

import secrets
from datetime import timedelta

import pytest

from authapi.mail.kinds import Kind, notice_kinds
from authapi.mail.links import Purpose
from authapi.mail.models import Fact
from authapi.mail.notices import Notice, Notified
from tests.mail.conftest import ANN, TOKENS, Room, servers, to_ann
from tests.support.mail_server import MailServer, mail_server


@pytest.fixture(autouse=True)
def _notices(room: Room) -> None:
    room.kinds.update({kind.name: kind for kind in notice_kinds(room.notices)})


def add_user(room: Room, *notices: Notice, **members: object) -> None:
    """Store a user with a verified address and these notices."""
    user = {
        "_id": ANN,
        "username": "Ann",
        "name_key": "ann",
        "epoch": 4,
        "email": "Ann@example.com",
        "email_key": "ann@example.com",
        "notices": [notice.document() for notice in notices],
    }
    room.database["users"].insert_one({**user, **members})


def run(room: Room, server: MailServer) -> dict[str, int]:
    """Let a sender look, three seconds later."""
    room.clock.move(seconds=3)
    return room.sender(servers(server.port, clock=room.clock)).run_once()


def test_a_notice_is_mailed_once(room: Room, server: MailServer) -> None:
    """S96: It goes to the verified address, in the user's language, with a link to secure."""
    facts: dict[str, Fact] = {"device": "Firefox on Linux", "at": room.clock()}
    add_user(room, Notice("password_changed", room.clock(), facts=facts), locale="de")
    assert run(room, server) == {"sent": 1}
    assert run(room, server) == {}
    (mail,) = server.mails
    assert mail["To"] == "Ann@example.com"
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Hallo Ann," in text
    assert "Gerät: Firefox on Linux" in text
    (link,) = [line for line in text.splitlines() if "/account/secure#" in line]
    token = TOKENS.read(link.split("#")[1], Purpose.SECURE, now=room.clock())
    assert (token.user_id, token.epoch) == (ANN, 4)
    assert TOKENS.fits(token, "ann@example.com")
    assert token.until - room.clock() > timedelta(days=6)
    assert room.database["users"].find_one({"_id": ANN})["notices"] == []  # type: ignore[index]


def test_a_notice_waits_for_who_wrote_it(room: Room, server: MailServer) -> None:
    """After two seconds any sender finishes what the request has not."""
    add_user(room, Notice("password_changed", room.clock()))
    sender = room.sender(servers(server.port, clock=room.clock))
    assert sender.run_once() == {}
    room.clock.move(seconds=2.1)
    assert sender.run_once() == {"sent": 1}


def test_twice_is_once(room: Room, server: MailServer) -> None:
    """S96: A sender that died between adding the mail and removing the notice repeats nothing."""
    notice = Notice("password_changed", room.clock())
    add_user(room, notice)
    assert run(room, server) == {"sent": 1}
    change = {"$push": {"notices": notice.document()}}
    room.database["users"].update_one({"_id": ANN}, change)
    assert run(room, server) == {}
    assert len(server.mails) == 1


def test_a_story_that_was_cut_off_is_ended_before_it_is_told(
    room: Room, server: MailServer
) -> None:
    """S96: The room of the notice completes the change first, and again after a failure."""
    finished: list[str] = []

    def finish(user: Notified, notice: Notice) -> None:
        finished.append(f"{user.name_key} {notice.kind}")
        if len(finished) == 1:
            raise RuntimeError

    room.kinds["email_changed"] = Kind("email_changed", timedelta(days=7), to_ann, finish=finish)
    add_user(room, Notice("email_changed", room.clock(), to="old@example.com"))
    other = Notice("password_changed", room.clock())
    add_user(room, other, _id="b" * 24, name_key="ben", email="ben@example.com")
    assert run(room, server) == {"sent": 1}  # a fault in one story keeps no other
    assert run(room, server) == {"sent": 1}
    assert finished == ["ann email_changed"] * 2
    assert [mail["To"] for mail in server.mails] == ["ben@example.com", "old@example.com"]


def test_who_has_no_address_any_more_is_not_told(room: Room, server: MailServer) -> None:
    """The notice is removed, and its row has the reason."""
    notice = Notice("password_changed", room.clock())
    add_user(room, notice, email=None)
    assert run(room, server) == {"void": 1}
    assert room.record(notice.id).settled.said == "no confirmed address"


def test_a_named_address_gets_no_link_for_another(room: Room, server: MailServer) -> None:
    """S101: The link goes to the user's present address only."""
    add_user(room, Notice("email_removed", room.clock(), to="old@example.com"))
    assert run(room, server) == {"sent": 1}
    assert "/account/" not in server.mails[0].as_string()
    assert server.mails[0]["To"] == "old@example.com"


def test_the_deleted_are_told_by_the_row_alone(room: Room, server: MailServer) -> None:
    """S134: Afterwards the reserved name has nothing of the notice."""
    last_notice = Notice("deleted", room.clock(), to="ann@example.com")
    room.database["users"].insert_one(
        {
            "_id": ANN,
            "name_key": "ann",
            "released_at": room.clock() + timedelta(minutes=16),
            "notices": [last_notice.document()],
        }
    )
    room.clock.move(seconds=3)
    room.collector.collect()
    room.store.forget_user(ANN)
    assert run(room, server) == {"sent": 1}
    assert "ann@example.com" not in str(room.database["users"].find_one({"_id": ANN}))
    assert "ann@example.com" not in str(room.database["mail"].find_one({"_id": last_notice.id}))


def test_many_users_are_told_in_one_run(room: Room, server: MailServer) -> None:
    """Several pages of users with several notices each are sent."""
    now = room.clock()
    room.database["users"].insert_many(
        {
            "_id": secrets.token_hex(12),
            "username": f"user{number}",
            "name_key": f"user{number}",
            "email": f"user{number}@example.com",
            "email_key": f"user{number}@example.com",
            "notices": [Notice("password_changed", now).document() for _ in range(2)],
        }
        for number in range(60)
    )
    assert run(room, server) == {"sent": 120}
    assert not room.database["users"].count_documents({"notices.at": {"$gt": now}})


def test_a_notice_of_somebody_who_was_deleted_meanwhile_leaves_nothing(
    room: Room, server: MailServer
) -> None:
    """S134: A mail that was made after the deletion is removed."""
    notice = Notice("password_changed", room.clock(), facts={"place": "192.0.2.1"})
    add_user(room, notice)
    room.clock.move(seconds=3)
    room.collector.collect()
    room.database["users"].delete_one({"_id": ANN})
    assert run(room, server) == {"void": 1}
    assert room.store.find_mail(notice.id) is None


def test_a_last_mail_that_is_refused_is_forgotten(room: Room) -> None:
    """S134: The address of a deleted user is removed with the row."""
    last_mail = secrets.token_hex(12)
    room.add(kind="deleted", id=last_mail, to="ann@example.com", facts={"username": "ann"})
    with mail_server(rcpt=lambda address: f"550 no {address}") as refusing:
        assert run(room, refusing) == {"dead": 1}
    assert "ann" not in str(room.database["mail"].find_one({"_id": last_mail}))
