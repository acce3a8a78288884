"""The screen of alarms, and the badge in the bar, in a real browser against the real bridge."""

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Locator, Route, expect

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.site import Site
from scripts.console import DIST
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.api.app import create_app
from wms_bridge.records.alarms import AlarmQuery, AlarmRecord, AlarmState
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
Kind = AlarmKind
MARKUP = '<img src=x onerror="window.broken=1">'
PASSWORD = "four plain words here"
MANY = 10_000
TONES = """
    window.tones = 0;
    const made = BaseAudioContext.prototype.createOscillator;
    BaseAudioContext.prototype.createOscillator = function () {
        window.tones += 1;
        return made.call(this);
    };
"""


def say(bridge: Bridge, kind: Kind, subject: str, text: str = "so", active: bool = True) -> None:
    """The fleet raises or clears an alarm."""
    bridge.apply([RaiseAlarm(kind, subject, text, active)], 1_750_000_000_000 - 60_000)


def look_up(bridge: Bridge, subject: str) -> AlarmRecord:
    """The only alarm about a subject."""
    [found] = bridge.alarms.alarms(AlarmQuery(subject=subject))
    return found


def row(console: OpenedConsole, subject: str) -> Locator:
    """The row of the list about a subject."""
    return console.page.locator(".alarms-table tbody tr").filter(has_text=subject)


@pytest.fixture
def bridge(floor: FloorServer) -> Bridge:
    """With an alarm of each severity; the one about R05 has returned to normal."""
    say(floor.bridge, Kind.LINE_SHORT, "A-17#2", "3 of 5 RED")
    say(floor.bridge, Kind.ROBOT_STUCK, "R05", "R05 waits for R03.")
    say(floor.bridge, Kind.ROBOT_STUCK, "R05", active=False)
    say(floor.bridge, Kind.POD_BLOCKED, "P011", "R03 stands beneath it.")
    say(floor.bridge, Kind.HUMAN_ENTRY, "E-1", "anna wants to enter north.")
    return floor.bridge


def test_the_worst_comes_first_with_its_cause_and_what_to_do(look: Look, bridge: Bridge) -> None:
    console = look("alarms")
    names = console.page.locator(".alarms-name")
    expect(names).to_have_count(4)
    told = [" ".join(text.split()) for text in names.all_inner_texts()]
    assert told == [
        "Person on the floor E-1",
        "Robot cannot get on R05",
        "Pod cannot be fetched P011",
        "Line cannot be delivered in full A-17#2",
    ]
    expect(row(console, "R05")).to_contain_text("Returned to normal")
    counts = console.page.locator(".alarms-count")
    assert counts.all_inner_texts() == ["1", "1", "1", "1"]
    row(console, "P011").locator(".alarms-name").click()
    details = console.page.locator(".alarms-details")
    expect(details).to_contain_text("A robot that does not answer stands beneath the pod.")
    expect(details).to_contain_text("Get the robot out from under the pod")
    expect(details.locator(".alarms-changes li")).to_have_count(1)
    details.get_by_role("link", name="Show on the floor").click()
    expect(console.page).to_have_url(re.compile(r"/console/floor\?pod=P011$"))
    assert console.complaints == []


def test_all_of_it_is_there_in_chinese(look: Look, bridge: Bridge) -> None:
    console = look("alarms", language="zh")
    row(console, "P011").locator(".alarms-name").click()
    details = console.page.locator(".alarms-details")
    expect(details).to_contain_text("货架无法取用")
    expect(details).to_contain_text("货架下方停着一台没有应答的机器人。")
    expect(row(console, "R05")).to_contain_text("已恢复正常")
    expect(console.page.get_by_role("link", name="4 条报警待确认")).to_be_visible()


def test_the_list_is_narrowed_and_the_address_says_how(look: Look, bridge: Bridge) -> None:
    console = look("alarms")
    console.page.get_by_role("button", name="Medium").click()
    expect(console.page.locator(".alarms-name")).to_have_count(1)
    console.page.get_by_role("button", name="Medium").click()
    console.page.get_by_label("Part of the subject").fill("r05")
    expect(console.page.locator(".alarms-name")).to_have_count(1)
    expect(console.page).to_have_url(re.compile("search=r05"))
    console.page.reload()
    expect(console.page.locator(".alarms-name")).to_have_count(1)
    console.page.get_by_label("Show", exact=True).select_option("shelved")
    expect(console.page.locator(".alarms-table")).to_contain_text("No alarm is like this.")


