"""Takes the pictures of the operator guide: every screen of the console in English and Chinese.

A real bridge serves the console, a simulated shift with trouble runs on it, and a browser looks at
all of it once the shift has come to a good moment. Takes some minutes. Needs the developers'
packages (``scripts/setup.py --dev``), Chromium, and fonts with Chinese characters (Debian:
``apt-get install chromium fonts-noto-cjk``).

    .venv/bin/python -m tests.wms_bridge.console.guide_pictures [--out FOLDER] [--only floor orders]
"""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from planner.codec.messages import encode, to_json
from planner.warehouse.view import FloorView, RobotView, chain_of_waits
from scripts import console
from tests.fakes.staged_shift import MINUTE_MS, PASSWORD, Stage, StagedShift
from tests.wms_bridge.serving import ServerThread
from wms_bridge.api.app import create_app
from wms_bridge.api.gate import COOKIE

OUT = console.ROOT / "docs" / "images" / "console"
SIZE = {"width": 1280, "height": 800}
LOCALES = {"en": "en-GB", "zh": "zh-CN"}
TIME_ZONE = "UTC"
MOST_BYTES = 150_000
COLOURS = (256, 160, 96)
SHOWN_MIN = 12
"""The floor is shown, and recorded, in the last minutes of the shift only: that takes long."""
WHO = "chen.jing"
MISSING = 2
"""Exit code if something is not there that the pictures need."""


@dataclass(frozen=True)
class Picture:
    """Once ``shows`` can be seen at ``address``, what ``open`` names is pressed, one after the
    other; both are CSS selectors."""

    name: str
    address: str
    open: tuple[str, ...] = ()
    shows: str = "main"
    theme: str = "light"
    who: str = WHO
    height: int = SIZE["height"]


def pictures(shift: StagedShift) -> tuple[Picture, ...]:
    """One of each screen, and two in the dark."""
    past_ms = shift.now_ms - 4 * MINUTE_MS
    station = "station/S02"
    waits = waiting_robot(shift.view())
    return (
        Picture("floor", f"floor?robot={waits}"),
        Picture("floor-dark", f"floor?robot={waits}", theme="dark"),
        Picture("orders", "orders", (".orders-list tbody tr a",)),
        Picture("alarms", "alarms", (".alarms-name",)),
        Picture("counting", f"counting?case={shift.counts.to_decide}", shows=".counting-row"),
        Picture("station", station, who="s01"),
        Picture("station-dark", station, theme="dark", who="s01"),
        Picture("intervene", "intervene"),
        Picture("kpis", "kpis?window=hour", shows="main canvas"),
        Picture("replay", f"replay?at={past_ms}"),
        Picture("setup", "setup", shows="main svg, main canvas"),
        Picture("tower", "tower/exceptions", shows="main tbody tr"),
    )


def waiting_robot(view: FloorView) -> str:
    """The robot with the longest chain of waits; of those alike the one that waits the longest, and
    rather with a pod than for work."""

    def weight(robot: RobotView) -> tuple[int, bool, int]:
        chain = chain_of_waits(view.robots, robot.robot)
        since_ms = chain[0][1].since_ms if chain else view.at_ms
        return len(chain), robot.load is not None, view.at_ms - since_ms

    return max(view.robots, key=weight).robot


