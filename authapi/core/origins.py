"""Origins (RFC 6454): what a browser says that a request comes from, as expressions."""

from urllib.parse import urlsplit

SITE = r"https://[a-z0-9.-]+(:[1-9]\d{0,4})?"
THIS_MACHINE = r"http://(localhost|127\.0\.0\.1|\[::1\])(:[1-9]\d{0,4})?"
CHROME_EXTENSION = r"chrome-extension://[a-p]{32}"
FIREFOX_EXTENSION = r"moz-extension://[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
WITHOUT_USUAL_PORT = r"(?!https://.*:443$|http://.*:80$)"
"""Goes before an expression for what browsers send: they leave out the usual port."""

_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


def origin_of(url: str) -> str:
    """Return the origin of an address, without its default port (RFC 6454, 4)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
