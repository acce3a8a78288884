"""The screen Replay in a real browser: what is shown of a moment is what was recorded of it."""

import math
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect

from planner.codec.messages import encode, to_json
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from scripts.console import DIST
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.recording.lived import Life
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
MARKUP = '<img src=x onerror="window.broken=1">'
PASSWORD = "four plain words here"


@dataclass
class Served(Life):
    """The same life in a real bridge, to which views are posted."""

    url: str = ""
    server: ServerThread | None = None

    def serve(self) -> None:
        app = create_app(self.bridge, lambda: self.now_ms, recorder=self.recorder, console=DIST)
        self.server = ServerThread(app, grace_s=1)
        self.url = self.server.url

    def show(self, view: FloorView) -> None:
        body, kind = encode(to_json(view)), {"content-type": "application/json"}
        answer = httpx.post(f"{self.url}/v1/fleet/view", content=body, headers=kind, timeout=10)
        answer.raise_for_status()


@dataclass
class Past:
    """What was lived through, and when."""

    life: Served
    times: dict[str, int]


@pytest.fixture(scope="module")
def past(built: Path, site: Site) -> Iterator[Past]:
    folder = Path(mkdtemp())
    life = Served(site, folder)
    life.serve()
    life.shift.renamed = {site.robots[5].id: site.robots[5].id.__class__(MARKUP)}
    times = life.through()
    yield Past(life, times)
    assert life.server is not None
    life.server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def opened(browser: Browser, past: Past) -> Iterator[Any]:
    made: list[OpenedConsole] = []

    def open_console(query: str = "", **more: Any) -> OpenedConsole:
        made.append(OpenedConsole(browser, f"{past.life.url}/console/replay{query}", **more))
        made[-1].page.wait_for_function("() => window.podherdReplay?.().then.length > 0")
        return made[-1]

    yield open_console
    for one in made:
        one.context.close()


def shown(console: OpenedConsole) -> dict[str, Any]:
    found: dict[str, Any] = console.page.evaluate("podherdReplay()")
    return found


def until(console: OpenedConsole, condition: str, argument: object = None) -> None:
    console.page.wait_for_function(
        "a => { const s = window.podherdReplay?.(); return s && (" + condition + "); }",
        arg=argument,
    )


def check_drawn(drawn: list[dict[str, Any]], view: FloorView) -> None:
    """Asserts that robots are drawn where a view has them."""
    at = {one["robot"]: one for one in drawn}
    assert set(at) == {robot.robot for robot in view.robots}
    for robot in view.robots:
        seen = at[robot.robot]
        assert math.hypot(seen["x_m"] - robot.x_m, seen["y_m"] - robot.y_m) < 0.02, robot.robot
        assert seen["activity"] == robot.activity


def test_a_moment_is_shown_as_it_was_beside_now(opened: Any, past: Past) -> None:
    at_ms = past.times["shown"] - 1
    console = opened(f"?at={at_ms}")
    until(console, "s.site_ms === a && s.now.length > 0", past.life.views[at_ms].at_ms)
    told = shown(console)
    check_drawn(told["then"], past.life.views[at_ms])
    check_drawn(told["now"], past.life.views[past.times["end"]])
    assert told["then"] != told["now"]
    band = console.page.locator(".replay-band")
    expect(band).to_contain_text("You look at")
    expect(band).to_contain_text("2 min 35 s ago")
    expect(band).to_contain_text("Nothing can be ordered from here.")
    assert console.complaints == []


def test_dragging_the_line_moves_through_time(opened: Any, past: Past) -> None:
    console = opened()
    line = console.page.get_by_role("slider", name="Moment looked at")
    begun = int(line.get_attribute("aria-valuenow") or 0)
    assert begun == past.times["end"]
    box = line.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    mouse = console.page.mouse
    mouse.move(box["x"] + box["width"] * 0.9, middle)
    mouse.down()
    for share in (0.85, 0.8, 0.75, 0.7):
        mouse.move(box["x"] + box["width"] * share, middle)
    mouse.up()
    until(console, "s.at_ms < a - 20000", begun)
    at_ms = shown(console)["at_ms"]
    view = max((at, one) for at, one in past.life.views.items() if at <= at_ms)[1]
    until(console, "s.site_ms === a", view.at_ms)
    check_drawn(shown(console)["then"], view)
    console.page.wait_for_function("a => location.search.includes(`at=${a}`)", arg=at_ms)


def test_the_keyboard_alone_moves_and_plays(opened: Any, past: Past) -> None:
    at_ms = past.times["shown"] - 1
    console = opened(f"?at={at_ms}")
    console.page.get_by_role("slider").focus()
    keys = console.page.keyboard
    keys.press("ArrowRight")
    until(console, "s.at_ms === a", at_ms + 5_000)
    keys.press("Shift+ArrowLeft")
    until(console, "s.at_ms < a", at_ms - 10_000)
    keys.press("End")
    until(console, "s.at_ms === a", past.times["end"])
    keys.press("Home")
    until(console, "s.at_ms === a", min(past.life.views))
    keys.press("k")
    until(console, "s.playing && s.at_ms > a", min(past.life.views) + 500)
    keys.press("k")
    until(console, "!s.playing")


