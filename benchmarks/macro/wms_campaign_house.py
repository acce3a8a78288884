"""The house of the fault campaign: its pods, what the books say and what really lies there, and the
orders and goods of its shift."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from planner.warehouse.ids import OrderId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import Balance

PICKERS = 4
CAPACITY = 200
SLOTS_PER_POD = 32
SHORT_SHARE = 0.05
"""Slots that hold next to nothing, whatever the books say."""
GOODS_EVERY = 5
"""Goods come in with one order in so many."""
COUNT_EVERY = 4
"""A slot is counted after one order in so many."""


@dataclass
class House:
    """What is asked of it and what is there. ``truth`` is what really lies in the slots: it changes
    with what is taken and put, and nothing else."""

    site: Site
    stock: list[Balance]
    truth: dict[SlotId, int]
    orders: list[PickOrder]
    receipts: list[Receipt]
    free: list[SlotId]
    """Slots for goods that come in."""
    counted: list[Balance]
    """Slots that are counted in between, with other pieces than the books say."""

    @property
    def skus(self) -> list[Sku]:
        """All articles."""
        return sorted({b.sku for b in self.stock} | {receipt.sku for receipt in self.receipts})


def build_house(lines: int, lines_per_order: int, seed: int) -> House:
    """A house with orders of so many lines in all."""
    dice = Random(f"{seed}/house")
    count = max(1, lines // lines_per_order)
    skus = [Sku(f"S{number:04d}") for number in range(1, max(40, lines // 15) + 1)]
    receipts = [
        Receipt(ReceiptId(f"R{number:05d}"), Sku(f"G{number:04d}"), dice.randint(5, 60))
        for number in range(1, count // GOODS_EVERY + 1)
    ]
    odd = [Sku(f"C{number:04d}") for number in range(1, count // COUNT_EVERY + 1)]
    wanted = 2 * len(skus) + len(odd) + 2 * len(receipts)
    pods = -(-wanted // SLOTS_PER_POD) + 1
    slots = [
        SlotId(f"P{pod:03d}/A/{1 + column // 8}/{1 + column % 8}")
        for column in range(SLOTS_PER_POD)
        for pod in range(1, pods + 1)
    ]
    stock = [
        Balance(slot, sku, dice.randint(60, CAPACITY))
        for slot, sku in zip(slots, [*skus, *skus], strict=False)
    ]
    truth = {
        balance.slot: dice.randint(0, 6) if dice.random() < SHORT_SHARE else balance.quantity
        for balance in stock
    }
    rest = slots[len(stock) :]
    counted = [Balance(slot, sku, 50) for slot, sku in zip(rest, odd, strict=False)]
    truth |= {balance.slot: 50 + dice.choice((-3, -1, 1, 2)) for balance in counted}
    orders = [_order(number, skus, lines_per_order, dice) for number in range(1, count + 1)]
    free = rest[len(odd) : len(odd) + 2 * len(receipts)]
    return House(_site(pods), [*stock, *counted], truth, orders, receipts, free, counted)


def _order(number: int, skus: Sequence[Sku], lines: int, dice: Random) -> PickOrder:
    order = OrderId(f"O{number:05d}")
    return PickOrder(
        order,
        tuple(
            OrderLine(line_id(order, place), sku, dice.randint(1, 5))
            for place, sku in enumerate(dice.sample(skus, min(lines, len(skus))), start=1)
        ),
    )


def _site(pods: int) -> Site:
    stations = tuple(
        PickStation(
            StationId(f"S{number}"),
            (6.0 * number, 0.0),
            (),
            (),
            order_slots=4,
            roles=(StationRole.PICK, StationRole.REPLENISH),
        )
        for number in range(1, PICKERS + 1)
    )
    return Site(
        format="podherd-site/1",
        name="campaign",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (60.0, 0.0), (60.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=stations,
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=4, columns=8, slot_capacity=CAPACITY),
        pod_count=pods,
        robot_types=(),
        robots=(),
    )
