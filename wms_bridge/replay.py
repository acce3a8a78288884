"""Sending the orders of a file to a bridge at the times they had, or faster."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from planner.warehouse.ids import Sku
from wms_bridge.answers import Rejection
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.orderfile import FileOrder
from wms_bridge.records.work import SkuRecord

BATCH = 100
"""Orders in one request."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What became of the orders: ``repeated`` of the ``accepted`` were there before."""

    accepted: int = 0
    repeated: int = 0
    rejected: int = 0
    rejections: tuple[Rejection, ...] = ()


def schedule(
    orders: Sequence[FileOrder], speed_up: float
) -> Iterator[tuple[float, tuple[FileOrder, ...]]]:
    """Orders by time, in batches with the second (from the start) in which each is due:
    the file's time divided by ``speed_up``, or all at once if that is 0."""
    ordered = sorted(orders, key=lambda order: order.at_ms)
    first_ms = ordered[0].at_ms if ordered else 0

    def due_s(order: FileOrder) -> float:
        return (order.at_ms - first_ms) / 1000 / speed_up if speed_up > 0 else 0.0

    for at_s, together in groupby(ordered, key=due_s):
        while batch := tuple(islice(together, BATCH)):
            yield at_s, batch


def replay(
    client: BridgeClient,
    orders: Sequence[FileOrder],
    speed_up: float,
    on_sent: Callable[[int], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> ReplayReport:
    """Send all orders; ``on_sent`` hears how many more are sent. While the bridge is down it is
    asked again."""
    started_s = clock()
    report = ReplayReport()
    for at_s, batch in schedule(orders, speed_up):
        wait_s = started_s + at_s - clock()
        if wait_s > 0:
            sleep(wait_s)
        report = _add(report, client, batch, sleep)
        on_sent(len(batch))
    return report


def add_skus(client: BridgeClient, orders: Iterable[FileOrder]) -> int:
    """Put the SKUs of the orders that the catalogue lacks into it; how many they are."""
    skus: dict[Sku, None] = {}
    for found in orders:
        skus.update(dict.fromkeys(line.sku for line in found.order.lines))
    missing = set(skus) - {record.sku for record in client.catalogue()}
    new = [SkuRecord(sku) for sku in skus if sku in missing]
    if new:
        client.put_skus(new)
    return len(new)


def _add(
    report: ReplayReport,
    client: BridgeClient,
    batch: tuple[FileOrder, ...],
    sleep: Callable[[float], None],
) -> ReplayReport:
    pick_orders = [found.order for found in batch]
    taken = retrying(lambda: client.send_orders(pick_orders), sleep=sleep)
    # The bridge counts the orders of the request; people look up rows of the file.
    found = tuple(replace(r, row=batch[r.row - 1].rows[0]) for r in taken.rejections)
    return ReplayReport(
        report.accepted + taken.accepted,
        report.repeated + taken.repeated,
        report.rejected + taken.rejected,
        report.rejections + found,
    )
