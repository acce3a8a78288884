"""The queue of counted slots on the live page, in a real browser against the real bridge."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from planner.codec.messages import encode
from planner.warehouse.ids import Sku
from planner.warehouse.site import Site
from tests.wms_bridge.web.counted import (
    BOOKED,
    DEAR_SLOT,
    PLAIN,
    POD,
    RIGHT_SLOT,
    UNSURE_SLOT,
    CountedFloor,
    photo,
)
from tests.wms_bridge.web.floor_server import FloorServer
from tests.wms_bridge.web.played_shift import PlayedShift
from tests.wms_bridge.web.watched import WatchedPage
from vision.counting.evidence import JPEG, JSON, evidence_of
from wms_bridge.deciding import Decision
from wms_bridge.reconciling import CountReason
from wms_bridge.records.counts import CaseAction, CaseStatus
from wms_bridge.records.work import SkuRecord

pytestmark = pytest.mark.browser
Look = Callable[..., WatchedPage]
MARKUP = '<img src=x onerror="window.broken=1">'
FAINTEST = 4.5
"""Contrast of text that WCAG 2.2 asks for (1.4.3, level AA)."""

CONTRASTS = """
() => {
    const parts = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const opaque = (text) => !text.startsWith("rgba") || parts(text)[3] === 1;
    const light = (text) => {
        const [r, g, b] = parts(text).slice(0, 3).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const { backgroundColor } = getComputedStyle(at);
            if (opaque(backgroundColor)) return backgroundColor;
        }
        return getComputedStyle(document.body).backgroundColor;
    };
    const found = [];
    for (const element of document.querySelectorAll("#case *, #panel-counts *, .tabs *")) {
        const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
        if (!own || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const ink = element instanceof SVGElement ? style.fill : style.color;
        const [a, b] = [light(ink), light(ground(element))].sort((x, y) => y - x);
        found.push({ text: element.textContent.trim(), contrast: (a + 0.05) / (b + 0.05) });
    }
    return found;
}
"""


@pytest.fixture
def counted(floor: FloorServer) -> CountedFloor:
    """A dear slot with 3 pieces too few, a slot robots are not sure of, and one that is right."""
    found = CountedFloor(floor)
    assert found.find(7).status is CaseStatus.APPROVE
    assert found.find(8, 0.6, UNSURE_SLOT, PLAIN).status is CaseStatus.RESCAN
    assert found.find(BOOKED, 0.999, RIGHT_SLOT, PLAIN).status is CaseStatus.CONFIRMED
    return found


def opened(look: Look, floor: FloorServer, shift: PlayedShift, **size: object) -> WatchedPage:
    """The page with the tab of counts open."""
    floor.show(shift.advance(30_000))
    page = look(**size)
    page.until("s.robots.length > 0")
    page.page.get_by_role("tab", name="Counts").click()
    return page


def opened_case(page: Page) -> Locator:
    """The card of the dear slot, with its evidence."""
    page.get_by_role("button", name=DEAR_SLOT, exact=True).click()
    card = page.get_by_role("dialog", name=f"{DEAR_SLOT}: 10 → 7 (−3)")
    expect(card).to_have_attribute("aria-busy", "false")
    return card


def fill(card: Locator, reason: str, by: str) -> None:
    card.get_by_label("Reason", exact=True).fill(reason)
    card.get_by_label("Your name").fill(by)


def test_what_is_to_be_decided_comes_first_and_is_counted_on_the_tab(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    floor.show(shift.advance(30_000))
    page = look()
    tab = page.page.get_by_role("tab", name="Counts")
    expect(tab).to_contain_text("1")
    assert not any("status=closed" in asked for asked in page.asked)
    tab.click()
    groups = {
        "To decide": (DEAR_SLOT, "10 → 7 (−3)", "TEA-500 · 120.00 at stake · for 10 s"),
        "On the way": (UNSURE_SLOT, "10 → 8 (−2)", "A robot looks again: the evidence is not"),
        "Latest closed": (RIGHT_SLOT, "10 → 10 (±0)", "As booked: found as booked"),
    }
    for name, texts in groups.items():
        items = page.page.get_by_role("list", name=name).get_by_role("listitem")
        expect(items).to_have_count(1)
        for text in texts:
            expect(items).to_contain_text(text)
    expect(page.page.locator('[data-kpi="record_accuracy"]')).to_have_text("100.0 %")
    wide = (
        "document.querySelector('.tabs').scrollWidth <= document.querySelector('.tabs').clientWidth"
    )
    assert page.page.evaluate(wide)
    span = "async ([p, n]) => (await import('./js/panels/posterior.js')).span(p, n)"
    spread = [1 / 201] * 201
    assert page.page.evaluate(span, [spread, 7]) == {"first": 0, "last": 9}
    assert page.page.evaluate(span, [[0.0] * 150 + [1.0] + [0.0] * 50, 10]) == {
        "first": 130,
        "last": 170,
    }
    assert page.complaints == []


def test_a_case_is_looked_at_and_approved_by_keyboard_alone(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    floor.show(shift.advance(30_000))
    watched = look()
    page, keys = watched.page, watched.page.keyboard
    page.get_by_role("tab", name="Stations").focus()
    keys.press("End")
    name = page.get_by_role("button", name=DEAR_SLOT, exact=True)
    expect(name).to_be_visible()
    for _ in range(2):
        keys.press("Tab")
    expect(name).to_be_focused()
    keys.press("Enter")
    card = page.get_by_role("dialog", name=f"{DEAR_SLOT}: 10 → 7 (−3)")
    expect(card.get_by_role("heading", level=2)).to_be_focused()
    watched.until("s.chosen.kind === 'case' && s.marked.kind === 'pod' && s.marked.id === a", POD)

    picture = card.get_by_role("img", name="Photo of pod P017, face A, with level 1, column 1")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    expect(card.get_by_role("img", name="How probable: 7 pieces 99.5 %")).to_be_visible()
    rows = card.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(1 + 7)
    expect(rows.nth(1)).to_contain_text("3034257bf400b78000000000")
    expect(rows.nth(1)).to_contain_text("−52.5 dBm")
    expect(rows.nth(1)).to_contain_text("here 97 %")

    card.get_by_role("button", name="Approve").focus()
    keys.press("Enter")
    expect(card.get_by_role("alert")).to_have_text("Give your name and a reason first.")
    expect(card.get_by_label("Your name")).to_be_focused()
    keys.type("EVE")
    card.get_by_role("button", name="Photo and reads agree").focus()
    keys.press("Space")
    expect(card.get_by_label("Reason", exact=True)).to_be_focused()
    assert counted.booked() == BOOKED
    card.get_by_role("button", name="Approve").focus()
    keys.press("Enter")
    expect(card.get_by_role("alert")).to_contain_text("Approved")
    expect(card.get_by_role("alert")).to_be_focused()
    assert counted.booked() == 7
    [made] = counted.bridge.counts.case("C000001").decisions
    assert (made.by, made.reason) == ("EVE", "Photo and reads agree")
    expect(card.get_by_role("form")).to_be_hidden()
    keys.press("Escape")
    expect(card).to_be_hidden()
    expect(name).to_be_focused()
    closed = page.get_by_role("list", name="Latest closed")
    expect(closed).to_contain_text(f"{DEAR_SLOT}")
    watched.until("s.marked === null")
    assert watched.complaints == []


def test_a_recount_is_asked_for_once_and_shows_what_people_counted(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    watched = opened(look, floor, shift)
    card = opened_case(watched.page)
    fill(card, "Photo unclear", "EVE")
    recount = card.get_by_role("button", name="Recount")
    off = "button => { button.click(); button.click(); return button.disabled; }"
    assert recount.evaluate(off)
    expect(card.get_by_role("alert")).to_contain_text("A person is asked")
    assert sum(asked.endswith("/decision") for asked in watched.asked) == 1
    case = counted.bridge.counts.case("C000001").case
    assert case.status is CaseStatus.COUNT
    counted.person_counts(case, 7, "ANNA")
    expect(card.get_by_role("cell", name="ANNA")).to_be_visible()
    expect(card).to_contain_text("A second person counts")
    expect(card.get_by_role("listitem").filter(has_text="EVE · Recount: Photo")).to_be_visible()


def test_of_two_operators_the_second_is_told_who_decided_what(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    watched = opened(look, floor, shift)
    card = opened_case(watched.page)
    fill(card, "Pieces found elsewhere", "EVE")
    approval = Decision(CaseAction.APPROVE, "looked myself", "ADAM", version=1)

    def just_before(route: Route) -> None:
        counted.bridge.counts.decide("C000001", approval, floor.now_ms)
        route.continue_()

    watched.page.route("**/decision", just_before)
    card.get_by_role("button", name="Reject").click()
    expect(card.get_by_role("alert")).to_contain_text("ADAM decided approve: looked myself.")
    expect(card.get_by_role("form")).to_be_hidden()
    expect(card.locator("#case-status")).to_have_text("Approved")
    assert counted.booked() == 7
    assert [made.by for made in counted.bridge.counts.case("C000001").decisions] == ["ADAM"]


def test_a_decision_that_got_no_answer_can_be_sent_again(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    watched = opened(look, floor, shift)
    card = opened_case(watched.page)
    fill(card, "Sensor at fault", "EVE")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    watched.page.route("**/decision", lose_the_answer, times=1)
    card.get_by_role("button", name="Reject").click()
    expect(card.get_by_role("alert")).to_contain_text("does not answer")
    [made] = counted.bridge.counts.case("C000001").decisions
    assert (made.by, made.action) == ("EVE", CaseAction.REJECT)
    expect(card.locator("#case-status")).to_have_text("Rejected")
    assert counted.booked() == BOOKED


def test_names_with_markup_stay_text(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    sku = Sku(MARKUP)
    counted.bridge.put_skus([SkuRecord(sku, piece_value=9.0)])
    tag = {"epc": MARKUP, "count": 1, "slots": {MARKUP: 0.9, RIGHT_SLOT: 0.1}}
    told = {"reader": MARKUP, "tags": [tag]}
    strange = [
        evidence_of(JSON, encode(told), 0),
        evidence_of(JSON, encode({MARKUP: MARKUP}), 0),
        evidence_of(JPEG, photo().body[:100], 0),
    ]
    case = counted.find(4, 0.995, RIGHT_SLOT, sku, strange, ago_ms=5_000, booked=0)
    assert case.reason is CountReason.MISMATCH_CLASS
    reason = f"not {MARKUP}"
    decision = Decision(CaseAction.RECOUNT, reason, MARKUP, case.version)
    case = counted.bridge.counts.decide(case.case, decision, floor.now_ms - 4_000).case
    counted.person_counts(case, 4, MARKUP)
    page = opened(look, floor, shift)
    expect(page.page.locator("#panel-counts")).to_contain_text(MARKUP)
    page.page.get_by_role("button", name=RIGHT_SLOT, exact=True).first.click()
    card = page.page.get_by_role("dialog")
    for part in ("#case-summary", "#case-reads", "#case-people", "#case-decisions"):
        expect(card.locator(part)).to_contain_text(MARKUP)
    expect(card.locator("#case-files a")).to_have_count(1)
    expect(card.locator("#case-photos")).to_contain_text("cannot be read")
    assert page.page.locator("img").count() == 0
    assert page.page.evaluate("window.broken") is None


def test_with_an_api_key_the_photo_is_fetched_with_it(browser: Browser, site: Site) -> None:
    server = FloorServer(site, api_key="sesame")
    CountedFloor(server).find(7, evidence=[photo()])
    server.start()
    tab = browser.new_page()
    tab.add_init_script("sessionStorage.setItem('podherd-api-key', 'sesame')")
    page = WatchedPage(tab, server.url)
    page.page.get_by_role("tab", name="Counts").click()
    picture = opened_case(page.page).get_by_role("img", name="Photo of pod P017")
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 960
    assert not any("sesame" in asked for asked in page.asked if "live" not in asked)
    tab.close()
    server.stop()


def test_text_can_be_read_in_light_and_dark(
    look: Look, floor: FloorServer, shift: PlayedShift, counted: CountedFloor
) -> None:
    for theme in ("light", "dark"):
        page = opened(look, floor, shift, theme=theme)
        card = opened_case(page.page)
        expect(card.get_by_role("table")).to_be_visible()
        card.get_by_role("button", name="Approve").click()
        found = page.page.evaluate(CONTRASTS)
        assert {"To decide", "Approve", "booked 10"} <= {one["text"] for one in found}
        assert [one for one in found if one["contrast"] < FAINTEST] == []
        page.page.close()
