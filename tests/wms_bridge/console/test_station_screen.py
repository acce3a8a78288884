"""The station screen in a real browser on the real bridge: what is shown, and what is booked."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Error, Locator, Route, expect

from planner.warehouse.ids import PutId, Sku, SlotId, StationId
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from scripts.console import DIST
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.stations import BOWL, CUP, GTIN, TEA, StationWork, combined
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.instructing.answers import Language
from wms_bridge.records.access import AuditQuery
from wms_bridge.records.counts import CaseQuery
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
PASSWORD = "four plain words here"
S01 = StationId("S01")
PATIENCE_S = 20.0
HEARD = """
    window.spoken = []; window.tones = [];
    const synthesis = { speak: (one) => window.spoken.push([one.lang, one.text]), cancel() {} };
    Object.defineProperty(window, "speechSynthesis", { value: synthesis });
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...all) {
        window.tones.push(this.frequency.value);
        return start.apply(this, all);
    };
"""


@pytest.fixture(scope="module")
def floor(site: Site) -> Iterator[FloorServer]:
    """One bridge for all tests; goods are put away at its stations as well."""
    server = FloorServer(combined(site))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def all_work(floor: FloorServer) -> StationWork:
    return StationWork(floor)


@pytest.fixture
def work(all_work: StationWork) -> Iterator[StationWork]:
    """A station without work, and nothing left over of the test."""
    yield all_work
    all_work.finish()


def at_work(look: Look, **more: object) -> OpenedConsole:
    console = look("station/S01", **more)
    expect(console.page.locator(".station")).to_have_attribute("data-state", "live")
    return console


def hand(console: OpenedConsole, text: str) -> None:
    expect(console.page.locator(".hand")).to_contain_text(text)


def alarm(console: OpenedConsole) -> Locator:
    return console.page.locator(".station-bands[role=alert]")


def scan(console: OpenedConsole, code: str) -> None:
    """As a scanner types it, faster than this machine can from outside the page. No key may do what
    it does when a person presses it: type, press the button that has the focus."""
    prevented = console.page.evaluate(
        """code => [...code, "Enter"].every(key => !document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))""",
        code,
    )
    assert prevented, code


def booked(work: StationWork, pick: str) -> tuple[int | None, ShortReason | None]:
    until(lambda: not work.record(pick).open)
    record = work.record(pick)
    return record.quantity, record.reason


def until(condition: Callable[[], bool]) -> None:
    """The screen goes on before the bridge has answered."""
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.02)


def test_what_is_in_hand_is_shown_and_confirmed_by_one_key(look: Look, work: StationWork) -> None:
    first, second = work.pick(TEA, 3), work.pick(CUP, 12)
    console = at_work(look)
    page, record = console.page, work.record(first)
    hand(console, "Green tea, 100 g")
    place = next(
        one.place
        for one in work.bridge.instructing.panel(S01, Language.EN, None, 0).wall
        if one.order == record.task.order
    )
    for text in (GTIN, "P001/A/3/2", "Face A, level 3, column 2", f"Place {place}", "3pieces"):
        hand(console, text)
    expect(page.locator(".wall-place[data-state=lit]")).to_contain_text(str(record.task.order))
    expect(page.get_by_role("img", name="level 3 from below, column 2")).to_be_visible()
    expect(page.locator(".beside")).to_contain_text("Cup of porcelain, white")
    page.keyboard.press("Enter")
    hand(console, "Cup of porcelain, white")
    assert booked(work, first) == (3, None)
    page.get_by_role("button", name="Confirm 12").click()
    expect(page.locator(".hand-none")).to_be_visible()
    assert booked(work, second) == (12, None)
    assert console.complaints == []


def test_a_new_pick_is_on_the_screen_at_once(look: Look, work: StationWork) -> None:
    console = at_work(look)
    expect(console.page.locator(".hand-none")).to_be_visible()
    work.pick(CUP, 2)
    # Sooner than the next beat of the stream would bring it.
    expect(console.page.locator(".hand h2")).to_contain_text("Cup", timeout=1_500)


def test_scanner_alone_checks_counts_and_confirms(look: Look, work: StationWork) -> None:
    first, second = work.pick(TEA, 2), work.pick(TEA, 2)
    console = at_work(look)
    place = console.page.locator(".wall-place[data-state=lit] strong").inner_text()
    scan(console, "4006381333931")
    hand(console, "✓ Checked")
    scan(console, f"S01/{place}")
    console.until_text(".hand-where", str(work.record(second).task.order))
    assert booked(work, first) == (2, None)
    console.page.get_by_role("button", name="Scan each piece").click()
    scan(console, f"01{GTIN}")
    hand(console, "1 of 2")
    scan(console, f"01{GTIN}")
    hand(console, "2 of 2")
    scan(console, f"01{GTIN}")
    expect(alarm(console)).to_contain_text("More than asked for")
    scan(console, "CONFIRM")
    expect(console.page.locator(".hand-none")).to_be_visible()
    assert booked(work, second) == (2, None)


def test_a_wrong_code_is_refused_aloud_and_confirms_nothing(
    browser: Browser, floor: FloorServer, work: StationWork, built: object
) -> None:
    pick = work.pick(TEA, 2)
    console = OpenedConsole(browser, f"{floor.url}console/station/S01")
    console.page.add_init_script(HEARD)
    console.page.reload()
    hand(console, "Green tea")
    # The focus stands on a button: what ends a code must not press it.
    console.page.get_by_role("button", name="Confirm 2").focus()
    for code, told in (
        ("P001/A/3/3", "Wrong slot: P001/A/3/3"),
        ("96385074", "Wrong article or unknown code: 96385074"),
        ("S01/12", "Wrong place of the put wall: S01/12"),
    ):
        scan(console, code)
        expect(alarm(console)).to_contain_text(told)
    assert 220 in console.page.evaluate("window.tones")
    assert work.record(pick).open
    console.page.get_by_role("heading", name="Station S01").click()
    console.page.keyboard.press("Enter")  # read it, first
    expect(alarm(console)).to_be_empty()
    assert work.record(pick).open
    assert console.complaints == []
    console.context.close()


@pytest.mark.parametrize(
    ("reason", "button"),
    [
        (ShortReason.SLOT_SHORT, "Slot short"),
        (ShortReason.DAMAGED, "Damaged"),
        (ShortReason.WRONG_ITEM, "Wrong item"),
    ],
)
def test_a_short_pick_takes_three_clicks(
    look: Look, work: StationWork, reason: ShortReason, button: str
) -> None:
    work.slots[BOWL] = _next_slot(work)
    pick = work.pick(BOWL, 4)
    console = at_work(look)
    page = console.page
    hand(console, "<img src=x")
    page.keyboard.press("1")
    hand(console, "1 of 4")
    console.click(page.get_by_role("button", name="Other quantity"))
    confirm = page.get_by_role("dialog").get_by_role("button", name="Confirm 1")
    expect(confirm).to_be_disabled()
    console.click(page.get_by_role("button", name=button))
    console.click(confirm)
    expect(page.locator(".hand-none")).to_be_visible()
    assert console.clicks == 3
    assert booked(work, pick) == (1, reason)
    assert page.evaluate("window.broken") is None


def _next_slot(work: StationWork) -> SlotId:
    work.number += 1
    slot = SlotId(f"P0{10 + work.number % 50}/A/4/{1 + work.number % 4}")
    work.bridge.load_stock([Balance(slot, BOWL, 9)], f"more {work.number}", work.floor.now_ms)
    return slot


def test_a_pick_taken_back_is_told_and_cannot_be_confirmed(look: Look, work: StationWork) -> None:
    first, second = work.pick(TEA, 2), work.pick(CUP, 1)
    console = at_work(look)
    hand(console, "Green tea")
    work.withdraw(first)
    alert = alarm(console)
    expect(alert).to_contain_text("Put what you took back into the slot")
    hand(console, "Cup of porcelain")
    console.page.keyboard.press("Enter")  # reads what was told, and confirms nothing
    expect(alert).to_be_empty()
    assert work.record(second).open
    # A page that has not heard yet: the bridge refuses, and the picker is told.
    console.context.set_offline(True)
    console.page.keyboard.press("Enter")
    expect(console.page.get_by_role("status").filter(has_text="1 confirmation")).to_be_visible()
    work.withdraw(second)
    console.context.set_offline(False)
    expect(alert).to_contain_text("was taken back. Put what you took back into the slot")
    assert work.in_tote(second) == 0


def test_a_cut_of_the_network_loses_and_doubles_nothing(
    look: Look, floor: FloorServer, work: StationWork
) -> None:
    picks = [work.pick(TEA, 1), work.pick(TEA, 1), work.pick(CUP, 1)]
    console = at_work(look)
    hand(console, "Green tea")
    floor.stop()
    page = console.page
    expect(page.locator(".station")).to_have_attribute("data-state", "lost")
    expect(page.locator(".station-link")).to_contain_text("Connection lost")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    hand(console, "Cup of porcelain")
    expect(page.locator(".station-kept")).to_contain_text("2 confirmations are kept")
    assert [work.record(pick).open for pick in picks] == [True, True, True]
    floor.start()
    expect(page.locator(".station-kept")).to_have_count(0, timeout=20_000)
    expect(page.locator(".station")).to_have_attribute("data-state", "live", timeout=20_000)
    assert [booked(work, pick) for pick in picks[:2]] == [(1, None), (1, None)]
    assert [work.in_tote(pick) for pick in picks] == [1, 1, 0]
    assert work.bridge.verify().sound


def test_confirmations_outlive_the_page(look: Look, floor: FloorServer, work: StationWork) -> None:
    pick = work.pick(TEA, 2)
    console = at_work(look)
    hand(console, "Green tea")
    # The bridge books it, and its answer gets lost.

    def lose(route: Route) -> None:
        with suppress(Error):  # the page may be gone already
            route.fetch()
            route.abort()

    console.page.route("**/v1/picks/**", lose)
    console.page.keyboard.press("Enter")
    expect(console.page.locator(".station-kept")).to_be_visible()
    console.page.unroute_all(behavior="ignoreErrors")
    console.page.reload()
    expect(console.page.locator(".hand-none")).to_be_visible()
    expect(console.page.locator(".station-kept")).to_have_count(0)
    assert work.in_tote(pick) == 2
    assert console.page.evaluate("localStorage.getItem('podherd-station-kept')") == "[]"


def test_puts_and_blind_counts_are_worked_at_the_same_place(look: Look, work: StationWork) -> None:
    put = work.put(6)
    console = at_work(look)
    page = console.page
    hand(console, "Put away")
    page.get_by_role("button", name="Other quantity").click()
    page.keyboard.press("4")
    page.get_by_role("dialog").get_by_role("button", name="Confirm 4").click()
    expect(page.locator(".hand-none")).to_be_visible()
    until(lambda: not work.bridge.open_puts(S01))
    with work.bridge.store.reading() as tx:
        record = tx.put(PutId(put))
    assert record is not None
    assert record.quantity == 4
    count = work.count(CUP)
    hand(console, "Count")
    assert str(_pieces(work, CUP)) not in page.locator(".hand").inner_text()
    page.keyboard.press("Enter")
    expect(alarm(console)).to_contain_text("Enter how many you counted")
    page.get_by_role("group", name="Digits").get_by_role("button", name="7").click()
    page.get_by_label("Counted by").fill("anna")
    page.get_by_role("button", name="Confirm 7").click()
    expect(page.locator(".hand-none")).to_be_visible()
    until(lambda: not work.bridge.counts.open_counts(S01, 0))
    case = work.bridge.counts.cases(CaseQuery(slot=work.slots[CUP]))[0]
    assert [(one.by, one.quantity) for one in case.people] == [("anna", 7)]
    assert count.startswith(case.case)


def _pieces(work: StationWork, sku: Sku) -> int:
    return sum(one.quantity for one in work.bridge.stock(slot=work.slots[sku]))


def test_instructions_are_spoken_in_both_languages(
    browser: Browser, floor: FloorServer, work: StationWork, built: object
) -> None:
    work.pick(TEA, 2)
    for language, button, told in (
        ("en", "Voice", ["en-GB", "Pick 2 of Green tea, 100 g."]),
        ("zh", "语音", ["zh-CN", "拣选2件,Green tea, 100 g。"]),
    ):
        console = OpenedConsole(browser, f"{floor.url}console/station/S01", language=language)
        console.page.add_init_script(HEARD)
        console.page.reload()
        hand(console, "Green tea")
        assert console.page.evaluate("window.spoken") == []
        console.page.get_by_role("button", name=button, exact=True).click()
        console.page.reload()
        hand(console, "Green tea")
        [[spoken_in, text]] = console.page.evaluate("window.spoken")
        assert spoken_in == told[0]
        assert text.startswith(told[1])
        console.context.close()


def test_next_pods_come_from_the_floor(
    look: Look, floor: FloorServer, work: StationWork, site: Site
) -> None:
    shift = PlayedShift(site, seed=3)
    for _ in range(200):
        floor.show(shift.advance(2_000))
        coming = httpx.get(f"{floor.url}v1/stations/S01/instruction").json()["pods"]
        if len(coming) >= 2:
            break
    console = at_work(look)
    pods = console.page.get_by_role("region", name="Next pods").get_by_role("listitem")
    expect(pods).to_have_count(len(coming))
    expect(pods.nth(1)).to_contain_text(coming[1]["pod"])
    expect(pods.nth(1)).to_contain_text("m away")


def test_the_keyboard_alone_does_everything(look: Look, work: StationWork) -> None:
    pick = work.pick(TEA, 3)
    console = at_work(look)
    keys = console.page.keyboard
    hand(console, "Green tea")
    keys.press("2")
    hand(console, "2 of 3")
    keys.press("Backspace")
    keys.press("1")
    hand(console, "1 of 3")
    keys.press("Enter")
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Other quantity than asked for")
    scan(console, "P001/A/3/2")  # not here
    expect(dialog).to_contain_text("Finish here first")
    dialog.get_by_role("button", name="Slot short").focus()
    keys.press("Space")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(console.page.locator(".hand-none")).to_be_visible()
    assert booked(work, pick) == (1, ShortReason.SLOT_SHORT)
    keys.press("?")
    expect(console.page.get_by_role("dialog")).to_contain_text("Scan each piece")
    keys.press("Escape")
    keys.press("g")
    console.page.wait_for_timeout(150)
    keys.press("f")
    expect(console.page).to_have_url(f"{work.floor.url}console/floor")


@pytest.fixture(scope="module")
def guarded(site: Site) -> Iterator[tuple[str, Bridge]]:
    """A bridge with a picker and an operator."""
    store = AuditedStore(MemoryStore(), lambda: 1_750_000_000_000)
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    access = Access(store, passwords=quick)
    for name, role in (("root", "admin"), ("olga", "operator"), ("pia", "picker")):
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, 1_750_000_000_000)
    bridge = Bridge(site, store)
    app = create_app(bridge, lambda: 1_750_000_000_000, access=access, console=DIST)
    server = ServerThread(app, grace_s=1)
    yield server.url, bridge
    server.stop()


def sign_in(browser: Browser, url: str, name: str) -> OpenedConsole:
    console = OpenedConsole(browser, f"{url}/console/station")
    console.page.get_by_label("Name").fill(name)
    console.page.get_by_label("Password").fill(PASSWORD)
    console.page.get_by_role("button", name="Sign in").click()
    return console


def test_roles_choose_a_station_once_and_close_it_if_they_may(
    browser: Browser, guarded: tuple[str, Bridge], built: object
) -> None:
    url, bridge = guarded
    picker = sign_in(browser, url, "pia")
    picker.page.get_by_role("link", name="S02").click()
    expect(picker.page.locator(".station")).to_have_attribute("data-state", "live")
    expect(picker.page.get_by_role("button", name="Close station")).to_have_count(0)
    picker.page.goto(f"{url}/console/station")
    expect(picker.page).to_have_url(f"{url}/console/station/S02")
    operator = sign_in(browser, url, "olga")
    page = operator.page
    page.get_by_role("link", name="S02").click()
    operator.click(page.get_by_role("button", name="Close station"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Close station")).to_be_disabled()
    dialog.get_by_label("Reason").fill("Übergabe 交接")
    operator.click(dialog.get_by_role("button", name="Close station"))
    expect(page.locator(".station-state")).to_have_text("Closed")
    assert operator.clicks == 2
    expect(picker.page.locator(".hand-none")).to_contain_text("The station is closed")
    assert [one.closed for one in bridge.stations()] == [False, True]
    with bridge.store.reading() as tx:
        [kept] = [one for one in tx.audit(AuditQuery()) if "close" in one.what]
    assert (kept.who, kept.why) == ("account olga", "Übergabe 交接")
    for one in (picker, operator):
        one.context.close()


def test_a_station_that_is_not_there_is_told(look: Look) -> None:
    console = look("station/S99")
    expect(console.page.get_by_role("status").filter(has_text="S99")).to_contain_text(
        "cannot be reached"
    )
    console.page.get_by_role("link", name="Other station").click()
    expect(console.page.get_by_role("heading")).to_contain_text("At which station")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("theme", "width", "height"),
    [("light", 1280, 800), ("dark", 1280, 800), ("light", 1024, 768), ("dark", 1024, 768)],
)
def test_axe_finds_nothing_serious(
    look: Look, work: StationWork, axe: str, language: str, theme: str, width: int, height: int
) -> None:
    for sku in (TEA, BOWL, CUP):
        work.pick(sku, 2)
    console = at_work(look, theme=theme, width=width, height=height, language=language)
    hand(console, "Green tea")
    scan(console, "P001/A/3/9")
    expect(console.page.locator(".station-band")).to_be_visible()
    assert console.serious_findings(axe) == []
    console.page.locator(".hand-actions button").nth(1).click()
    expect(console.page.get_by_role("dialog")).to_be_visible()
    assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width
    low = console.page.locator(".hand-actions .button").first.bounding_box()
    assert low is not None
    assert low["y"] + low["height"] <= height, "the button that confirms is off the screen"
    small = console.page.evaluate(
        "[...document.querySelectorAll('.station button, .station a')]"
        ".map(one => one.getBoundingClientRect()).filter(one => one.height < 44).length"
    )
    assert small == 0
