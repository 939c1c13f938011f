"""The headers that the service adds to answers."""

from __future__ import annotations

from authapi.web.headers import secured


def names(sent: list[tuple[str, str]], *, https_only: bool = True) -> list[str]:
    """Return the names of what is added, sorted."""
    return sorted(name.lower() for name, _ in secured(https_only=https_only)(sent))


def test_what_a_view_chose_stays_however_it_spells_it() -> None:
    """S72: A view's `cache-control` replaces the default."""
    every = names([])
    assert "strict-transport-security" in every
    assert "strict-transport-security" not in names([], https_only=False)
    for name in every:
        added = names([(name.upper(), "chosen")])
        assert added == (every if name == "vary" else [one for one in every if one != name])
