"""Cases: orders in, changed and cancelled; reservations."""

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from wms_bridge.conformance.case import case
from wms_bridge.conformance.engine import read, read_all
from wms_bridge.conformance.floor import confirm, give_up_rest, pick, pick_order, show
from wms_bridge.conformance.house import expect, taken_by_wms
from wms_bridge.conformance.rig import Rig
from wms_bridge.connectors.port import OrderState
from wms_bridge.messages import LineWanted, ReservationWanted
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.links import Feed
from wms_bridge.records.work import OrderStatus, Tally

INTAKE = "An order of the WMS reaches the bridge once, as it was entered."
CHANGE = "A change or a cancellation is taken or answered, by how far the order is."
HINT = "A reservation at the WMS is a hint: the bridge's ledger decides."
MANY_LINES = 40
MANY_ORDERS = 25


@case("check-version", "The connector tells the version of the WMS", "It is there and lets us in.")
async def version(rig: Rig) -> None:
    told = await read(rig.connector.check)
    expect(bool(told.strip()), "no version")


@case("check-no-secrets", "Its name shows no password", "Secrets are never in logs.")
async def no_secrets(rig: Rig) -> None:
    user = rig.user()
    expect(not user or f"{user}@" not in rig.connector.name, "the name has a user or password")


@case("intake-new", "A new order arrives as it was entered", INTAKE)
async def new_order(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku("A")): 10, (rig.pod(), rig.sku("B")): 10})
    order = await rig.take([(rig.sku("A"), 3), (rig.sku("B"), 2)])
    found = rig.bridge.order(order.order)
    lines = [(line.line, line.sku, line.quantity) for line in found.lines] if found else []
    expect(lines == [(line.line, line.sku, line.quantity) for line in order.lines], f"{lines}")


@case("intake-once", "Asked again and again, it is one order", INTAKE)
async def once(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    start = rig.engine.cursor(Feed.ORDERS)
    order = await rig.take([(rig.sku(), 1)])
    for cursor in (rig.engine.cursor(Feed.ORDERS), start, start):
        rig.engine.rewind(Feed.ORDERS, cursor)
        await rig.poll()
    expect(not rig.engine.rejected(), f"{rig.engine.rejected()}")
    expect(rig.bridge.tallies()[Tally.ORDERS_RECEIVED] == 1, "received more than once")
    expect(rig.status(order.order) is OrderStatus.OPEN, "not open")


@case("intake-version", "An order that is not touched keeps its version", INTAKE)
async def version_stays(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    start = rig.engine.cursor(Feed.ORDERS)
    order = await rig.take([(rig.sku(), 1)])
    seen = [await _document(rig, start, order.order) for _ in range(2)]
    expect(seen[0] == seen[1], f"its version went from {seen[0]} to {seen[1]}")


@case("intake-many-lines", "An order of 40 lines is whole", INTAKE)
async def many_lines(rig: Rig) -> None:
    skus = [rig.sku(f"L{number}") for number in range(20)]
    await rig.stock_up({(rig.pod(), sku): 10 for sku in skus})
    order = await rig.take([(skus[number % 20], 1 + number % 3) for number in range(MANY_LINES)])
    found = rig.bridge.order(order.order)
    expect(found is not None and len(found.lines) == MANY_LINES, "lines are missing")


@case("intake-same-sku", "Two lines for one SKU stay two lines", INTAKE)
async def same_sku(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 1), (rig.sku(), 4)])
    found = rig.bridge.order(order.order)
    expect([line.quantity for line in found.lines] == [1, 4] if found else False, "not as entered")


@case("intake-paging", "Of 25 orders at once none is lost", INTAKE)
async def paging(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 100})
    for number in range(MANY_ORDERS):
        await rig.place([(rig.sku(), 1)], f"{number}")
    await rig.poll()
    missing = [order for order in rig.placed if rig.bridge.order(order) is None]
    expect(not missing, f"lost: {missing}")


@case("intake-between-pages", "An order entered while another is read is not lost", INTAKE)
async def between_pages(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 100})
    await rig.place([(rig.sku(), 1)], "before")
    page = await read(lambda: rig.connector.orders(rig.engine.cursor(Feed.ORDERS)))
    after = await rig.place([(rig.sku(), 1)], "after")
    found, _ = await read_all(rig.connector.orders, page.cursor)
    names = {document.reference for document in (*page.items, *found)}
    expect(after.order in names, "the later order is not in later pages")