def test_acknowledging_takes_one_click_and_only_what_stands_stays(
    look: Look, bridge: Bridge
) -> None:
    console = look("alarms")
    for subject in ("R05", "P011"):
        acknowledge = row(console, subject).get_by_role("button", name="Acknowledge")
        console.click(acknowledge)
        expect(row(console, subject)).to_have_count(0)
    assert console.clicks == 2
    assert look_up(bridge, "R05").state is AlarmState.NORMAL
    assert look_up(bridge, "P011").state is AlarmState.ACKNOWLEDGED
    assert look_up(bridge, "P011").acknowledged_by == "local"
    console.page.get_by_label("Show", exact=True).select_option("standing")
    expect(console.page.locator(".alarms-name")).to_have_count(1)
    expect(row(console, "P011")).to_contain_text("Acknowledged")


def test_several_are_picked_and_acknowledged_together(look: Look, bridge: Bridge) -> None:
    console = look("alarms")
    for subject in ("E-1", "P011"):
        row(console, subject).get_by_role("checkbox").check()
    console.page.get_by_role("button", name="Acknowledge selected (2)").click()
    expect(console.page.locator(".alarms-name")).to_have_count(2)
    states = {one.subject: one.state for one in bridge.alarms.alarms(AlarmQuery())}
    assert states["E-1"] is states["P011"] is AlarmState.ACKNOWLEDGED
    assert states["R05"] is AlarmState.RETURNED
    assert console.complaints == []


def test_of_two_operators_the_second_is_told_who_was_first(look: Look, bridge: Bridge) -> None:
    console = look("alarms")
    known = look_up(bridge, "P011")

    def just_before(route: Route) -> None:
        seen = AlarmSeen(known.number, known.change)
        bridge.alarms.acknowledge(seen, "ben", "", 1_750_000_000_000)
        route.continue_()

    console.page.route("**/acknowledge", just_before)
    row(console, "P011").get_by_role("button", name="Acknowledge").click()
    toast = console.page.locator(".toast")
    expect(toast).to_contain_text("was acknowledged before, by ben at")
    expect(toast).to_contain_text("Nothing was done.")
    assert look_up(bridge, "P011").acknowledged_by == "ben"


def test_what_came_again_is_not_acknowledged_by_a_stale_page(look: Look, bridge: Bridge) -> None:
    console = look("alarms")

    def just_before(route: Route) -> None:
        say(bridge, Kind.ROBOT_STUCK, "R05", "R05 waits for R09.")
        route.continue_()

    console.page.route("**/acknowledge", just_before)
    row(console, "R05").get_by_role("button", name="Acknowledge").click()
    expect(console.page.locator(".toast-bad")).to_contain_text("Too late")
    expect(console.page.locator(".toast-bad")).to_contain_text("came again")
    assert look_up(bridge, "R05").state is AlarmState.UNACKNOWLEDGED
    expect(row(console, "R05")).to_contain_text("R05 waits for R09.")


def test_shelving_wants_a_reason_and_takes_three_clicks(look: Look, bridge: Bridge) -> None:
    alarm = look_up(bridge, "P011").number
    console = look(f"alarms?alarm={alarm}")
    details = console.page.locator(".alarms-details")
    console.click(details.get_by_role("button", name="Shelve", exact=True))
    dialog = console.page.get_by_role("dialog", name="Shelve Pod cannot be fetched: P011")
    dialog.get_by_label("For how long").select_option("7200")
    dialog.get_by_label("Reason", exact=True).press("Enter")
    expect(dialog.locator(".field-wrong")).to_have_text("Give a reason.")
    console.click(dialog.get_by_role("button", name="being repaired"))
    console.click(dialog.get_by_role("button", name="Shelve for 2 h 0 min"))
    expect(details).to_contain_text("by local: being repaired")
    assert console.clicks == 3
    shelved = look_up(bridge, "P011")
    assert shelved.shelved_until_ms == 1_750_000_000_000 + 7_200_000
    assert (shelved.shelved_by, shelved.shelved_reason) == ("local", "being repaired")
    expect(row(console, "P011")).to_have_count(0)
    details.get_by_role("button", name="Unshelve").click()
    console.page.get_by_role("dialog").get_by_role("button", name="Unshelve").click()
    expect(row(console, "P011")).to_have_count(1)
    assert not look_up(bridge, "P011").shelved


