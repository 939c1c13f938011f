"""A mail's texts: templates in several languages, built-in or the operator's own."""

import logging
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)
from jinja2.loaders import BaseLoader

from authapi.mail.models import Facts

FOLDER = Path(__file__).with_name("templates")
LANGUAGES = ("en", "de")
LAYOUT = "layout.html"
_LONGEST = 200  # characters of a fact
_JOINERS = "\u200c\u200d"  # part of words and emoji
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
_ABSENT: Mapping[str, None] = dict.fromkeys(
    ("username", "device", "place", "at", "address", "name", "left", "link", "code", "until")
)
_log = logging.getLogger("authapi.mail")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's subject, its two parts, and their language."""

    subject: str
    text: str
    html: str
    language: str


class Texts:
    """Renders the kinds' templates: `<language>/<kind>.txt`, its first line is the subject.

    The HTML part is `<language>/<kind>.html` where there is one; else `layout.html` makes it of the
    text's paragraphs. All facts are escaped.

    Args:
        language: for readers without one, or with one that has no templates.
        folder: the operator's own templates, which go before the built-in ones.
    """

    def __init__(self, service: str, language: str, folder: Path | None = None) -> None:
        box = FileSystemLoader(FOLDER)
        own = FileSystemLoader(folder) if folder else None
        self._box = _environment(box)
        # No cache: templates may change while the service runs.
        self._first = _environment(ChoiceLoader([own, box]), kept=0) if own else self._box
        self._service = service
        self._language = language

    def render(
        self,
        kind: str,
        locale: str | None,
        facts: Facts,
        *,
        link: str | None = None,
        code: str | None = None,
        until: datetime | None = None,
    ) -> Rendered:
        """Render the mail of that kind, in the best language there is.

        A fault in the operator's own template is an error in the log; then the built-in one is
        rendered.

        Args:
            kind: the kind's name.
            locale: the reader's, such as `de` or `de-AT`.
            facts: what the text shows; a stranger may have chosen them, so they are escaped.
            link: the link, if there is one.
            code: the code, if there is one.
            until: when they end.

        Raises:
            TemplateError: when there is no template, or a fault in a built-in one.
        """
        more = {"link": link, "code": code, "until": until}
        try:
            return self._render(self._first, kind, locale, facts, more)
        except Exception as error:  # a template is a program, and may raise anything
            if self._first is self._box:
                raise
            why = error if isinstance(error, TemplateError) else type(error).__name__
            _log.error("a template of TEMPLATES for %s is faulty: %s", kind, why)
            return self._render(self._box, kind, locale, facts, more)

    def problems(self) -> list[str]:
        """Return what is wrong with the operator's own templates, a line for each."""
        names = self._first.list_templates(extensions=("txt", "html"))
        return [problem for name in names if (problem := self._problem(name))]

    def _problem(self, name: str) -> str | None:
        try:
            self._first.get_template(name)
        except (TemplateError, UnicodeDecodeError, OSError) as error:
            line = getattr(error, "lineno", None)
            where = f"{name}, line {line}" if line else name
            return f"{where}: {error}"
        return None

    def _render(
        self,
        environment: Environment,
        kind: str,
        locale: str | None,
        facts: Facts,
        more: Mapping[str, object],
    ) -> Rendered:
        language = self._choose(environment, kind, locale)
        safe = {name: plain(fact) for name, fact in facts.items() if isinstance(fact, str)}
        values: dict[str, object] = {**_ABSENT, **facts, **safe, **more}
        times = {name: at for name, at in values.items() if isinstance(at, datetime)}
        values |= {name: moment(at, language) for name, at in times.items()}
        values |= {"service": self._service, "language": language}
        written = environment.get_template(f"{language}/{kind}.txt").render(values)
        subject, _, text = written.partition("\n")
        subject = " ".join(subject.split())  # there are more line ends than one (Unicode, 5.8)
        paragraphs = [p.strip() for p in text.split("\n\n") if p.strip()]
        if not subject or not paragraphs:  # such as a file that is being written
            raise TemplateError("it makes no subject, or no text")
        values |= {"subject": subject, "paragraphs": paragraphs}
        html = environment.select_template([f"{language}/{kind}.html", LAYOUT]).render(values)
        return Rendered(subject, "\n\n".join(paragraphs) + "\n", html, language)

    def _choose(self, environment: Environment, kind: str, locale: str | None) -> str:
        there = set(environment.list_templates())
        for language in _candidates(locale, self._language):
            if f"{language}/{kind}.txt" in there:
                return language
        return LANGUAGES[0]


def _environment(loader: BaseLoader, *, kept: int = 400) -> Environment:
    return Environment(
        loader=loader,
        cache_size=kept,
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _candidates(locale: str | None, default: str) -> Iterator[str]:
    for wanted in (locale, default):
        if wanted:
            yield wanted.lower()
            yield wanted.lower().split("-")[0].split("_")[0]


def plain(text: str) -> str:
    """Return `text` on one line, without invisible characters, cut to 200 characters.

    Right-to-left text is isolated, so that it does not reorder the text around it.
    """
    seen = "".join(char if _is_seen(char) else " " for char in text)
    short = " ".join(seen.split())[:_LONGEST]
    backwards = any(unicodedata.bidirectional(char) in ("R", "AL") for char in short)
    return f"\u2068{short}\u2069" if backwards else short


def _is_seen(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char)[0] not in "CZ"


def moment(at: datetime, language: str) -> str:
    """Return a moment as people write it, in UTC."""
    at = at.astimezone(UTC)
    month = _MONTHS.get(language, _MONTHS["en"]).split()[at.month - 1]
    day = f"{at.day}." if language == "de" else f"{at.day}"
    return f"{day} {month} {at.year}, {at:%H:%M} UTC"
