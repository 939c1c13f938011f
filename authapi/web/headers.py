"""The headers that every answer carries (S45, S72)."""

from flask import Response

_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
_HSTS = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def secure(response: Response, *, https_only: bool) -> None:
    """Put the security headers on `response`, leaving a policy that the view chose."""
    headers = response.headers
    for name, value in _ALWAYS:
        headers[name] = value
    headers.setdefault("Content-Security-Policy", _API_POLICY)
    headers.setdefault("Cache-Control", "no-store")
    if https_only:
        headers[_HSTS[0]] = _HSTS[1]
