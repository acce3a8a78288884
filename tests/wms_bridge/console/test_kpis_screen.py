"""The screen of key figures in a real browser against the real bridge."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.site import Site
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.test_station_screen import guarded, sign_in

__all__ = ["guarded"]
pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
STEP_MS = 20_000


@pytest.fixture(scope="module")
def floor(site: Site) -> Iterator[FloorServer]:
    """A bridge that has watched a floor for an hour and a half, in the early shift."""
    server = FloorServer(site)
    shift = PlayedShift(site, seed=5)
    shift.at_ms = server.now_ms - 90 * 60_000
    while shift.at_ms < server.now_ms:
        view = shift.advance(STEP_MS)
        server.bridge.kpis.take(view, shift.at_ms)
    server.start()
    server.show(shift.frame())
    yield server
    server.stop()


def figures(look: Look, **more: object) -> OpenedConsole:
    console = look("kpis", **more)
    expect(console.page.locator(".chart canvas").first).to_be_visible()
    return console


def tile(console: OpenedConsole, name: str) -> Locator:
    return console.page.locator(f"[data-figure={name}] dd")


def hurry(console: OpenedConsole, condition: Callable[[], bool]) -> None:
    """Lets the page's time pass, second by second, until a condition holds."""
    for _ in range(300):
        if condition():
            return
        console.page.clock.run_for(1_000)
    raise AssertionError("waited in vain")


def told(floor: FloorServer, minutes: int) -> dict[str, float]:
    answer = httpx.get(f"{floor.url}v1/kpis/live", params={"minutes": minutes}, timeout=10)
    found: dict[str, float] = answer.json()["figures"]
    return found


def test_tiles_and_charts_tell_what_was_measured(look: Look, floor: FloorServer) -> None:
    console = figures(look)
    expected = told(floor, 60)
    assert expected["lines_per_h"] > 50
    expect(tile(console, "lines_per_h")).to_have_text(f"{expected['lines_per_h']:,.0f}")
    expect(tile(console, "pile_on")).to_have_text(f"{round(expected['pile_on'], 1):g}")
    expect(tile(console, "robot_utilisation")).to_have_text(f"{expected['robot_utilisation']:.0%}")
    expect(tile(console, "inventory_accuracy")).to_have_text("–")  # nobody has counted
    drawn = console.page.get_by_role("img", name="Lines per hour:")
    expect(drawn).to_have_attribute("aria-label", _between())
    inked = drawn.locator("canvas").evaluate(
        "one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(v => v)"
    )
    assert inked
    assert console.complaints == []
    assert console.hosts == {f"127.0.0.1:{floor.port}"}


def _between() -> re.Pattern[str]:
    return re.compile(r"Lines per hour: [\d,.]+ at last, between [\d,.]+ and [\d,.]+\.")


def test_every_chart_is_there_as_a_table(look: Look, floor: FloorServer) -> None:
    console = figures(look)
    chart = console.page.get_by_role("region", name="Throughput")
    chart.get_by_text("As a table").click()
    rows = chart.locator("tbody tr")
    expect(rows).to_have_count(60)
    query = {"names": "lines_per_h"}
    series = httpx.get(f"{floor.url}v1/kpis/series", params=query, timeout=10).json()
    last = series["series"]["lines_per_h"][-2]
    wanted = "–" if last is None else f"{last:,.0f}"
    expect(rows.nth(1).locator("td").nth(1)).to_have_text(wanted)


