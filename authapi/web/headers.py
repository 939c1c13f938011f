"""The headers that every answer carries (S45, S72)."""

from collections.abc import Callable

Headers = list[tuple[str, str]]

_ALWAYS = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Vary", "Origin"),
]
_HSTS = "Strict-Transport-Security"
_TWO_YEARS = "max-age=63072000"
_JSON = ("Content-Type", "application/json")
"""The content type of most answers, as Flask writes it."""
_USUAL = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
]


def secured(*, https_only: bool, mounted: bool = False) -> Callable[[Headers], Headers]:
    """Return a function that lists the headers to add to an answer.

    A header that the view set is not added again. HTML gets no content security policy from here:
    an app's page would show nothing under it, and the service's pages have their own.

    Args:
        https_only: whether browsers are to use HTTPS alone from now on (HSTS).
        mounted: whether the domain is an app's that the service is a part of. Then its subdomains
            may be anybody's.
    """
    hsts = (_HSTS, _TWO_YEARS if mounted else f"{_TWO_YEARS}; includeSubDomains")
    ours = [*_ALWAYS, *([hsts] if https_only else ()), *_USUAL]
    usual = [_JSON]
    names = {name.lower() for name, _ in ours} - {"vary"}

    def lacking(sent: Headers) -> Headers:
        if sent[:1] == usual and len(sent) == 2 and sent[1][0] == "Content-Length":
            return ours  # most answers: the view set no header of these
        chosen = {name.lower() for name, _ in sent}
        if _JSON not in sent and any(
            value[:9] == "text/html" and name.lower() == "content-type" for name, value in sent
        ):
            chosen.add("content-security-policy")
        if names.isdisjoint(chosen):
            return ours
        return [header for header in ours if header[0].lower() not in chosen & names]

    return lacking
