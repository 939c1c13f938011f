"""What a username may be, and when two of them are the same."""

import unicodedata

import idna

MAXIMUM_LENGTH = 64
IMPORTED_MAXIMUM_BYTES = 254
"""Of an imported name: elsewhere it may be an e-mail address (RFC 5321, 4.5.3.1.3)."""

# Controls, bidi and zero-width formats, surrogates, private and unassigned code points, line ends.
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Default-ignorable marks and fillers (UAX 44), and what fonts draw as a blank or not at all.
_INVISIBLE = {
    *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164),
    *(0x2800, 0x2D7F, 0x1107F, 0x13441, 0x13442, 0x16FE4, 0x1BC9D, 0x1D159),
    *range(0xFE00, 0xFE10),  # variation selectors
    *range(0xE0100, 0xE01F0),
}
_ZWNJ_AND_ZWJ = "\u200c\u200d"
_WITHOUT_JOINERS = str.maketrans("", "", _ZWNJ_AND_ZWJ)
_VISIBLE = "LNPS"
"""First letters of the Unicode categories that are visible on their own; marks are not."""


def display_name(username: str) -> str:
    """Return the form that is stored and shown: NFKC, trimmed."""
    return unicodedata.normalize("NFKC", username).strip()


def name_key(username: str) -> str:
    """Return the form that is unique: equal for names that differ in case or Unicode form only.

    Zero-width joiners do not count, since not every keyboard types them.
    """
    bare = username.translate(_WITHOUT_JOINERS)
    folded = unicodedata.normalize("NFKC", display_name(bare)).casefold()
    return unicodedata.normalize("NFKC", folded).casefold()


def problems(username: str, *, imported: bool = False) -> list[str]:
    """List what keeps `username` from being registered (ASVS 2.2.1, S135), or imported."""
    name = display_name(username)
    if not name:
        return ["Username must not be empty."]
    if len(name) > MAXIMUM_LENGTH and not imported:
        return [f"Username must be at most {MAXIMUM_LENGTH} characters long."]
    if len(name) > MAXIMUM_LENGTH and len(name.encode(errors="replace")) > IMPORTED_MAXIMUM_BYTES:
        return [f"Username must be at most {IMPORTED_MAXIMUM_BYTES} bytes long."]
    if any(_is_refused(name, position) for position in range(len(name))):
        return ["Username must not contain control or invisible characters."]
    if not any(unicodedata.category(char)[0] in _VISIBLE for char in name):
        return ["Username must have a character that is seen on its own."]
    return []


def _is_refused(name: str, position: int) -> bool:
    char = name[position]
    if char in _ZWNJ_AND_ZWJ:
        return not _joiner_is_seen(name, position)
    return unicodedata.category(char) in _REFUSED_CATEGORIES or ord(char) in _INVISIBLE


def _joiner_is_seen(name: str, position: int) -> bool:
    """Tell whether a zero-width joiner changes how its neighbours look (RFC 5892, A.1 and A.2).

    Names of Persian and of Indian scripts have some that do.
    """
    try:
        return idna.valid_contextj(name, position)
    except ValueError:  # a neighbour is unassigned
        return False
