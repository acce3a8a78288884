"""First expired or first in, first out: which stock of an SKU may be promised now.

Stock goes by rank, the lowest first. To take only the very oldest would send for a pod for every
piece, so what is younger by no more than a tolerance may be taken as well.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from planner.warehouse.ids import SlotId


@dataclass(frozen=True, slots=True)
class Ranked:
    """Stock in a slot: ``free`` pieces of it can still be promised. What is higher in rank than
    this by at most ``window_ms`` may be taken as well."""

    rank_ms: int
    window_ms: int
    free: int


def too_young(stock: Mapping[SlotId, Ranked]) -> Set[SlotId]:
    """Slots whose stock has to wait for older stock in others."""
    oldest = min((one for one in stock.values() if one.free > 0), key=_age, default=None)
    if oldest is None:
        return frozenset()
    limit_ms = oldest.rank_ms + oldest.window_ms
    return {slot for slot, one in stock.items() if one.rank_ms > limit_ms}


def _age(one: Ranked) -> tuple[int, int]:
    return one.rank_ms, -one.window_ms
