"""Links and codes are derived, never stored."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from authapi.core.secrets import Secret, derive_key
from authapi.mail.links import CodeClaims, InvalidLink, LinkClaims, MailedTokens, Purpose
from tests.support.servers import SECRET

ANN = "0123456789abcdef01234567"
ADDRESS = "ann@example.com"
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
END = NOW + timedelta(hours=1)
CLAIMS = LinkClaims(Purpose.RESET, ANN, 7, ADDRESS)
CODE = CodeClaims(ANN, ADDRESS, "a nonce")
OTHER = Secret(SECRET[::-1])


@pytest.fixture
def tokens() -> MailedTokens:
    """What derives them, with one secret."""
    return MailedTokens(Secret(SECRET))


def test_a_token_is_laid_out_as_promised(tokens: MailedTokens) -> None:
    """Version, purpose, user, epoch, expiry, address and MAC, in 59 characters."""
    bound = hmac.digest(derive_key(Secret(SECRET), "mailed address"), ADDRESS.encode(), "sha256")
    body = (
        b"\x01r"
        + bytes.fromhex(ANN)
        + (7).to_bytes(4, "big")
        + int(END.timestamp()).to_bytes(4, "big")
        + bound[:6]
    )
    mac = hmac.digest(derive_key(Secret(SECRET), "mailed link"), body, "sha256")[:16]
    token = tokens.token(CLAIMS, END)
    assert token == base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()
    assert len(token) == 59


def test_a_token_is_the_same_whenever_it_is_derived(tokens: MailedTokens) -> None:
    """A mail that is sent again has the same link."""
    assert tokens.token(CLAIMS, END) == MailedTokens(Secret(SECRET)).token(CLAIMS, END)


def test_a_token_says_what_it_was_made_of(tokens: MailedTokens) -> None:
    """It has the user, the epoch, the expiry and a digest of the address."""
    link = tokens.read(tokens.token(CLAIMS, END), Purpose.RESET, now=NOW)
    assert (link.purpose, link.user_id, link.epoch, link.until) == (Purpose.RESET, ANN, 7, END)
    assert tokens.fits(link, ADDRESS)
    assert not tokens.fits(link, "ann@example.org")
    assert not tokens.fits(link, None)


def test_claims_may_end_before_their_mail(tokens: MailedTokens) -> None:
    """The link to undo a change expires after 72 hours, whenever it is sent."""
    claims = LinkClaims(Purpose.UNDO, ANN, 7, ADDRESS, until=NOW + timedelta(minutes=1))
    assert tokens.token(claims, END) == tokens.token(claims, END + timedelta(days=1))
    with pytest.raises(InvalidLink):
        tokens.read(tokens.token(claims, END), Purpose.UNDO, now=NOW + timedelta(minutes=1))


def test_a_token_ends(tokens: MailedTokens) -> None:
    """S85: It expires to the second."""
    token = tokens.token(CLAIMS, END)
    tokens.read(token, Purpose.RESET, now=END - timedelta(seconds=1))
    with pytest.raises(InvalidLink):
        tokens.read(token, Purpose.RESET, now=END)


@pytest.mark.parametrize("purpose", Purpose)
def test_a_token_is_good_for_its_purpose_alone(tokens: MailedTokens, purpose: Purpose) -> None:
    """S88: A verification token resets no password, and so on."""
    token = tokens.token(LinkClaims(purpose, ANN, 7, ADDRESS), END)
    assert tokens.read(token, purpose, now=NOW).purpose is purpose
    with pytest.raises(InvalidLink):
        tokens.read(token, *(set(Purpose) - {purpose}), now=NOW)


def test_every_changed_character_is_refused(tokens: MailedTokens) -> None:
    """S88: Each of the 59 is replaced by each other character."""
    token = tokens.token(CLAIMS, END)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place, char in enumerate(token):
        for other in set(alphabet) - {char}:
            with pytest.raises(InvalidLink):
                tokens.read(token[:place] + other + token[place + 1 :], Purpose.RESET, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token[1:],
        lambda token: token + "A",
        lambda token: token + "=",
        lambda token: token + "\n",
        lambda token: " " + token,
        lambda token: token.replace(token[5], "\ud800"),
        lambda token: token * 2,
        lambda token: token[:58] + "é",
        lambda token: "A" * 10_000,
    ],
)
def test_what_is_no_token_is_refused(tokens: MailedTokens, change: object) -> None:
    """S88: Cut, longer, padded and non-ASCII tokens get the same refusal."""
    assert callable(change)
    with pytest.raises(InvalidLink):
        tokens.read(change(tokens.token(CLAIMS, END)), Purpose.RESET, now=NOW)


def test_another_secrets_token_is_foreign(tokens: MailedTokens) -> None:
    """S88: Only the previous secret is still accepted."""
    foreign = MailedTokens(OTHER).token(CLAIMS, END)
    with pytest.raises(InvalidLink):
        tokens.read(foreign, Purpose.RESET, now=NOW)
    both = MailedTokens(Secret(SECRET), OTHER)
    link = both.read(foreign, Purpose.RESET, now=NOW)
    assert both.fits(link, ADDRESS)
    assert not both.fits(link, "ann@example.org")


@pytest.mark.parametrize(
    "user_id", ["7", "auth0|5f7c8ec7c33c6c004bbafe82", ANN.upper(), ANN[:-1], ANN + "0", "x" * 128]
)
def test_an_id_that_an_import_kept_gets_a_token(tokens: MailedTokens, user_id: str) -> None:
    """The token works for ids of any form."""
    token = tokens.token(LinkClaims(Purpose.RESET, user_id, 7, ADDRESS), END)
    link = tokens.read(token, Purpose.RESET, now=NOW)
    assert (link.user_id, link.epoch, link.until) == (user_id, 7, END)
    assert tokens.fits(link, ADDRESS)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(raw)):
        changed = raw[:place] + bytes([raw[place] ^ 3]) + raw[place + 1 :]
        with pytest.raises(InvalidLink):
            tokens.read(base64.urlsafe_b64encode(changed).rstrip(b"=").decode(), *Purpose, now=NOW)


def test_an_operators_link_is_bound_to_no_address(tokens: MailedTokens) -> None:
    """It is for users without an address."""
    claims = LinkClaims(Purpose.OPERATOR_RESET, ANN, 7, None)
    link = tokens.read(tokens.token(claims, END), Purpose.OPERATOR_RESET, now=NOW)
    assert tokens.fits(link, None)
    assert not tokens.fits(link, ADDRESS)


def test_a_code_has_40_bits_in_crockfords_letters(tokens: MailedTokens) -> None:
    """S92: It is eight of 32 letters, from an HMAC of account, address and request."""
    key = derive_key(Secret(SECRET), "mail code")
    parts = [part.encode() for part in (ANN, ADDRESS, "a nonce")]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    number = int.from_bytes(hmac.digest(key, framed, "sha256")[:5], "big")
    code = tokens.code(CODE)
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    assert code[4] == "-"
    assert (
        sum(
            letters.index(char) * 32 ** (7 - place)
            for place, char in enumerate(code.replace("-", ""))
        )
        == number
    )


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f" {code} ",
        lambda code: code.replace("0", "O").replace("1", "l"),
    ],
)
def test_a_code_may_be_typed_as_people_do(tokens: MailedTokens, typed: object) -> None:
    """S92: Case, the dash, O for 0 and l for 1 do not matter."""
    assert callable(typed)
    for number in range(50):
        claims = CodeClaims(ANN, ADDRESS, str(number))
        assert tokens.is_code(typed(tokens.code(claims)), claims)


@pytest.mark.parametrize(
    "claims",
    [
        CodeClaims(ANN[::-1], ADDRESS, "a nonce"),
        CodeClaims(ANN, "ann@example.org", "a nonce"),
        CodeClaims(ANN, ADDRESS, "another"),
        CodeClaims(ANN, ADDRESS + "a", " nonce"),
    ],
)
def test_a_code_is_bound_to_account_address_and_request(
    tokens: MailedTokens, claims: CodeClaims
) -> None:
    """S92: A new request or another account has another code."""
    assert not tokens.is_code(tokens.code(CODE), claims)


@pytest.mark.parametrize("typed", ["", "-", "AAAA-AAAA", "\ud800", "é" * 8, "K" * 10_000])
def test_what_is_no_code_is_refused(tokens: MailedTokens, typed: str) -> None:
    """S92: Any other text is refused."""
    assert not tokens.is_code(typed, CODE)


def test_the_code_of_the_secret_before_is_good(tokens: MailedTokens) -> None:
    """After a rotation of the secret, mailed codes still work."""
    both = MailedTokens(OTHER, Secret(SECRET))
    assert both.is_code(tokens.code(CODE), CODE)
    assert both.code(CODE) != tokens.code(CODE)
