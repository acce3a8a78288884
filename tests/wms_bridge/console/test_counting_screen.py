"""The screen of counts in a real browser against the real bridge."""

import re
from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Locator, Route, expect

from planner.codec.messages import encode
from planner.warehouse.ids import Sku
from planner.warehouse.site import Site
from scripts.console import DIST
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.console.counted import (
    BOOKED,
    DEAR_SLOT,
    PLAIN,
    RIGHT_SLOT,
    UNSURE_SLOT,
    CountedFloor,
    photo,
)
from tests.wms_bridge.console.floor_server import FloorServer
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.serving import ServerThread
from vision.counting.evidence import JPEG, JSON, evidence_of
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.deciding import Decision
from wms_bridge.records.counts import CaseAction, CaseStatus, CountCase
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]
MARKUP = '<img src=x onerror="window.broken=1">'
PASSWORD = "four plain words here"
CHANGE = "10 → 7 (−3)"


@pytest.fixture
def counted(floor: FloorServer) -> CountedFloor:
    """A dear slot with 3 pieces too few, a slot robots are not sure of, and one that is right."""
    found = CountedFloor(floor)
    assert found.find(7).status is CaseStatus.APPROVE
    assert found.find(8, 0.6, UNSURE_SLOT, PLAIN).status is CaseStatus.RESCAN
    assert found.find(BOOKED, 0.999, RIGHT_SLOT, PLAIN).status is CaseStatus.CONFIRMED
    return found


def second(counted: CountedFloor) -> CountCase:
    """Another case to decide: a SKU that is not booked there, and has no value."""
    counted.bridge.put_skus([SkuRecord(Sku("OTHER"))])
    case = counted.find(9, 0.995, RIGHT_SLOT, Sku("OTHER"), booked=0, ago_ms=5_000)
    assert case.status is CaseStatus.APPROVE, case
    return case


def article(console: OpenedConsole, slot: str = DEAR_SLOT) -> Locator:
    """The case that is shown."""
    return console.page.get_by_role("article", name=f"Count of slot {slot}")


def test_a_case_shows_all_that_it_rests_on(look: Look, counted: CountedFloor) -> None:
    console = look("counting")
    case = article(console)
    expect(case.get_by_role("heading", level=2)).to_have_text(f"{DEAR_SLOT}: {CHANGE}")
    expect(case).to_contain_text("120 at stake")
    picture = case.get_by_role("img", name="Photo of pod P017, face A, with level 1, column 1")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    chart = case.get_by_role(
        "img", name="How probable: 7 pieces 99.5%, 8 pieces 0.5%; 10 as booked"
    )
    expect(chart).to_be_visible()
    case.get_by_text("As a table").click()
    expect(case.locator(".counting-posterior tbody tr")).to_have_count(8)
    reads = case.locator(".counting-reads tbody tr")
    expect(reads).to_have_count(7)
    for text in ("3034257bf400b78000000000", "-52.5 dBm", "here 97%"):
        expect(reads.first).to_contain_text(text)
    for fact in ("Booked now10", "Rests oncamera, RFID", "Slotin quarantine"):
        expect(case.locator(".counting-facts")).to_contain_text(fact)
    expect(console.page.get_by_role("tab", name="To decide (1)")).to_be_visible()
    assert console.complaints == []
    assert console.hosts == {f"127.0.0.1:{counted.floor.port}"}


def test_all_of_it_is_there_in_chinese(look: Look, counted: CountedFloor) -> None:
    console = look("counting", language="zh")
    case = console.page.get_by_role("article", name=f"货位 {DEAR_SLOT} 的盘点")
    expect(case).to_contain_text("涉及金额过大,不能自动入账。")
    case.get_by_role("button", name="批准").click()
    dialog = console.page.get_by_role("dialog", name=f"批准 {DEAR_SLOT} 的盘点结果")
    expect(dialog).to_contain_text("批准后账面由 10 改为 7(−3)")


