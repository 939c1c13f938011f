"""Random changes of valid tokens."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta

import pytest

from authapi.core.secrets import Secret
from authapi.mail.links import InvalidLink, LinkClaims, MailedTokens, Purpose
from tests.support.servers import SECRET

TOKENS = MailedTokens(Secret(SECRET))
NOW = datetime(2030, 1, 1, tzinfo=UTC)
CLAIMS = LinkClaims(Purpose.RESET, "a" * 24, 7, "ann@example.com")
GOOD = TOKENS.token(CLAIMS, NOW + timedelta(hours=1))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. é\0"


def mutated(chance: random.Random) -> str:
    """Return a token that one change makes of the good one: of letters, of length, or of bytes."""
    place, how = chance.randrange(len(GOOD)), chance.randrange(4)
    if how == 0:
        return GOOD[:place] + chance.choice(LETTERS) + GOOD[place + 1 :]
    if how == 1:
        return GOOD[:place] + GOOD[place + chance.randrange(1, 5) :]
    if how == 2:
        return GOOD[:place] + "".join(chance.choices(LETTERS, k=3)) + GOOD[place:]
    raw = bytearray(base64.urlsafe_b64decode(GOOD + "="))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()


def test_no_mutation_of_a_token_is_good() -> None:
    """S88: 10,000 of them get the same refusal."""
    chance = random.Random(1)
    assert TOKENS.read(GOOD, Purpose.RESET, now=NOW).epoch == 7
    for _ in range(10_000):
        token = mutated(chance)
        if token != GOOD:
            with pytest.raises(InvalidLink):
                TOKENS.read(token, *Purpose, now=NOW)
