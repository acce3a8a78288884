"""A page under observation: what it says on the console and whom it talks to."""

from dataclasses import dataclass, field
from typing import Any, TypedDict
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page


class DrawnRobot(TypedDict):
    """One robot of the page's debug hook."""

    robot: str
    activity: str
    x_m: float
    y_m: float
    theta_rad: float
    x_px: float
    y_px: float


@dataclass
class WatchedPage:
    """Opens the live page and remembers complaints, hosts and addresses asked for."""

    page: Page
    url: str
    link: str = "live"
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda link: self._asked(link.url))
        self.page.goto(self.url)
        self.page.wait_for_function(f"() => window.podherd?.state().link === '{self.link}'")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme != "data":
            self.hosts.add(urlsplit(url).netloc)
            self.asked.append(url)

    def state(self) -> dict[str, Any]:
        """What the page's debug hook says (js/debug.js)."""
        found: dict[str, Any] = self.page.evaluate("podherd.state()")
        return found

    def robots(self) -> dict[str, DrawnRobot]:
        """The robots as drawn at this moment."""
        return {robot["robot"]: robot for robot in self.state()["robots"]}

    def until(self, condition: str, argument: object = None) -> None:
        """Waits until a JavaScript expression of ``s`` (the state) and ``a`` holds."""
        self.page.wait_for_function(
            f"a => {{ const s = podherd.state(); return {condition}; }}", arg=argument
        )

    def until_text(self, selector: str, text: str) -> None:
        """Waits until an element holds a text."""
        self.page.wait_for_function(
            "([selector, text]) => document.querySelector(selector)?.textContent.includes(text)",
            arg=[selector, text],
        )

    def text(self, selector: str) -> str:
        """Text of an element."""
        return self.page.inner_text(selector)
