"""What a username may be, and when two of them are one."""

import unicodedata

MAXIMUM_LENGTH = 64
IMPORTED_MAXIMUM_BYTES = 254
"""What an e-mail address may have (RFC 5321, 4.5.3.1.3): one of them may be a name elsewhere."""

# Controls, bidi and zero-width formats, surrogates, private and unassigned code points, line ends.
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Default-ignorable marks and fillers that show nothing, yet would tell two names apart (UAX 44).
_INVISIBLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x3164}
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def display_name(username: str) -> str:
    """Return the form that is stored and shown: NFKC, trimmed."""
    return unicodedata.normalize("NFKC", username).strip()


def name_key(username: str) -> str:
    """Return the form that is unique: equal for names that differ in case or Unicode form only."""
    folded = unicodedata.normalize("NFKC", display_name(username)).casefold()
    return unicodedata.normalize("NFKC", folded).casefold()


def problems(username: str, *, imported: bool = False) -> list[str]:
    """List what keeps `username` from being registered (ASVS 2.2.1), or from being imported."""
    name = display_name(username)
    if not name:
        return ["Username must not be empty."]
    if len(name) > MAXIMUM_LENGTH and not imported:
        return [f"Username must be at most {MAXIMUM_LENGTH} characters long."]
    if len(name) > MAXIMUM_LENGTH and len(name.encode(errors="replace")) > IMPORTED_MAXIMUM_BYTES:
        return [f"Username must be at most {IMPORTED_MAXIMUM_BYTES} bytes long."]
    if any(_is_refused(char) for char in name):
        return ["Username must not contain control or invisible characters."]
    return []


def _is_refused(char: str) -> bool:
    code = ord(char)
    return (
        unicodedata.category(char) in _REFUSED_CATEGORIES
        or code in _INVISIBLE
        or any(code in selectors for selectors in _VARIATION_SELECTORS)
    )
