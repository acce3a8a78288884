"""Counts the clicks that a task takes, as a stopwatch of usability counts them."""

from playwright.sync_api import Locator, Page

MOST_CLICKS = 3
_COUNTING = """
    addEventListener("pointerdown", () => podherdPressed(1), true);
    addEventListener("change", event => {
        if (event.target.matches("select")) podherdPressed(2);
    }, true);
    function podherdPressed(presses) {
        const before = Number(sessionStorage.getItem("presses") ?? 0);
        sessionStorage.setItem("presses", String(before + presses));
    }
"""


class Hands:
    """The hands of an operator in an opened console; the page itself counts what they press.

    The rules: the count begins on the start page of a screen, as its entry in the navigation opens
    it. Every press of a mouse button or of a finger is one click, whatever it hits, that which goes
    to another screen as well. A choice from a drop-down list is two (it opens, one is chosen).
    Typing is none, but the text must go where the focus is: :meth:`type` presses a field that has
    no focus, and that press counts. Nothing is done by keyboard but typing, and no address is
    entered.
    """

    def __init__(self, page: Page):
        self.page = page
        page.context.add_init_script(_COUNTING)
        page.reload()

    @property
    def clicks(self) -> int:
        """How many there were until now."""
        return int(self.page.evaluate("Number(sessionStorage.getItem('presses') ?? 0)"))

    def click(self, what: Locator) -> None:
        """One press in the middle of something."""
        what.click()

    def click_at(self, what: Locator, x_px: float, y_px: float) -> None:
        """One press at a place of something, from its upper left corner."""
        what.click(position={"x": x_px, "y": y_px})

    def type(self, field: Locator, text: str) -> None:
        """Keys into a field; one press before, if it has no focus."""
        if not field.evaluate("field => field === document.activeElement"):
            field.click()
        self.page.keyboard.insert_text(text)
