"""An opened console under observation: what the browser complains of and whom the page talks to."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator

LOCALES = {"en": "en-GB", "zh": "zh-CN"}
NO_WORKER = """
    const Real = Worker;
    Worker = class extends Real {
        constructor(url, options) { super("/console/no-such-worker.js", options); }
    };
"""
"""An init script: the drawing worker does not start, and the map is drawn in the page."""
_INK = """async ([layer, x, y]) => {
    const canvas = document.querySelectorAll(".floor-canvas canvas")[layer];
    const picture = await createImageBitmap(canvas);
    const dpr = picture.width / canvas.getBoundingClientRect().width;
    const copy = new OffscreenCanvas(1, 1).getContext("2d");
    copy.drawImage(picture, -Math.floor(x * dpr), -Math.floor(y * dpr));
    return [...copy.getImageData(0, 0, 1, 1).data];
}"""
_AXE = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
        .filter(one => one.impact === "serious" || one.impact === "critical")
        .map(one => `${one.id}: ${one.nodes.map(node => node.target.join(" ")).join(", ")}`);
}"""


class OpenedConsole:
    """One page in a browser profile of its own (storage, cookies)."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        width: int = 1280,
        height: int = 800,
        theme: str = "light",
        language: str = "en",
        reduced_motion: bool = False,
    ):
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=LOCALES[language],
            reduced_motion="reduce" if reduced_motion else "no-preference",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        self.clicks = 0
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("websocket", lambda link: self.hosts.add(urlsplit(link.url).netloc))
        self.page.goto(url)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def floor(self) -> dict[str, Any]:
        """What the floor's debug hook says (src/screens/floor/debug.ts)."""
        found: dict[str, Any] = self.page.evaluate("podherd.floor()")
        return found

    def ink(self, layer: int, x_px: float, y_px: float) -> tuple[int, ...]:
        """Colour (RGBA) of the map at a place of its box: layer 0 what stands still, 1 the ways,
        2 the robots."""
        return tuple(self.page.evaluate(_INK, [layer, x_px, y_px]))

    def until(self, condition: str, argument: object = None) -> None:
        """Waits until a JavaScript expression of ``s`` (the floor's state) and ``a`` holds."""
        self.page.wait_for_function(
            "a => { const s = window.podherd?.floor(); return s && (" + condition + "); }",
            arg=argument,
        )

    def until_text(self, selector: str, text: str) -> None:
        """Waits until an element holds a text."""
        self.page.wait_for_function(
            "([selector, text]) => document.querySelector(selector)?.textContent.includes(text)",
            arg=[selector, text],
        )

    def click(self, what: Locator) -> None:
        """One click, counted."""
        self.clicks += 1
        what.click()

    def click_robot(self, robot: str) -> None:
        """One click on a robot as it is drawn at this moment, counted."""
        drawn = next(one for one in self.floor()["robots"] if one["robot"] == robot)
        box = self.page.locator(".floor-canvas").bounding_box()
        assert box is not None
        self.clicks += 1
        self.page.mouse.click(box["x"] + drawn["x_px"], box["y"] + drawn["y_px"])

    def serious_findings(self, axe: str) -> list[str]:
        """What axe-core finds serious or critical about the page as it is."""
        self.page.evaluate(axe)
        found: list[str] = self.page.evaluate(_AXE)
        return found
