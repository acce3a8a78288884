"""The screen Setup in a real browser against the real bridge."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from planner.codec.sitefile import parse_site
from planner.warehouse.rules import RuleKind
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.setups import PICKER, SetupBridge, act, desk, opened

__all__ = ["desk", "opened"]
pytestmark = pytest.mark.browser
TABS = ("site", "site?mode=draft", "users", "keys", "connectors", "audit", "about")


def at(page: Page, x_m: float, y_m: float) -> tuple[float, float]:
    """Where a point of the floor is drawn, in CSS pixels."""
    x, y = page.evaluate(
        """([x, y]) => {
            const matrix = document.querySelector(".setup-svg").getScreenCTM();
            const there = new DOMPoint(x, -y).matrixTransform(matrix);
            return [there.x, there.y];
        }""",
        [x_m, y_m],
    )
    return x, y


def test_each_role_sees_its_tabs(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    common = ["Site", "Connectors", "About"]
    wanted = {
        "root": ["Site", "Users", "API keys", "Connectors", "Audit", "About"],
        "sam": ["Site", "Connectors", "Audit", "About"],
        "olga": common,
    }
    for who, tabs in wanted.items():
        console = desk.look(browser, who)
        opened.append(console)
        expect(console.page.get_by_role("tab")).to_have_text(tabs)
    page = opened[-1].page
    expect(page.get_by_text("may look at the rules only")).to_be_visible()
    expect(page.get_by_role("button", name="Close …")).to_have_count(0)
    picker = desk.look(browser, PICKER)
    opened.append(picker)
    expect(picker.page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(picker.page.get_by_role("link", name="Setup")).to_have_count(0)
    expect(picker.page.get_by_role("tab")).to_have_count(0)


def test_an_aisle_is_closed_in_three_clicks_and_opened_again(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "sam")
    opened.append(console)
    page = console.page
    expect(page.locator(".setup-svg")).to_be_visible()
    aisle = next(one for one in desk.bridge.site.aisles if one.id == "EW03")
    (x0, y0), (x1, y1) = aisle.points_m[:2]
    console.clicks += 1
    page.mouse.click(*at(page, (x0 * 0.7 + x1 * 0.3), (y0 * 0.7 + y1 * 0.3)))
    console.click(page.get_by_role("button", name="Close …"))
    page.get_by_role("dialog").get_by_label("Why").fill("oil on the floor")
    console.click(page.get_by_role("button", name="Close the aisle"))
    expect(page.locator(".setup-rules strong")).to_contain_text(f"closed_{aisle.id}_1")
    assert console.clicks <= 3
    [record] = desk.bridge.rulebook.rules()
    assert record.rule.kind is RuleKind.BLOCKED
    assert len(record.rule.nodes) > 3
    assert desk.last_audit("PUT /v1/rules") == ("account sam", "oil on the floor")
    page.get_by_role("button", name=f"End rule closed_{aisle.id}_1").click()
    act(page, "End", "it is dry")
    expect(page.get_by_text("No rules are in force.")).to_be_visible()
    assert desk.bridge.rulebook.rules() == ()
    assert console.complaints == []


def test_what_a_rule_would_cut_off_is_said_where_it_is(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "sam")
    opened.append(console)
    page = console.page
    x, y = desk.bridge.site.stations[0].position_m
    page.get_by_role("button", name="Draw it").click()
    page.mouse.move(*at(page, x - 1, y - 1))
    page.mouse.down()
    page.mouse.move(*at(page, x + 1, y + 1), steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Rule for the area").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Set the rule").click()
    expect(dialog.locator(".field-wrong")).to_have_text("Say why.")
    act(page, "Set the rule", "test")
    sides = dialog.get_by_role("group", name="Sides of the area")
    expect(sides.locator(".field-wrong")).to_contain_text("it would cut off station")
    assert desk.bridge.rulebook.rules() == ()
    # As a slow zone it is taken, at the speed that the bridge allows.
    dialog.get_by_label("Kind").select_option("speed_limit")
    dialog.get_by_label("At most").fill("0")
    act(page, "Set the rule", "test")
    expect(dialog.locator(".field-wrong").first).to_contain_text("out of range")
    dialog.get_by_label("At most").fill("0.4")
    act(page, "Set the rule", "wet")
    expect(dialog).to_have_count(0)
    [record] = desk.bridge.rulebook.rules()
    assert record.rule.max_speed_mps == 0.4
    desk.bridge.rulebook.clear_rule(record.rule.rule, 0)


def test_a_draft_is_made_by_the_keyboard_alone_checked_saved_and_downloaded(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    console = desk.look(browser, "sam", "site?mode=draft")
    opened.append(console)
    page = console.page
    records = page.get_by_label("Choose (or click on it)")
    records.focus()
    page.keyboard.type("Charger")
    page.keyboard.press("Enter")
    charger = desk.bridge.site.chargers[0]
    field = page.get_by_label("Position x y (m)")
    expect(field).to_have_value(f"{charger.position_m[0]:g} {charger.position_m[1]:g}")
    page.get_by_role("button", name="West", exact=True).focus()
    page.keyboard.press("Enter")
    faults = page.locator(".setup-fault-line")
    expect(faults.first).to_contain_text("chargers[0]")
    expect(page.locator(".setup-fault")).to_have_count(faults.count())
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("No faults")).to_be_visible()
    records.select_option(label=f"Station {desk.bridge.site.stations[0].id}")
    page.get_by_label("Orders open at once").fill("9")
    page.get_by_role("button", name="Save the draft").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.get_by_role("dialog").get_by_label("Why").focus()
    page.keyboard.type("more totes")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Version 1, saved by account sam")).to_be_visible()
    told = desk.bridge.siting.draft()
    assert (told.who, told.why, told.site.stations[0].order_slots) == (
        "account sam",
        "more totes",
        9,
    )
    assert desk.bridge.site.stations[0].order_slots != 9, "the running site stays as it is"
    with page.expect_download() as loading:
        page.get_by_role("button", name="Download the site file").click()
    assert parse_site(Path(loading.value.path()).read_bytes()) == told.site
    page.get_by_role("button", name="Discard the draft").click()
    act(page, "Discard the draft", "done")
    expect(page.get_by_text("No draft yet")).to_be_visible()
    assert not desk.bridge.siting.draft().drafted
    assert console.complaints == []


def test_of_two_who_edit_the_second_is_told_of_the_first(
    browser: Browser, desk: SetupBridge, opened: list[OpenedConsole]
) -> None:
    pages = []
    for who in ("sam", "sue"):
        console = desk.look(browser, who, "site?mode=draft")
        opened.append(console)
        pages.append(console.page)
        page = console.page
        page.get_by_label("Choose (or click on it)").select_option(index=1)
        page.get_by_label("Orders open at once").fill("8" if who == "sam" else "7")
    sam, sue = pages
    sam.get_by_role("button", name="Save the draft").click()
    act(sam, "Save the draft", "eight")
    expect(sam.get_by_text("saved by account sam")).to_be_visible()
    sue.get_by_role("button", name="Save the draft").click()
    act(sue, "Save the draft", "seven")
    dialog = sue.get_by_role("dialog")
    expect(dialog.locator(".field-wrong")).to_contain_text("changed by account sam")
    assert desk.bridge.siting.draft().site.stations[0].order_slots == 8
    dialog.get_by_role("button", name="Cancel").click()
    expect(sue.get_by_label("Orders open at once")).to_have_value("7")
    sue.get_by_role("button", name="Take that version").click()
    expect(sue.get_by_label("Orders open at once")).to_have_value("8")
    desk.bridge.siting.discard(desk.bridge.siting.draft().version, 0)


@pytest.mark.parametrize(
    ("language", "theme", "width", "height"),
    [("en", "light", 1280, 800), ("zh", "dark", 1024, 768)],
)
def test_every_tab_is_accessible_in_both_languages_and_themes(
    browser: Browser,
    desk: SetupBridge,
    opened: list[OpenedConsole],
    axe: str,
    language: str,
    theme: str,
    width: int,
    height: int,
) -> None:
    console = desk.look(browser, "root", language=language, theme=theme, width=width, height=height)
    opened.append(console)
    for tab in TABS:
        console.page.goto(f"{desk.url}/console/setup/{tab}")
        expect(console.page.locator(".setup-card, .setup-svg").first).to_be_visible()
        assert console.serious_findings(axe) == [], tab
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert console.page.evaluate(wide) <= 0, f"{tab} is wider than the window"
        if language == "zh":
            expect(console.page.get_by_role("tab", name="场地")).to_be_visible()