def test_a_count_is_approved_in_three_clicks(look: Look, counted: CountedFloor) -> None:
    second(counted)
    console = look("counting")
    console.click(console.page.locator('[data-case="C000001"]'))
    console.click(article(console).get_by_role("button", name="Approve"))
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Approving sets the books from 10 to 7 (−3)")
    console.click(dialog.get_by_role("button", name="Approve: photo and reads agree"))
    expect(console.page.locator(".toast")).to_contain_text(f"{DEAR_SLOT}: approved")
    assert console.clicks == 3
    assert counted.booked() == 7
    [made] = counted.bridge.counts.case("C000001").decisions
    assert (made.by, made.reason) == ("local", "photo and reads agree")
    expect(article(console, RIGHT_SLOT)).to_be_visible()
    console.page.get_by_role("tab", name="Decided").click()
    rows = console.page.locator(".counting-wide tbody tr")
    expect(rows).to_have_count(2)
    console.page.get_by_label("Outcome").select_option("changed")
    expect(rows).to_have_count(1)
    for text in (DEAR_SLOT, "Approved", "local", "photo and reads agree"):
        expect(rows).to_contain_text(text)
    assert console.complaints == []


def test_a_recount_is_followed_until_people_have_counted(look: Look, counted: CountedFloor) -> None:
    console = look("counting")
    article(console).get_by_role("button", name="Recount").click()
    dialog = console.page.get_by_role("dialog", name=f"Have {DEAR_SLOT} counted again")
    dialog.get_by_role("button", name="Recount: photo unclear").click()
    expect(console.page.get_by_role("tab", name="To decide (0)")).to_be_visible()
    case = counted.bridge.counts.case("C000001").case
    assert (case.status, case.decided_by) == (CaseStatus.COUNT, "local")
    console.page.get_by_role("tab", name="On the way (2)").click()
    row = console.page.locator(".counting-wide tbody tr").filter(has_text=DEAR_SLOT)
    expect(row).to_contain_text("waits for its pod")
    counted.person_counts(case, 7, "ANNA")
    expect(row).to_contain_text("A second person counts")
    expect(row).to_contain_text("ANNA: 7")
    row.get_by_role("link", name=DEAR_SLOT).click()
    expect(article(console).locator(".counting-people tbody tr")).to_contain_text("ANNA")
    expect(article(console)).to_contain_text("local ordered a recount")


def test_a_count_is_rejected_by_keyboard_alone(look: Look, counted: CountedFloor) -> None:
    second(counted)
    console = look("counting")
    keys = console.page.keyboard
    expect(article(console)).to_be_visible()
    keys.press("j")
    expect(article(console, RIGHT_SLOT)).to_be_visible()
    keys.press("k")
    expect(article(console)).to_be_visible()
    expect(article(console).get_by_role("button", name="Reject")).to_be_enabled()
    keys.press("x")
    dialog = console.page.get_by_role("dialog", name=f"Reject the count of {DEAR_SLOT}")
    expect(dialog).to_contain_text("The books stand at 10")
    own = dialog.get_by_label("Another reason")
    own.focus()
    keys.press("Enter")
    expect(dialog.locator(".field-wrong")).to_have_text("Give a reason.")
    assert counted.bridge.counts.case("C000001").decisions == ()
    keys.type("three lay on the floor")
    keys.press("Enter")
    expect(console.page.locator(".toast")).to_contain_text("rejected")
    expect(article(console, RIGHT_SLOT)).to_be_visible()
    case = counted.bridge.counts.case("C000001").case
    assert (case.status, case.note) == (CaseStatus.REJECTED, "three lay on the floor")
    assert counted.booked() == BOOKED


