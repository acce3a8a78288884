"""A shift with faults over real processes; a supervisor works through the console alone."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from podherd_bringup.environment import free_domain_id, ros_environment
from podherd_bringup.faults import Fault, FaultKind, Injector
from podherd_bringup.programs import Wiring, free_port
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import Supervisor
from scripts.console import UNAVAILABLE
from scripts.console import main as build_console
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.access.auditing import verify_store_audit
from wms_bridge.adapters.sql.engines import database_url
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.client import API_KEY_VARIABLE

from .conftest import ShiftRig

pytestmark = [pytest.mark.ros, pytest.mark.browser, pytest.mark.timeout(300)]
KEY, PASSWORD = "the key of the programs of this shift", "four plain words here"
STRETCH = "EW01 c010r003–c015r003"
FAULTS = (
    Fault(FaultKind.SILENT, "robot-R02", 0.05, 120),
    Fault(FaultKind.AWAY, "wms", 0.25, 60),
    Fault(FaultKind.KILLED, "bridge", 0.4),
)
PATIENCE_MS = 30_000


@pytest.fixture(scope="module")
def chromium() -> str:
    """Where Chromium is; the console is built, as the bridge serves it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    outcome = build_console([])
    missing = "" if path else "left out: needs Chromium (Debian: apt-get install chromium)"
    if outcome == UNAVAILABLE:
        missing = "left out: npm's registry cannot be reached"
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    assert outcome == 0
    return path or ""


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ShiftRig]:
    """6 orders on the small site, 20 times as fast as real, at a bridge that asks for a key."""
    monkeypatch.setenv(API_KEY_VARIABLE, KEY)
    folder = RunFolder(tmp_path / "run")
    wiring = Wiring(
        folder=folder,
        bridge_port=free_port(18600 + os.getpid() % 1000),
        wms_port=free_port(19600 + os.getpid() % 1000),
        speed="20",
        seed=5,
        short_slot_share=0.08,
        ros=ros_environment(os.environ, free_domain_id()),
    )
    with Supervisor(folder.logs) as processes:
        yield ShiftRig(generated_shift(load_site("small"), 6, 5), wiring, processes)


