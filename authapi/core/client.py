"""Where a request came from."""

from dataclasses import dataclass

_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Client:
    """The program and the address behind a request.

    Attributes:
        address: the IP address as text, or an empty string when it is not known.
        user_agent: what the program calls itself, cut to 256 characters.
    """

    address: str
    user_agent: str

    @classmethod
    def of(cls, address: str | None, user_agent: str | None) -> "Client":
        """Return the client of a request."""
        return cls(address or "", (user_agent or "")[:_LONGEST])


UNKNOWN = Client("", "")
