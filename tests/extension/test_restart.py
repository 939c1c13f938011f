"""Restarting the browser."""

from tests.extension.actors import Owner


def test_who_wants_to_stay_signed_in_is_still_signed_in(owner: Owner) -> None:
    """The refresh token gets a new access token."""
    popup = owner.signed_in(keep=True)
    name = popup.text("name")
    owner.restart()
    again = owner.popup()
    again.is_signed_in_as(name)
    again.access()
    again.reads(f"Hello, {name}!")
    assert len(owner.gate.to("/refresh")) == 1


def test_who_does_not_is_signed_out(owner: Owner) -> None:
    """Nothing of the login is left; the choice itself is kept."""
    owner.signed_in(keep=False)
    owner.restart()
    popup = owner.popup()
    popup.is_signed_out()
    assert not owner.secrets()
    assert popup.page.run("return document.getElementById('keep').checked") is False
