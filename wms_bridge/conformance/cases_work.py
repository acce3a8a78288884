"""Cases: picks, goods received, counts and stock."""

import asyncio
from collections import Counter
from dataclasses import replace

from planner.warehouse.ids import LineId, PickId, StationId
from wms_bridge.conformance.case import case
from wms_bridge.conformance.engine import read, read_all
from wms_bridge.conformance.floor import count, give_up, give_up_rest, pick, pick_order, put_away
from wms_bridge.conformance.house import NotApplicable, expect
from wms_bridge.conformance.rig import Rig
from wms_bridge.connectors.port import StockAt
from wms_bridge.messages import LineConfirmed, LinePicked, OrderConfirmed
from wms_bridge.records.links import Feed
from wms_bridge.records.work import OrderStatus

PICKS = "What was picked leaves the WMS's books once, where it was taken."
GOODS = "Goods go from the dock to the pods once."
COUNTS = "The books of the WMS change by the difference that was counted, once."
STOCK = "Snapshot and moves tell the same story."


@case("pick-full", "A complete order is shipped", PICKS)
async def full(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.settle()
    expect(rig.status(rig.order_id()) is OrderStatus.COMPLETE, "not complete")


@case("pick-short", "A short pick ships what there is", PICKS)
async def short(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 2})
    order = await rig.take([(rig.sku(), 5)])
    pick(rig, order.lines[0].line, rig.sku(), 2, rig.pod())
    give_up_rest(rig, order)
    await rig.settle()
    expect(rig.status(order.order) is OrderStatus.COMPLETE_SHORT, "not complete and short")


@case("pick-zero", "An order of which nothing was picked is closed and takes nothing", PICKS)
async def zero(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    give_up(rig, order.lines[0].line, 5)
    await rig.settle()


@case("pick-zero-line", "A line of which nothing was picked beside one that was", PICKS)
async def zero_line(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku("A")): 10, (rig.pod(), rig.sku("B")): 10})
    order = await rig.take([(rig.sku("A"), 5), (rig.sku("B"), 2)])
    give_up(rig, order.lines[0].line, 5)
    pick(rig, order.lines[1].line, rig.sku("B"), 2, rig.pod())
    await rig.settle()


@case("pick-two-pods", "A line from two pods takes from each what was taken there", PICKS)
async def two_pods(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(1), rig.sku()): 3, (rig.pod(2), rig.sku()): 9})
    order = await rig.take([(rig.sku(), 7)])
    pick(rig, order.lines[0].line, rig.sku(), 3, rig.pod(1))
    pick(rig, order.lines[0].line, rig.sku(), 4, rig.pod(2))
    await rig.settle()


@case("pick-two-lines", "Two lines of one SKU from one pod", PICKS)
async def two_lines(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 9})
    order = await rig.take([(rig.sku(), 2), (rig.sku(), 3)])
    for line in order.lines:
        pick(rig, line.line, rig.sku(), line.quantity, rig.pod())
    await rig.settle()


@case("pick-elsewhere", "Picked from another pod than the WMS reserved", PICKS)
async def elsewhere(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(number), rig.sku()): 10 for number in (1, 2, 3)})
    await rig.take([(rig.sku(), 4)])
    await rig.deliver()
    at = {(pod, sku): n for (pod, sku), n in (await rig.theirs()).items()}
    expect(sum(at.values()) == 30, f"stock is {at} before anything was picked")
    pick(rig, LineId(f"{rig.order_id()}#1"), rig.sku(), 4, rig.pod(3))
    await rig.settle()


@case("pick-over", "Picked although the WMS believes that there is less", PICKS)
async def over(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10}, booked={(rig.pod(), rig.sku()): 2})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.deliver()
    await rig.expect_once(rig.order_id())
    missing = rig.ours()
    missing.subtract(await rig.theirs())
    expect(missing[rig.pod(), rig.sku()] == 8, f"the books should be 8 apart, not {missing}")


@case("pick-many-lines", "An order of 20 lines from four pods", PICKS)
async def many(rig: Rig) -> None:
    skus = [rig.sku(f"L{number}") for number in range(20)]
    pods = {sku: rig.pod(1 + number % 4) for number, sku in enumerate(skus)}
    await rig.stock_up({(pods[sku], sku): 10 for sku in skus})
    order = await rig.take([(sku, 3) for sku in skus])
    pick_order(rig, order.order, pods)
    await rig.settle()


