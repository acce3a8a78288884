"""Cases: lost requests and answers, late effects, crashes, outages, bad answers."""

import asyncio
from collections.abc import Awaitable, Callable

from planner.warehouse.ids import OrderId, Sku, SlotId
from wms_bridge.conformance.case import case
from wms_bridge.conformance.engine import read
from wms_bridge.conformance.faults import Fault, FaultKind, Plan
from wms_bridge.conformance.floor import count, pick_order, put_away
from wms_bridge.conformance.house import CaseFailed, NotApplicable, expect
from wms_bridge.conformance.rig import Rig
from wms_bridge.messages import StockAdjusted
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.reconciling import CountReason
from wms_bridge.records.links import Feed

ONCE = "Whatever is lost on the way, a message is done once."
BACK = "The bridge goes on where it stopped."
WORDS = "A failure is told in words, for what it is."
MOST_REQUESTS = 40
"""A message is carried out with fewer requests than that."""
BAD_POLLS = 15
Work = Callable[[Rig, str], Awaitable[None]]

LOST = Fault(FaultKind.CUT_DOWN, 0)
NEVER = Fault(FaultKind.DROP)


async def _order(rig: Rig, name: str) -> None:
    order = await rig.take([(rig.sku(), 2)], name)
    await rig.deliver()
    pick_order(rig, order.order, {rig.sku(): rig.pod()})


async def _goods(rig: Rig, name: str) -> None:
    receipt = await rig.receive(rig.sku(), 2, f"R{name}")
    await rig.poll_receipt(receipt)
    put_away(rig, receipt, rig.sku(), [(rig.pod(), 2)])


async def _count(rig: Rig, name: str) -> None:
    count(rig, rig.pod(), rig.sku(), rig.ours()[rig.pod(), rig.sku()] - 1)


async def _each_request(rig: Rig, work: Work, fault: Fault) -> None:
    """Do a piece of work once for each request that telling it takes, with a fault in that one."""
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 150})
    for skip in range(MOST_REQUESTS):
        await work(rig, f"{skip}")
        names = [told.message for told in rig.untold()]
        proxy.arm(fault, skip)
        await rig.deliver()
        met = not proxy.disarm()
        await rig.expect_equal_stock()
        await rig.expect_once(*names)
        if not met:
            expect(skip > 0, "no request went by way of the proxy")
            return
    expect(False, f"a message takes more than {MOST_REQUESTS} requests")


@case("lost-request-pick", "Each request of a confirmation is lost on the way there", ONCE)
async def lost_request_pick(rig: Rig) -> None:
    await _each_request(rig, _order, NEVER)


@case(
    "lost-answer-pick", "Each answer to a confirmation is lost: it is searched, not repeated", ONCE
)
async def lost_answer_pick(rig: Rig) -> None:
    await _each_request(rig, _order, LOST)


@case("half-answer-pick", "Each answer to a confirmation is cut in the middle", ONCE)
async def half_answer_pick(rig: Rig) -> None:
    await _each_request(rig, _order, Fault(FaultKind.CUT_DOWN, 40))


@case("half-request-pick", "Each request of a confirmation is cut in the middle", ONCE)
async def half_request_pick(rig: Rig) -> None:
    await _each_request(rig, _order, Fault(FaultKind.CUT_UP, 30))


@case("late-pick", "Each request of a confirmation is done late, within the fence", ONCE)
async def late_pick(rig: Rig) -> None:
    await _each_request(rig, _order, _late(rig))


@case("lost-answer-receipt", "Each answer to goods put away is lost", ONCE)
async def lost_answer_goods(rig: Rig) -> None:
    await _each_request(rig, _goods, LOST)


@case("late-receipt", "Each request of goods put away is done late, within the fence", ONCE)
async def late_goods(rig: Rig) -> None:
    await _each_request(rig, _goods, _late(rig))


@case("lost-answer-count", "Each answer to an adjustment is lost", ONCE)
async def lost_answer_count(rig: Rig) -> None:
    await _each_request(rig, _count, LOST)


@case("late-count", "Each request of an adjustment is done late, within the fence", ONCE)
async def late_count(rig: Rig) -> None:
    await _each_request(rig, _count, _late(rig))


@case("no-answer", "The WMS keeps the connection and never answers", ONCE)
async def half_open(rig: Rig) -> None:
    await _each_request(rig, _order, Fault(FaultKind.HALF_OPEN))


@case("request-twice", "The network passes a request on twice", ONCE)
async def request_twice(rig: Rig) -> None:
    if rig.connector.fence_ms:
        raise NotApplicable("the WMS cannot tell repeats: nobody on our side could help it")
    await _each_request(rig, _order, Fault(FaultKind.DUPLICATE))


