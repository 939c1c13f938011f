"""Checks CBOR (RFC 8949; CTAP 2.1, 8) from authenticators before anything decodes it.

A decoder makes dates, regular expressions and more of tags. To compile a stranger's expression of
15 kB takes half a minute; authenticators write no tags.
"""

from collections.abc import Callable

_ATTESTED, _EXTENDED = 0x40, 0x80
_FLAGS_AT, _REST_AT = 32, 37
_AAGUID = 16
_BYTES, _TEXT, _ARRAY, _MAP, _TAG = range(2, 7)
_LEVELS = 8
_LONGEST_HEAD = 27


def end_of_item(data: bytes, at: int, levels: int = _LEVELS) -> int:
    """Return where the item that begins at `at` ends.

    Raises:
        ValueError: for a tag, for an indefinite length, and for more than `levels` of nesting.
        IndexError: when the data ends before the item.
    """
    major, short = data[at] >> 5, data[at] & 0x1F
    if major == _TAG or short > _LONGEST_HEAD or not levels:
        raise ValueError("no authenticator writes that")
    size = 0 if short < 24 else 1 << (short - 24)  # RFC 8949, 3
    at += 1 + size
    length = int.from_bytes(data[at - size : at], "big") if size else short
    if major in {_BYTES, _TEXT}:
        return at + length
    inner = {_ARRAY: length, _MAP: 2 * length}.get(major, 0)
    for _ in range(inner):
        at = end_of_item(data, at, levels - 1)
    return at


def check_authenticator_data(data: bytes, rewrite: Callable[[bytes], bytes]) -> None:
    """Check authenticator data (WebAuthn, 6.1): fixed members, then CBOR.

    Args:
        data: the bytes.
        rewrite: decodes and encodes an item as the library does that reads `data` next: it skips
            as many bytes as come out, wherever the item really ends.

    Raises:
        ValueError: as `end_of_item`, and for bytes that are left over or missing.
        IndexError: when the data ends early.
    """
    flags, at = data[_FLAGS_AT], _REST_AT
    if flags & _ATTESTED:
        at += _AAGUID
        begin = at + 2 + int.from_bytes(data[at : at + 2], "big")
        at = end_of_item(data, begin)
        if rewrite(data[begin:at]) != data[begin:at]:
            raise ValueError("the key is not written as authenticators do")
    if flags & _EXTENDED:
        at = end_of_item(data, at)
    if at != len(data):
        raise ValueError("not as long as it says")
