"""The control tower in a real browser against the real bridge. The what-if engine alone is a
stand-in, which answers at once; the real one has tests of its own."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.access.principal import LOCAL
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.api.gate import COOKIE
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.ports.whatif import WhatIfStopped
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    AlarmPolicy,
    ExecutionQuery,
    PolicyAction,
    PolicyMode,
    PolicyOutcome,
)
from wms_bridge.records.tower import ExceptionQuery, ExceptionRecord, ExceptionState
from wms_bridge.records.whatif import Estimate, WhatIfQuestion, WhatIfResult, WhatIfState
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
PASSWORD = "four plain words here"
MARKUP = '<img src=x onerror="window.broken=1">'
PEOPLE = {
    "root": "admin",
    "sue": "supervisor",
    "olga": "operator",
    "otto": "operator",
    "pia": "picker",
}
START_MS = 1_750_000_000_000
SILENT, STUCK = AlarmKind.ROBOT_SILENT, AlarmKind.ROBOT_STUCK


@dataclass
class QuickEngine:
    """Has an answer for every alternative as soon as it may."""

    asked: list[WhatIfQuestion] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def check(self, question: WhatIfQuestion) -> None:
        """Anything goes."""

    def answer(
        self,
        question: WhatIfQuestion,
        tell: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> tuple[WhatIfResult, ...]:
        self.asked.append(question)
        tell(1, 4)
        while not self.may_answer.wait(0.05):
            if stopped():
                raise WhatIfStopped
        return tuple(
            WhatIfResult(one.name, 2, 0, {"late": Estimate(0.1 * place + 0.1, 0.02)})
            for place, one in enumerate(question.alternatives)
        )


@dataclass
class Tower:
    """A bridge that runs, with people and a clock."""

    site: Site
    console: Path
    now_ms: int = START_MS
    engine: QuickEngine = field(default_factory=QuickEngine)

    def __post_init__(self) -> None:
        store = AuditedStore(MemoryStore(), lambda: self.now_ms)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        access = Access(store, passwords=Passwords(hasher))
        for name, role in PEOPLE.items():
            access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, self.now_ms)
        self.tokens = {
            name: access.login(name, PASSWORD, "203.0.113.7", self.now_ms).token for name in PEOPLE
        }
        self.bridge = Bridge(self.site, store, whatif=self.engine)
        self.bridge.put_skus([SkuRecord(Sku("RED"))])
        app = create_app(self.bridge, lambda: self.now_ms, access=access, console=self.console)
        self.server = ServerThread(app, grace_s=1)

    def say(self, subject: str, *, active: bool = True, kind: AlarmKind = SILENT) -> None:
        """A word of the fleet."""
        self.bridge.apply([RaiseAlarm(kind, subject, "no report", active)], self.now_ms)

    def exception(self, subject: str) -> ExceptionRecord:
        """What waits about a subject."""
        self.bridge.tower.notice(self.now_ms)
        listed = self.bridge.tower.exceptions(ExceptionQuery(limit=1000)).exceptions
        return next(one for one in listed if one.subject == subject)

    def policy(self, name: str, subject: str, mode: PolicyMode = PolicyMode.OFF) -> AlarmPolicy:
        """One that closes S01 when a robot is stuck."""
        wanted = AlarmPolicy(
            name,
            AlarmMatch((STUCK,), subject=subject),
            PolicyAction(ActionKind.CLOSE_STATION, "S01"),
            reason="a try",
        )
        made = self.bridge.policies.put(wanted, 0, "sue", self.now_ms)
        if mode is PolicyMode.OFF:
            return made
        switched = ModeWanted(made.version, mode, "sue", "now", LOCAL)
        return self.bridge.policies.set_mode(name, switched, self.now_ms)

    def closed(self, station: str = "S01") -> bool:
        """Whether a station is closed."""
        return next(one for one in self.bridge.stations() if one.station == station).closed


@pytest.fixture(scope="module")
def tower(site: Site, built: Path) -> Iterator[Tower]:
    """One bridge for all tests here: each uses names of its own."""
    running = Tower(site, built)
    yield running
    running.engine.may_answer.set()
    running.server.stop()


Enter = Callable[..., OpenedConsole]


@pytest.fixture
def enter(browser: Browser, tower: Tower) -> Iterator[Enter]:
    """``enter("exceptions", "olga", language="zh")``: a tab of the tower, signed in."""
    opened: list[OpenedConsole] = []

    def open_tab(tab: str, who: str = "sue", **more: object) -> OpenedConsole:
        console = OpenedConsole(browser, "about:blank", **more)  # type: ignore[arg-type]
        opened.append(console)
        cookie = {
            "name": COOKIE,
            "value": tower.tokens[who],
            "url": tower.server.url,
        }
        console.context.add_cookies([cookie])  # type: ignore[list-item]
        console.page.goto(f"{tower.server.url}/console/tower/{tab}")
        expect(console.page.get_by_role("tab")).to_have_count(4)
        return console

    yield open_tab
    for one in opened:
        one.context.close()


def row(console: OpenedConsole, text: str) -> Locator:
    return console.page.locator("tbody tr", has_text=text)


def confirm(console: OpenedConsole, reason: str) -> None:
    """Fills the dialog and does it: the last click."""
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    console.click(dialog.locator("button[type=submit]"))
    expect(dialog).to_have_count(0)


def test_the_stream_tells_what_happens_as_it_happens(enter: Enter, tower: Tower) -> None:
    tower.say("R-first")
    console = enter("stream")
    expect(row(console, "R-first").first).to_be_visible()
    console.page.get_by_label("From").select_option("alarm")
    expect(row(console, "R-first").first).to_be_visible()
    tower.say("R-second")
    expect(console.page.locator("tbody tr").first).to_contain_text("R-second")
    console.page.get_by_label("Subject holds").fill("r-fir")
    expect(console.page.locator("tbody tr")).to_have_count(1)
    console.page.locator("tbody tr button").click()
    expect(console.page.locator(".tower-json")).to_contain_text('"subject": "R-first"')
    assert "subject=r-fir" in console.page.url
    assert console.complaints == []


def test_an_exception_goes_from_hand_to_hand(enter: Enter, tower: Tower) -> None:
    tower.say("R-hand")
    number = tower.exception("R-hand").number
    console = enter("exceptions", "olga")
    console.click(row(console, "R-hand").get_by_role("button", name="Claim"))
    console.click(row(console, "R-hand").get_by_role("button", name="Resolve"))
    dialog = console.page.get_by_role("dialog")
    dialog.locator("button[type=submit]").click()
    expect(dialog.locator(".field-wrong")).to_contain_text("Say why")
    confirm(console, "battery changed")
    assert console.clicks == 3
    resolved = row(console, "R-hand")
    expect(resolved).to_contain_text("olga: battery changed")
    expect(resolved.get_by_role("button", name="Verify")).to_have_count(0)
    other = enter("exceptions", "otto")
    row(other, "R-hand").get_by_role("button", name="Verify").click()
    expect(row(other, "R-hand")).to_have_count(0)
    told = tower.bridge.tower.exceptions(ExceptionQuery(limit=1000)).exceptions
    kept = next(one for one in told if one.number == number)
    assert (kept.state, kept.resolved_by, kept.verified_by) == (
        ExceptionState.VERIFIED,
        "olga",
        "otto",
    )
    other.page.get_by_role("button", name="Verified").click()
    expect(row(other, "R-hand")).to_contain_text("battery changed")


def test_a_stale_page_takes_nothing_twice(enter: Enter, tower: Tower) -> None:
    tower.say("R-stale")
    seen = tower.exception("R-stale")
    console = enter("exceptions", "otto")
    claim = row(console, "R-stale").get_by_role("button", name="Claim")
    expect(claim).to_be_visible()
    # What the page shows stays what it was while the other one is quicker.
    console.page.route("**/v1/tower/exceptions?*", lambda route: route.abort())
    answer = enter("exceptions", "olga")
    row(answer, "R-stale").get_by_role("button", name="Claim").click()
    expect(row(answer, "R-stale").get_by_role("button", name="Resolve")).to_be_visible()
    claim.click()
    expect(console.page.get_by_role("alert").filter(has_text="changed")).to_contain_text("olga")
    now = tower.exception("R-stale")
    assert (now.owner, now.version) == ("olga", seen.version + 1)


def test_a_policy_is_written_tried_and_switched_on(enter: Enter, tower: Tower) -> None:
    tower.say("R-p1", kind=STUCK)
    console = enter("policies")
    console.page.get_by_role("button", name="New policy").click()
    form = console.page.get_by_role("dialog")
    form.get_by_label("Name").fill("jam")
    form.get_by_label("Kind of alarm").select_option("robot_stuck")
    form.get_by_label("Subject (").fill("R-p*")
    form.get_by_label("Lasting at least").fill("0")
    form.get_by_label("Station (").fill("S01")
    form.get_by_role("button", name="Try on past alarms").click()
    expect(form.locator(".tower-tried")).to_contain_text("would have acted 1 time")
    form.get_by_label("Reason").fill("jams at the station")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert tower.bridge.policies.policy("jam").mode is PolicyMode.OFF
    console.click(row(console, "jam").get_by_role("button", name="Switch on"))
    confirm(console, "it is time")
    assert console.clicks == 2
    expect(row(console, "closed").or_(row(console, "done")).first).to_be_visible()
    assert tower.closed()
    (done,) = tower.bridge.policies.executions(ExecutionQuery("jam"))
    console.clicks = 0
    console.click(row(console, "R-p1").get_by_role("button", name="Roll back"))
    confirm(console, "it was a drill")
    assert console.clicks == 2
    assert not tower.closed()
    expect(row(console, "R-p1")).to_contain_text("sue: it was a drill")
    (back,) = tower.bridge.policies.executions(ExecutionQuery("jam"))
    assert (back.number, back.outcome) == (done.number, PolicyOutcome.ROLLED_BACK)
    row(console, "jam").first.get_by_role("button", name="Switch off").click()
    confirm(console, "enough")
    expect(row(console, "jam").first.get_by_role("button", name="Remove")).to_be_visible()


def test_what_is_wrong_stands_at_the_field(enter: Enter, tower: Tower) -> None:
    console = enter("policies")
    console.page.get_by_role("button", name="New policy").click()
    form = console.page.get_by_role("dialog")
    form.get_by_label("Name").fill("bad")
    form.get_by_label("Lasting at least").fill("soon")
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".field", has_text="Lasting").locator(".field-wrong")).to_be_visible()
    form.get_by_label("Lasting at least").fill("5")
    form.get_by_label("Kind of alarm").select_option("robot_stuck")
    form.get_by_label("Station (").fill("S99")
    form.get_by_label("Reason").fill("try")
    form.get_by_role("button", name="Save").click()
    station = form.locator(".field", has_text="Station")
    expect(station.locator(".field-wrong")).to_contain_text("no such station")
    assert "bad" not in [one.name for one in tower.bridge.policies.policies()]


def test_an_old_page_switches_nothing(enter: Enter, tower: Tower) -> None:
    made = tower.policy("old", "R-old")
    console = enter("policies")
    row(console, "old").get_by_role("button", name="Switch on").click()
    tower.bridge.policies.put(replace(made, cooldown_s=90), made.version, "otto", tower.now_ms)
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("now")
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("alert")).to_contain_text("changed by otto")
    assert tower.bridge.policies.policy("old").mode is PolicyMode.OFF


def test_a_what_if_is_asked_and_answered(enter: Enter, tower: Tower) -> None:
    tower.engine.may_answer.clear()
    console = enter("analysis", "olga")
    ask = console.page.get_by_role("button", name="Ask")
    expect(ask).to_be_disabled()
    console.click(console.page.get_by_role("button", name="close S02"))
    console.click(ask)
    run = console.page.locator(".tower-runs li").first
    expect(run.locator("progress")).to_be_visible()
    expect(run).to_contain_text("1 of 4 runs")
    tower.engine.may_answer.set()
    expect(run.locator("tbody tr").nth(1)).to_contain_text("close S02")
    expect(run.locator("tbody tr").nth(1)).to_contain_text("20% ± 2% (+10%)")
    (asked,) = tower.engine.asked
    assert asked.alternatives[1].changes[0].value == "S02"
    told = tower.bridge.whatifs.runs()[0]
    assert (told.state, told.by) == (WhatIfState.DONE, "olga")


def test_late_orders_are_told_with_their_cause(enter: Enter, tower: Tower) -> None:
    line = OrderLine(line_id(OrderId("LATE-1"), 1), Sku("RED"), 5)
    order = PickOrder(OrderId("LATE-1"), (line,), due_ms=tower.now_ms - 60_000)
    tower.bridge.receive_order(order, tower.now_ms - 120_000)
    console = enter("analysis")
    late = row(console, "LATE-1")
    expect(late).to_contain_text("overdue")
    expect(late).to_contain_text("RED")
    expect(console.page.locator("#tower-calibration")).to_be_visible()


def test_roles_see_what_they_may(enter: Enter, browser: Browser, tower: Tower) -> None:
    tower.policy("seen", "R-seen", PolicyMode.DRY_RUN)
    console = enter("policies", "olga")
    expect(row(console, "seen")).to_contain_text("Dry run")
    expect(console.page.get_by_role("button", name="New policy")).to_have_count(0)
    expect(row(console, "seen").get_by_role("button")).to_have_count(0)
    console.page.get_by_role("tab", name="Stream").click()
    options = console.page.get_by_label("From").locator("option")
    expect(options).to_have_count(7)
    picker = OpenedConsole(browser, "about:blank")
    cookie = {"name": COOKIE, "value": tower.tokens["pia"], "url": tower.server.url}
    picker.context.add_cookies([cookie])  # type: ignore[list-item]
    picker.page.goto(f"{tower.server.url}/console/")
    expect(picker.page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(picker.page.get_by_role("link", name="Tower")).to_have_count(0)
    picker.context.close()


def test_the_keyboard_is_enough(enter: Enter, tower: Tower) -> None:
    tower.say("R-keys")
    tower.exception("R-keys")
    console = enter("stream")
    keys = console.page.keyboard
    console.page.get_by_role("tab", name="Stream").focus()
    keys.press("ArrowRight")
    expect(console.page.get_by_role("tab", name="Exceptions")).to_be_focused()
    row(console, "R-keys").get_by_role("button", name="Claim").focus()
    keys.press("Enter")
    resolve = row(console, "R-keys").get_by_role("button", name="Resolve")
    resolve.focus()
    keys.press("Space")
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Reason").focus()
    keys.type("seen to")
    keys.press("Enter")
    expect(dialog).to_have_count(0)
    assert tower.exception("R-keys").state is ExceptionState.RESOLVED
    keys.press("g")
    keys.press("t")
    expect(console.page).to_have_url(f"{tower.server.url}/console/tower")


def test_markup_stays_text(enter: Enter, tower: Tower) -> None:
    tower.say(MARKUP)
    tower.exception(MARKUP)
    for tab in ("stream", "exceptions"):
        console = enter(tab)
        expect(console.page.get_by_text(MARKUP).first).to_be_visible()
        assert console.page.locator("img").count() == 0
        assert console.page.evaluate("window.broken") is None


def test_it_speaks_chinese(enter: Enter, tower: Tower) -> None:
    tower.say("R-zh")
    tower.exception("R-zh")
    console = enter("exceptions", language="zh")
    expect(row(console, "R-zh").get_by_role("button", name="认领")).to_be_visible()
    for tab, word in (("事件流", "来源"), ("分析", "延误原因"), ("报警策略", "新建策略")):
        console.page.get_by_role("tab", name=tab).click()
        expect(console.page.get_by_text(word).first).to_be_visible()
        assert "tower." not in console.page.locator("main").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    enter: Enter, tower: Tower, axe: str, theme: str, width: int, height: int
) -> None:
    tower.say("R-axe")
    tower.exception("R-axe")
    console = enter("stream", theme=theme, width=width, height=height)
    for tab in ("Stream", "Exceptions", "Analysis", "Policies"):
        console.page.get_by_role("tab", name=tab).click()
        expect(console.page.locator(".tower-card").first).to_be_visible()
        assert console.serious_findings(axe) == [], tab
        assert console.page.evaluate("document.documentElement.scrollWidth") <= width
    console.page.get_by_role("button", name="New policy").click()
    assert console.serious_findings(axe) == []
