"""Estimates how much of a secret is random: the rest after words, rows and repetitions."""

import re
from itertools import chain, groupby, pairwise

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
    "!@#$%^&*()_+",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_STEPS = {
    row[place : place + 2]
    for line in _ROWS
    for row in (line, line[::-1])
    for place in range(len(line) - 1)
}
# Pieces as words are written: `word`, `Word`, `WORD`; and several of them, as `IsNotAVery`.
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TITLE = re.compile(r"[A-Z][a-z]+")
_TITLES = re.compile(r"(?:[A-Z][a-z]{1,11}){2,}")
_ALONE = re.compile(r"(?<![^\W_])(?:[A-Za-z][a-z]{2,15}|[A-Z]{3,16})(?![^\W_])")
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/.]?[01]\d){0,2}")
_SHORTEST = 4
# Digits and signs that replace letters: `s3cr3t`, `P@ssw0rd`.
_LEET_PIECES = re.compile(r"[A-Z]?[a-z013457@$]+|[A-Z013457@$]+(?![a-z])")
_LEET = str.maketrans("013457@$", "oieastas")
_BEYOND_HEX = re.compile(r"[g-z]", re.IGNORECASE)


def unpredictable(secret: str) -> int:
    """Return how much of `secret` is part of no word, row or repetition.

    Letters and digits count; each other character counts once, since such marks separate words.
    Characters beyond ASCII do not count: no generator of secrets writes them.
    """
    lower = secret.lower()
    guessed = _words(secret) | _leet_words(secret) | _rows(lower) | _repeated(lower)
    left = [char for place, char in enumerate(secret) if place not in guessed and char.isascii()]
    return sum(map(str.isalnum, left)) + len({char for char in left if not char.isalnum()})


def _words(text: str) -> set[int]:
    """Return the positions of what looks like words; a short one must stand alone or in a row."""
    found = {place for year in _YEAR.finditer(text) for place in range(*year.span())}
    for word in _ALONE.finditer(text):
        if _VOWEL.search(word[0]):
            found.update(range(*word.span()))
    for row in _TITLES.finditer(text):
        if all(len(_runs(word.lower(), _PAIRS)) == 1 for word in _TITLE.findall(row[0])):
            found.update(range(*row.span()))
    for piece in _PIECES.finditer(text):
        for start, end in _runs(piece[0].lower(), _PAIRS):
            whole = end - start == len(piece[0])
            if end - start >= _SHORTEST or (whole and _is_alone(piece)):
                found.update(range(piece.start() + start, piece.start() + end))
    return found


def _leet_words(text: str) -> set[int]:
    """Return the positions of words in which digits and signs replace a few letters."""
    found: set[int] = set()
    for piece in _LEET_PIECES.finditer(text):
        for start, end in _runs(piece[0].lower().translate(_LEET), _PAIRS):
            part = piece[0][start:end]
            long_enough = len(part) > _SHORTEST or (part == piece[0] and _is_alone(piece))
            mostly_letters = 2 * sum(map(str.isalpha, part)) > len(part)
            if long_enough and mostly_letters and _BEYOND_HEX.search(part):
                found.update(range(piece.start() + start, piece.start() + end))
    return found


def _is_alone(piece: re.Match[str]) -> bool:
    """Tell whether no letter and no digit stands beside a piece."""
    around = (
        piece.string[max(piece.start() - 1, 0) : piece.start()] + piece.string[piece.end() :][:1]
    )
    return not any(map(str.isalnum, around))


def _rows(text: str) -> set[int]:
    """Return the positions of rows such as `qwerty`, `9876`, also of `000111222` and `a1b2c3d4`."""
    found: set[int] = set()
    groups = [list(group) for _, group in groupby(range(len(text)), text.__getitem__)]
    singles = [[place] for place in range(len(text))]
    for line in (groups, singles[::2], singles[1::2]):
        for start, end in _runs("".join(text[places[0]] for places in line), _STEPS):
            if end - start >= _SHORTEST:
                found.update(chain(*line[start:end]))
    return found


def _repeated(text: str) -> set[int]:
    """Return the positions of repetitions of what came before."""
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