def test_ten_thousand_are_counted_paged_and_acknowledged_in_three_clicks(
    look: Look, floor: FloorServer
) -> None:
    console = look("alarms")
    expect(console.page.locator(".alarms-table")).to_contain_text("Nothing wants")
    for first in range(0, MANY, 1_000):
        flood = [
            {"type": "RaiseAlarm", "kind": "no_room", "subject": f"dock {number}", "text": "full"}
            for number in range(first, first + 1_000)
        ]
        answer = httpx.post(f"{floor.url}v1/fleet/commands", json=flood, timeout=60)
        assert all(one["accepted"] for one in answer.json()["results"])
    say(floor.bridge, Kind.HUMAN_ENTRY, "E-9")
    badge = console.page.locator(".alarm-badge")
    expect(badge).to_have_text("10,001")
    expect(badge).to_have_attribute("data-severity", "critical")
    expect(console.page.locator("[data-count=medium]")).to_have_text("10,000")
    pager = console.page.get_by_role("navigation", name="Alarms").locator("span")
    expect(pager).to_have_text("1 to 100 of 10,001")
    expect(console.page.locator(".alarms-name")).to_have_count(100)
    console.page.get_by_role("button", name="Next page").click()
    expect(pager).to_have_text("101 to 200 of 10,001")
    console.click(console.page.get_by_role("button", name="Medium"))
    console.click(console.page.get_by_role("button", name="Acknowledge all like these (10,000)"))
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("10,000 alarms are marked as known")
    console.click(dialog.get_by_role("button", name="Acknowledge"))
    expect(badge).to_have_text("1", timeout=30_000)
    expect(console.page.locator(".alarms-table")).to_contain_text("No alarm is like this.")
    assert console.clicks == 3
    left = floor.bridge.alarms.page(AlarmQuery(limit=1))
    assert (left.total, left.wanting) == (MANY + 1, 1)
    assert look_up(floor.bridge, "E-9").state is AlarmState.UNACKNOWLEDGED


def test_the_badge_follows_over_a_lost_link_on_every_screen(
    look: Look, floor: FloorServer, bridge: Bridge
) -> None:
    console = look("floor")
    badge = console.page.locator(".alarm-badge")
    expect(badge).to_have_text("4")
    expect(badge).to_have_attribute("aria-label", re.compile("4 alarms .*: 1 critical, 1 high"))
    say(bridge, Kind.ROBOT_SILENT, "R06")
    expect(badge).to_have_text("5")
    floor.stop()
    expect(badge).to_have_attribute("data-lost", "true")
    say(bridge, Kind.STOP_ENGAGED, "hall 2")
    floor.start()
    expect(badge).to_have_text("6")
    expect(badge).to_have_attribute("data-lost", "false")
    expect(console.page.locator("[data-spoken]")).to_contain_text(
        "Critical alarm: Stop in force, hall 2"
    )
    badge.click()
    expect(console.page.locator(".alarms-name")).to_have_count(6)


def test_a_new_critical_alarm_sounds_only_where_that_was_switched_on(
    look: Look, bridge: Bridge
) -> None:
    console = look("alarms")
    console.context.add_init_script(TONES)
    console.page.reload()
    spoken = console.page.locator("[data-spoken]")
    expect(console.page.locator(".alarm-badge")).to_have_attribute("data-lost", "false")
    say(bridge, Kind.HUMAN_ENTRY, "E-2")
    expect(spoken).to_contain_text("E-2")
    assert console.page.evaluate("window.tones") == 0
    console.page.get_by_label("Sound for critical alarms").check()
    tried = console.page.evaluate("window.tones")
    assert tried > 0
    say(bridge, Kind.ROBOT_SILENT, "R06")
    say(bridge, Kind.HUMAN_ENTRY, "E-3")
    expect(spoken).to_contain_text("E-3")
    assert console.page.evaluate("window.tones") == 2 * tried
    console.page.reload()
    expect(console.page.get_by_label("Sound for critical alarms")).to_be_checked()


def test_history_is_narrowed_by_time_and_subject(look: Look, bridge: Bridge) -> None:
    known = look_up(bridge, "P011")
    seen = AlarmSeen(known.number, known.change)
    bridge.alarms.acknowledge(seen, "ben", "seen it", 1_750_000_000_000)
    console = look("alarms/history")
    rows = console.page.locator(".alarms-history tbody tr")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("ben: seen it")
    console.page.get_by_label("Subject").fill("R05")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("cleared")
    console.page.get_by_label("Until").fill("2020-01-01T00:00")
    expect(console.page.locator(".alarms-history")).to_contain_text("Nothing happened")
    assert console.complaints == []


