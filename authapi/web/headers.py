"""The headers that every answer carries (S45, S72)."""

from collections.abc import Callable

Headers = list[tuple[str, str]]

_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Origin"),
]
_HSTS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
_UNLESS_CHOSEN = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
]


def secured(*, https_only: bool) -> Callable[[Headers], Headers]:
    """Return what says which headers an answer lacks, leaving a policy that its view chose."""
    always = [*_ALWAYS, _HSTS] if https_only else _ALWAYS
    usual = [*always, *_UNLESS_CHOSEN]

    def lacking(sent: Headers) -> Headers:
        chosen = {name for name, _ in sent}
        if chosen.isdisjoint(("Content-Security-Policy", "Cache-Control")):
            return usual
        return [*always, *(header for header in _UNLESS_CHOSEN if header[0] not in chosen)]

    return lacking
