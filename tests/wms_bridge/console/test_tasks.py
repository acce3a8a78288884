"""What operators do most often, from the start page of a screen, in at most three clicks; the page
counts them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.commands import AlarmKind
from planner.warehouse.picks import ShortReason
from planner.warehouse.rules import RuleKind
from planner.warehouse.site import Site
from tests.wms_bridge.console.counted import DEAR_SLOT
from tests.wms_bridge.console.hands import MOST_CLICKS, Hands
from tests.wms_bridge.console.intervening import DEED, open_as
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.stations import TEA
from tests.wms_bridge.console.wholehouse import WholeHouse, whole_house
from wms_bridge.records.alarms import AlarmState
from wms_bridge.records.policies import ExecutionQuery, PolicyOutcome

pytestmark = pytest.mark.browser
ALIKE = 40


@pytest.fixture(scope="module")
def all_work(site: Site, built: Path) -> Iterator[WholeHouse]:
    """One bridge for all tests of this module; each has names of its own."""
    with whole_house(site) as made:
        yield made


@pytest.fixture
def world(all_work: WholeHouse) -> Iterator[WholeHouse]:
    """What a test leaves open is closed after it."""
    all_work.show_queue()
    yield all_work
    for console in all_work.house.opened:
        console.context.close()
    all_work.house.opened.clear()


def at(
    browser: Browser, world: WholeHouse, screen: str, who: str = "sue"
) -> tuple[OpenedConsole, Hands]:
    """The start page of a screen, and hands that are counted."""
    console = open_as(browser, world.house, who, screen)
    return console, Hands(console.page)


def reason(console: OpenedConsole) -> Locator:
    """Where the dialog asks why."""
    return console.page.get_by_role("dialog").get_by_role("textbox", name="Reason")


def submit(console: OpenedConsole) -> Locator:
    """The button of the dialog that does it."""
    return console.page.get_by_role("dialog").locator("button[type=submit]")


def pressed_on_map(console: OpenedConsole, hands: Hands, robot: str) -> None:
    """One press on a robot as the map draws it."""
    console.until("s.link === 'live' && s.pictures > 0 && s.robots.length > 0")
    drawn = next(one for one in console.floor()["robots"] if one["robot"] == robot)
    hands.click_at(console.page.locator(".floor-canvas"), drawn["x_px"], drawn["y_px"])


def test_why_a_robot_waits_is_found_on_the_map(browser: Browser, world: WholeHouse) -> None:
    first, last = world.show_queue()
    console, hands = at(browser, world, "floor")
    pressed_on_map(console, hands, first)
    steps = console.page.locator(".waits li")
    expect(steps).to_have_count(3)
    expect(steps.last).to_contain_text(last)
    expect(steps.last).to_contain_text("waits for the picker at station S01")
    assert hands.clicks == 1


def test_why_a_robot_waits_is_found_from_its_alarm(browser: Browser, world: WholeHouse) -> None:
    first, _ = world.show_queue()
    world.say(AlarmKind.ROBOT_STUCK, first)
    console, hands = at(browser, world, "alarms")
    hands.click(console.page.locator(".alarms-name", has_text=first))
    hands.click(console.page.get_by_role("link", name="Show on the floor"))
    expect(console.page.locator(".waits li").last).to_contain_text("the picker at station S01")
    assert hands.clicks <= MOST_CLICKS


def test_a_count_is_approved(browser: Browser, world: WholeHouse) -> None:
    case = world.counts.find(7).case
    console, hands = at(browser, world, "counting")
    page = console.page
    hands.click(page.locator(f'[data-case="{case}"]'))
    shown = page.get_by_role("article", name=f"Count of slot {DEAR_SLOT}")
    hands.click(shown.get_by_role("button", name="Approve"))
    hands.click(page.get_by_role("button", name="Approve: photo and reads agree"))
    expect(page.locator(".toast")).to_contain_text("approved")
    assert hands.clicks <= MOST_CLICKS
    assert world.counts.booked() == 7
    assert [one.by for one in world.bridge.counts.case(case).decisions] == ["sue"]


def test_an_aisle_is_closed(browser: Browser, world: WholeHouse) -> None:
    console, hands = at(browser, world, "intervene")
    hands.click(console.page.get_by_role("button", name="Close an aisle"))
    canvas = console.page.locator(".intervene-canvas")
    box = canvas.bounding_box()
    assert box is not None
    pitch_m = world.house.site.pitch_m
    scale = min((box["width"] - 52) / 30, (box["height"] - 52) / 13.2)
    x_px = box["width"] / 2 + (12 * pitch_m - 15) * scale
    y_px = box["height"] / 2 - (3 * pitch_m - 6.6) * scale
    hands.click_at(canvas, x_px, y_px)
    expect(console.page.get_by_label("Part of an aisle")).to_have_value("EW01 c010r003–c015r003")
    hands.type(reason(console), "a pallet lies there")
    hands.click(submit(console))
    expect(console.page.locator(DEED)).to_have_count(0)
    assert hands.clicks <= MOST_CLICKS
    [closed] = world.bridge.rulebook.rules()
    assert closed.rule.kind is RuleKind.BLOCKED
    assert world.house.whys()[0] == ("account sue", "a pallet lies there")
    world.bridge.rulebook.clear_rule(closed.rule.rule, world.house.now_ms)


def test_the_site_is_stopped(browser: Browser, world: WholeHouse) -> None:
    console, hands = at(browser, world, "intervene", "olga")
    hands.click(console.page.get_by_role("button", name="Stop the whole site"))
    hands.type(reason(console), "a child on the floor")
    hands.click(submit(console))
    expect(console.page.locator(DEED)).to_have_count(0)
    assert hands.clicks == 2
    asked = world.house.asked()[0]
    assert (asked.intervention.kind, asked.by, asked.reason) == (
        "stop",
        "olga",
        "a child on the floor",
    )
    world.house.answer("refused", "no fleet")


def test_a_robot_is_paused_from_the_floor(browser: Browser, world: WholeHouse) -> None:
    first, _ = world.show_queue()
    console, hands = at(browser, world, "floor", "olga")
    pressed_on_map(console, hands, first)
    hands.click(console.page.get_by_role("link", name="Pause", exact=True))
    hands.type(reason(console), "its wheel squeaks")
    hands.click(submit(console))
    expect(console.page.locator(DEED)).to_have_count(0)
    assert hands.clicks <= MOST_CLICKS
    asked = world.house.asked()[0]
    assert (asked.intervention.kind, asked.intervention.robots) == ("stop", (first,))
    world.house.answer("refused", "no fleet")


@pytest.mark.parametrize("typed", ["", "1"])
def test_a_pick_comes_short(browser: Browser, world: WholeHouse, typed: str) -> None:
    """Without a digit the slot is empty."""
    pick = world.work.pick(TEA, 4, "S02")
    console, hands = at(browser, world, "station/S02", "pia")
    page = console.page
    expect(page.locator(".hand")).to_contain_text("Green tea")
    page.keyboard.type(typed)
    hands.click(page.get_by_role("button", name="Other quantity"))
    hands.click(page.get_by_role("button", name="Slot short"))
    hands.click(page.get_by_role("dialog").get_by_role("button", name=f"Confirm {typed or 0}"))
    expect(page.locator(".hand-none")).to_be_visible()
    expect(page.locator(".station-kept")).to_have_count(0)
    assert hands.clicks <= MOST_CLICKS
    record = world.work.record(pick)
    assert (record.quantity, record.reason) == (int(typed or 0), ShortReason.SLOT_SHORT)


def test_an_order_is_rushed(browser: Browser, world: WholeHouse) -> None:
    name = world.receive("A-RUSH")
    console, hands = at(browser, world, "orders", "olga")
    page = console.page
    hands.click(page.get_by_role("link", name=name, exact=True))
    hands.click(page.locator(".orders-details").get_by_role("button", name="Rush", exact=True))
    hands.type(reason(console), "the lorry is here")
    hands.click(submit(console))
    expect(page.locator(".orders-details").get_by_role("status")).to_contain_text("changed")
    assert hands.clicks <= MOST_CLICKS
    order = world.bridge.order(name)
    assert order is not None
    assert order.order.priority == 1
    assert world.audit(f"external_id={name}")[0].why == "the lorry is here"


def test_all_alarms_alike_are_acknowledged(browser: Browser, world: WholeHouse) -> None:
    for number in range(ALIKE):
        world.say(AlarmKind.NO_ROOM, f"dock {number:02d}")
    console, hands = at(browser, world, "alarms", "olga")
    page = console.page
    hands.click(page.get_by_role("button", name="Medium"))
    hands.click(page.get_by_role("button", name=f"Acknowledge all like these ({ALIKE})"))
    hands.click(submit(console))
    expect(page.locator(".toast")).to_contain_text(f"{ALIKE} alarms acknowledged")
    assert hands.clicks <= MOST_CLICKS
    states = {world.alarm(f"dock {number:02d}").state for number in range(ALIKE)}
    assert states == {AlarmState.ACKNOWLEDGED}


def test_what_a_policy_did_is_rolled_back(browser: Browser, world: WholeHouse) -> None:
    done = world.act_by_policy("jam", "R-jam", "S02")
    console, hands = at(browser, world, "tower")
    page = console.page
    hands.click(page.get_by_role("tab", name="Policies"))
    acted = page.locator("[aria-labelledby=tower-executions] tbody tr", has_text="R-jam")
    hands.click(acted.get_by_role("button", name="Roll back"))
    hands.type(reason(console), "the jam is gone")
    hands.click(submit(console))
    expect(acted).to_contain_text("sue: the jam is gone")
    assert hands.clicks <= MOST_CLICKS
    (back,) = world.bridge.policies.executions(ExecutionQuery("jam"))
    assert (back.number, back.outcome) == (done.number, PolicyOutcome.ROLLED_BACK)
    assert not any(one.closed for one in world.bridge.stations())


def test_the_count_is_of_every_press(browser: Browser, world: WholeHouse) -> None:
    console, hands = at(browser, world, "intervene")
    hands.click(console.page.get_by_role("tab", name="History"))
    console.page.mouse.click(640, 700)
    field = console.page.get_by_label("Who", exact=True)
    hands.type(field, "sue")
    assert hands.clicks == 3
    hands.type(field, "!")
    assert hands.clicks == 3
    console.page.get_by_label("Outcome", exact=True).select_option("refused")
    console.page.reload()
    assert hands.clicks == 5
