"""How much of a secret is random: what is left without words, rows and repetitions."""

import re
from itertools import pairwise

# Which letters follow a letter inside the words of Western languages, nearly always.
_FOLLOWERS = {
    "a": "bcdfgijklmnprstuvwxy",
    "b": "aeijlorsuy",
    "c": "acehiklorstuy",
    "d": "adegilorsuy",
    "e": "abcdefghijlmnopqrstvwxy",
    "f": "aefilortuy",
    "g": "aeghilnorstu",
    "h": "aeimortuy",
    "i": "abcdefgklmnoprstvxz",
    "j": "aeosuw",
    "k": "aeisy",
    "l": "abdegilopstuy",
    "m": "abegilmopsuvy",
    "n": "acdefgiklnopstuvy",
    "o": "abcdefgijklmnoprstuvwx",
    "p": "aehilmnoprstuy",
    "q": "u",
    "r": "abcdefgiklmnoprstuvy",
    "s": "acefhikloprstuvwy",
    "t": "acefhilmoprstuwy",
    "u": "abcdefgilmnprst",
    "v": "aegi",
    "w": "aehinorsw",
    "x": "aceipt",
    "y": "acimnoprstvw",
    "z": "aeiz",
}
_PAIRS = {first + second for first, followers in _FOLLOWERS.items() for second in followers}
# Neighbours on keyboards (by row and by column), and in the order of digits and letters.
_ROWS = (
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_STEPS = {
    row[place : place + 2]
    for line in _ROWS
    for row in (line, line[::-1])
    for place in range(len(line) - 1)
}
# Pieces as words are written: `word`, `Word`, `WORD`.
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST = 4


def unpredictable(secret: str) -> int:
    """Return how many letters and digits of `secret` are part of no word, row or repetition.

    Characters beyond ASCII do not count: no generator of secrets writes them.
    """
    lower = secret.lower()
    guessed = _words(secret) | _rows(lower) | _repeated(lower)
    counted = {place for place, char in enumerate(secret) if char.isascii() and char.isalnum()}
    return len(counted - guessed)


def _words(text: str) -> set[int]:
    """Return the places of what looks like words; a short one has to stand alone."""
    found: set[int] = set()
    for piece in _PIECES.finditer(text):
        word = piece[0].lower()
        around = text[max(piece.start() - 1, 0) : piece.start()] + text[piece.end() :][:1]
        alone = not any(map(str.isalnum, around))
        for start, end in _runs(word, _PAIRS):
            if end - start >= _SHORTEST or (alone and end - start == len(word)):
                found.update(range(piece.start() + start, piece.start() + end))
    return found


def _rows(text: str) -> set[int]:
    """Return the places of rows such as `qwerty`, `9876`, `abcd`, also of `0011` and `a1b2c3d4`."""
    found: set[int] = set()
    for stride in (1, 2):
        for offset in range(stride):
            places = range(offset, len(text), stride)
            for start, end in _runs(text[offset::stride], _STEPS):
                if end - start >= _SHORTEST:
                    found.update(places[start:end])
    return found


def _repeated(text: str) -> set[int]:
    """Return the places of what stood before already."""
    found: set[int] = set()
    start = 1
    while start < len(text):
        length = 0
        while start + length < len(text) and (
            text.find(text[start : start + length + 1], 0, start + length) >= 0
        ):
            length += 1
        if length >= _SHORTEST:
            found.update(range(start, start + length))
        start += length if length >= _SHORTEST else 1
    return found


def _runs(text: str, pairs: set[str]) -> list[tuple[int, int]]:
    """Return start and end of the longest stretches in which every pair of neighbours is known."""
    breaks = [place for place in range(1, len(text)) if text[place - 1 : place + 1] not in pairs]
    return list(pairwise([0, *breaks, len(text)]))
