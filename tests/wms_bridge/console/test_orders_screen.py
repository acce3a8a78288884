"""The screen Orders in a real browser against the real bridge."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from planner.warehouse.ids import OrderId
from planner.warehouse.site import Site
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.console.orderly import BOWL, CUP, MANY, MARKUP, PASSWORD, OrderWorld
from wms_bridge.records.work import OrderStatus

pytestmark = pytest.mark.browser
Look = Callable[..., OpenedConsole]


@pytest.fixture(scope="module")
def world(site: Site, built: object) -> Iterator[OrderWorld]:
    """One bridge for all tests of this module; each changes orders of its own."""
    made = OrderWorld(site)
    yield made
    made.stop()


@pytest.fixture
def look(browser: Browser, world: OrderWorld) -> Iterator[Look]:
    """``look("N-001", who="sam", theme="dark")``: signed in, at an order or the list."""
    opened: list[OpenedConsole] = []

    def open_console(order: str = "", who: str = "sam", **more: object) -> OpenedConsole:
        console = OpenedConsole(browser, f"{world.url}/{order}", **more)  # type: ignore[arg-type]
        opened.append(console)
        page = console.page
        request = page.request.post(
            f"{world.url.removesuffix('/console/orders')}/v1/login",
            data={"name": who, "password": PASSWORD},
            headers={"Origin": world.url.removesuffix("/console/orders")},
        )
        assert request.ok, request.text()
        console.complaints.clear()
        page.reload()
        return console

    yield open_console
    for one in opened:
        one.context.close()


def row(console: OpenedConsole, order: str) -> Locator:
    link = console.page.get_by_role("link", name=order, exact=True)
    return console.page.locator(".orders-list tbody tr", has=link)


def details(console: OpenedConsole) -> Locator:
    return console.page.locator(".orders-details")


def confirm(console: OpenedConsole, button: str, reason: str) -> None:
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    console.click(dialog.get_by_role("button", name=button, exact=True))


def test_the_list_shows_what_is_late_first_and_why(look: Look, world: OrderWorld) -> None:
    console = look()
    rows = console.page.locator(".orders-list tbody tr")
    expect(rows).to_have_count(50)
    expect(rows.nth(0)).to_contain_text("LATE-1")
    expect(rows.nth(0)).to_contain_text("100%")
    expect(rows.nth(0)).to_contain_text("late by 10 min")
    expect(row(console, "RARE-1")).to_contain_text("Too little stock of RARE-1")
    console.page.get_by_role("button", name="at risk").click()
    expect(rows.filter(has_text="N-0")).to_have_count(0)
    expect(row(console, "LATE-1")).to_have_count(1)
    assert console.complaints == []


def test_many_orders_are_paged_searched_and_narrowed(look: Look, world: OrderWorld) -> None:
    console = look()
    pages = console.page.locator(".orders-pages")
    expect(pages).to_contain_text("1 to 50 of 1")
    console.page.get_by_role("button", name="Next", exact=True).click()
    expect(pages).to_contain_text("51 to 100 of")
    box = console.page.get_by_role("searchbox", name="Find by order id or SKU")
    box.fill("n-07")
    expect(console.page.locator(".orders-list tbody tr")).to_have_count(10)
    assert "search=n-07" in console.page.url
    assert "page=" not in console.page.url
    box.fill(BOWL)
    expect(row(console, "LATE-1")).to_have_count(1)
    expect(row(console, "N-001")).to_have_count(0)
    box.fill("")
    console.page.get_by_label("State").select_option("at_station")
    expect(row(console, "SHOWN-1")).to_contain_text(world.station)
    console.page.get_by_label("Which").select_option("complete")
    expect(row(console, "DONE-1")).to_contain_text("1 of 1")
    box.fill("nothing-like-it")
    expect(console.page.get_by_text("No order is as asked for.")).to_be_visible()
    assert MANY > 100
    assert console.complaints == []


def test_an_order_is_told_from_intake_to_confirmation(look: Look, world: OrderWorld) -> None:
    console = look("BEGUN-1")
    shown = details(console)
    expect(shown).to_contain_text("Partly picked")
    lines = shown.locator(".orders-lines tbody tr")
    expect(lines.nth(0)).to_contain_text("2 of 2")
    expect(lines.nth(0)).to_contain_text("Picked")
    expect(lines.nth(1)).to_contain_text("0 of 2")
    expect(lines.nth(1)).to_contain_text("Waits")
    expect(shown.locator(".orders-foresight")).to_contain_text("Finished at about")
    expect(shown.locator(".orders-history li").first).to_contain_text("picked at")
    expect(shown.locator(".orders-history li").last).to_contain_text("Received: 4 pieces")
    expect(shown).to_contain_text("Nothing to tell yet")
    station = shown.get_by_role("link", name=f"Station {world.station}").first
    assert (station.get_attribute("href") or "").endswith(f"/floor?station={world.station}")
    console.page.goto(f"{world.url}/DONE-1")
    expect(details(console)).to_contain_text("On its way since")
    expect(details(console)).to_contain_text("order-confirmed/DONE-1")
    assert console.complaints == []


def test_an_order_is_rushed_in_three_clicks_with_a_reason(look: Look, world: OrderWorld) -> None:
    console = look()
    console.click(console.page.get_by_role("link", name="RARE-1", exact=True))
    console.click(details(console).get_by_role("button", name="Rush", exact=True))
    dialog = console.page.get_by_role("dialog")
    expect(dialog).to_contain_text("It goes before all orders of less urgency")
    dialog.get_by_role("button", name="Rush it").click()
    expect(dialog).to_contain_text("Say why.")
    assert world.order("RARE-1").order.priority == 0
    confirm(console, "Rush it", "customer waits at the dock")
    expect(details(console).get_by_role("status")).to_contain_text("The urgency is changed.")
    assert console.clicks <= 3
    assert world.order("RARE-1").order.priority == 1
    assert world.reasons("RARE-1")[0] == ("account sam", "customer waits at the dock")
    history = details(console).locator(".orders-history")
    expect(history).to_contain_text("by account sam")
    expect(history).to_contain_text("customer waits at the dock")
    expect(row(console, "RARE-1")).to_contain_text("Rush 1")


def test_a_cancel_says_what_to_put_back(look: Look, world: OrderWorld) -> None:
    name = world.begin("CANCEL-1")
    world.show_pick(name, 2, BOWL, 2)
    console = look("CANCEL-1")
    console.click(details(console).get_by_role("button", name="Cancel", exact=True))
    expect(console.page.get_by_role("dialog")).to_contain_text("stays in its tote")
    confirm(console, "Cancel the order", "sold elsewhere")
    answer = details(console).get_by_role("status")
    expect(answer).to_contain_text("The order is cancelled. A part was picked")
    expect(answer).to_contain_text(f"2 × {BOWL} into slot P002/A/1/1")
    expect(answer).to_contain_text(f"2 × {CUP}")
    assert console.clicks <= 3
    assert world.order("CANCEL-1").order.status is OrderStatus.CANCELLED
    expect(details(console)).to_contain_text("order-cancelled/CANCEL-1")
    expect(details(console).get_by_role("button", name="Rush")).to_have_count(0)


def test_contents_are_changed_and_bad_ones_are_not_sent(look: Look, world: OrderWorld) -> None:
    world.begin("CHANGE-1")
    console = look("CHANGE-1")
    details(console).get_by_role("button", name="Change", exact=True).click()
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label(f"Pieces of {CUP}").fill("1")
    expect(dialog).to_contain_text("2 are picked already.")
    dialog.get_by_label(f"Pieces of {BOWL}").fill("three")
    confirm(console, "Change the order", "customer called")
    expect(dialog).to_contain_text("Put the marked lines right")
    assert world.order("CHANGE-1").order.changes == 0
    dialog.get_by_label(f"Pieces of {CUP}").fill("2")
    dialog.get_by_label(f"Pieces of {BOWL}").fill("5")
    dialog.get_by_role("button", name="One more line").click()
    dialog.get_by_label("SKU", exact=True).fill("NO-SUCH-SKU")
    confirm(console, "Change the order", "customer called")
    expect(dialog.get_by_role("alert")).to_contain_text("not in the catalogue")
    dialog.get_by_label("SKU", exact=True).fill("RARE-1")
    confirm(console, "Change the order", "customer called")
    expect(details(console).get_by_role("status")).to_contain_text("The order is changed.")
    lines = world.order("CHANGE-1").lines
    assert [(line.sku, line.quantity) for line in lines] == [(CUP, 2), (BOWL, 5), ("RARE-1", 1)]
    assert world.reasons("CHANGE-1")[0] == ("account sam", "customer called")


def test_a_page_that_is_behind_changes_nothing(look: Look, world: OrderWorld) -> None:
    name = world.begin("STALE-1")
    console = look("STALE-1")
    details(console).get_by_role("button", name="Cancel", exact=True).click()
    world.bridge.prioritise_order(OrderId(name), 2, world.now())
    confirm(console, "Cancel the order", "too late")
    dialog = console.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("Somebody else was quicker")
    assert world.order("STALE-1").order.status is OrderStatus.OPEN
    console.page.keyboard.press("Escape")
    expect(details(console)).to_contain_text("Rush 2")


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice(
    look: Look, world: OrderWorld
) -> None:
    world.begin("LOST-1")
    console = look("LOST-1")
    sent = []

    def lose(route: object) -> None:
        sent.append(route.request.headers.get("idempotency-key"))  # type: ignore[attr-defined]
        if len(sent) == 1:
            route.fetch()  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    console.page.route("**/priority", lose)
    details(console).get_by_role("button", name="Rush", exact=True).click()
    confirm(console, "Rush it", "once only")
    expect(details(console).get_by_role("status")).to_contain_text("The urgency is changed.")
    assert len(sent) == 2
    assert len(set(sent)) == 1
    prioritised = [event for event in world.bridge.feed(0) if "Prioritised" in str(event)]
    assert sum("LOST-1" in str(event) for event in prioritised) == 1


def test_names_with_markup_stay_text(look: Look, world: OrderWorld) -> None:
    world.receive(MARKUP, {CUP: 1}, due_min=-5)
    console = look()
    console.page.get_by_role("link", name=MARKUP, exact=True).click()
    expect(details(console).get_by_role("heading", level=2)).to_have_text(MARKUP)
    assert console.page.locator("img").count() == 0
    assert console.page.evaluate("window.broken") is None
    expect(details(console)).to_contain_text("Received: 1 pieces")
    assert console.complaints == []


def test_roles_do_what_they_may(look: Look, world: OrderWorld) -> None:
    operator = look("N-001", who="olga")
    expect(details(operator).get_by_role("button", name="Rush", exact=True)).to_be_visible()
    for name in ("Change", "Cancel"):
        expect(details(operator).get_by_role("button", name=name, exact=True)).to_have_count(0)
    picker = look(who="pia")
    expect(picker.page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(picker.page.get_by_role("link", name="Orders", exact=True)).to_have_count(0)
    expect(picker.page.locator(".orders")).to_have_count(0)


def test_the_list_follows_what_happens(look: Look, world: OrderWorld) -> None:
    console = look()
    expect(row(console, "LATE-1")).to_have_count(1)
    world.receive("NEW-1", {CUP: 1}, due_min=-60)
    expect(row(console, "NEW-1")).to_have_count(1, timeout=10_000)
    world.bridge.cancel_order(OrderId("NEW-1"), world.now())
    expect(row(console, "NEW-1")).to_have_count(0, timeout=10_000)


def test_the_keyboard_does_all_of_it(look: Look, world: OrderWorld) -> None:
    world.begin("KEYS-1")
    console = look("", theme="dark")
    expect(row(console, "LATE-1")).to_have_count(1)
    keys = console.page.keyboard
    keys.press("/")
    keys.type("keys-1")
    expect(console.page.locator(".orders-list tbody tr")).to_have_count(1)
    console.page.get_by_role("link", name="KEYS-1", exact=True).focus()
    keys.press("Enter")
    rush = details(console).get_by_role("button", name="Rush", exact=True)
    expect(rush).to_be_visible()
    rush.focus()
    keys.press("Enter")
    expect(console.page.get_by_role("dialog")).to_be_visible()
    for _ in range(8):
        if console.page.evaluate("document.activeElement.tagName") == "INPUT":
            break
        keys.press("Tab")
    keys.type("by keyboard")
    keys.press("Enter")
    expect(details(console).get_by_role("status")).to_contain_text("The urgency is changed.")
    assert world.reasons("KEYS-1")[0][1] == "by keyboard"
    keys.press("Escape")
    keys.press("g")
    keys.press("f")
    expect(console.page).to_have_url(f"{world.url.removesuffix('orders')}floor")


def test_it_speaks_chinese(look: Look, world: OrderWorld) -> None:
    console = look("LATE-1", language="zh")
    expect(console.page.get_by_role("link", name="订单", exact=True)).to_be_visible()
    expect(details(console)).to_contain_text("延误风险")
    expect(details(console).get_by_role("button", name="加急", exact=True)).to_be_visible()
    assert "orders." not in console.page.locator(".orders").inner_text()
    assert console.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1024, 768)])
def test_axe_finds_nothing_serious(
    look: Look, world: OrderWorld, axe: str, theme: str, width: int, height: int
) -> None:
    console = look("LATE-1", theme=theme, width=width, height=height)
    expect(details(console).locator(".orders-causes li").first).to_be_visible()
    assert console.serious_findings(axe) == []
    details(console).get_by_role("button", name="Change", exact=True).click()
    assert console.serious_findings(axe) == []
    assert console.page.evaluate("document.documentElement.scrollWidth") <= width