@case("busy", "Answers 503 before each request", ONCE)
async def busy(rig: Rig) -> None:
    await _each_request(rig, _order, Fault(FaultKind.BUSY))


@case("lost-answer-reading", "Answers get lost while orders are read", ONCE)
async def reading(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 50})
    for number in range(8):
        await rig.place([(rig.sku(), 1)], f"{number}")
    proxy.plan = Plan((LOST, NEVER, Fault(FaultKind.CUT_DOWN, 200)), 0.4, rig.params.seed)
    await rig.engine.try_polling(BAD_POLLS)
    proxy.plan = Plan()
    expect(bool(proxy.done), "no request met a fault")
    await rig.poll()
    missing = [order for order in rig.placed if rig.bridge.order(order) is None]
    expect(not missing, f"lost: {missing}")


@case("storm", "One request of five is lost, late, cut, doubtful or refused", ONCE)
async def storm(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 150})
    faults = (LOST, NEVER, _late(rig), Fault(FaultKind.CUT_DOWN, 30), Fault(FaultKind.BUSY))
    proxy.plan = Plan(faults, 0.2, rig.params.seed)
    for number in range(6):
        order = await rig.take([(rig.sku(), 2)], f"{number}")
        pick_order(rig, order.order, {rig.sku(): rig.pod()})
    count(rig, rig.pod(), rig.sku(), rig.ours()[rig.pod(), rig.sku()] - 3)
    await rig.deliver(rig.params.patience_s + 40 * rig.connector.fence_ms / 1000)
    proxy.plan = Plan()
    await rig.settle()


@case("crash-each-request", "The bridge dies at each request of a confirmation", BACK)
async def crash(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 150})
    for skip in range(MOST_REQUESTS):
        await _order(rig, f"{skip}")
        met = await _dies_at(rig, Fault(FaultKind.HALF_OPEN), skip)
        await rig.restart()
        await rig.deliver()
        await rig.expect_equal_stock()
        await rig.expect_once(rig.order_id(f"{skip}"), f"order-confirmed/{rig.order_id(f'{skip}')}")
        if not met:
            expect(skip > 0, "no request went by way of the proxy")
            return
    expect(False, f"a message takes more than {MOST_REQUESTS} requests: {proxy.requests}")


@case("crash-late", "The bridge dies, and what it had asked for is done after it is back", BACK)
async def crash_late(rig: Rig) -> None:
    rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 150})
    for skip in range(MOST_REQUESTS):
        await _order(rig, f"{skip}")
        met = await _dies_at(rig, _late(rig), skip)
        await rig.restart()
        await rig.deliver()
        await rig.pause_for_fence()
        await rig.expect_equal_stock()
        if not met:
            return
    expect(False, f"a message takes more than {MOST_REQUESTS} requests")


@case("restart-between", "The bridge restarts between any two steps", BACK)
async def restart(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    await rig.restart()
    await rig.deliver()
    await rig.restart()
    pick_order(rig, order.order, {rig.sku(): rig.pod()})
    await rig.restart()
    await rig.settle()
    await rig.restart()
    await rig.settle()


@case("cursor-lost", "The feed is read from an old place again after a restart", BACK)
async def cursor_lost(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    start = rig.engine.cursor(Feed.ORDERS)
    order = await rig.take([(rig.sku(), 5)])
    pick_order(rig, order.order, {rig.sku(): rig.pod()})
    await rig.settle()
    await rig.restart()
    rig.engine.rewind(Feed.ORDERS, start)
    await rig.settle()
    expect(not rig.untold(), "something is to be told again")


@case("wms-down", "The WMS is down: work goes on, and it is told when it is back", BACK)
async def wms_down(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 50})
    orders = [await rig.take([(rig.sku(), 3)], f"{number}") for number in range(3)]
    await proxy.pause()
    for order in orders:
        pick_order(rig, order.order, {rig.sku(): rig.pod()})
    expect(not await rig.engine.run(0.3), "the outbox is empty although the WMS is down")
    wrong = [failure.reason for failure in rig.engine.failures if failure.refused]
    expect(not wrong, f"taken for refusals: {wrong}")
    await proxy.start()
    await rig.settle()


@case("wms-down-while-told", "The WMS goes down in the middle of messages", BACK)
async def down_while_told(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 50})
    for number in range(4):
        order = await rig.take([(rig.sku(), 3)], f"{number}")
        pick_order(rig, order.order, {rig.sku(): rig.pod()})
    sending = asyncio.create_task(rig.engine.run(rig.params.patience_s + 60))
    begun = proxy.requests
    while proxy.requests < begun + 5 and not sending.done():
        await asyncio.sleep(0.002)
    await proxy.pause()
    await asyncio.sleep(0.1)
    await proxy.start()
    expect(await sending, "the outbox is not empty")
    await rig.settle()


