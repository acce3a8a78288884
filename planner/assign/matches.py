"""What pods hold against what waiting orders want: an inverted index from SKU to pods and orders.

Kept up to date piece by piece, so that a decision need not look at the whole stock: a change of one
slot or one line costs time with the pods that hold its SKU and with the orders that want it.
"""

from dataclasses import dataclass, field
from typing import Self, TypeVar

from planner.warehouse.ids import OrderId, PodId, Sku

Key = TypeVar("Key")


@dataclass(slots=True)
class Matches:
    """``holders[sku][pod]`` and ``contents[pod][sku]`` are the pieces in a pod that are not
    promised (only where there are any); ``wanting[sku][order]`` the pieces that waiting orders
    want; ``counts[pod]`` how many of those wishes the pod has something for."""

    holders: dict[Sku, dict[PodId, int]] = field(default_factory=dict)
    contents: dict[PodId, dict[Sku, int]] = field(default_factory=dict)
    wanting: dict[Sku, dict[OrderId, int]] = field(default_factory=dict)
    counts: dict[PodId, int] = field(default_factory=dict)

    def fork(self) -> Self:
        """A copy that can be changed without changing this one. Inner dictionaries are shared, and
        replaced when they change."""
        return type(self)(
            self.holders.copy(), self.contents.copy(), self.wanting.copy(), self.counts.copy()
        )

    def available(self, pod: PodId, sku: Sku) -> int:
        """Pieces of a SKU in a pod that can still be promised."""
        return self.holders.get(sku, {}).get(pod, 0)

    def stock(self, pod: PodId, sku: Sku, by: int) -> None:
        """``by`` more pieces (negative: fewer) can be promised."""
        if by == 0:
            return
        before = self.available(pod, sku)
        after = before + by
        self.holders[sku] = _with(self.holders.get(sku, {}), pod, after)
        self.contents[pod] = _with(self.contents.get(pod, {}), sku, after)
        if (before > 0) != (after > 0):
            wishes = len(self.wanting.get(sku, ()))
            self._count(pod, wishes if after > 0 else -wishes)

    def want(self, order: OrderId, sku: Sku, pieces: int) -> None:
        """A waiting order wants this; 0 pieces: no more."""
        wishes = self.wanting.get(sku, {})
        known = order in wishes
        self.wanting[sku] = _with(wishes, order, pieces)
        if known != (pieces > 0):
            for pod in self.holders.get(sku, ()):
                self._count(pod, 1 if pieces > 0 else -1)

    def _count(self, pod: PodId, by: int) -> None:
        count = self.counts.get(pod, 0) + by
        if count > 0:
            self.counts[pod] = count
        else:
            self.counts.pop(pod, None)


def _with(inner: dict[Key, int], key: Key, value: int) -> dict[Key, int]:
    """``inner`` with another value, or without the key where that is 0 or less."""
    changed = dict(inner)
    if value > 0:
        changed[key] = value
    else:
        changed.pop(key, None)
    return changed
