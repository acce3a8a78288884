"""The operator console with a thousand robots, in headless Chromium without a GPU: what the page's
main thread does between two frames, pictures per second, memory, first useful picture, and how long
news take from the bridge to the screen. The bridge runs in this process, the browser in its own.

``python -m benchmarks.macro.console``: 30 minutes. With ``QUICK=1`` one minute.
"""

import gc
import gzip
import json
import re
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.report import publish, quick
from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.view import FloorView
from scripts.console import DIST, build
from sim_worlds.shift import with_robots
from sim_worlds.sites.catalogue import load_site
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer

ROBOTS = 1_000
FRAMES_PER_S = 20
MINUTES = 1 if quick() else 30
NEWS = 20
TRACED_MS = 10_000
TASK = "ThreadControllerImpl::RunTask"
SIZE = {"width": 1600, "height": 960}
GOALS = {
    "main thread, p95 (ms/frame)": "<= 8",
    "pictures (1/s)": ">= 20",
    "page's process, first and last quarter (MB)": "flat",
    "first useful picture (s)": "<= 1",
    "floor to screen, p95 (ms)": "<= 250",
    "alarm to screen, p95 (ms)": "<= 1000",
    "first load (kB gzip)": "<= 150",
}
WATCH = """() => {
    window.seen = new Map();
    const look = () => {
        const at_ms = podherd.drawn();
        if (!seen.has(at_ms)) seen.set(at_ms, Date.now());
        requestAnimationFrame(look);
    };
    look();
    window.badge = [];
    const count = document.querySelector(".alarm-badge-count");
    new MutationObserver(() => badge.push([count.textContent, Date.now()]))
        .observe(count, { childList: true, characterData: true, subtree: true });
}"""
"""Notes in the page when a frame, and when a number of alarms, came to be seen (ms since 1970)."""
READY = "() => window.podherd && podherd.floor().robots.length > 0 && podherd.floor().pictures > 0"
FINISHED = "() => performance.now()"


class Feeder:
    """Posts frames as a fleet does, in a thread of its own, until it is closed."""

    def __init__(self, server: FloorServer, frames: Sequence[FloorView]):
        self._server = server
        self._frames = frames
        self._ended = Event()
        self._thread = Thread(target=self._feed, daemon=True)
        self.at_ms = 0
        self.posted: dict[int, float] = {}
        """When each frame was handed to HTTP (ms since 1970), by its site time."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Frames come as long as the block lasts."""
        self._thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._thread.join()

    def _feed(self) -> None:
        due_s = time.monotonic()
        for frame in cycle(self._frames):
            if self._ended.is_set():
                return
            self.at_ms += 1000 // FRAMES_PER_S
            self.posted[self.at_ms] = time.time() * 1000
            self._server.show(replace(frame, at_ms=self.at_ms))
            due_s += 1 / FRAMES_PER_S
            self._ended.wait(max(0.0, due_s - time.monotonic()))