@case("pick-lots", "Each lot leaves the books for itself", PICKS)
async def lots(rig: Rig) -> None:
    pod, sku = rig.pod(), rig.sku()
    await rig.stock_up({(pod, sku): 0})
    place = rig.slot(pod, sku) if rig.params.fine else pod
    await rig.clerk.book_stock([StockAt(place, sku, 4, f"{rig.prefix}{lot}") for lot in "XY"])
    if set(await _lots(rig)) != {f"{rig.prefix}X", f"{rig.prefix}Y"}:
        raise NotApplicable("the WMS, or its connector, keeps no lots")
    order = await rig.take([(sku, 5)])
    taken = [_lot_picked(rig, order.lines[0].line, lot, n) for lot, n in (("X", 4), ("Y", 1))]
    line = LineConfirmed(order.lines[0].line, sku, 5, 5, 0, None, picks=tuple(taken))
    told = OrderConfirmed(
        f"order-confirmed/{order.order}", order.order, OrderStatus.COMPLETE, 0, 1, (line,)
    )
    await rig.carry_out(told)
    for _ in range(8):
        if await _lots(rig) == {f"{rig.prefix}Y": 3}:
            return
    expect(False, f"left: {await _lots(rig)}, not 3 of lot Y")


@case("confirm-again", "A confirmation carried out twice is done once", PICKS)
async def again(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    told = rig.untold()
    await rig.settle()
    for message in told:
        await rig.carry_out(message)
    await rig.settle()


@case("confirm-find", "The connector sees what is done, and what is not", PICKS)
async def find(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 5)])
    await rig.deliver()
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    (told,) = rig.untold()
    expect(not await read(lambda: rig.connector.find(told)), "found before it was told")
    await rig.deliver()
    await rig.pause_for_fence()
    expect(await read(lambda: rig.connector.find(told)), "not found after it was told")


@case("confirm-at-once", "Six orders confirmed at the same time", PICKS)
async def at_once(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 100})
    for number in range(6):
        order = await rig.take([(rig.sku(), 1 + number)], f"{number}")
        pick_order(rig, order.order, {rig.sku(): rig.pod()})
    await rig.settle()


@case("receipt-in", "Goods at the dock reach the bridge once", GOODS)
async def receipt(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 1})
    name = await rig.receive(rig.sku(), 12)
    start = rig.engine.cursor(Feed.RECEIPTS)
    await rig.poll_receipt(name)
    rig.engine.rewind(Feed.RECEIPTS, start)
    await rig.poll()
    found = rig.bridge.receipt(name)
    expect(found is not None and found.quantity == 12, f"{found}")
    expect(not rig.engine.rejected(), f"{rig.engine.rejected()}")


@case("receipt-put-away", "Put into two pods, both books agree", GOODS)
async def put_into_two(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(1), rig.sku()): 1, (rig.pod(2), rig.sku()): 1})
    name = await rig.receive(rig.sku(), 12)
    await rig.poll_receipt(name)
    put_away(rig, name, rig.sku(), [(rig.pod(1), 5), (rig.pod(2), 7)])
    await rig.settle()
    await rig.expect_once(name, f"receipt-put-away/{name}")


@case("receipt-again", "Goods put away and told twice are put away once", GOODS)
async def put_again(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 1})
    name = await rig.receive(rig.sku(), 12)
    await rig.poll_receipt(name)
    put_away(rig, name, rig.sku(), [(rig.pod(), 12)])
    (told,) = rig.untold()
    await rig.settle()
    await rig.carry_out(told)
    await rig.settle()