def test_windows_and_stations_are_chosen_and_kept_in_the_address(
    look: Look, floor: FloorServer
) -> None:
    console = figures(look)
    page = console.page
    hour = tile(console, "lines_per_h").inner_text()
    page.get_by_role("button", name="24 h").click()
    expect(page.get_by_role("button", name="24 h")).to_have_attribute("aria-pressed", "true")
    day = told(floor, 24 * 60)["lines_per_h"]
    expect(tile(console, "lines_per_h")).to_have_text(f"{day:,.0f}")
    assert "window=day" in page.url
    page.get_by_role("button", name="Shift", exact=True).click()
    expect(page.locator(".kpis-span")).to_contain_text("14:00")
    page.get_by_role("button", name="1 h", exact=True).click()
    expect(tile(console, "lines_per_h")).to_have_text(hour)
    page.get_by_label("Of", exact=True).select_option("S02")
    expect(tile(console, "station_open")).to_be_visible()
    expect(page.locator(".chart")).to_have_count(2)
    page.reload()
    expect(page.get_by_label("Of", exact=True)).to_have_value("S02")
    page.get_by_role("tab", name="By station").click()
    page.get_by_role("button", name="S01").click()
    expect(page.get_by_label("Of", exact=True)).to_have_value("S01")


def test_shifts_and_definitions_are_listed(look: Look) -> None:
    console = figures(look)
    page = console.page
    page.get_by_role("tab", name="By shift").click()
    marked = page.locator("tr.marked")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("late")
    page.get_by_role("tab", name="Definitions").click()
    for text in ("Station starvation", "it waited for robots", "time starved / time open"):
        expect(page.locator(".kpis-words")).to_contain_text(text)
    expect(page.locator(".kpis-words tbody tr")).to_have_count(15)
    expect(page.get_by_role("link", name="Metrics for Prometheus")).to_have_attribute(
        "href", "/metrics"
    )


def test_figures_are_saved_as_csv(look: Look, floor: FloorServer) -> None:
    console = figures(look)
    for button, head, rows in (
        ("Save as CSV", "lines_per_h (1/h)", 60),
        ("Shifts as CSV", "shift", 8),
    ):
        with console.page.expect_download() as saving:
            console.page.get_by_role("button", name=button).click()
        raw = Path(saving.value.path()).read_text(encoding="utf-8")
        assert raw.startswith("\ufeff")
        assert not raw.startswith("\ufeff\ufeff")
        found = list(csv.reader(raw[1:].splitlines()))
        assert head in found[0]
        assert len(found) - 1 >= rows


def test_a_bridge_that_is_away_is_told_and_comes_back(look: Look, floor: FloorServer) -> None:
    console = figures(look)
    console.page.clock.install()
    console.page.reload()
    expect(console.page.locator(".chart canvas").first).to_be_visible()
    floor.stop()
    old = console.page.locator(".kpis-old")
    hurry(console, lambda: old.count() == 1)
    expect(old).to_contain_text("does not answer")
    expect(tile(console, "lines_per_h")).to_be_visible()
    floor.start()
    hurry(console, lambda: old.count() == 0)


def test_the_keyboard_and_chinese(look: Look) -> None:
    console = figures(look, language="zh")
    page = console.page
    expect(page.get_by_role("heading", name="关键指标")).to_be_visible()
    page.get_by_role("button", name="24 小时").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="24 小时")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("tab", name="图表").focus()
    page.keyboard.press("End")
    expect(page.locator(".kpis-words")).to_contain_text("待料时间 / 开放时间")
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page.locator(".floor-canvas")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    look: Look, axe: str, theme: str, width: int, height: int
) -> None:
    console = figures(look, theme=theme, width=width, height=height)
    console.page.get_by_text("As a table").first.click()
    assert console.serious_findings(axe) == []
    for tab in ("By station", "By shift", "Definitions"):
        console.page.get_by_role("tab", name=tab).click()
        assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picker_has_no_key_figures(
    browser: Browser, guarded: tuple[str, object], built: object
) -> None:
    url, _ = guarded
    console = sign_in(browser, url, "pia")
    expect(console.page.get_by_role("link", name="Station", exact=True)).to_be_visible()
    expect(console.page.get_by_role("link", name="Key figures")).to_have_count(0)
    console.page.goto(f"{url}/console/kpis")
    expect(console.page.locator("#main")).to_contain_text("not for your role")
    console.context.close()