def test_names_with_markup_stay_text(look: Look, bridge: Bridge) -> None:
    say(bridge, Kind.ROBOT_STUCK, MARKUP, f"stuck {MARKUP}")
    console = look("alarms")
    row(console, MARKUP).locator(".alarms-name").click()
    expect(console.page.locator(".alarms-details h2")).to_contain_text(MARKUP)
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None
    assert console.complaints == []


def test_all_is_done_by_keyboard(look: Look, bridge: Bridge) -> None:
    console = look("alarms")
    expect(console.page.locator(".alarms-name")).to_have_count(4)
    keys = console.page.keyboard
    keys.press("j")
    expect(console.page.locator(".alarms-details h2")).to_contain_text("E-1")
    keys.press("j")
    expect(console.page.locator(".alarms-details h2")).to_contain_text("R05")
    expect(console.page.locator(".alarms-name").nth(1)).to_be_focused()
    keys.press("e")
    focused = console.page.locator(".alarms-details [data-deed=acknowledge]")
    expect(focused).to_be_focused()
    assert look_up(bridge, "R05").state is AlarmState.RETURNED
    keys.press("Enter")
    expect(row(console, "R05")).to_have_count(0)
    assert look_up(bridge, "R05").state is AlarmState.NORMAL
    keys.press("/")
    keys.type("P0")
    expect(console.page.locator(".alarms-name")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    look: Look, bridge: Bridge, axe: str, theme: str, width: int, height: int
) -> None:
    alarm = look_up(bridge, "P011").number
    console = look(f"alarms?alarm={alarm}", theme=theme, width=width, height=height)
    details = console.page.locator(".alarms-details")
    expect(details.locator("h2")).to_be_visible()
    assert console.serious_findings(axe) == []
    details.get_by_role("button", name="Shelve", exact=True).click()
    assert console.serious_findings(axe) == []
    console.page.keyboard.press("Escape")
    console.page.get_by_role("tab", name="History").click()
    expect(console.page.locator(".alarms-history tbody tr").first).to_be_visible()
    assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def guarded(site: Site, built: object) -> Iterator[tuple[str, Bridge]]:
    """A bridge with an operator, a supervisor and a picker, and two alarms."""
    now_ms = 1_750_000_000_000
    store = AuditedStore(MemoryStore(), lambda: now_ms)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    access = Access(store, passwords=Passwords(hasher))
    roles = (("root", "admin"), ("olga", "operator"), ("sam", "supervisor"), ("pia", "picker"))
    for name, role in roles:
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, now_ms)
    bridge = Bridge(site, store)
    say(bridge, Kind.HUMAN_ENTRY, "E-1")
    say(bridge, Kind.ROBOT_SILENT, "R03")
    app = create_app(bridge, lambda: now_ms, access=access, console=DIST)
    server = ServerThread(app, grace_s=1)
    yield server.url, bridge
    server.stop()


def signed_in(browser: Browser, url: str, name: str) -> OpenedConsole:
    """The console of somebody, at the alarms."""
    console = OpenedConsole(browser, f"{url}/console/alarms")
    console.page.get_by_label("Name").fill(name)
    console.page.get_by_label("Password").fill(PASSWORD)
    console.page.get_by_role("button", name="Sign in").click()
    expect(console.page.get_by_role("button", name="Sign out")).to_be_visible()
    return console


def test_roles_do_what_they_may_in_their_own_name(
    browser: Browser, guarded: tuple[str, Bridge]
) -> None:
    url, bridge = guarded
    picker = signed_in(browser, url, "pia")
    expect(picker.page.get_by_role("link", name="Alarms")).to_have_count(0)
    expect(picker.page.locator(".alarm-badge")).to_have_count(0)
    picker.context.close()
    shelve = {"olga": 0, "sam": 1}
    for name, buttons in shelve.items():
        console = signed_in(browser, url, name)
        row(console, "E-1").locator(".alarms-name").click()
        details = console.page.locator(".alarms-details")
        expect(details.locator("h2")).to_contain_text("E-1")
        expect(details.get_by_role("button", name="Shelve", exact=True)).to_have_count(buttons)
        if name == "olga":
            expect(details).to_contain_text("Only who may decide may shelve a critical alarm.")
            row(console, "R03").get_by_role("button", name="Acknowledge").click()
            expect(row(console, "R03")).to_have_count(0)
        console.context.close()
    assert look_up(bridge, "R03").acknowledged_by == "olga"
