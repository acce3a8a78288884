"""The live page in a real browser against the real bridge."""

import math
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import OrderId, RobotId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from tests.wms_bridge.web.floor_server import FloorServer
from tests.wms_bridge.web.played_shift import PlayedShift
from tests.wms_bridge.web.watched import WatchedPage
from wms_bridge.records.work import OutboxMessage, SkuRecord

pytestmark = pytest.mark.browser
Look = Callable[..., WatchedPage]

SAID = """
    window.said = [];
    document.addEventListener("DOMContentLoaded", () => {
        const link = document.getElementById("link-text");
        const note = () => window.said.push(link.textContent);
        const all = {childList: true, characterData: true, subtree: true};
        new MutationObserver(note).observe(link, all);
    });
"""
"""Notes every word the page says about its link."""
MARKUP = '<img src=x onerror="window.broken=1">'


def shown(look: Look, floor: FloorServer, view: FloorView, **size: object) -> WatchedPage:
    """The page with one frame on it, at rest."""
    floor.show(view)
    page = look(**size)
    page.until("s.at_ms === a && s.robots.length > 0", view.at_ms)
    return page


def test_it_loads_without_complaint_and_talks_to_its_own_host_only(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(60_000))
    page.until("s.pictures > 0 && s.pods === a", len(shift.frame().pods))
    page.until_text("#site-name", "small")
    page.until_text("#clock", "00:01:00")
    page.until_text("#link-text", "Live")
    assert page.complaints == []
    assert page.hosts == {f"127.0.0.1:{floor.port}"}


