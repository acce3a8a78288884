"""The screen Intervene in a real browser against the real bridge; a test answers for the fleet."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.ids import RobotId, RuleId, StationId
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Site
from planner.warehouse.view import EntryView, FloorView
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.intervening import (
    DEED,
    House,
    choose,
    confirm,
    done,
    open_as,
    running,
)
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.interventions.conftest import SQUARE, wanted
from wms_bridge.interventions.asking import Asked

pytestmark = pytest.mark.browser
AISLE = ((4.0, 3.0), (10.0, 3.0), (10.0, 5.0), (4.0, 5.0))
MARKUP = '<img src=x onerror="window.broken=1">'


@pytest.fixture(scope="module")
def running_house(site: Site, built: Path) -> Iterator[House]:
    """One bridge for all tests of this module."""
    with running(site) as made:
        yield made


@pytest.fixture
def house(running_house: House, view: FloorView) -> Iterator[House]:
    """The bridge with a picture of the floor; what a test leaves open is closed after it."""
    running_house.show(view)
    yield running_house
    for console in running_house.opened:
        console.context.close()
    running_house.opened.clear()


@pytest.fixture(scope="module")
def view(site: Site) -> FloorView:
    """Six robots at work."""
    return PlayedShift(site, seed=3).advance(30_000)


def ask(house: House, kind: str, name: str = "", by: str = "bo", **more: object) -> None:
    """What somebody else asks for."""
    reason = str(more.pop("reason", "checking"))
    one: Intervention = wanted(kind, name, **more)  # type: ignore[arg-type]
    house.bridge.interventions.ask(Asked(one, by, reason, decides=True), house.now_ms)


def card(console: OpenedConsole, title: str) -> Locator:
    return console.page.locator(".intervene-card").filter(
        has=console.page.get_by_role("heading", name=title, exact=True)
    )


def test_a_robot_is_paused_from_the_floor_in_three_clicks(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga", "floor")
    console.click(console.page.get_by_role("button", name="R02", exact=True))
    console.click(console.page.get_by_role("link", name="Pause", exact=True))
    expect(console.page.locator(DEED)).to_contain_text("Not a safety function")
    confirm(console)
    assert console.clicks == 3
    done(console)
    record = house.asked()[0]
    assert (record.intervention.kind, record.intervention.robots) == (
        InterventionKind.STOP,
        ("R02",),
    )
    assert (record.by, record.reason) == ("olga", "oil on the floor")
    assert house.whys()[0] == ("account olga", "oil on the floor")
    stop = card(console, "pause R02")
    expect(stop).to_contain_text("asked")
    house.answer("under_way", "R02 rolls")
    expect(stop).to_contain_text("The fleet: R02 rolls")
    house.answer("done")
    expect(stop.locator("[data-state=done]")).to_be_visible()
    stop.get_by_role("button", name="Let go on").click()
    confirm(console, "wiped")
    done(console)
    house.answer("done")
    expect(stop).to_have_count(0)
    assert console.complaints == []


def test_the_site_is_stopped_in_two_clicks(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga")
    choose(console, "Stop the whole site")
    confirm(console, None)
    expect(console.page.locator(f"{DEED} [role=alert]")).to_contain_text("Say why.")
    console.clicks -= 1
    confirm(console)
    assert console.clicks == 2
    done(console)
    wanted_stop = house.asked()[0].intervention
    assert (wanted_stop.kind, wanted_stop.robots, wanted_stop.area_m) == ("stop", (), ())
    expect(card(console, wanted_stop.name)).to_contain_text("The whole site stands.")
    house.answer("refused", "no fleet")


def test_an_aisle_is_closed_in_three_clicks_and_opened(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "sue")
    choose(console, "Close an aisle")
    box = console.page.locator(".intervene-canvas").bounding_box()
    assert box is not None
    console.clicks += 1
    site = house.site
    scale = min((box["width"] - 52) / 30, (box["height"] - 52) / 13.2)
    x_m, y_m = 12 * site.pitch_m, 3 * site.pitch_m
    left, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    console.page.mouse.click(left + (x_m - 15) * scale, top - (y_m - 6.6) * scale)
    chosen = console.page.get_by_label("Part of an aisle")
    expect(chosen).to_have_value("EW01 c010r003–c015r003")
    confirm(console)
    assert console.clicks == 3
    done(console)
    [record] = house.bridge.rulebook.rules()
    assert record.rule.kind is RuleKind.BLOCKED
    assert record.rule.nodes == tuple(f"c{c:03d}r003" for c in range(10, 16))
    expect(card(console, record.rule.rule)).to_contain_text("closed · at 6 nodes")
    console.page.get_by_role("tab", name="Rules and closures").click()
    console.page.get_by_label("Find a rule").fill("ew01")
    console.page.get_by_role("button", name=f"End {record.rule.rule}").click()
    confirm(console, "open again")
    done(console)
    assert house.bridge.rulebook.rules() == ()
    assert house.whys()[0] == ("account sue", "open again")


def test_a_closure_that_cuts_places_off_is_refused_in_words(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "sue")
    choose(console, "Close an aisle")
    console.page.get_by_label("Part of an aisle").select_option("EW01 c003r003–c008r003")
    confirm(console)
    expect(console.page.locator(f"{DEED} [role=alert]")).to_contain_text("cut off station S01")
    assert house.bridge.rulebook.rules() == ()


def test_a_person_walks_onto_the_floor(browser: Browser, house: House, view: FloorView) -> None:
    console = open_as(browser, house, "olga")
    choose(console, "Walk onto the floor")
    canvas = console.page.locator(".intervene-canvas")
    box = canvas.bounding_box()
    assert box is not None
    mouse = console.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + 60)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + 100, steps=3)
    mouse.up()
    console.page.get_by_label("Name of this entry").fill("olga, north")
    confirm(console)
    done(console)
    area = house.asked()[0].intervention.area_m
    assert len(area) == 4
    entry, steps = card(console, "olga, north"), ["draining", "frozen", "entered"]
    expect(entry).to_contain_text("Wait: the fleet has not answered yet.")
    house.answer("under_way", "R04 leaves")

    def show(state: str, inside: tuple[str, ...] = ()) -> None:
        shown = EntryView("olga, north", area, state, tuple(RobotId(one) for one in inside))
        house.show(replace(view, at_ms=view.at_ms + 100 * steps.index(state), entries=(shown,)))

    show("draining", ("R04",))
    expect(entry).to_contain_text("Still in the way: R04.")
    expect(entry.get_by_role("button", name="I go in")).to_have_count(0)
    house.answer("done")
    expect(entry.get_by_role("button", name="I go in")).to_have_count(0)
    show("frozen")
    entry.get_by_role("button", name="I go in").click()
    confirm(console, None)
    done(console)
    assert house.asked()[0].intervention.kind is InterventionKind.ENTER
    house.answer("done")
    show("entered")
    expect(entry.locator("[aria-current=step]")).to_have_text("Person inside")
    entry.get_by_role("button", name="I am out").click()
    confirm(console, None)
    done(console)
    house.answer("done")
    house.show(replace(view, at_ms=view.at_ms + 900))
    expect(entry).to_have_count(0)


def test_a_robot_is_sent_to_a_node_and_the_fleet_refuses(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga", "intervene?do=send&robot=R03")
    node = console.page.get_by_label("Node", exact=True)
    node.fill("c999r999")
    confirm(console)
    expect(console.page.locator(f"{DEED} [role=alert]")).to_contain_text("no such node")
    console.page.locator(".intervene-canvas").click()
    expect(node).to_have_value("c012r006")
    node.fill("c012r003")
    confirm(console)
    done(console)
    assert house.asked()[0].intervention.node == "c012r003"
    house.answer("refused", "R03 carries P004.")
    lately = console.page.locator("[data-section=latest]")
    expect(lately).to_contain_text("refused")
    expect(lately).to_contain_text("R03 carries P004.")


def test_a_station_is_closed_and_opened(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga")
    choose(console, "Close a station")
    console.page.get_by_label("Station", exact=True).select_option("S02")
    console.page.get_by_label("At once").check()
    confirm(console, "broken scanner")
    done(console)
    closed = {one.station: one.at_once for one in house.bridge.stations() if one.closed}
    assert closed == {StationId("S02"): True}
    assert house.whys()[0] == ("account olga", "broken scanner")
    card(console, "Station S02").get_by_role("button").click()
    confirm(console, "scanner mended")
    done(console)
    expect(card(console, "Station S02")).to_have_count(0)
    assert not any(one.closed for one in house.bridge.stations())


def test_a_stale_page_is_told_and_nothing_is_done_twice(browser: Browser, house: House) -> None:
    ask(house, "stop", "pause R05", robots="R05")
    house.answer("done")
    console = open_as(browser, house, "olga")
    card(console, "pause R05").get_by_role("button").click()
    ask(house, "lift_stop", "pause R05", by="otto")
    house.answer("done")
    told = house.told()
    confirm(console)
    wrong = console.page.locator(f"{DEED} [role=alert]")
    expect(wrong).to_contain_text("Somebody else was quicker")
    expect(wrong).to_contain_text("otto")
    assert house.told() == told
    console.page.get_by_role("button", name="Cancel").click()
    expect(card(console, "pause R05")).to_have_count(0)


def test_pressed_twice_over_a_bad_network_it_is_done_once(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga", "intervene?do=reroute&robot=R06")
    lost: list[str] = []

    def lose_the_first_answer(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]
            return
        lost.append("answer")
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    posts = lambda url: url.endswith("/v1/interventions")  # noqa: E731
    console.page.route(posts, lambda route: _only_posts(route, lose_the_first_answer))
    before = house.told()
    console.page.locator(f"{DEED} .intervene-why input").fill("stuck")
    console.page.locator(f"{DEED} [type=submit]").dblclick()
    done(console)
    assert lost == ["answer"]
    assert house.told() == before + 1


def _only_posts(route: object, act: object) -> None:
    if route.request.method == "POST":  # type: ignore[attr-defined]
        act(route)  # type: ignore[operator]
    else:
        route.continue_()  # type: ignore[attr-defined]


def test_names_and_reasons_with_markup_stay_text(browser: Browser, house: House) -> None:
    plain = MARKUP.replace("/", "")
    ask(house, "stop", plain, robots="R01", reason=MARKUP)
    house.answer("under_way", MARKUP)
    slow = FloorRule(RuleId(MARKUP), RuleKind.SPEED_LIMIT, AISLE, max_speed_mps=0.5)
    house.bridge.rulebook.set_rule(slow, house.now_ms)
    console = open_as(browser, house, "sue")
    expect(card(console, plain)).to_contain_text(f"The fleet: {MARKUP}")
    for tab in ("Rules and closures", "History"):
        console.page.get_by_role("tab", name=tab).click()
        expect(console.page.get_by_role("cell", name=MARKUP).first).to_be_visible()
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None
    house.bridge.rulebook.clear_rule(RuleId(MARKUP), house.now_ms)
    ask(house, "lift_stop", plain)
    house.answer("done")


def test_roles_are_offered_what_they_may(browser: Browser, house: House) -> None:
    operator = open_as(browser, house, "olga", "intervene?do=take_out&robot=R01")
    actions = operator.page.locator(".intervene-actions")
    expect(actions.get_by_role("button", name="Pause robots")).to_be_visible()
    for deed in ("Take out of service", "Clear a reservation", "Close an aisle"):
        expect(actions.get_by_role("button", name=deed)).to_have_count(0)
    expect(operator.page.locator(DEED)).to_have_count(0)
    supervisor = open_as(browser, house, "sue", "intervene?do=take_out&robot=R01")
    expect(supervisor.page.locator(DEED)).to_contain_text("bring back what they carry")
    picker = open_as(browser, house, "pia")
    expect(picker.page.get_by_role("link", name="Intervene")).to_have_count(0)
    expect(picker.page.locator(".intervene-actions")).to_have_count(0)


def test_the_keyboard_alone_stops_an_area(browser: Browser, house: House) -> None:
    console = open_as(browser, house, "olga", "floor", language="zh")
    keys = console.page.keyboard
    expect(console.page.get_by_role("link", name="干预")).to_be_visible()
    keys.press("g")
    keys.press("i")
    expect(console.page.locator(".intervene-actions")).to_contain_text("这不是安全功能")
    console.page.get_by_role("button", name="区域停止").focus()
    keys.press("Enter")
    corners = console.page.get_by_label("角点坐标")
    expect(corners).to_be_focused()
    keys.type("4,4 8,8")
    keys.press("Tab")
    keys.type("地面有油")
    keys.press("Enter")
    done(console)
    record = house.asked()[0]
    assert record.intervention.area_m == ((4.0, 4.0), (8.0, 4.0), (8.0, 8.0), (4.0, 8.0))
    assert record.reason == "地面有油"
    assert console.page.evaluate("document.activeElement.textContent") == "区域停止"
    house.answer("refused")


def test_the_history_is_filtered(browser: Browser, house: House) -> None:
    ask(house, "free", robots="R01", by="freya")
    house.answer("refused", "R01 was not sent")
    ask(house, "reroute", robots="R01", by="freya")
    console = open_as(browser, house, "olga")
    console.page.get_by_role("tab", name="History").click()
    rows = console.page.locator(".intervene-list tbody tr")
    console.page.get_by_label("Who", exact=True).fill("freya")
    expect(rows).to_have_count(2)
    console.page.get_by_label("Outcome", exact=True).select_option("refused")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("R01 was not sent")
    console.page.get_by_label("What", exact=True).select_option("stop")
    expect(console.page.locator(".intervene-list")).to_contain_text("Nothing found.")
    house.answer("done")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious_on_intervene(
    browser: Browser, house: House, axe: str, theme: str, width: int, height: int
) -> None:
    ask(house, "stop", f"site {theme} {width}")
    house.answer("done")
    ask(house, "request_entry", f"bo {theme} {width}", area_m=SQUARE)
    house.answer("done")
    console = open_as(browser, house, "sue", theme=theme, width=width, height=height)
    expect(card(console, f"bo {theme} {width}")).to_be_visible()
    assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width
    for deed in ("Walk onto the floor", "Close an aisle", "Pause robots"):
        choose(console, deed)
        assert console.serious_findings(axe) == [], deed
        console.page.keyboard.press("Escape")
        done(console)
    ask(house, "lift_stop", f"site {theme} {width}")
    house.answer("done")
    ask(house, "leave", f"bo {theme} {width}")
    house.answer("done")
    assert console.complaints == []
