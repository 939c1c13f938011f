"""Names with every character of Unicode."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from authapi.accounts.rules import display_name, name_key, problems

NOTHING = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
SHOWN = [
    char
    for char in map(chr, range(sys.maxunicode + 1))
    if unicodedata.category(char) not in NOTHING
]
BLANK_BY_NAME = re.compile(
    r"FILLER$|BLANK$|NULL NOTEHEAD|INVISIBLE|ZERO WIDTH|CONSONANT JOINER|NUMBER JOINER|SELECTOR|"
    r"GRAPHEME JOINER|WORD JOINER|SOFT HYPHEN|VOWEL INHERENT|"
    r"-TO-(LEFT|RIGHT) (MARK|EMBEDDING|OVERRIDE|ISOLATE)"
)
SEEN_ALL_THE_SAME = re.compile(r"(GAP|LINE|SPACE) FILLER|SYMBOL FOR|BLANK SYMBOL|TODO SOFT HYPHEN")


def categories(name: str) -> set[str]:
    """Return the first letters of the categories of its characters."""
    return {unicodedata.category(char)[0] for char in name}


def test_a_name_of_one_character_is_one_that_is_seen() -> None:
    """S135: letters, numbers, punctuation and symbols pass alone; marks and blanks do not."""
    passed = [char for char in SHOWN if not problems(char)]
    assert len(passed) > 100_000
    assert not [char for char in passed if not categories(display_name(char)) & set("LNPS")]


def test_no_blank_hides_in_a_name() -> None:
    """S135: Fillers, blanks and invisible characters, as Unicode classifies them, are refused."""
    blanks = [
        char
        for char in SHOWN
        if BLANK_BY_NAME.search(name := unicodedata.name(char, ""))
        and not SEEN_ALL_THE_SAME.search(name)
    ]
    assert len(blanks) > 250
    assert [f"U+{ord(char):04X}" for char in blanks if not problems(f"a{char}b")] == []


def test_all_that_people_write_passes_within_a_name() -> None:
    """S135: Letters and numbers of every script pass, except fillers."""
    letters = [char for char in SHOWN if unicodedata.category(char)[0] in "LN"]
    refused = [char for char in letters if problems(f"a{char}b")]
    assert [char for char in refused if not BLANK_BY_NAME.search(unicodedata.name(char, ""))] == []


def test_the_unique_form_of_every_character_is_stable() -> None:
    """S14: Folding the unique form again does not change it."""
    keys = [name_key(char) for char in SHOWN]
    assert [key for key in keys if name_key(key) != key] == []


@pytest.mark.parametrize(
    "name",
    [
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Persian, with ZWNJ
        "\u0641\u0627\u0637\u0645\u0647\u200c\u0632\u0647\u0631\u0627",
        "\u0915\u094d\u200d\u0937\u092e\u093e",  # Devanagari, with ZWJ
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala, with ZWJ
        "\u0936\u0930\u094d\u092e\u093e",
        "\u1785\u17d2\u179a\u17be\u1793",  # Khmer
        "\u05d3\u05b8\u05bc\u05d5\u05b4\u05d3",  # Hebrew, with points
        "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
        "\u1019\u102d\u102f\u1038",
        "\u0f56\u0f66\u0f9f\u0f53",
        "\u0bb0\u0bbe\u0bae\u0bc1",
        "Nguy\u1ec5n V\u0103n \u00c1nh",
        "\u1eccl\u00e1d\u00e9l\u00e9",
        "O\u2019Brien-\u0141ukasz",
        "\u5c71\u7530\u592a\u90ce",
        "\uae40\ubbfc\uc218",
        "\u12a0\u1260\u1260",
        "\u07de\u07ca\u07eb",  # N'Ko, with a mark
    ],
    ids=ascii,
)
def test_names_that_people_have_pass(name: str) -> None:
    """S135: Names in every script pass, with the marks and joiners that it needs."""
    assert problems(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "a\u200cb",
        "a\u200db",
        "\u200c\u0639",
        "\u0639\u0644\u06cc\u200c",
        "\u0639\u200c\u200c\u0644",
        "\u200d\u0915",
        "\u0915\u200d\u0937",
        "\u05d0\u200c\u05d1",
        "\U0001f468\u200d\U0001f469",
    ],
    ids=ascii,
)
def test_a_joiner_that_changes_nothing_is_refused(name: str) -> None:
    """S135: An invisible joiner would make a second name (RFC 5892, A.1 and A.2)."""
    assert problems(name) == ["Username must not contain control or invisible characters."]
