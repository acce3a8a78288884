"""The console in a headless browser, on a real bridge."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from planner.warehouse.site import Site
from scripts.console import DIST, SOURCES, UNAVAILABLE, main
from sim_worlds.sites.catalogue import load_site
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
# What a page does is waited for, not timed: two browsers share the machine.
expect.set_options(timeout=20_000)


# Not for the whole session: as long as Playwright runs, no other test can start an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium of the machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing = "left out: needs Chromium (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site() -> Site:
    """The small shipped site."""
    return load_site("small")


@pytest.fixture
def shift(site: Site) -> PlayedShift:
    """Frames to show."""
    return PlayedShift(site, seed=3)


@pytest.fixture
def floor(site: Site) -> Iterator[FloorServer]:
    """A running bridge."""
    server = FloorServer(site)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def built() -> Path:
    """The console, built from the sources as they are."""
    outcome = main([])
    if outcome == UNAVAILABLE:
        missing = "left out: npm's registry cannot be reached"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    assert outcome == 0, "the console cannot be built; python3 scripts/console.py says why"
    return DIST


@pytest.fixture
def look(
    browser: Browser, floor: FloorServer, built: Path
) -> Iterator[Callable[..., OpenedConsole]]:
    """Opens the console: ``look("floor", width=1280, theme="light", language="en")``."""
    opened: list[OpenedConsole] = []

    def open_console(screen: str = "floor", **more: object) -> OpenedConsole:
        opened.append(OpenedConsole(browser, f"{floor.url}console/{screen}", **more))
        return opened[-1]

    yield open_console
    for one in opened:
        one.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (SOURCES / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