def test_of_two_supervisors_the_second_is_told_who_decided_what(
    look: Look, counted: CountedFloor
) -> None:
    console = look("counting")
    approval = Decision(CaseAction.APPROVE, "looked myself", "ADAM", version=1)

    def just_before(route: Route) -> None:
        counted.bridge.counts.decide("C000001", approval, counted.floor.now_ms)
        route.continue_()

    console.page.route("**/decision", just_before)
    article(console).get_by_role("button", name="Reject").click()
    console.page.get_by_role("button", name="Reject: sensor at fault").click()
    toast = console.page.locator(".toast-bad")
    expect(toast).to_contain_text(f"{DEAR_SLOT}: ADAM approved it at")
    expect(toast).to_contain_text("(looked myself). Your decision was not taken")
    expect(article(console)).to_contain_text("ADAM approved it")
    expect(article(console).get_by_role("button", name="Reject")).to_have_count(0)
    assert counted.booked() == 7
    assert [made.by for made in counted.bridge.counts.case("C000001").decisions] == ["ADAM"]


def test_a_stale_page_decides_nothing(look: Look, counted: CountedFloor) -> None:
    console = look("counting")

    def just_before(route: Route) -> None:
        wanted = Decision(CaseAction.RECOUNT, "photo unclear", "ADAM", version=1)
        case = counted.bridge.counts.decide("C000001", wanted, counted.floor.now_ms - 9_000).case
        for person in ("ANNA", "BEA"):
            case = counted.person_counts(case, 7, person)
        assert case.status is CaseStatus.APPROVE
        route.continue_()

    console.page.route("**/decision", just_before)
    article(console).get_by_role("button", name="Approve").click()
    console.page.get_by_role("button", name="Approve: looked myself").click()
    toast = console.page.locator(".toast-bad")
    expect(toast).to_contain_text("ADAM ordered a recount at")
    expect(toast).to_contain_text("Your decision was not taken")
    assert counted.booked() == BOOKED
    assert [made.by for made in counted.bridge.counts.case("C000001").decisions] == ["ADAM"]
    expect(article(console)).to_contain_text("BEA")
    expect(article(console).get_by_role("button", name="Approve")).to_be_enabled()


def test_a_lost_answer_is_asked_for_again_and_counts_once(
    look: Look, counted: CountedFloor
) -> None:
    console = look("counting")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    console.page.route("**/decision", lose_the_answer, times=1)
    article(console).get_by_role("button", name="Approve").click()
    console.page.get_by_role("button", name="Approve: looked myself").click()
    expect(console.page.locator(".toast")).to_contain_text("approved")
    assert len(counted.bridge.counts.case("C000001").decisions) == 1
    assert counted.booked() == 7


def test_names_with_markup_stay_text(look: Look, counted: CountedFloor) -> None:
    sku = Sku(MARKUP)
    counted.bridge.put_skus([SkuRecord(sku, piece_value=9.0)])
    tag = {"epc": MARKUP, "count": 1, "slots": {MARKUP: 0.9, RIGHT_SLOT: 0.1}}
    strange = [
        evidence_of(JSON, encode({"reader": MARKUP, "tags": [tag]}), 0),
        evidence_of(JSON, encode({MARKUP: MARKUP}), 0),
        evidence_of(JPEG, photo().body[:100], 0),
    ]
    case = counted.find(4, 0.995, RIGHT_SLOT, sku, strange, ago_ms=5_000, booked=0)
    console = look(f"counting?case={case.case}")
    shown = article(console, RIGHT_SLOT)
    expect(shown.locator(".counting-facts")).to_contain_text(MARKUP)
    expect(shown.locator(".counting-reads")).to_contain_text(MARKUP)
    expect(shown).to_contain_text("This photo cannot be read.")
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None


def test_an_alarm_of_a_count_leads_to_its_case(look: Look, counted: CountedFloor) -> None:
    second(counted)
    console = look("alarms?search=P017/A/1/1")
    console.page.locator(".alarms-name").first.click()
    console.page.get_by_role("link", name="Open in counting").click()
    expect(article(console)).to_be_visible()
    expect(console.page).to_have_url(re.compile("/console/counting"))