def test_robots_move_between_frames_until_they_are_where_the_frame_puts_them(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    first = shift.advance(25_000)
    page = shown(look, floor, first)
    before = page.robots()
    second = shift.advance(1_000)
    moved = {
        robot.robot: math.hypot(robot.x_m - old.x_m, robot.y_m - old.y_m)
        for robot, old in zip(second.robots, first.robots, strict=True)
    }
    mover = max(moved, key=lambda robot: moved[robot])
    assert moved[mover] > 0.5
    floor.show(second)
    target = next(robot for robot in second.robots if robot.robot == mover)
    page.until(
        "s.robots.some(r => r.robot === a.id && Math.hypot(r.x_m - a.x, r.y_m - a.y) < 1e-6)",
        {"id": mover, "x": target.x_m, "y": target.y_m},
    )
    after = page.robots()[mover]
    assert after["x_px"] != before[mover]["x_px"] or after["y_px"] != before[mover]["y_px"]


def test_robots_are_painted_where_the_page_says_they_are(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(30_000))
    page.until("s.pictures > 0")
    for robot in page.robots().values():
        painted = page.page.evaluate(
            """([x, y]) => {
                const canvas = document.getElementById("traffic");
                const dpr = canvas.width / canvas.clientWidth;
                return canvas.getContext("2d").getImageData(x * dpr, y * dpr, 1, 1).data[3];
            }""",
            [robot["x_px"], robot["y_px"]],
        )
        assert painted == 255, robot


def test_figures_follow_the_frames(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    view = shift.advance(60_000)
    page = shown(look, floor, view)
    for picked, rate, pile_on in ((7, 412.4, 1.5), (8, 1234.0, 2.25)):
        kpis = replace(
            view.kpis,
            picks_confirmed=picked,
            lines_per_h=rate,
            pile_on=pile_on,
            lines_picked=picked,
        )
        view = replace(view, at_ms=view.at_ms + 1000, kpis=kpis)
        floor.show(view)
        page.until_text('[data-kpi="picks"]', str(picked))
        page.until_text('[data-kpi="lines_per_h"]', f"{rate:,.0f}")
        page.until_text('[data-kpi="pile_on"]', f"{pile_on:.2f}")


def test_orders_show_their_progress(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    take_order(floor, "WEB-1", 3)
    page = shown(look, floor, shift.advance(1000))
    page.page.click("#tab-orders")
    page.until_text("#orders-body", "WEB-1")
    assert "0 / 3" in page.text("#orders-body")
    assert "Open" in page.text("#orders-body")


def test_names_with_markup_stay_text(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    shift.renamed = {shift.site.robots[0].id: RobotId(MARKUP)}
    shift.alarms = (RaiseAlarm(AlarmKind.ROBOT_STUCK, MARKUP, f"stuck {MARKUP}"),)
    take_order(floor, MARKUP, 1)
    page = shown(look, floor, shift.advance(30_000))
    for tab, body in (("robots", "robots-body"), ("orders", "orders-body")):
        page.page.click(f"#tab-{tab}")
        page.until_text(f"#{body}", MARKUP)
    page.page.click("#tab-alarms")
    page.until_text("#alarms-list", f"stuck {MARKUP}")
    page.page.click("#alarms-list button")
    page.until_text("#details-title", MARKUP)
    page.page.fill("#search", "<img")
    page.until_text("#search-results", MARKUP)
    assert page.page.locator("img").count() == 0
    assert page.page.evaluate("window.broken") is None
    assert page.complaints == []


def test_an_old_frame_is_never_shown_as_live(
    browser: Browser, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    floor.show(view)
    floor.now_ms += 300_000
    tab = browser.new_page()
    tab.add_init_script(SAID)
    page = WatchedPage(tab, floor.url)
    page.until("s.at_ms === a && s.age_ms >= 300000", view.at_ms)
    page.until_text("#notice-text", "No news from the fleet. Showing the floor as it was 5 min ago")
    page.until_text("#link-text", "5 min old")
    assert "Live" not in tab.evaluate("window.said")
    floor.show(shift.advance(1_000))
    page.until_text("#link-text", "Live")
    tab.close()


def test_messages_that_the_wms_refuses_are_shown(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    take_order(floor, "WEB-1", 1)
    with floor.bridge.store.writing() as tx:
        tx.add_message(
            OutboxMessage(0, "m", OrderId("WEB-1"), "{}", 1, error="answer 422", dead_ms=2)
        )
    page = shown(look, floor, shift.advance(1000))
    page.until_text("#wms-chip", "WMS refuses 1")
    assert page.page.get_attribute("#wms-chip", "title") == "answer 422"


def test_orders_in_progress_are_listed_oldest_first_from_one_page(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    take_orders(floor, [f"WEB-{number:04d}" for number in range(1200)])
    page = shown(look, floor, shift.advance(1000))
    page.page.click("#tab-orders")
    page.until_text("#orders-body", "WEB-0199")
    names = page.page.locator("#orders-body button").all_inner_texts()
    assert names == [f"WEB-{number:04d}" for number in range(200)]
    assert page.text("#orders-more") == "1,000 more are not listed."
    lists = [asked for asked in page.asked if "/orders/" in asked and "?status=open" in asked]
    assert {urlsplit(asked).query for asked in lists} == {"status=open&order=oldest&limit=200"}


def test_a_lost_connection_is_shown_and_mends_itself(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(30_000))
    floor.stop()
    page.until("s.link === 'lost'")
    page.until_text("#notice-text", "Connection lost. Showing the floor as it was")
    assert page.page.get_attribute("#link", "data-state") != "live"
    page.until("s.attempt >= 2")
    page.page.wait_for_selector("#notice-retry")
    floor.start()
    later = shift.advance(5000)
    floor.show(later)
    page.until("s.link === 'live' && s.at_ms === a", later.at_ms)
    page.page.wait_for_selector("#notice", state="hidden")
    page.until_text("#link-text", "Live")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_everything_fits_common_screens(
    look: Look, floor: FloorServer, shift: PlayedShift, width: int, height: int, theme: str
) -> None:
    page = shown(look, floor, crowded(shift), width=width, height=height, theme=theme)
    page.until_text('[data-kpi="order_age_p95"]', "2:46 h")
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    assert page.page.evaluate("document.documentElement.scrollHeight") == height
    for selector in ("#traffic", "#side", "#clock", "#link", "#search", "#zoom-in", "#legend"):
        box = page.page.locator(selector).bounding_box()
        assert box is not None, selector
        assert box["x"] >= 0, selector
        assert box["y"] >= 0, selector
        assert box["x"] + box["width"] <= width, selector
        assert box["y"] + box["height"] <= height, selector
    assert page.page.evaluate(CLIPPED) == []


CLIPPED = """
    [...document.querySelectorAll(".grid div, .hero, .now, #tab-alarms, #stations-body td")]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.textContent)"""


def test_the_theme_follows_the_reader(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    page = shown(look, floor, shift.advance(1000))
    corner = """() => {
        const canvas = document.getElementById("plan");
        return canvas.getContext("2d").getImageData(2, 2, 1, 1).data[0];
    }"""
    page.until("s.pictures > 0")
    assert page.page.evaluate(corner) > 200
    page.page.emulate_media(color_scheme="dark")
    page.page.wait_for_function(f"() => ({corner})() < 60")


def test_a_robot_can_be_clicked(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    view = shift.advance(30_000)
    page = shown(look, floor, view)
    page.until("s.pictures > 0")
    robot = next(robot for robot in view.robots if robot.base)
    drawn = page.robots()[robot.robot]
    page.page.click("#traffic", position={"x": drawn["x_px"], "y": drawn["y_px"]})
    page.until_text("#details-title", f"Robot {robot.robot}")
    page.page.click("#details-close")
    page.until("s.chosen === null")


def test_the_keyboard_reaches_everything(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(30_000))
    keys = page.page.keyboard
    keys.press("/")
    keys.type("p00")
    page.until_text("#search-results", "P001")
    keys.press("ArrowDown")
    keys.press("Enter")
    page.until("s.chosen?.kind === 'pod'")
    page.page.focus("#tab-stations")
    keys.press("ArrowRight")
    assert page.page.get_attribute("#tab-robots", "aria-selected") == "true"
    page.page.focus("#traffic")
    keys.press(".")
    page.until("s.chosen?.kind === 'robot'")
    wide = page.state()["view"]["scale"]
    keys.press("+")
    assert page.state()["view"]["scale"] > wide
    keys.press("0")
    assert page.state()["view"]["scale"] == wide
    keys.press("Escape")
    page.until("s.chosen === null")


def test_an_order_shows_its_lines(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    take_order(floor, "WEB 2/#?", 3)
    page = shown(look, floor, shift.advance(1000))
    page.page.click("#tab-orders")
    page.until_text("#orders-body", "WEB 2/#?")
    page.page.click("#orders-body button")
    page.until_text("#details-title", "Order WEB 2/#?")
    page.until_text("#details-list", "TEA0 / 3")


def test_a_bridge_with_an_api_key_is_asked_for_it(
    browser: Browser, site: Site, shift: PlayedShift
) -> None:
    server = FloorServer(site, api_key="right key")
    server.start()
    view = shift.advance(30_000)
    server.show(view)
    page = WatchedPage(browser.new_page(), server.url, link="lost")
    for key in ("wrong key", "right key"):
        page.page.wait_for_selector("#key-dialog", state="visible")
        page.page.fill("#key", key)
        page.page.keyboard.press("Enter")
        page.page.wait_for_function("() => document.getElementById('key').value === ''")
    page.until("s.link === 'live' && s.at_ms === a", view.at_ms)
    page.until_text("#site-name", "small")
    page.page.close()
    server.stop()


def test_zoom_keeps_the_place_under_the_pointer(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(30_000))
    robot = next(iter(page.robots().values()))
    box = page.page.locator("#traffic").bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + robot["x_px"], box["y"] + robot["y_px"])
    wide = page.state()["view"]["scale"]
    page.page.mouse.wheel(0, -400)
    page.until("s.view.scale > a", wide)
    near = page.robots()[robot["robot"]]
    assert near["x_px"] == pytest.approx(robot["x_px"], abs=1)
    assert near["y_px"] == pytest.approx(robot["y_px"], abs=1)


def test_what_is_no_frame_is_counted_and_left_aside(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    page = shown(look, floor, shift.advance(1000))
    for text in ("{", "null", "[]", '{"at_ms": 1}', '{"at_ms": "soon", "kpis": {}, "robots": []}'):
        read = "async text => (await import('./js/live.js')).readFrame(text)"
        assert page.page.evaluate(read, text) is None
    assert page.complaints == []


def take_order(floor: FloorServer, name: str, quantity: int) -> None:
    """One order of one line, straight into the bridge."""
    take_orders(floor, [name], quantity)


def take_orders(floor: FloorServer, names: list[str], quantity: int = 1) -> None:
    """Orders of one line each, straight into the bridge."""
    floor.bridge.put_skus([SkuRecord(Sku("TEA"))])
    orders = [
        PickOrder(OrderId(name), (OrderLine(line_id(OrderId(name), 1), Sku("TEA"), quantity),))
        for name in names
    ]
    floor.bridge.receive_orders(orders, now_ms=0)


def crowded(shift: PlayedShift) -> FloorView:
    """A frame whose figures are as long as they get."""
    shift.alarms = (RaiseAlarm(AlarmKind.ROBOT_SILENT, "R01", "No report for 10 s."),)
    view = shift.advance(30_000)
    kpis = replace(
        view.kpis,
        orders_received=12_345,
        orders_completed=10_345,
        lines_received=98_765,
        lines_shortened=1_234,
        picks_confirmed=98_765,
        lines_per_h=12_345.0,
        metres_per_line=123.4,
        order_age_p50_s=4_321.0,
        order_age_p95_s=9_999.0,
    )
    return replace(view, at_ms=35_999_000, kpis=kpis)
