"""What the pages say, in each language."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("texts")
LANGUAGES = ("en", "de")
_OTHER = "other"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language.

    Attributes:
        language: its tag.
        words: from `texts/<language>.toml`.
    """

    language: str
    words: dict[str, Any]

    def refusal(self, code: str) -> str:
        """Return the text of a failure; a general one where the pages have none for it."""
        refusals: dict[str, str] = self.words["refusals"]
        return refusals.get(code) or refusals[_OTHER]

    def problem(self, found: str) -> str:
        """Return the text beside a field: of an endpoint's problem, or of a code."""
        problems: dict[str, str] = self.words["problems"]
        if found in self.words["refusals"]:
            return self.refusal(found)
        return problems.get(found) or (found if self.language == "en" else problems[_OTHER])


@cache
def texts(language: str) -> Texts:
    """Return the texts of one of `LANGUAGES`."""
    return Texts(language, tomllib.loads((_FOLDER / f"{language}.toml").read_text("utf-8")))