def test_playing_fast_ends_where_now_is_and_leaps_over_the_gap(opened: Any, past: Past) -> None:
    console = opened(f"?at={past.times['gap'] - 12_000}")
    console.page.get_by_label("Speed").select_option("60")
    console.page.get_by_role("button", name="Play", exact=True).click()
    until(console, "!s.playing && s.at_ms === a", past.times["end"])
    check_drawn(shown(console)["then"], past.life.views[past.times["end"]])
    assert console.complaints == []


def test_orders_stand_as_they_stood(opened: Any, past: Past) -> None:
    console = opened(f"?at={past.times['picked'] - 1_000}")
    orders = console.page.locator(".replay-orders > li")
    expect(orders).to_have_count(2)
    expect(orders.nth(0)).to_contain_text("B2")
    expect(orders.nth(0)).to_contain_text("rush")
    expect(orders.nth(1)).to_contain_text("0 of 5 picked")
    orders.nth(1).locator("summary").click()
    expect(orders.nth(1)).to_contain_text("being picked at S01")
    console.page.get_by_role("slider").focus()
    console.page.keyboard.press("ArrowRight")
    expect(orders.nth(1)).to_contain_text("3 of 5 picked")
    console.page.keyboard.press("End")
    expect(orders).to_have_count(1)
    console.page.get_by_label("Find an order").fill("none such")
    expect(console.page.locator(".replay-side")).to_contain_text("No such order was open")


def test_one_steps_from_decision_to_decision(opened: Any, past: Past) -> None:
    console = opened(f"?at={past.times['ordered']}")
    console.page.get_by_role("button", name="Next decision").click()
    until(console, "s.at_ms === a", past.times["shown"])
    console.page.get_by_role("tab", name="Decisions").click()
    expect(console.page.locator(".replay-list li").first).to_contain_text(
        "Station S01: picks from pod"
    )
    console.page.get_by_role("button", name="Next decision").click()
    until(console, "s.at_ms === a", past.times["shortened"])
    console.page.get_by_role("button", name="Previous decision").click()
    until(console, "s.at_ms === a", past.times["shown"])


def test_an_alarm_leads_to_its_moment_and_a_robot_tells_its_story(opened: Any, past: Past) -> None:
    console = opened()
    console.page.get_by_role("tab", name="Events").click()
    row = console.page.locator(".replay-list li", has_text="does not move")
    row.get_by_role("button").click()
    until(console, "s.at_ms === a", past.times["alarm"])
    console.page.get_by_role("tab", name="Robot").click()
    console.page.get_by_role("combobox", name="Robot").select_option("R01")
    expect(console.page.locator(".replay-list li").first).to_be_visible()
    assert "robot=R01" in console.page.url
    console.page.get_by_role("combobox", name="Robot").select_option(MARKUP)
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None


def test_times_that_are_not_recorded_are_told(opened: Any, past: Past) -> None:
    console = opened(f"?at={past.times['gap'] + 30_000}")
    expect(console.page.locator(".replay-band")).to_contain_text("Nothing was recorded")
    early = opened("?at=1000")
    until(early, "s.at_ms === a", min(past.life.views))


def test_layouts_languages_and_pictures(opened: Any, past: Past, tmp_path: Path) -> None:
    query = f"?at={past.times['alarm']}"
    for language, overlay in (("en", "Over now"), ("zh", "与现在叠加")):
        console = opened(query, language=language)
        expect(console.page.locator(".replay-orders > li").first).to_be_visible()
        console.page.screenshot(path=tmp_path / f"{language}.png")
        console.page.get_by_role("button", name=overlay).click()
        expect(console.page.locator(".replay-maps")).to_have_attribute("data-layout", "over")
        boxes = [one.bounding_box() for one in console.page.locator(".replay-map").all()]
        assert boxes[0] == boxes[1]
        assert console.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    opened: Any, past: Past, axe: str, theme: str, width: int, height: int
) -> None:
    query = f"?at={past.times['picked'] - 1000}"
    console = opened(query, theme=theme, width=width, height=height)
    expect(console.page.locator(".replay-orders > li").first).to_be_visible()
    assert console.serious_findings(axe) == []
    for name in ("Decisions", "Events", "Robot"):
        console.page.get_by_role("tab", name=name).click()
        assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


def test_who_may_not_see_does_not_find_it(browser: Browser, built: Path, site: Site) -> None:
    now_ms = 1_750_000_000_000
    store = AuditedStore(MemoryStore(), lambda: now_ms)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    access = Access(store, passwords=Passwords(hasher))
    for name, role in (("root", "admin"), ("pia", "picker"), ("olga", "operator")):
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, now_ms)
    app = create_app(Bridge(site, store), lambda: now_ms, access=access, console=DIST)
    server = ServerThread(app, grace_s=1)
    for name, seen in (("olga", 1), ("pia", 0)):
        console = OpenedConsole(browser, f"{server.url}/console/")
        console.page.get_by_label("Name").fill(name)
        console.page.get_by_label("Password").fill(PASSWORD)
        console.page.get_by_role("button", name="Sign in").click()
        expect(console.page.get_by_role("button", name="Sign out")).to_be_visible()
        link = console.page.get_by_role("link", name="Replay", exact=True)
        expect(link).to_have_count(seen)
        if seen:
            link.click()
            expect(console.page.locator("main")).to_contain_text("Recording is switched off")
        console.context.close()
    server.stop()