def test_how_right_the_books_are_is_told_over_time(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    floor.show(shift.advance(30_000))
    console = look("counting/accuracy")
    figures = console.page.locator(".counting-figures")
    expect(figures).to_contain_text("Books right100%")
    expect(console.page.locator(".counting-outcomes li")).to_contain_text("As booked")
    told = counted.bridge.counts.accuracy()
    assert (told.right, told.slots) == (1.0, 1)
    expect(console.page.get_by_label("Time", exact=True)).to_be_visible()
    assert console.complaints == []


def test_with_an_api_key_the_photo_is_fetched_with_it(
    browser: Browser, site: Site, built: object
) -> None:
    server = FloorServer(site, api_key="sesame")
    CountedFloor(server).find(7, evidence=[photo()])
    server.start()
    console = OpenedConsole(browser, f"{server.url}console/counting")
    console.page.get_by_role("tab", name="API key").click()
    console.page.get_by_role("textbox", name="API key").fill("sesame")
    console.page.get_by_role("button", name="Sign in").click()
    picture = article(console).get_by_role("img", name="Photo of pod P017")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    console.context.close()
    server.stop()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    look: Look, counted: CountedFloor, axe: str, theme: str, width: int, height: int
) -> None:
    console = look("counting", theme=theme, width=width, height=height)
    expect(article(console).locator(".counting-reads tbody tr").first).to_be_visible()
    assert console.serious_findings(axe) == []
    article(console).get_by_role("button", name="Approve").click()
    assert console.serious_findings(axe) == []
    console.page.keyboard.press("Escape")
    for tab in ("On the way", "Decided", "Accuracy"):
        console.page.get_by_role("tab", name=tab).click()
        expect(console.page.locator(".counting-wide")).to_be_visible()
        assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def guarded(site: Site, built: object) -> Iterator[tuple[str, Bridge]]:
    """A bridge with an operator, a supervisor and a picker, and a count to decide."""
    floor = FloorServer(site)
    store = AuditedStore(MemoryStore(), lambda: floor.now_ms)
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    access = Access(store, passwords=Passwords(hasher))
    roles = (("root", "admin"), ("olga", "operator"), ("sam", "supervisor"), ("pia", "picker"))
    for name, role in roles:
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, floor.now_ms)
    floor.bridge = Bridge(site, store)
    CountedFloor(floor).find(7)
    app = create_app(floor.bridge, lambda: floor.now_ms, access=access, console=DIST)
    server = ServerThread(app, grace_s=1)
    yield server.url, floor.bridge
    server.stop()


def in_the_name_of_eve(route: Route) -> None:
    """Somebody who has signed in claims to be somebody else."""
    body = {**(route.request.post_data_json or {}), "by": "EVE"}
    route.continue_(post_data=encode(body))


def test_only_who_may_decide_does_and_in_their_own_name(
    browser: Browser, guarded: tuple[str, Bridge]
) -> None:
    url, bridge = guarded
    for name in ("pia", "olga", "sam"):
        console = OpenedConsole(browser, f"{url}/console/counting")
        console.page.get_by_label("Name").fill(name)
        console.page.get_by_label("Password").fill(PASSWORD)
        console.page.get_by_role("button", name="Sign in").click()
        expect(console.page.get_by_role("button", name="Sign out")).to_be_visible()
        approve = article(console).get_by_role("button", name="Approve")
        if name == "pia":
            expect(console.page.get_by_role("link", name="Counting")).to_have_count(0)
        elif name == "olga":
            expect(article(console)).to_contain_text("Only who may decide can decide this.")
            expect(approve).to_have_count(0)
            console.page.keyboard.press("a")
            expect(console.page.get_by_role("dialog")).to_have_count(0)
        else:
            console.page.route("**/decision", in_the_name_of_eve)
            approve.click()
            console.page.get_by_role("button", name="Approve: looked myself").click()
            expect(console.page.locator(".toast")).to_contain_text("approved")
        console.context.close()
    [made] = bridge.counts.case("C000001").decisions
    assert (made.by, made.reason) == ("sam", "looked myself")