class Show:
    """A shift on a bridge that is served, and the tabs of people who look at it."""

    def __init__(self, folder: Path, minutes: int):
        self.shift = StagedShift(folder / "recording", Stage(minutes=minutes))
        shift = self.shift
        app = create_app(
            shift.bridge,
            lambda: shift.now_ms,
            access=shift.access,
            recorder=shift.recorder,
            console=console.DIST,
        )
        self._server = ServerThread(app, grace_s=1)
        self.url = self._server.url
        self._http = httpx.Client(base_url=self.url, timeout=30)
        self._login = {"Cookie": f"{COOKIE}={self.token('admin')}", "Origin": self.url}
        self._seconds = 0

    def token(self, who: str) -> str:
        """A session of somebody."""
        now_ms = self.shift.now_ms
        return self.shift.access.login(who, PASSWORD, "192.168.10.24", now_ms).token

    def play(self) -> None:
        """Has the shift pass."""
        self.shift.play(self._shown)
        self.shift.recorder.flush()

    def _shown(self, view: FloorView) -> None:
        self._seconds += 1
        stage = self.shift.stage
        if self._seconds % 60 == 0:
            print(f"\r{self._seconds // 60} of {stage.minutes} min", end="", file=sys.stderr)
        if self._seconds <= (stage.minutes - SHOWN_MIN) * 60:
            return
        body, headers = encode(to_json(view)), {"content-type": "application/json"}
        answer = self._http.post("/v1/fleet/view", content=body, headers=headers | self._login)
        answer.raise_for_status()

    def take(self, browser: Browser, picture: Picture, language: str) -> bytes:
        """A picture of a screen, as a PNG."""
        context = self._tab(browser, picture, language)
        page = context.new_page()
        # The shift is over, and its time stands still; the page's timers go on.
        page.add_init_script(f"Date.now = () => {self.shift.now_ms};")
        page.goto(f"{self.url}/console/{picture.address}")
        page.locator(picture.shows).first.wait_for()
        _settle(page)
        for selector in picture.open:
            page.locator(selector).first.click()
            _settle(page)
        # Where the pointer stands nothing is to light up.
        page.mouse.move(1, picture.height - 1)
        page.wait_for_timeout(300)
        png = page.screenshot(animations="disabled")
        context.close()
        return png

    def _tab(self, browser: Browser, picture: Picture, language: str) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": SIZE["width"], "height": picture.height},
            color_scheme="dark" if picture.theme == "dark" else "light",
            locale=LOCALES[language],
            timezone_id=TIME_ZONE,
            reduced_motion="reduce",
        )
        token = self.token(picture.who)
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.url}])
        return context

    def close(self) -> None:
        """Ends the bridge."""
        self._http.close()
        self._server.stop()


def _settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)


def small(png: bytes) -> bytes:
    """The same picture with fewer colours, so that a reader's page loads fast."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    best = png
    for colours in COLOURS:
        found = io.BytesIO()
        few = picture.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(found, "PNG", optimize=True)
        best = min(best, found.getvalue(), key=len)
        if len(best) <= MOST_BYTES:
            break
    return best


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of the machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def missing() -> str:
    """What is not there, and what to do; empty if all is."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        return "needs Chromium (Debian: apt-get install chromium)"
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    if not fonts.stdout.strip():
        return "needs fonts with Chinese characters (Debian: apt-get install fonts-noto-cjk)"
    if console.main([]) != 0:
        return "the console cannot be built"
    return ""


def main() -> int:
    """Exit code 2 if something is not there that is needed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the pictures")
    parser.add_argument("--only", nargs="*", default=[], help="names of pictures, as floor-dark")
    parser.add_argument("--minutes", type=int, default=30, help="of the shift, 24 at least")
    asked = parser.parse_args()
    if why := missing():
        print(f"guide_pictures: {why}", file=sys.stderr)
        return MISSING
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="podherd-pictures-") as folder:
        show = Show(Path(folder), asked.minutes)
        try:
            show.play()
            with chromium() as browser:
                _take_all(show, browser, asked.out, asked.only)
        finally:
            show.close()
    return 0


def _take_all(show: Show, browser: Browser, out: Path, only: list[str]) -> None:
    for picture in pictures(show.shift):
        if only and picture.name not in only:
            continue
        for language in LOCALES:
            target = out / f"{picture.name}-{language}.png"
            target.write_bytes(small(show.take(browser, picture, language)))
            print(f"{target}: {target.stat().st_size // 1000} kB")


if __name__ == "__main__":
    sys.exit(main())
