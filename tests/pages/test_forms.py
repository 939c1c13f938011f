"""The forms over HTTP behave as their endpoints."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from authapi.limits.rules import Rate
from authapi.settings import Settings
from tests.pages.conftest import FORM, NAMES, TOKEN, Owner, Send
from tests.support.apps import served
from tests.support.clock import MovedClock
from tests.support.log_stream import recorded_log
from tests.support.waiting import DEADLINE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("raw", "kind", "status"),
    [
        (b"token=a&token=b", "application/x-www-form-urlencoded", 400),
        (b"token=%ff", "application/x-www-form-urlencoded", 400),
        (b"\xff", "application/x-www-form-urlencoded", 400),
        (b"&".join(b"%d=1" % i for i in range(30)), "application/x-www-form-urlencoded", 400),
        (b"token=" + b"x" * 40_000, "application/x-www-form-urlencoded", 413),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"token=%00&word=secure&username=%00", "application/x-www-form-urlencoded", None),
    ],
)
def test_bad_bodies_have_an_answer(
    site: str, name: str, raw: bytes, kind: str, status: int | None
) -> None:
    """A page says what is wrong, never a 5xx."""
    headers = {**FORM, "Content-Type": kind}
    answer = requests.post(f"{site}/account/{name}", data=raw, headers=headers, timeout=DEADLINE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.status_code == (status or answer.status_code)
    assert answer.status_code < 500


@pytest.mark.parametrize("name", ["secure", "undo"])
def test_the_endpoint_of_the_same_path_goes_on(site: str, name: str) -> None:
    """JSON requests get JSON."""
    answer = requests.post(f"{site}/account/{name}", json={"token": TOKEN}, timeout=DEADLINE)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_link")
    other = requests.post(f"{site}/account/{name}", data="x", timeout=DEADLINE)
    assert (other.status_code, other.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("name", ["reset", "confirm", "secure", "undo"])
def test_a_bad_link_is_said_beside_its_field(send: Send, name: str) -> None:
    """The message is in the reader's language, and the field is empty."""
    values = {"token": TOKEN, "new_password": "a better one", "password": "x", "word": "sichern"}
    answer = send(name, headers={"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}, **values)
    assert answer.status_code == 400
    assert '<html lang="de">' in answer.text
    assert "Dieser Link gilt nicht mehr" in answer.text
    assert TOKEN not in answer.text
    assert "a better one" not in answer.text


def test_a_refused_password_leaves_the_link_and_is_not_shown_again(
    owner: Owner, send: Send
) -> None:
    """S146: The link's field is filled again, the password's is not."""
    token = owner.forget().partition("#")[2]
    for language, words in (("en", "at least 8 characters long"), ("de", "mindestens 8 Zeichen")):
        accept = {"Accept-Language": language}
        answer = send("reset", headers=accept, token=token, new_password="short!!")
        assert answer.status_code == 422
        assert words in answer.text
        assert token in answer.text
        assert "short!!" not in answer.text
    assert send("reset", token=token, new_password="a better password").status_code == 200
    assert owner.log_in("a better password").status_code == 200


def test_forgotten_names_are_answered_alike(owner: Owner, send: Send) -> None:
    """S80, S146: The page shows the same for every name."""
    known, unknown = send("forgot", username=owner.name), send("forgot", username="nobody-at-all")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert "an email is on its way" in known.text


def test_a_page_and_its_endpoint_share_their_limits_and_events(development: Settings) -> None:
    """S146: A refusal tells the waiting time."""
    tight = replace(development, limit_resets=Rate.parse("3/hour"))
    clock = MovedClock()
    clock.move(hours=2)  # past what others counted
    with recorded_log() as log, served(tight, clock) as visitor:
        forgot = visitor.base_url + "/account/forgot"

        def ask(turn: int) -> requests.Response:
            typed = {"username": f"ann-{turn}"}
            return requests.post(forgot, data=typed, headers=FORM, timeout=DEADLINE)

        assert [ask(turn).status_code for turn in range(4)] == [200, 200, 200, 429]
        refused = ask(5)
        assert int(refused.headers["Retry-After"]) > 0
        assert "Too many attempts" in refused.text
        assert visitor.post("/password/forgot", {"username": "ben"}).status_code == 429
    assert "rate_limited" in log.text


def test_what_was_typed_is_escaped(send: Send) -> None:
    """S121: Input is shown as text, not as HTML."""
    answer = send("secure", token='"><script>alert(1)</script>', word="no")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