@case("slow", "Each answer comes drop by drop", BACK)
async def slow(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 50})
    proxy.plan = Plan((Fault(FaultKind.DELAY, 0.05), Fault(FaultKind.THROTTLE, 20_000)))
    order = await rig.take([(rig.sku(), 3)])
    pick_order(rig, order.order, {rig.sku(): rig.pod()})
    await rig.deliver()
    proxy.plan = Plan()
    await rig.settle()


@case("clock-fast", "The bridge's clock is a day ahead", BACK)
async def clock_fast(rig: Rig) -> None:
    await _skewed(rig, 86_400_000)


@case("clock-slow", "The bridge's clock is a day behind", BACK)
async def clock_slow(rig: Rig) -> None:
    await _skewed(rig, -86_400_000)


@case("refused-words", "A message that the WMS refuses is told as refused, in short", WORDS)
async def refused(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    failure = await _told_nonsense(rig, 20)
    expect(failure.refused, f"not told as refused: {failure.reason[:200]}")
    expect(0 < len(failure.reason) <= 1_000, f"{len(failure.reason)} characters of reason")


@case("refused-alone", "A message that the WMS refuses holds up no other", WORDS)
async def refused_alone(rig: Rig) -> None:
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    rig.add_message(_nonsense(rig))
    pick_order(rig, order.order, {rig.sku(): rig.pod()})
    expect(await rig.engine.run(rig.params.patience_s + 20), "the outbox is not empty")
    expect(len(rig.dead()) == 1, f"given up: {rig.dead()}")
    await rig.expect_equal_stock()


@case("not-reached-words", "Nobody there is told as not reached, not as unknown", WORDS)
async def not_reached(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    await proxy.pause()
    failure = await _told_nonsense(rig, 1)
    expect(not failure.refused and not failure.unknown, f"{failure.refused} {failure.unknown}")
    await proxy.start()


@case("unknown-words", "A lost answer is told as unknown, never as refused", WORDS)
async def unknown(rig: Rig) -> None:
    proxy = rig.faults()
    await rig.stock_up({(rig.pod(), rig.sku()): 100})
    found: list[DeliveryFailed] = []
    # What is only asked may be asked again: so on to the first request that changes something.
    for skip in range(MOST_REQUESTS):
        await _order(rig, f"{skip}")
        proxy.arm(LOST, skip)
        before = len(rig.engine.failures)
        await rig.deliver()
        proxy.disarm()
        found += rig.engine.failures[before:]
        if any(failure.unknown for failure in found):
            break
    expect(bool(found), "no answer was lost")
    refusals = [failure.reason for failure in found if failure.refused]
    expect(not refusals, f"told as refused: {refusals}")
    expect(any(failure.unknown for failure in found), "no lost answer was told as unknown")


async def _told_nonsense(rig: Rig, attempts: int) -> DeliveryFailed:
    """What becomes of a message that no WMS can carry out: its refusal, if it comes to that."""
    failure = await rig.engine.tell(_nonsense(rig), attempts)
    if failure is None:
        raise CaseFailed("a message that makes no sense was carried out")
    return failure


def _nonsense(rig: Rig) -> StockAdjusted:
    name, slot = f"stock-adjusted/{rig.prefix}/nonsense", SlotId(f"{rig.prefix}/A/1/1")
    sku = Sku(f"{rig.prefix}-nothing")
    return StockAdjusted(name, "C1", slot, sku, 1, 1, CountReason.MISMATCH, None, rig.now_ms())


async def _dies_at(rig: Rig, fault: Fault, skip: int) -> bool:
    """Send, and stop dead when the request after ``skip`` others is out; whether it came to it."""
    proxy = rig.faults()
    proxy.arm(fault, skip)
    before = proxy.done[fault.kind]
    sending = asyncio.create_task(rig.engine.run(rig.params.patience_s))
    while proxy.done[fault.kind] == before and not sending.done():
        await asyncio.sleep(0.002)
    await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    proxy.disarm()
    return proxy.done[fault.kind] > before


def _late(rig: Rig) -> Fault:
    fence_s = rig.connector.fence_ms / 1000
    return Fault(FaultKind.LATE, 0.5 * fence_s if fence_s else 0.2)


async def _skewed(rig: Rig, skew_ms: int) -> None:
    rig.skew_ms = skew_ms
    if skew_ms < 0:
        rig.forget_time()
    await rig.stock_up({(rig.pod(), rig.sku()): 10})
    order = await rig.take([(rig.sku(), 5)])
    pick_order(rig, OrderId(order.order), {rig.sku(): rig.pod()})
    await rig.settle()
    expect(bool(await read(rig.connector.check)), "no version")
