"""What reaches the console and should not: sessions that have ended, pages that are behind, hands
that press twice, names with markup, and a flood. Nothing is done twice, or in silence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import OrderId, Sku, SlotId
from planner.warehouse.site import Site
from tests.wms_bridge.console.counted import DEAR_VALUE, PLAIN
from tests.wms_bridge.console.intervening import PASSWORD, open_as
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.stations import CUP
from tests.wms_bridge.console.strange import MARKUP, strange
from tests.wms_bridge.console.wholehouse import WholeHouse, whole_house
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.deciding import Decision
from wms_bridge.records.alarms import AlarmQuery, AlarmState
from wms_bridge.records.counts import CaseAction
from wms_bridge.records.work import SkuRecord

pytestmark = pytest.mark.browser
BETWEEN_PRESSES_MS = 130
FLOOD = 10_000
_MARKS = ("two", "old one", "away again", "twice mouse", "twice keys")


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


@dataclass
class Deed:
    """Something that is decided on a screen: ``begin`` leads to the button ``last`` that does it;
    ``done`` counts how often it was done, by the bridge's records. ``other`` is what a colleague
    does in between, and ``told`` what the one who comes second must read."""

    screen: str
    begin: Callable[[OpenedConsole], None]
    last: Callable[[OpenedConsole], Locator]
    done: Callable[[], int]
    other: Callable[[], None]
    told: tuple[str, ...]


def dialog(console: OpenedConsole) -> Locator:
    return console.page.get_by_role("dialog")


def submit(console: OpenedConsole) -> Locator:
    return dialog(console).locator("button[type=submit]")


def say_why(console: OpenedConsole) -> None:
    dialog(console).get_by_role("textbox", name="Reason").fill("because")


def rushing(world: WholeHouse, mark: str) -> Deed:
    """An order is rushed; a colleague gives it another urgency."""
    order = world.receive(f"A-{mark}")

    def begin(console: OpenedConsole) -> None:
        deeds = console.page.locator(".orders-details")
        deeds.get_by_role("button", name="Rush", exact=True).click()
        say_why(console)

    def done() -> int:
        told = [str(one) for one in world.bridge.feed(0) if "Prioritised" in str(one)]
        return sum(order in one for one in told)

    def other() -> None:
        world.bridge.prioritise_order(order, 2, world.house.now_ms)

    return Deed(f"orders/{order}", begin, submit, done, other, ("Somebody else was quicker",))


def approving(world: WholeHouse, mark: str) -> Deed:
    """A count is approved; a colleague rejects it."""
    slot, sku = SlotId(f"P0{20 + _MARKS.index(mark)}/A/1/1"), Sku(f"C-{mark}")
    world.bridge.put_skus([SkuRecord(sku, piece_value=DEAR_VALUE)])
    case = world.counts.find(7, 0.995, slot, sku, booked=0).case

    def begin(console: OpenedConsole) -> None:
        console.page.get_by_role("button", name="Approve").click()

    def last(console: OpenedConsole) -> Locator:
        return dialog(console).get_by_role("button", name="Approve: looked myself")

    def done() -> int:
        return len(world.bridge.counts.case(case).decisions)

    def other() -> None:
        rejection = Decision(CaseAction.REJECT, "looked twice", "ADAM", version=1)
        world.bridge.counts.decide(case, rejection, world.house.now_ms)

    told = ("ADAM rejected it", "Your decision was not taken")
    return Deed(f"counting?case={case}", begin, last, done, other, told)


def acknowledging(world: WholeHouse, mark: str) -> Deed:
    """An alarm is acknowledged; a colleague has done so."""
    subject = f"dock {mark}"
    world.say(AlarmKind.NO_ROOM, subject)
    number = world.alarm(subject).number

    def last(console: OpenedConsole) -> Locator:
        row = console.page.locator("tbody tr", has_text=subject)
        return row.get_by_role("button", name="Acknowledge")

    def done() -> int:
        details = world.bridge.alarms.details(number)
        return sum(one.event == "acknowledged" for one in details.changes)

    def other() -> None:
        seen = AlarmSeen(number, world.alarm(subject).change)
        world.bridge.alarms.acknowledge(seen, "ben", "", world.house.now_ms)

    told = ("was acknowledged before, by ben", "Nothing was done")
    return Deed(f"alarms?search={subject}", lambda _: None, last, done, other, told)


DECIDED = (rushing, approving, acknowledging)
Making = Callable[[WholeHouse, str], Deed]


@pytest.mark.parametrize("making", DECIDED)
def test_of_two_who_decide_the_second_is_told_and_nothing_is_done_again(
    browser: Browser, world: WholeHouse, making: Making
) -> None:
    deed = making(world, "two")
    console = open_as(browser, world.house, "sue", deed.screen)
    deed.begin(console)
    expect(deed.last(console)).to_be_visible()
    console.page.route("**/v1/**", lambda route: _after(route, deed.other, once))
    once: list[str] = []
    deed.last(console).click()
    for words in deed.told:
        expect(console.page.locator("body")).to_contain_text(words)
    assert once == ["done"]
    assert deed.done() == 1


def _after(route: object, act: Callable[[], None], once: list[str]) -> None:
    """Has something happen just before the first change that the page asks for."""
    if route.request.method != "GET" and not once:  # type: ignore[attr-defined]
        once.append("done")
        act()
    route.continue_()  # type: ignore[attr-defined]


@pytest.mark.parametrize("making", DECIDED)
def test_a_page_cut_off_that_sends_an_old_command_is_refused_in_words(
    browser: Browser, world: WholeHouse, making: Making
) -> None:
    deed = making(world, "old one")
    console = open_as(browser, world.house, "sue", deed.screen)
    deed.begin(console)
    expect(deed.last(console)).to_be_visible()
    console.context.set_offline(True)
    deed.other()
    deed.last(console).click()
    console.page.wait_for_timeout(300)
    console.context.set_offline(False)
    for words in deed.told:
        expect(console.page.locator("body")).to_contain_text(words, timeout=15_000)
    assert deed.done() == 1


@pytest.mark.parametrize("making", DECIDED)
def test_a_session_that_ended_before_the_last_click_does_nothing_until_one_signs_in(
    browser: Browser, world: WholeHouse, making: Making
) -> None:
    deed = making(world, "away again")
    console = open_as(browser, world.house, "sue", deed.screen)
    deed.begin(console)
    expect(deed.last(console)).to_be_visible()
    console.context.request.post(f"{world.house.url}/v1/logout")
    deed.last(console).click()
    page = console.page
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    assert deed.done() == 0
    page.get_by_label("Name", exact=True).fill("sue")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert deed.done() == 0
    if deed.last(console).count() == 0:
        deed.begin(console)
    deed.last(console).click()
    expect(dialog(console)).to_have_count(0)
    expect(page.locator(".toast, .orders-details [role=status]").first).to_be_visible()
    assert deed.done() == 1


@pytest.mark.parametrize("how", ["mouse", "keys"])
@pytest.mark.parametrize("making", DECIDED)
def test_pressed_twice_it_is_done_once(
    browser: Browser, world: WholeHouse, making: Making, how: str
) -> None:
    deed = making(world, f"twice {how}")
    console = open_as(browser, world.house, "sue", deed.screen)
    deed.begin(console)
    entries = len(world.house.whys())
    _twice(console, deed.last(console), how)
    expect(console.page.locator(".toast, .orders-details [role=status]").first).to_be_visible()
    # The second press may have opened the dialog again, at the button that did so first.
    console.page.keyboard.press("Escape")
    expect(dialog(console)).to_have_count(0)
    assert deed.done() == 1
    assert len(world.house.whys()) == entries + 1


def _twice(console: OpenedConsole, button: Locator, how: str) -> None:
    """As a hand does it that is used to double clicks."""
    button.scroll_into_view_if_needed()
    if how == "keys":
        button.focus()
        console.page.keyboard.press("Enter")
        console.page.wait_for_timeout(BETWEEN_PRESSES_MS)
        console.page.keyboard.press("Enter")
        return
    box = button.bounding_box()
    assert box is not None
    place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    console.page.mouse.click(*place)
    console.page.wait_for_timeout(BETWEEN_PRESSES_MS)
    console.page.mouse.down(click_count=2)
    console.page.mouse.up(click_count=2)


def test_acknowledging_twice_in_a_list_takes_no_other_alarm(
    browser: Browser, world: WholeHouse
) -> None:
    """The row that was acknowledged goes, and another one moves under the hand."""
    for number in range(4):
        world.say(AlarmKind.NO_ROOM, f"ramp {number}")
    console = open_as(browser, world.house, "olga", "alarms?search=ramp")
    buttons = console.page.locator("tbody").get_by_role("button", name="Acknowledge")
    expect(buttons).to_have_count(4)
    _twice(console, buttons.first, "mouse")
    expect(buttons).to_have_count(3)
    console.page.wait_for_timeout(300)
    states = [world.alarm(f"ramp {number}").state for number in range(4)]
    assert states.count(AlarmState.ACKNOWLEDGED) == 1


def test_stops_closures_and_rollbacks_pressed_twice_are_done_once(
    browser: Browser, world: WholeHouse
) -> None:
    house = world.house
    world.act_by_policy("jam twice", "R-twice", "S01")
    for screen, button, words in (
        ("intervene?do=stop_site", None, "stop"),
        ("intervene?do=close_station&station=S02", None, "close"),
        ("tower/policies", "Roll back", "rollback"),
    ):
        console = open_as(browser, house, "sue", screen)
        if button is not None:
            console.page.get_by_role("button", name=button).click()
        say_why(console)
        entries, told = len(house.whys()), house.told()
        _twice(console, submit(console), "mouse")
        expect(dialog(console)).to_have_count(0)
        assert len(house.whys()) == entries + 1, words
        assert house.told() - told == (words == "stop"), words
    house.answer("refused", "no fleet")
    world.bridge.open_station(house.site.stations[1].id, house.now_ms)


SCREENS = (
    ("floor", True),
    ("orders", True),
    (f"orders/{MARKUP.replace('/', '%2F')}", True),
    ("alarms", True),
    ("alarms/history", True),
    ("counting", True),
    ("station/S01", True),
    ("intervene", False),
    ("intervene?do=pause", True),
    ("kpis", False),
    ("tower/stream", True),
    ("tower/exceptions", True),
    ("tower/analysis", False),
    ("setup", False),
    ("setup/audit", False),
)


@pytest.fixture(scope="module")
def strange_world(site: Site, built: Path) -> Iterator[WholeHouse]:
    """A bridge of its own, as its names are everywhere."""
    with whole_house(site) as made:
        strange(made)
        made.work.slots[Sku(MARKUP)] = made.work.slots[CUP]
        made.bridge.put_skus([SkuRecord(PLAIN, MARKUP)])
        made.work.pick(CUP, 2)
        yield made


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_names_are_text_on_every_screen_and_the_layout_holds(
    browser: Browser, strange_world: WholeHouse, width: int, height: int
) -> None:
    house = strange_world.house
    console = open_as(browser, house, "root", "floor", width=width, height=height)
    expect(console.page.locator("tbody tr").first).to_be_visible()
    console.complaints.clear()
    for screen, shown in SCREENS:
        console.page.goto(f"{house.url}/console/{screen}")
        expect(console.page.locator("main :is(h1, h2, table, svg)").first).to_be_attached()
        if shown:
            names = console.page.locator("main, dialog").get_by_text("onerror=")
            expect(names.first).to_be_attached()
        assert console.page.locator("img[src=x]").count() == 0, screen
        assert console.page.evaluate("window.broken") is None, screen
        overhang = console.page.evaluate("document.documentElement.scrollWidth") - width
        assert overhang <= 0, screen
    assert console.hosts == {house.url.removeprefix("http://")}
    house.opened.clear()
    console.context.close()


def test_ten_thousand_alarms_at_once_leave_badge_list_and_tower_usable(
    browser: Browser, site: Site, built: Path
) -> None:
    with whole_house(site) as world:
        console = open_as(browser, world.house, "sue", "alarms")
        page = console.page
        flood = [RaiseAlarm(AlarmKind.NO_ROOM, f"dock {number}", "full") for number in range(FLOOD)]
        for first in range(0, FLOOD, 1_000):
            world.bridge.apply(flood[first : first + 1_000], world.house.now_ms)
        badge = page.locator(".alarm-badge")
        expect(badge).to_have_text("10,000", timeout=20_000)
        expect(page.locator(".alarms-name")).to_have_count(100)
        page.get_by_label("Part of the subject").fill("dock 777")
        expect(page.locator(".alarms-name")).to_have_count(11)
        row = page.locator("tbody tr").first
        row.get_by_role("button", name="Acknowledge").click()
        expect(badge).to_have_text("9,999")
        left = world.bridge.alarms.page(AlarmQuery(limit=1))
        assert (left.total, left.wanting) == (FLOOD, FLOOD - 1)
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Tower").click()
        page.get_by_role("tab", name="Exceptions").click()
        claim = page.get_by_role("button", name="Claim").first
        expect(claim).to_be_visible(timeout=20_000)
        claim.click()
        expect(page.get_by_role("button", name="Resolve").first).to_be_visible()
        assert console.complaints == []
        console.context.close()


def test_an_order_that_is_not_there_and_addresses_that_make_no_sense_are_told(
    browser: Browser, world: WholeHouse
) -> None:
    console = open_as(browser, world.house, "sue", "orders/NO-SUCH-ORDER")
    expect(console.page.get_by_role("alert").first).to_be_visible()
    for address in (
        "alarms?alarm=99999999&show=nonsense",
        "counting?case=../../etc",
        "intervene?do=nonsense&robot=%00",
        "orders?page=-1&sort=drop%20table",
        "tower/nonsense",
        "nowhere",
    ):
        console.page.goto(f"{world.house.url}/console/{address}")
        expect(console.page.get_by_role("button", name="Sign out")).to_be_visible()
        expect(console.page.locator("main")).not_to_be_empty()
        expect(console.page.locator("main")).not_to_contain_text("This screen failed")
    assert world.bridge.order(OrderId("NO-SUCH-ORDER")) is None