@case("intake-large", "An order for a million pieces is taken or refused, in words", INTAKE)
async def large(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await taken_by_wms(rig.place([(rig.sku(), 1_000_000)]), "a million pieces")
    await rig.poll()
    order = rig.order_id()
    known = rig.bridge.order(order) is not None or order in rig.engine.rejected()
    expect(known, "neither taken nor refused")


@case("intake-odd-names", "References with strokes, spaces and accents come through", INTAKE)
async def odd_names(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    name = "1/2 ä#3%&?+"
    await taken_by_wms(rig.place([(rig.sku(), 2)], name), "such references")
    await rig.poll()
    order = rig.order_id(name)
    expect(rig.bridge.order(order) is not None, f"order {order!r} did not arrive")
    pick_order(rig, order, {rig.sku(): rig.pod()})
    await rig.settle()


@case(
    "intake-unknown-sku", "An order for an SKU that only the WMS knows is kept as refused", INTAKE
)
async def unknown_sku(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    rig.engine.scope.items_told = False
    await rig.clerk.set_up([], [rig.item("new")])
    order = await rig.place([(rig.sku("new"), 1)])
    good = await rig.place([(rig.sku(), 1)], "good")
    await rig.poll()
    expect(order.order in rig.engine.rejected(), "not rejected")
    expect(rig.bridge.order(good.order) is not None, "it held up another order")


@case("items-feed", "A new article is told", "The catalogue follows the WMS.")
async def items(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    found, _ = await read_all(rig.connector.items, "")
    expect(rig.sku() in {item.sku for item in found}, "the new article is not in the feed")


@case("change-before", "A change before anything is picked is taken", CHANGE)
async def change_before(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    await _change(rig, 3)
    expect(_quantity(rig) == 3, f"it asks for {_quantity(rig)}, not 3")
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.settle()


@case("change-under-way", "A change takes back the picks that are shown", CHANGE)
async def change_under_way(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    shown = show(rig, order.lines[0].line, rig.sku(), 5, rig.pod())
    await _change(rig, 2)
    try:
        confirm(rig, shown, 5, 5)
    except PodherdError:
        pick_again = show(rig, order.lines[0].line, rig.sku(), 2, rig.pod(), "again")
        confirm(rig, pick_again, 2, 2)
        await rig.settle()
    else:
        expect(False, "the pick of the old contents was taken")


@case("change-picked", "What is picked cannot be ordered away", CHANGE)
async def change_picked(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(1), rig.sku()): 3, (rig.pod(2), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    pick(rig, order.lines[0].line, rig.sku(), 3, rig.pod(1))
    await _change(rig, 1)
    expect(order.order in rig.engine.rejected(), "an order for less than is picked was taken")
    pick(rig, order.lines[0].line, rig.sku(), 2, rig.pod(2))
    await rig.settle()


@case("change-done", "A change after the order is complete changes nothing", CHANGE)
async def change_done(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await _change(rig, 2)
    await rig.settle()
    expect(_quantity(rig) == 5, "the complete order was changed")


@case("change-closed-there", "The WMS refuses to change what it has shipped", CHANGE)
async def change_closed(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.settle()
    try:
        await rig.clerk.change(rig.order([(rig.sku(), 1)]))
    except DeliveryFailed as failure:
        expect(failure.refused, f"not a refusal: {failure.reason}")
    await rig.settle()


@case("cancel-before", "Cancelled before anything is picked, nothing is taken", CHANGE)
async def cancel_before(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    await rig.clerk.cancel(rig.order_id())
    await rig.poll()
    expect(rig.status(rig.order_id()) is OrderStatus.CANCELLED, "not cancelled")
    await rig.settle()


@case("cancel-unseen", "Entered and cancelled before the bridge has seen it", CHANGE)
async def cancel_unseen(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.place([(rig.sku(), 5)])
    await rig.clerk.cancel(rig.order_id())
    await rig.poll()
    found = rig.bridge.order(rig.order_id())
    expect(found is None or found.order.status is OrderStatus.CANCELLED, "it is open")
    await rig.settle()


@case("cancel-under-way", "Cancelled while a pod is at the station", CHANGE)
async def cancel_under_way(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    show(rig, order.lines[0].line, rig.sku(), 5, rig.pod())
    await rig.clerk.cancel(order.order)
    await rig.poll()
    expect(rig.status(order.order) is OrderStatus.CANCELLED, "not cancelled")
    await rig.settle()


@case("cancel-part-picked", "Cancelled when a part is in the tote: both books know", CHANGE)
async def cancel_part(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(1), rig.sku()): 3, (rig.pod(2), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    pick(rig, order.lines[0].line, rig.sku(), 3, rig.pod(1))
    await rig.clerk.cancel(order.order)
    await rig.settle()
    expect(rig.status(order.order) is OrderStatus.CANCELLED, "not cancelled")


@case("cancel-done", "Cancelled after it is complete, it stays complete", CHANGE)
async def cancel_done(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.settle()
    try:
        await rig.clerk.cancel(rig.order_id())
    except DeliveryFailed as failure:
        expect(failure.refused, f"not a refusal: {failure.reason}")
    await rig.settle()
    expect(rig.status(rig.order_id()) is OrderStatus.COMPLETE, "not complete")


@case("cancel-here", "Cancelled at the bridge, the WMS's order is closed", CHANGE)
async def cancel_here(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    start = rig.engine.cursor(Feed.ORDERS)
    await rig.take([(rig.sku(), 5)])
    rig.bridge.cancel_order(rig.order_id(), rig.now_ms())
    await rig.settle()
    state = (await _document(rig, start, rig.order_id()))[1]
    expect(state is not OrderState.OPEN, "it is still open at the WMS")


@case("reserve", "A reservation leaves the order open", HINT)
async def reserve(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    await rig.deliver()
    await rig.poll()
    expect(rig.status(rig.order_id()) is OrderStatus.OPEN, "not open any more")
    await rig.expect_equal_stock()


@case("reserve-again", "Reserved twice, it is reserved once", HINT)
async def reserve_again(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    await rig.deliver()
    told = ReservationWanted(
        f"reserve-order/{order.order}",
        order.order,
        tuple(LineWanted(line.line, line.sku, line.quantity) for line in order.lines),
    )
    await rig.carry_out(told)
    pick_order(rig, order.order, {rig.sku(): rig.pod()})
    await rig.settle()


@case("reserve-too-much", "Two orders for more than there is: what is picked counts", HINT)
async def reserve_too_much(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    first, second = [await rig.take([(rig.sku(), 8)], name) for name in ("1", "2")]
    await rig.deliver()
    pick(rig, second.lines[0].line, rig.sku(), 8, rig.pod())
    pick(rig, first.lines[0].line, rig.sku(), 8, rig.pod(), taken=2)
    give_up_rest(rig, first)
    await rig.settle()


@case("reserve-none", "Nothing to reserve at the WMS: the order goes on", HINT)
async def reserve_none(rig: Rig) -> None:
    stock = {(rig.pod(), rig.sku()): 10}
    await rig.stock_up(stock, booked={(rig.pod(), rig.sku()): 1})
    await rig.take([(rig.sku(), 5)])
    await rig.deliver()
    expect(rig.status(rig.order_id()) is OrderStatus.OPEN, "not open")


@case("reserve-cancelled", "A reservation that comes after the cancellation holds up nothing", HINT)
async def reserve_cancelled(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    await rig.clerk.cancel(rig.order_id())
    await rig.settle()


async def _change(rig: Rig, pieces: int) -> None:
    order = rig.order_id()
    line = OrderLine(line_id(order, 1), rig.sku(), pieces)
    await taken_by_wms(rig.clerk.change(PickOrder(order, (line,))), "changes of released orders")
    await rig.poll()


def _quantity(rig: Rig) -> int:
    found = rig.bridge.order(rig.order_id())
    return sum(line.quantity for line in found.lines) if found else 0


async def _document(rig: Rig, cursor: str, order: OrderId) -> tuple[str, OrderState | None]:
    """The latest version and state of an order in the feed."""
    found, _ = await read_all(rig.connector.orders, cursor)
    ours = [document for document in found if document.reference == order]
    return (ours[-1].version, ours[-1].state) if ours else ("", None)
