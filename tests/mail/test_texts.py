"""The texts of mails: every kind in every language, with any values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

import pytest

from authapi.mail.kinds import DELETED, NOTICES, TEST
from authapi.mail.models import Fact
from authapi.mail.texts import FOLDER, LANGUAGES, Texts

ASKED = ["verify", "address_taken", "reset", "secured", "operator", "email_changed"]
KINDS = [*NOTICES, DELETED, TEST, *ASKED]
LINK = "https://accounts.example/account/reset#" + "A" * 59
CODE = "K7QF-M2XW"
NOON = datetime(2030, 3, 1, 12, 0, tzinfo=UTC)
TEXTS = Texts("Example", "en")
NAMES = ("username", "device", "place", "address", "name")
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "https://evil.example/#click",
    "line\nhttps://evil.example/\n\nend\r\nBcc: x@y",
    "\u202egnirts\u202c",
    "\u05d0\u05d1\u05d2",
    "x" * 5000,
    "\x00\x1b[31m\u2028",
]


class Page(HTMLParser):
    """What a reader's program sees in an HTML part."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fact", HOSTILE)
def test_facts_stay_facts(kind: str, language: str, fact: str) -> None:
    """S94: Values add no tag, link or line; both parts have the same link and code."""
    facts: dict[str, Fact] = {**dict.fromkeys(NAMES, fact), "left": 3, "at": NOON}
    mail = TEXTS.render(kind, language, facts, link=LINK, code=CODE, until=NOON)
    page = Page(mail.html)
    harmless = TEXTS.render(
        kind, language, {**facts, **dict.fromkeys(NAMES, "x")}, link=LINK, code=CODE, until=NOON
    )
    assert mail.language == language
    assert page.tags == Page(harmless.html).tags
    assert page.attributes == Page(harmless.html).attributes
    assert mail.subject == harmless.subject
    assert "\n" not in mail.subject
    assert len(mail.text.splitlines()) == len(harmless.text.splitlines())
    own = [line for line in mail.text.splitlines() if line == LINK]
    assert page.links == own == ([LINK] if LINK in harmless.text else [])
    assert (CODE in mail.text) == (CODE in page.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_do_without_its_facts(kind: str, language: str) -> None:
    """Each template works without values."""
    mail = TEXTS.render(kind, language, {}, link=LINK, code=CODE, until=NOON)
    assert "None" not in mail.text
    assert "Example" in mail.subject
    assert not re.search(r"\n\n\n", mail.text)


def test_every_template_is_of_a_kind() -> None:
    """Each kind has a template in each language."""
    for language in LANGUAGES:
        found = {path.stem for path in (FOLDER / language).glob("*.txt")}
        assert {name for name in found if not name.startswith("_")} == set(KINDS)


@pytest.mark.parametrize(
    ("locale", "default", "chosen"),
    [
        ("de", "en", "de"),
        ("de-AT", "en", "de"),
        ("DE_de", "en", "de"),
        ("fr", "de", "de"),
        (None, "de", "de"),
        ("xx", "yy", "en"),
        ("../../etc", "en", "en"),
        ("", "en", "en"),
    ],
)
def test_the_language_is_the_readers(locale: str | None, default: str, chosen: str) -> None:
    """Otherwise it is the service's, otherwise English."""
    assert Texts("Example", default).render("test", locale, {}).language == chosen


def test_moments_are_written_as_people_do() -> None:
    """Times are in the language of the text, in UTC."""
    facts: dict[str, Fact] = {"at": NOON, "username": "ann"}
    texts = Texts("Example", "en")
    assert "1 March 2030, 12:00 UTC" in texts.render("password_changed", "en", facts).text
    assert "1. März 2030, 12:00 UTC" in texts.render("password_changed", "de", facts).text


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of the operator's own templates."""
    (tmp_path / "en").mkdir()
    (tmp_path / "fr").mkdir()
    return tmp_path


def test_the_operators_words_come_first(own: Path) -> None:
    """Text, HTML part and layout can be replaced separately."""
    (own / "en" / "reset.txt").write_text("Hi\n\nOurs: {{ username }} {{ link }}\n")
    (own / "en" / "reset.html").write_text("<b>{{ username }}</b>")
    (own / "fr" / "test.txt").write_text("Un essai\n\nRien à faire.\n")
    texts = Texts("Example", "en", own)
    mail = texts.render("reset", "en", {"username": "<ann>"}, link=LINK)
    assert (mail.subject, mail.text) == ("Hi", f"Ours: <ann> {LINK}\n")
    assert mail.html == "<b>&lt;ann&gt;</b>"
    assert texts.render("test", "fr", {}).subject == "Un essai"
    assert CODE in texts.render("verify", "en", {}, code=CODE).text


@pytest.mark.parametrize(
    "text", ["{{ unheard_of }}", "{{ username.x.y }}", "{{ 1 / 0 }}", "{% include 'nothing' %}"]
)
def test_a_fault_in_them_loses_no_mail(
    own: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The built-in text is used, and the log has an error."""
    (own / "en" / "reset.txt").write_text(f"Hi\n\n{text}\n")
    mail = Texts("Example", "en", own).render("reset", "en", {"username": "ann"}, link=LINK)
    assert LINK in mail.text
    assert "reset" in caplog.text


@pytest.mark.parametrize("written", ["", "\n\n\n", "A subject alone\n", "\n\nA text alone.\n"])
def test_one_that_is_being_written_loses_no_mail(own: Path, written: str) -> None:
    """An empty file, as while an editor saves it, is not used."""
    (own / "en" / "reset.txt").write_text(written)
    texts = Texts("Example", "en", own)
    assert LINK in texts.render("reset", "en", {"username": "ann"}, link=LINK).text


def test_one_that_turns_out_to_be_none_loses_no_mail(own: Path) -> None:
    """A file that cannot be read is not used."""
    texts, path = Texts("Example", "en", own), own / "en" / "reset.txt"
    for put in (
        lambda: path.write_bytes("Grüße\n\n{{ link }}".encode("latin-1")),
        lambda: path.mkdir(),
        lambda: path.symlink_to("/proc/self/mem"),
    ):
        put()
        assert LINK in texts.render("reset", "en", {"username": "ann"}, link=LINK).text
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\r"])
def test_no_mark_in_a_subject_loses_a_mail(own: Path, mark: str) -> None:
    """S94: Line ends in a subject become spaces."""
    (own / "en" / "test.txt").write_text(f"Hi{mark}there\n\nText.\n", newline="")
    subject = Texts("Example", "en", own).render("test", "en", {}).subject
    assert subject == ("Hi" if mark == "\r" else "Hi there")
    EmailMessage()["Subject"] = subject


def test_what_cannot_be_read_is_named(own: Path) -> None:
    """The service does not start, and names file and line."""
    (own / "en" / "reset.txt").write_text("Hi\n\n{% if %}\n")
    (own / "fr" / "test.txt").write_bytes(b"\xff\xfe")
    (own / "logo.png").write_bytes(b"\x89PNG")  # no template
    (own / "fr" / "verify.txt").symlink_to("/proc/self/mem")
    first, second, third = sorted(Texts("Example", "en", own).problems())
    assert first.startswith("en/reset.txt, line 3: ")
    assert second.startswith("fr/test.txt: ")
    assert third.startswith("fr/verify.txt: ")


def test_a_folder_that_goes_away_loses_no_mail(own: Path) -> None:
    """The built-in texts are used until it is back."""
    (own / "en" / "test.txt").write_text("Ours\n\nText.\n")
    texts, away = Texts("Example", "en", own), own.with_name("away")
    assert texts.render("test", "en", {}).subject == "Ours"
    own.rename(away)
    assert texts.render("test", "en", {}).subject == "A test mail from Example"
    away.rename(own)
    assert texts.render("test", "en", {}).subject == "Ours"
