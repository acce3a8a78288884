"""A headless browser and a bridge for it."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from planner.warehouse.site import Site
from sim_worlds.sites.catalogue import load_site
from tests.wms_bridge.web.floor_server import FloorServer
from tests.wms_bridge.web.played_shift import PlayedShift
from tests.wms_bridge.web.watched import WatchedPage

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


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


@pytest.fixture
def look(browser: Browser, floor: FloorServer) -> Iterator[Callable[..., WatchedPage]]:
    """Opens the page: ``look(width=1280, height=800, theme="light")``."""
    opened: list[Page] = []

    def open_page(width: int = 1280, height: int = 800, theme: str = "light") -> WatchedPage:
        dark = theme == "dark"
        page = browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
        )
        opened.append(page)
        return WatchedPage(page, floor.url)

    yield open_page
    for page in opened:
        page.close()
