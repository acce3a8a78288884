"""Order books of another size, or that come in faster."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder, line_id
from sim_worlds.demand import TimedOrder


def with_volume(
    orders: Sequence[TimedOrder], volume: float, seed: int = 0
) -> tuple[TimedOrder, ...]:
    """``volume`` times as many orders (rounded), drawn from ``orders``: as many whole copies as
    fit, and a random part. A copy comes in at the time of some other order, so that the day keeps
    its shape, and its id ends in ``~2``, ``~3`` ..."""
    wanted = round(len(orders) * volume)
    random = Random(f"{seed}/volume")
    kept: list[TimedOrder] = []
    copy = 0
    while len(kept) < wanted:
        copy += 1
        part = min(len(orders), wanted - len(kept))
        chosen = sorted(random.sample(range(len(orders)), part))
        if copy == 1:
            kept += [orders[index] for index in chosen]
        else:
            kept += [_copy(orders[i], random.choice(orders).at_ms, copy) for i in chosen]
    return tuple(sorted(kept, key=lambda timed: timed.at_ms))


def _copy(timed: TimedOrder, at_ms: int, copy: int) -> TimedOrder:
    order = timed.order
    name = OrderId(f"{order.order}~{copy}")
    lines = tuple(
        replace(line, line=line_id(name, number))
        for number, line in enumerate(order.lines, start=1)
    )
    due_ms = None if order.due_ms is None else order.due_ms + at_ms - timed.at_ms
    return TimedOrder(at_ms, PickOrder(name, lines, due_ms, order.priority))


def sped_up(
    orders: Sequence[TimedOrder], speed_up: float, from_ms: int = 0
) -> tuple[TimedOrder, ...]:
    """The same orders with the time between them divided by ``speed_up``, counted from
    ``from_ms``; the time an order has until it is due stays."""
    found = []
    for timed in orders:
        at_ms = from_ms + round((timed.at_ms - from_ms) / speed_up)
        due_ms = timed.order.due_ms
        if due_ms is not None:
            due_ms += at_ms - timed.at_ms
        found.append(TimedOrder(at_ms, replace(timed.order, due_ms=due_ms)))
    return tuple(found)


def with_promise(orders: Sequence[TimedOrder], promise_ms: int) -> tuple[TimedOrder, ...]:
    """Orders without a due time are due ``promise_ms`` after they come in."""
    return tuple(
        timed
        if timed.order.due_ms is not None
        else replace(timed, order=replace(timed.order, due_ms=timed.at_ms + promise_ms))
        for timed in orders
    )
