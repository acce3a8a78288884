"""Where a run's orders come from: at their times, or so that the backlog stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.orders import PickOrder
from sim_worlds.demand import TimedOrder


@dataclass(frozen=True, slots=True)
class Backlog:
    """Fill mode: as many of ``orders``, in this order, are received as it takes to have ``size``
    of them received and not yet bound to a station. From ``peak_from_ms`` to ``peak_to_ms`` it is
    ``peak`` times as many. Their ``due_ms`` counts from the moment they are received.

    Raises :class:`InvalidOrder` without orders or with a size below 1.
    """

    size: int
    orders: tuple[PickOrder, ...]
    peak: float = 1.0
    peak_from_ms: int = 0
    peak_to_ms: int = 0

    def __post_init__(self) -> None:
        if self.size < 1 or self.peak <= 0:
            raise InvalidOrder(
                "a backlog holds orders",
                field="backlog.size, backlog.peak",
                value=[self.size, self.peak],
                remedy="Give a size of 1 or more and a peak above 0.",
            )
        if not self.orders:
            raise InvalidOrder("a backlog needs orders", field="backlog.orders", value=[])

    def wanted(self, now_ms: int) -> int:
        """How many orders should be waiting now."""
        in_peak = self.peak_from_ms <= now_ms < self.peak_to_ms
        return round(self.size * self.peak) if in_peak else self.size


class OrderSource(Protocol):
    """Gives a run its orders."""

    def take(self, now_ms: int, waiting: int) -> list[PickOrder]:
        """The orders received now, with ``waiting`` of them received and not yet released."""

    @property
    def empty(self) -> bool:
        """Whether nothing will come any more."""


class Arrivals:
    """Orders that come in at their times, whatever happens."""

    def __init__(self, orders: Sequence[TimedOrder]):
        self._orders = sorted(orders, key=lambda timed: timed.at_ms)
        self._next = 0

    def take(self, now_ms: int, waiting: int) -> list[PickOrder]:
        """Those due to arrive by now."""
        first = self._next
        while self._next < len(self._orders) and self._orders[self._next].at_ms <= now_ms:
            self._next += 1
        return [timed.order for timed in self._orders[first : self._next]]

    @property
    def to_come(self) -> tuple[TimedOrder, ...]:
        """Those that have not arrived, in order of arrival."""
        return tuple(self._orders[self._next :])

    @property
    def empty(self) -> bool:
        """Whether all have arrived."""
        return self._next == len(self._orders)


class Refill:
    """Orders that come in as others are released, see :class:`Backlog`."""

    def __init__(self, backlog: Backlog):
        self._backlog = backlog
        self._next = 0

    def take(self, now_ms: int, waiting: int) -> list[PickOrder]:
        """As many as are missing."""
        missing = max(0, self._backlog.wanted(now_ms) - waiting)
        taken = self._backlog.orders[self._next : self._next + missing]
        self._next += len(taken)
        return [
            order if order.due_ms is None else replace(order, due_ms=now_ms + order.due_ms)
            for order in taken
        ]

    @property
    def empty(self) -> bool:
        """Whether the orders have run out."""
        return self._next == len(self._backlog.orders)
