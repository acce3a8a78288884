"""Goods that come in during a shift: given ones, and a supplier who keeps the stock up.

The supplier follows an (s, S) policy with a lead time (:mod:`planner.assign.reorder`): every now
and then it looks at the stock, at what is on its way and at what orders wait for, and sends what is
missing. Levels come from the demand so far; until there is any, from the opening stock, half of
which is the reorder point.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from planner.assign.reorder import (
    Forecast,
    ReorderParams,
    StockLevels,
    stock_levels,
    wanted_refills,
)
from planner.dispatch.state import State
from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance


@dataclass(frozen=True, slots=True)
class TimedReceipt:
    """Goods and when they come in, in ms from the start of the shift."""

    at_ms: int
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class SupplyParams:
    """Goods come ``lead_s`` after they were ordered, give or take ``lead_spread`` of it. The stock
    is looked at every ``review_s``, demand is counted in periods of ``period_s``, and an order
    brings the demand of ``cover_s`` on top of the reorder point. A receipt has ``receipt_pieces``
    at most, and all levels together ``fill`` (share) of the room in the pods. Our assumptions."""

    lead_s: float = 1800.0
    lead_spread: float = 0.2
    review_s: float = 300.0
    period_s: float = 900.0
    cover_s: float = 3600.0
    service_level: float = 0.98
    receipt_pieces: int = 60
    fill: float = 0.8

    def __post_init__(self) -> None:
        if min(self.lead_s, self.cover_s) < 0 or min(self.review_s, self.period_s) <= 0:
            raise ValueError(
                "lead_s and cover_s must be 0 or more, review_s and period_s positive "
                f"(found {self})"
            )
        if not 0 <= self.lead_spread <= 1 or not 0 < self.fill <= 1:
            raise ValueError(f"lead_spread and fill are shares from 0 to 1 (found {self})")
        if self.receipt_pieces < 1:
            raise ValueError(f"receipt_pieces must be 1 or more (found {self.receipt_pieces})")

    @property
    def reorder(self) -> ReorderParams:
        """The same in periods of the demand history."""
        return ReorderParams(
            lead_periods=self.lead_s / self.period_s,
            review_periods=self.review_s / self.period_s,
            cover_periods=self.cover_s / self.period_s,
            service_level=self.service_level,
        )


@dataclass(slots=True)
class _Order:
    due_ms: int
    sku: Sku
    quantity: int


@dataclass(slots=True)
class _Books:
    levels: dict[Sku, StockLevels] = field(default_factory=dict)
    demand: dict[int, Counter[Sku]] = field(default_factory=dict)
    under_way: list[_Order] = field(default_factory=list)


class Supplier:
    """Sends goods by what it sees. The same shift and seed give the same goods."""

    def __init__(self, site: Site, stock: Iterable[Balance], params: SupplyParams, seed: int):
        self.params = params
        model = site.pod_model
        slots = site.pod_count * len(model.faces) * model.levels * model.columns
        self._room = round(slots * model.slot_capacity * params.fill)
        self._random = Random(f"{seed}/supply")
        self._books = _Books()
        opening: Counter[Sku] = Counter()
        for balance in stock:
            opening[balance.sku] += balance.quantity
        none = Forecast(0.0, 0.0, False)
        self._opening = {
            sku: StockLevels(sku, none, 0, held // 2, held) for sku, held in opening.items()
        }
        self._books.levels = dict(self._opening)
        self._number = 0
        self._period = 0
        self._next_look_ms = round(1000 * params.review_s)

    def see(self, order: PickOrder, at_ms: int) -> None:
        """An order has come in."""
        period = int(at_ms / 1000 // self.params.period_s)
        counted = self._books.demand.setdefault(period, Counter())
        for line in order.lines:
            counted[line.sku] += line.quantity

    def due(self, now_ms: int, state: State) -> list[Receipt]:
        """Goods that come in now; looks at the stock if it is time."""
        if now_ms >= self._next_look_ms:
            self._next_look_ms = now_ms + round(1000 * self.params.review_s)
            self._set_levels(int(now_ms / 1000 // self.params.period_s))
            self._order_again(now_ms, state)
        arrived = [order for order in self._books.under_way if order.due_ms <= now_ms]
        if not arrived:
            return []
        self._books.under_way = [o for o in self._books.under_way if o.due_ms > now_ms]
        return [receipt for order in arrived for receipt in self._receipts(order)]

    def _set_levels(self, period: int) -> None:
        """Levels from the periods that are over; none below those of the opening stock."""
        if period == self._period:
            return
        self._period = period
        history = [self._books.demand.get(past, Counter()) for past in range(period)]
        skus = dict.fromkeys(sku for counted in history for sku in counted)
        found = [
            stock_levels(sku, [counted[sku] for counted in history], self.params.reorder)
            for sku in skus
        ]
        asked = sum(level.order_up_to for level in found) or 1
        scale = min(1.0, self._room / asked)
        for level in found:
            least = self._opening.get(level.sku)
            self._books.levels[level.sku] = replace(
                level,
                reorder_point=max(round(level.reorder_point * scale), _point(least)),
                order_up_to=max(round(level.order_up_to * scale), _up_to(least)),
            )

    def _order_again(self, now_ms: int, state: State) -> None:
        coming: Counter[Sku] = Counter(state.incoming)
        for order in self._books.under_way:
            coming[order.sku] += order.quantity
        refills = wanted_refills(
            self._books.levels.values(), stock_position(state), coming, self.params.period_s / 3600
        )
        room = self._room - sum(stock.quantity for stock in state.slots.values())
        room -= sum(coming.values())
        for refill in refills:
            quantity = min(refill.quantity, room)
            if quantity <= 0:
                break
            room -= quantity
            spread = self.params.lead_spread * (2 * self._random.random() - 1)
            due_ms = now_ms + round(1000 * self.params.lead_s * (1 + spread))
            self._books.under_way.append(_Order(due_ms, refill.sku, quantity))

    def _receipts(self, order: _Order) -> Iterable[Receipt]:
        left = order.quantity
        while left > 0:
            self._number += 1
            pieces = min(left, self.params.receipt_pieces)
            left -= pieces
            yield Receipt(ReceiptId(f"R{self._number:06d}"), order.sku, pieces)


def stock_position(state: State) -> Mapping[Sku, int]:
    """Pieces of each SKU in pods, less those that orders still want: negative if they wait."""
    held: Counter[Sku] = Counter()
    for stock in state.slots.values():
        held[stock.sku] += stock.quantity
    for line in state.lines.values():
        held[line.sku] -= line.quantity - line.picked - line.shortened
    return held


def _point(least: StockLevels | None) -> int:
    return least.reorder_point if least else 0


def _up_to(least: StockLevels | None) -> int:
    return least.order_up_to if least else 0
