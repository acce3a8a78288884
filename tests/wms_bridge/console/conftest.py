"""The console in a headless browser, on a real bridge."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scripts.console import DIST, SOURCES, UNAVAILABLE, main
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.web.conftest import browser, floor, shift, site
from tests.wms_bridge.web.floor_server import FloorServer

__all__ = ["browser", "floor", "shift", "site"]


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
