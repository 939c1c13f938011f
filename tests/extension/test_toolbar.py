"""The popup opened from the toolbar; other tests open it in a tab."""

from tests.extension.actors import Owner
from tests.support.waiting import until

OPEN = "return await chrome.action.openPopup().then(() => 'open', String)"
"""Firefox refuses while a panel of its own is open, which it closes by itself."""

ROOM = """const [popup] = chrome.extension.getViews({ type: "popup" });
if (!popup?.document.body?.dataset.ready) return null;
const { scrollWidth, scrollHeight } = popup.document.documentElement;
return [popup.innerWidth, scrollWidth - popup.innerWidth, scrollHeight - popup.innerHeight];"""


def test_the_toolbar_s_popup_needs_no_scrolling(owner: Owner) -> None:
    """It is 360 pixels wide and as high as its content."""
    console = owner.browser.console
    console.size(1280, 800)  # a window that is too narrow squeezes the popup
    until(lambda: console.run(OPEN) == "open", "a popup", instead=lambda: console.run(OPEN))
    until(lambda: console.run(ROOM) == [360, 0, 0], "the popup", instead=lambda: console.run(ROOM))
    console.run('for (const view of chrome.extension.getViews({ type: "popup" })) view.close();')
