"""The one error of this package."""


class EmbeddedUnavailable(Exception):
    """The embedded database cannot be used; the text says in a sentence what to do."""
