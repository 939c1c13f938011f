"""What a mail server's reply means for the mail (RFC 5321, 4.2): pure decisions."""

from authapi.mail.transport import Accepted, NotNow, Refused

# About us, not about an address or a text: TLS, the login, an unknown command. 501 and 504 are
# about the address in RCPT, which this server cannot read.
_ABOUT_US = frozenset({500, 502, 503, 530, 534, 535, 538})
_CLOSING = 421
_LONGEST = 200


def is_positive(code: int) -> bool:
    """Whether a reply says that the command succeeded."""
    return 200 <= code < 300


def is_servers_fault(code: int) -> bool:
    """Whether the server refuses everybody or us, or the reply is malformed."""
    return code == _CLOSING or code in _ABOUT_US or not 200 <= code < 600


def judged(code: int, said: bytes | str, via: str) -> Accepted | Refused | NotNow:
    """Return what a reply to RCPT or DATA means for the mail."""
    words = line(code, said)
    if is_positive(code):
        return Accepted(via, words)
    return Refused(via, words) if code >= 500 else NotNow(f"{via}: {words}")


def line(code: int, said: bytes | str) -> str:
    """Return a reply on one line, cut to 200 characters, to be shown and stored."""
    text = said if isinstance(said, str) else said.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else " " for char in text)
    return (text if text.startswith(f"{code} ") else f"{code} {text}")[:_LONGEST]