def main() -> None:
    """Prints the figures beside their goals and keeps them."""
    build()
    site = with_robots(load_site("medium"), ROBOTS)
    shift = PlayedShift(site, seed=1)
    # There and back again: no robot jumps when the film begins anew.
    there = [shift.advance(1000 // FRAMES_PER_S) for _ in range(400)]
    # As the bridge's own process does.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    server = FloorServer(site)
    server.start()
    try:
        feeder = Feeder(server, [*there, *reversed(there)])
        with feeder.running(), sync_playwright() as playwright:
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=arguments
            )
            found = measure(browser, server, feeder)
            browser.close()
    finally:
        server.stop()
    found["first load (kB gzip)"] = round(first_load_kb(DIST), 1)
    rows = [{"what": name, "found": found[name], "goal": goal} for name, goal in GOALS.items()]
    parameters = {"robots": ROBOTS, "frames per s": FRAMES_PER_S, "minutes": MINUTES, **SIZE}
    publish("console", rows, seed=1, parameters=parameters, packages=("playwright",))


def measure(browser: Browser, server: FloorServer, feeder: Feeder) -> dict[str, Any]:
    """All figures but the size."""
    page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
    page.goto(f"{server.url}console/floor")
    page.wait_for_function(READY, polling="raf")
    first_s = page.evaluate(FINISHED) / 1000
    page.wait_for_timeout(3_000)
    page.evaluate(WATCH)
    began_s, pictures = time.monotonic(), _pictures(page)
    memory = list[float]()
    while time.monotonic() - began_s < MINUTES * 60:
        page.wait_for_timeout(5_000)
        memory.append(renderer_mb(browser))
    per_s = (_pictures(page) - pictures) / (time.monotonic() - began_s)
    quarter = max(1, len(memory) // 4)
    spent, worked = main_thread_ms(browser, page)
    return {
        "main thread, p95 (ms/frame)": f"{_p95(worked)} of work, {_p95(spent)} by the clock",
        "pictures (1/s)": round(per_s, 1),
        "page's process, first and last quarter (MB)": (
            f"{median(memory[:quarter]):.0f} and {median(memory[-quarter:]):.0f}"
        ),
        "first useful picture (s)": round(first_s, 2),
        "floor to screen, p95 (ms)": _p95(floor_news_ms(page, feeder)),
        "alarm to screen, p95 (ms)": _p95(alarm_ms(page, server)),
    }


def main_thread_ms(browser: Browser, page: Page) -> tuple[list[float], list[float]]:
    """What all tasks of the page's main thread took from one of its frames to the next (ms), by the
    clock and on the processor, by Chromium's trace of some seconds."""
    browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    page.wait_for_timeout(TRACED_MS)
    told = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in told
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    frames = [one for one in told if one["name"] == "FireAnimationFrame"]
    threads = Counter((one["pid"], one["tid"]) for one in frames)
    main = max(mains, key=lambda thread: threads[thread])
    begun = sorted(one["ts"] for one in frames if (one["pid"], one["tid"]) == main)
    spent, worked = [0.0] * (len(begun) + 1), [0.0] * (len(begun) + 1)
    for one in told:
        if one["name"] == TASK and (one["pid"], one["tid"]) == main and "dur" in one:
            frame = bisect_right(begun, one["ts"])
            spent[frame] += one["dur"] / 1000
            worked[frame] += one.get("tdur", 0) / 1000
    return spent[1:-1], worked[1:-1]


def renderer_mb(browser: Browser) -> float:
    """Memory of the page's process, its workers with it, as the system counts it (MB, PSS)."""
    told = browser.new_browser_cdp_session()
    found = told.send("SystemInfo.getProcessInfo")["processInfo"]
    told.detach()
    return max(_pss_mb(one["id"]) for one in found if one["type"] == "renderer")


def _pss_mb(process: int) -> float:
    told = Path(f"/proc/{process}/smaps_rollup").read_text()
    kilobytes = re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)
    return int(kilobytes[1]) / 1000 if kilobytes else 0.0


def floor_news_ms(page: Page, feeder: Feeder) -> list[float]:
    """From before a frame was posted until a picture showed it; of frames that came to be shown."""
    seen = dict(page.evaluate("() => [...seen]"))
    return [at - feeder.posted[site] for site, at in seen.items() if site in feeder.posted]


def alarm_ms(page: Page, server: FloorServer) -> list[float]:
    """From an alarm of the fleet until the badge counts it."""
    raised: list[float] = []
    for number in range(NEWS):
        raised.append(time.time() * 1000)
        alarm = RaiseAlarm(AlarmKind.ROBOT_STUCK, f"R{number}", "It does not move.")
        server.bridge.apply([alarm], server.now_ms)
        page.wait_for_timeout(1_500)
    told = page.evaluate("() => badge")
    shown = {int(text): at for text, at in reversed(told) if text.isdecimal()}
    return [shown[number + 1] - at for number, at in enumerate(raised)]


def first_load_kb(built: Path) -> float:
    """The page, and every script and style that it names, gzipped."""
    page = (built / "index.html").read_text()
    named = re.findall(r'(?:src|href)="/console/([^"]+\.(?:js|css))"', page)
    return sum(len(gzip.compress((built / name).read_bytes())) for name in named) / 1000


def _pictures(page: Page) -> int:
    count: int = page.evaluate("() => podherd.floor().pictures")
    return count


def _p95(values: Sequence[float]) -> float:
    return round(quantiles(values, n=20)[-1], 1)


if __name__ == "__main__":
    main()