@dataclass
class ShiftSupervisor:
    """Sue, in a thread of her own: she knows only what the console shows."""

    url: str
    chromium: str
    reasons: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._live, name="sue", daemon=True)

    def begin(self) -> None:
        """Comes to work."""
        self._thread.start()

    @property
    def at_work(self) -> bool:
        """Whether her shift is not over."""
        return self._thread.is_alive()

    def _live(self) -> None:
        try:
            with sync_playwright() as playwright:
                arguments = ["--no-sandbox", "--disable-gpu"]
                browser = playwright.chromium.launch(executable_path=self.chromium, args=arguments)
                page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
                page.set_default_timeout(PATIENCE_MS)
                expect.set_options(timeout=PATIENCE_MS)
                self._work(page)
                browser.close()
        except BaseException as error:  # told by the test, in its own thread
            self.failure = error

    def _work(self, page: Page) -> None:
        page.goto(self.url)
        page.get_by_label("Name", exact=True).fill("sue")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        self._why_robots_wait(page)
        self._rush(page)
        self._pause_and_resume(page)
        self._aisle(page)
        self._entry(page)
        self._out_and_in(page)
        self._discrepancy(page)
        self._past(page)
        self._alarms(page)

    def _to(self, page: Page, screen: str) -> None:
        """By the navigation, as people do."""
        page.get_by_role("navigation", name="Screens").get_by_role("link", name=screen).click()

    def _do(self, page: Page, reason: str) -> None:
        """The second step: why, and the button; pressed again if the bridge was away."""
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Reason").fill(reason)
        self.reasons.append(reason)
        for _ in range(10):
            dialog.locator("button[type=submit]").click()
            wrong = dialog.get_by_role("alert")
            expect(wrong.or_(page.locator("body:not(:has(dialog[open]))"))).not_to_have_count(0)
            if dialog.count() == 0:
                return
            self.seen["refused"] = wrong.inner_text()
            page.wait_for_timeout(500)
        raise AssertionError(self.seen["refused"])

    def _why_robots_wait(self, page: Page) -> None:
        robots = page.locator(".robots tbody tr")
        expect(robots).to_have_count(6)
        waiting = page.locator(".robots tbody tr", has_text="waits").get_by_role("button")
        waiting.or_(robots.get_by_role("button")).first.click()
        self.seen["waits"] = page.locator(".waits").inner_text()

    def _rush(self, page: Page) -> None:
        self._to(page, "Orders")
        page.locator(".orders-list tbody tr").last.get_by_role("link").click()
        details = page.locator(".orders-details")
        details.get_by_role("button", name="Rush", exact=True).click()
        self._do(page, "the lorry leaves earlier")
        expect(details.get_by_role("status")).to_contain_text("The urgency is changed.")

    def _pause_and_resume(self, page: Page) -> None:
        self._to(page, "Floor")
        page.locator(".robots").get_by_role("button", name="R03", exact=True).click()
        page.get_by_role("link", name="Pause", exact=True).click()
        self._do(page, "something lies before R03")
        stop = self._card(page, "pause R03")
        expect(stop.locator("[data-state=done]")).to_be_visible()
        stop.get_by_role("button", name="Let go on").click()
        self._do(page, "it is picked up")
        expect(stop).to_have_count(0)

    def _aisle(self, page: Page) -> None:
        self._choose(page, "Close an aisle")
        page.get_by_label("Part of an aisle").select_option(STRETCH)
        self._do(page, "a pallet stands in the aisle")
        closed = page.locator("[data-section=closed] .intervene-card").first
        expect(closed).to_contain_text("closed")
        closed.get_by_role("button").click()
        self._do(page, "the pallet is away")
        expect(closed).to_have_count(0)

    def _entry(self, page: Page) -> None:
        self._choose(page, "Walk onto the floor")
        page.get_by_label("Corners").fill("10.2,9 12.6,11.4")
        page.get_by_label("Name of this entry").fill("sue, south")
        self._do(page, "a box has fallen from a pod")
        entry = self._card(page, "sue, south")
        entry.get_by_role("button", name="I go in").click()
        self._do(page, "I fetch the box")
        expect(entry.locator("[aria-current=step]")).to_have_text("Person inside")
        entry.get_by_role("button", name="I am out").click()
        self._do(page, "the box is back")
        expect(entry).to_have_count(0)

    def _out_and_in(self, page: Page) -> None:
        for deed, reason in (
            ("Take out of service", "R06 squeaks"),
            ("Take into service", "R06 is oiled"),
        ):
            self._choose(page, deed)
            page.get_by_role("dialog").get_by_text("R06", exact=True).click()
            self._do(page, reason)
            mine = page.locator("[data-section=latest] .intervene-card", has_text=reason)
            robots = page.locator("[data-section=robots] .intervene-card", has_text=reason)
            done = mine.or_(robots).locator("[data-state=done]").first
            expect(done).to_be_visible()

    def _discrepancy(self, page: Page) -> None:
        self._to(page, "Counting")
        expect(page.get_by_role("tab", name="To decide")).to_be_visible()
        approve = page.get_by_role("button", name="Approve")
        self.seen["to decide"] = page.get_by_role("tab", name="To decide").inner_text()
        if approve.count() > 0:
            approve.click()
            page.get_by_role("button", name="Approve: looked myself").click()
            expect(page.locator(".toast", has_text="approved")).to_be_visible()

    def _past(self, page: Page) -> None:
        self._to(page, "Replay")
        page.wait_for_function("() => window.podherdReplay?.().then.length > 0")
        page.get_by_role("slider", name="Moment looked at").press("PageUp")
        self.seen["replay"] = page.locator(".replay-band").inner_text()

    def _alarms(self, page: Page) -> None:
        """Every one that wants it, until none does."""
        self._to(page, "Alarms")
        expect(page.locator(".alarms-name").first).to_be_visible()
        self.seen["alarms"] = " ".join(page.locator(".alarms-what").all_inner_texts())
        page.get_by_role("button", name="Acknowledge all like these").click()
        self.reasons.append("seen, and dealt with")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Reason").fill("seen, and dealt with")
        dialog.locator("button[type=submit]").click()
        expect(page.locator(".toast", has_text="acknowledged")).to_be_visible()

    @staticmethod
    def _choose(page: Page, deed: str) -> None:
        actions = page.locator(".intervene-actions")
        actions.get_by_role("button", name=deed, exact=True).click()

    @staticmethod
    def _card(page: Page, title: str) -> Locator:
        heading = page.get_by_role("heading", name=title, exact=True)
        board = page.locator(".intervene-card:not([data-section=latest] *)")
        return board.filter(has=heading)


def make_accounts(rig: ShiftRig) -> None:
    """Somebody with the key gives an administrator and Sue accounts."""
    headers = {"Authorization": f"Bearer {KEY}"}
    for name, role in (("root", "admin"), ("sue", "supervisor")):
        wanted = {"roles": [role], "sites": ["*"], "password": PASSWORD}
        url = f"{rig.wiring.bridge_url}/v1/accounts/{name}"
        answer = httpx.put(url, json=wanted, headers=headers, timeout=30)
        assert answer.is_success, answer.text


def test_a_supervisor_runs_a_shift_with_faults_from_the_console_alone(
    rig: ShiftRig, chromium: str
) -> None:
    told: list[str] = []
    sue = ShiftSupervisor(rig.wiring.console_url, chromium)
    injector = Injector(FAULTS, rig.wiring, rig.supervisor, told.append)
    begun: list[bool] = []

    def watch(progress: Progress) -> None:
        injector.watch(progress)
        if not begun and progress.kpis is not None:
            begun.append(True)
            make_accounts(rig)
            sue.begin()
        while progress.done and sue.at_work:
            rig.supervisor.poll()
            time.sleep(0.1)

    verdict = rig.run(watch)
    if sue.failure is not None:
        raise sue.failure
    assert verdict.complaints == ()
    assert verdict.world is not None
    assert verdict.world.violations == ()
    assert [one for one in told if one.startswith("fault")] == [f"fault: {one}" for one in FAULTS]
    assert verdict.end.progress.restarts == 1
    assert verdict.end.ledger.sound
    assert sue.seen["waits"]
    assert "Nothing can be ordered from here" in sue.seen["replay"]
    assert "R02" in sue.seen["alarms"]
    with closing(SqlStore(database_url(str(rig.wiring.folder.books)))) as store:
        assert verify_store_audit(store).sound
        with store.reading() as tx:
            whys = {one.why for one in tx.audit_entries() if one.who == "account sue"}
    assert set(sue.reasons) - whys == set()
    assert len(sue.reasons) == 11
