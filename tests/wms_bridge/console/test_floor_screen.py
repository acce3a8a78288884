"""The console's shell and its floor in a real browser against the real bridge."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView, Wait, WaitsFor
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import NO_WORKER, OpenedConsole
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
PASSWORD = "four plain words here"
MARKUP = '<img src=x onerror="window.broken=1">'


def shown(look: Look, floor: FloorServer, view: FloorView, **more: object) -> OpenedConsole:
    """The console with a view on it."""
    floor.show(view)
    console = look(**more)
    console.until("s.link === 'live' && s.at_ms === a && s.pictures > 0", view.at_ms)
    return console


def queue(view: FloorView) -> FloorView:
    """The first three robots wait one for the other, the last of them for a picker."""
    first, second, third, *rest = view.robots
    since_ms = view.at_ms - 90_000
    waiting = (
        replace(first, wait=Wait(WaitsFor.ROBOT, second.robot, since_ms)),
        replace(second, wait=Wait(WaitsFor.ROBOT, third.robot, since_ms)),
        replace(third, wait=Wait(WaitsFor.PERSON, "S01", since_ms)),
    )
    return replace(view, robots=(*waiting, *rest))


def test_robots_are_drawn_where_they_are(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    console = shown(look, floor, view)
    for _ in range(3):
        view = shift.advance(2_000)
        floor.show(view)
        console.until("s.at_ms === a", view.at_ms)
    console.page.wait_for_timeout(400)
    assert console.complaints == []
    drawn = {one["robot"]: one for one in console.floor()["robots"]}
    assert set(drawn) == {robot.robot for robot in view.robots}
    for robot in view.robots:
        seen = drawn[robot.robot]
        assert math.hypot(seen["x_m"] - robot.x_m, seen["y_m"] - robot.y_m) < 0.02
        assert abs(math.remainder(seen["theta_rad"] - robot.theta_rad, 2 * math.pi)) < 0.02
        painted = console.ink(2, seen["x_px"], seen["y_px"])[3]
        assert painted == 255, robot.robot
    assert console.floor()["pods"] == len(view.pods)
    assert console.hosts == {f"127.0.0.1:{floor.port}"}


def test_the_floor_is_drawn_in_the_page_if_the_worker_does_not_start(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    floor.show(view)
    console = look(theme="light")
    console.page.add_init_script(NO_WORKER)
    console.page.reload()
    console.until("s.at_ms === a && s.pictures > 0", view.at_ms)
    robot = console.floor()["robots"][0]
    assert console.ink(2, robot["x_px"], robot["y_px"])[3] == 255
    # A canvas that was given away would have no context here.
    assert console.page.locator(".floor-canvas canvas").count() == 3
    assert console.page.evaluate(
        "[...document.querySelectorAll('.floor-canvas canvas')].every(one => one.getContext('2d'))"
    )


def test_why_a_robot_waits_takes_one_click(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = queue(shift.advance(30_000))
    console = shown(look, floor, view)
    first, second, third = (robot.robot for robot in view.robots[:3])
    console.click_robot(first)
    steps = console.page.locator(".waits li")
    expect(steps).to_have_count(3)
    told = steps.all_inner_texts()
    assert f"waits for robot {second} for 1 min 30 s" in told[0]
    assert f"waits for robot {third}" in told[1]
    assert "waits for the picker at station S01" in told[2]
    assert console.clicks <= 3
    assert f"robot={first}" in console.page.url


def test_a_ring_of_waits_is_told_and_ends(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = queue(shift.advance(30_000))
    closed = replace(view.robots[2], wait=Wait(WaitsFor.ROBOT, view.robots[0].robot, 0))
    view = replace(view, robots=(*view.robots[:2], closed, *view.robots[3:]))
    console = shown(look, floor, view)
    console.click_robot(view.robots[0].robot)
    expect(console.page.locator(".waits li")).to_have_count(3)
    expect(console.page.locator(".ring")).to_be_visible()


def test_details_follow_changes(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    view = shift.advance(30_000)
    console = shown(look, floor, view)
    console.click_robot(view.robots[0].robot)
    console.until_text(".waits", "It does not wait.")
    floor.show(replace(queue(view), at_ms=view.at_ms + 1000))
    console.until_text(".waits", "Why it waits")
    gone = replace(view, at_ms=view.at_ms + 2000, robots=view.robots[1:])
    floor.show(gone)
    console.until_text(".details", "It is not on the floor any more.")
    console.until("s.at_ms === a && s.robots.length === 5", gone.at_ms)


def test_language_and_theme_switch_and_are_remembered(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    console = shown(look, floor, queue(shift.advance(30_000)))
    light = console.floor()["ground"]
    console.page.get_by_label("Language").select_option("zh")
    expect(console.page.get_by_role("link", name="地面", exact=True)).to_be_visible()
    console.page.get_by_label("主题").select_option("dark")
    console.until("s.ground !== a", light)
    assert console.page.evaluate("document.documentElement.lang") == "zh-Hans"
    console.page.reload()
    expect(console.page.get_by_role("tab", name="机器人")).to_be_visible()
    console.until("s.ground !== a", light)
    assert console.complaints == []


def test_the_browsers_language_is_spoken_first(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    console = shown(look, floor, shift.advance(30_000), language="zh")
    expect(console.page.get_by_role("tab", name="图例")).to_be_visible()


def test_a_server_that_was_killed_is_waited_for(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    console = shown(look, floor, shift.advance(30_000))
    stream = console.floor()["stream"]
    floor.stop()
    console.until("s.link === 'lost'")
    expect(console.page.locator(".connection")).to_have_attribute("data-state", "lost")
    expect(console.page.locator(".connection-age")).to_be_visible()
    floor.start()
    later = shift.advance(5_000)
    floor.show(later)
    console.until("s.link === 'live' && s.at_ms === a", later.at_ms)
    expect(console.page.locator(".connection")).to_have_attribute("data-state", "live")
    state = console.floor()
    assert state["stream"] != stream
    assert state["snapshots"] == {"start": 1, "behind": 0, "restart": 1}
    assert state["unreadable"] == 0


def test_a_page_that_was_busy_misses_no_change(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    view = shift.advance(30_000)
    console = shown(look, floor, view)
    begun = console.floor()["number"]
    console.page.evaluate(
        "() => { const end = Date.now() + 1500; setTimeout(() => { while "
        "(Date.now() < end) {} }, 0); }"
    )
    robot = view.robots[0]
    for step in range(1, 41):
        load = None if step % 2 else robot.load
        changed = replace(robot, load=load, goal=f"n{step}")
        view = replace(view, at_ms=view.at_ms + 100, robots=(changed, *view.robots[1:]))
        floor.show(view)
    console.until("s.at_ms === a", view.at_ms)
    state = console.floor()
    assert state["number"] == begun + 40
    assert state["snapshots"] == {"start": 1, "behind": 0, "restart": 0}
    assert state["unreadable"] == 0


def test_an_old_picture_is_never_shown_as_live(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    floor.show(shift.advance(30_000))
    floor.now_ms += 300_000
    console = look()
    console.until("s.age_ms >= 300000")
    expect(console.page.locator(".connection")).to_have_attribute("data-state", "old")
    console.until_text(".connection-age", "5 min")
    floor.show(shift.advance(1_000))
    expect(console.page.locator(".connection")).to_have_attribute("data-state", "live")


def test_names_with_markup_stay_text(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    shift.renamed = {shift.site.robots[0].id: RobotId(MARKUP)}
    shift.alarms = (RaiseAlarm(AlarmKind.ROBOT_STUCK, MARKUP, f"stuck {MARKUP}"),)
    console = shown(look, floor, shift.advance(30_000))
    console.page.get_by_role("button", name=MARKUP, exact=True).click()
    console.until_text(".details h2", MARKUP)
    console.page.get_by_role("combobox", name="Find").fill("<img")
    console.until_text("[role=listbox]", MARKUP)
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None
    assert console.complaints == []


def test_the_keyboard_reaches_everything(
    look: Look, floor: FloorServer, shift: PlayedShift
) -> None:
    console = shown(look, floor, queue(shift.advance(30_000)))
    keys = console.page.keyboard
    keys.press("Tab")
    assert console.page.evaluate("document.activeElement.className") == "skip"
    keys.press("Enter")
    assert console.page.evaluate("document.activeElement.id") == "main"
    keys.press("?")
    expect(console.page.get_by_role("dialog")).to_contain_text("Keyboard shortcuts")
    expect(console.page.get_by_role("dialog")).to_contain_text("Find a robot")
    keys.press("Escape")
    expect(console.page.get_by_role("dialog")).to_have_count(0)
    keys.press("/")
    keys.type("p00")
    keys.press("ArrowDown")
    keys.press("Enter")
    console.until("s.chosen?.kind === 'pod'")
    console.page.locator(".floor-canvas").focus()
    keys.press(".")
    console.until("s.chosen?.kind === 'robot'")
    wide = console.floor()["view"]["scale"]
    keys.press("+")
    console.until("s.view.scale > a", wide)
    keys.press("0")
    console.until("s.view.scale === a", wide)
    keys.press("Escape")
    console.until("s.chosen === null")
    console.page.get_by_role("tab", name="Details").focus()
    keys.press("ArrowRight")
    expect(console.page.get_by_role("tab", name="Robots")).to_have_attribute(
        "aria-selected", "true"
    )


def test_all_robots_stand_there_as_text(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    view = queue(shift.advance(30_000))
    console = shown(look, floor, view)
    rows = console.page.locator(".robots tbody tr")
    expect(rows).to_have_count(len(view.robots))
    console.page.get_by_role("button", name="Only those that wait").click()
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("waits for the picker at station S01, 1 min 30 s")


def test_where_robots_wait_grows_hot(look: Look, floor: FloorServer, shift: PlayedShift) -> None:
    view = queue(shift.advance(30_000))
    console = shown(look, floor, view)
    assert console.floor()["heat"] == 0
    for step in range(1, 4):
        floor.show(replace(view, at_ms=view.at_ms + 1000 * step))
        console.until("s.at_ms === a", view.at_ms + 1000 * step)
    console.until("s.heat === 3")
    console.page.get_by_role("button", name="Waiting").click()
    expect(console.page.get_by_role("button", name="Waiting")).to_have_attribute(
        "aria-pressed", "true"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    look: Look,
    floor: FloorServer,
    shift: PlayedShift,
    axe: str,
    theme: str,
    width: int,
    height: int,
) -> None:
    view = queue(shift.advance(30_000))
    console = shown(look, floor, view, theme=theme, width=width, height=height)
    assert console.serious_findings(axe) == []
    console.click_robot(view.robots[0].robot)
    expect(console.page.locator(".waits li")).to_have_count(3)
    assert console.serious_findings(axe) == []
    console.page.get_by_role("tab", name="Legend").click()
    console.page.keyboard.press("?")
    assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def guarded(site: Site, browser: Browser, built: object) -> Iterator[tuple[str, Access]]:
    """A bridge with two accounts, at an address."""
    now_ms = 1_750_000_000_000
    store = AuditedStore(MemoryStore(), lambda: now_ms)
    access = Access(
        store, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    )
    for name, role in (("root", "admin"), ("olga", "operator"), ("pia", "picker")):
        wanted = AccountWanted(name, [role], ["*"])
        access.put_account(wanted, PASSWORD, None, now_ms)
    server = ServerThread(create_app(Bridge(site, store), lambda: now_ms, access=access), grace_s=1)
    yield server.url, access
    server.stop()


def sign_in(console: OpenedConsole, name: str, password: str = PASSWORD) -> None:
    console.page.get_by_label("Name").fill(name)
    console.page.get_by_label("Password").fill(password)
    console.page.get_by_role("button", name="Sign in").click()


def test_somebody_signs_in_and_out(browser: Browser, guarded: tuple[str, Access], axe: str) -> None:
    url, _ = guarded
    console = OpenedConsole(browser, f"{url}/console/floor")
    expect(console.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert console.serious_findings(axe) == []
    sign_in(console, "olga", "not the password")
    expect(console.page.locator(".field-wrong")).to_contain_text("not right")
    sign_in(console, "olga")
    console.until("s.link === 'live'")
    expect(console.page.get_by_role("link", name="Floor", exact=True)).to_be_visible()
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    assert "phs_" not in console.page.evaluate(kept)
    console.page.get_by_role("button", name="Sign out").click()
    expect(console.page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.page.reload()
    expect(console.page.get_by_role("heading", name="Sign in")).to_be_visible()
    console.context.close()


def test_a_role_sees_only_its_screens(browser: Browser, guarded: tuple[str, Access]) -> None:
    url, _ = guarded
    console = OpenedConsole(browser, f"{url}/console/floor")
    sign_in(console, "pia")
    expect(console.page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(console.page.get_by_role("link", name="Floor", exact=True)).to_have_count(0)
    console.context.close()


def test_an_api_key_opens_the_console(
    browser: Browser, site: Site, shift: PlayedShift, built: object
) -> None:
    server = FloorServer(site, api_key="right key")
    server.start()
    view = shift.advance(30_000)
    server.show(view)
    console = OpenedConsole(browser, f"{server.url}console/")
    console.page.get_by_role("tab", name="API key").click()
    for key in ("wrong key", "right key"):
        console.page.get_by_role("textbox", name="API key").fill(key)
        console.page.get_by_role("button", name="Sign in").click()
        if key == "wrong key":
            expect(console.page.locator(".field-wrong")).to_contain_text("not right")
    console.until("s.link === 'live' && s.at_ms === a", view.at_ms)
    console.context.close()
    server.stop()