@case("count-down", "Fewer than booked: the WMS's books follow", COUNTS)
async def down(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    count(rig, rig.pod(), rig.sku(), 7)
    await rig.settle()


@case("count-up", "More than booked: the WMS's books follow", COUNTS)
async def up(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    count(rig, rig.pod(), rig.sku(), 12)
    await rig.settle()


@case("count-to-nothing", "An empty slot is empty in both books", COUNTS)
async def to_nothing(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 4})
    count(rig, rig.pod(), rig.sku(), 0)
    await rig.settle()


@case("count-again", "An adjustment told twice is made once", COUNTS)
async def count_again(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    name = count(rig, rig.pod(), rig.sku(), 7)
    (told,) = rig.untold()
    await rig.settle()
    await rig.carry_out(told)
    await rig.settle()
    await rig.expect_once(name)


@case("count-while-moving", "Stock that moves meanwhile is not put back", COUNTS)
async def while_moving(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await rig.take([(rig.sku(), 4)])
    await rig.deliver()
    count(rig, rig.pod(), rig.sku(), 9)
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    adjustment, confirmation = sorted(
        rig.untold(), key=lambda told: isinstance(told, OrderConfirmed)
    )
    await rig.carry_out(confirmation)
    await rig.carry_out(adjustment)
    await rig.settle()


@case("stock-after-work", "After picks, goods in and counts both books agree", STOCK)
async def after_work(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(number), rig.sku()): 20 for number in (1, 2)})
    order = await rig.take([(rig.sku(), 7)])
    name = await rig.receive(rig.sku(), 6)
    await rig.poll_receipt(name)
    count(rig, rig.pod(1), rig.sku(), 18)
    pick(rig, order.lines[0].line, rig.sku(), 7, rig.pod(1))
    put_away(rig, name, rig.sku(), [(rig.pod(2), 6)])
    await rig.settle()


@case("stock-deltas", "A snapshot and the moves after it make the next snapshot", STOCK)
async def deltas(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(number), rig.sku()): 20 for number in (1, 2)})
    before = await read(rig.connector.stock)
    first = await rig.theirs_settled()
    order = await rig.take([(rig.sku(), 7)])
    pick(rig, order.lines[0].line, rig.sku(), 7, rig.pod(1))
    count(rig, rig.pod(2), rig.sku(), 18)
    await rig.settle()
    moves, _ = await read_all(rig.connector.moves, before.cursor)
    places = {rig.pod(1), rig.pod(2)}
    for move in {move.move: move for move in moves if move.sku == rig.sku()}.values():
        for place, pieces in (
            (move.from_location, -move.quantity),
            (move.to_location, move.quantity),
        ):
            pod = place.partition("/")[0]
            first.update({(p, move.sku): pieces for p in places if p == pod})
    expect(+first == +Counter(await rig.theirs_settled()), f"moves lead to {dict(first)}")


@case("stock-ours", "Moves that tell what we told are known as ours", STOCK)
async def ours(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 20})
    cursor = (await read(rig.connector.stock)).cursor
    await rig.take([(rig.sku(), 7)])
    pick_order(rig, rig.order_id(), {rig.sku(): rig.pod()})
    await rig.settle()
    moves, _ = await read_all(rig.connector.moves, cursor)
    foreign = [
        m for m in moves if m.sku == rig.sku() and m.from_location.startswith("P") and not m.ours
    ]
    expect(not foreign, f"not known as ours: {foreign}")


@case("stock-foreign", "What others book at the WMS is news", STOCK)
async def foreign(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 20})
    cursor = (await read(rig.connector.stock)).cursor
    place = rig.slot(rig.pod(), rig.sku()) if rig.params.fine else rig.pod()
    await rig.clerk.book_stock([StockAt(place, rig.sku(), 3)])
    moves, _ = await read_all(rig.connector.moves, cursor)
    news = [move for move in moves if move.sku == rig.sku() and not move.ours]
    expect(bool(news), "somebody booked stock, and no move tells so")
    expect((await rig.theirs_settled())[rig.pod(), rig.sku()] == 23, "it is not in the stock")


async def _lots(rig: Rig) -> Counter[str]:
    snapshot = await read(rig.connector.stock)
    found: Counter[str] = Counter()
    for at in snapshot.stock:
        if at.sku == rig.sku() and at.quantity:
            found[at.lot] += at.quantity
    await asyncio.sleep(0.02)
    return found


def _lot_picked(rig: Rig, line: LineId, lot: str, pieces: int) -> LinePicked:
    slot = rig.slot(rig.pod(), rig.sku())
    picked = LinePicked(PickId(f"{line}/{lot}"), StationId("S1"), slot, pieces, rig.now_ms())
    return replace(picked, lot=f"{rig.prefix}{lot}")
