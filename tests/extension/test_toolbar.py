"""The popup opened from the toolbar; other tests open it in a tab."""

from tests.extension.actors import Owner
from tests.support.waiting import until

ROOM = """const [popup] = chrome.extension.getViews({ type: "popup" });
if (!popup?.document.body?.dataset.ready) return null;
const { scrollWidth, scrollHeight } = popup.document.documentElement;
return [popup.innerWidth, scrollWidth - popup.innerWidth, scrollHeight - popup.innerHeight];"""


def test_the_toolbar_s_popup_needs_no_scrolling(owner: Owner) -> None:
    """It is 360 pixels wide and as high as its content."""
    console = owner.browser.console
    console.size(1280, 800)  # a window that is too narrow squeezes the popup
    opens = owner.browser.open_popup
    until(lambda: opens() == "open", "a popup", instead=opens)
    until(lambda: console.run(ROOM) == [360, 0, 0], "the popup", instead=lambda: console.run(ROOM))
    console.run('for (const view of chrome.extension.getViews({ type: "popup" })) view.close();')
