"""Order release: which waiting orders take the free places on which put walls.

The pick order assignment problem of an RMFS (M. Merschformann et al., Decision rules for robotic
mobile fulfillment systems, Operations Research Perspectives 6, 2019). The oldest orders go first,
within a window in which lines that pods already under way can serve count for more than age.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.assign.matching import Arc, match


@dataclass(frozen=True, slots=True)
class OrderReleaseParams:
    """``window`` orders per free place are looked at; one line that a pod under way serves is
    worth ``line_worth_s`` seconds of age, and each line that waits at a station already costs it
    ``load_cost_s``; orders older than ``urgent_s`` go before all others."""

    window: int = 4
    line_worth_s: int = 60
    load_cost_s: int = 8
    urgent_s: int = 3600

    def __post_init__(self) -> None:
        if self.window < 1:
            raise ValueError(f"window must be at least 1 (found {self.window})")


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """``served[s]`` lines of the order can come from pods on their way to station ``s``."""

    age_s: int
    served: tuple[int, ...]


def release_orders(
    orders: Sequence[WaitingOrder],
    free_places: Sequence[int],
    load: Sequence[int],
    params: OrderReleaseParams,
) -> list[tuple[int, int]]:
    """Pairs ``(order, station)``; at most ``free_places[s]`` orders for each station.

    ``orders`` come oldest first; ``load`` is the number of open lines of each station, so that
    equal choices go where there is least to do. Every free place is filled while orders last.
    """
    places = sum(free_places)
    arcs = []
    for index, order in enumerate(orders[: params.window * places]):
        urgency = -1_000_000 if order.age_s > params.urgent_s else 0
        for station, free in enumerate(free_places):
            if free > 0:
                worth = order.age_s + params.line_worth_s * order.served[station]
                cost = urgency - worth + params.load_cost_s * load[station]
                arcs.append(Arc(index, station, cost))
    pairs = match(arcs, right_capacity=dict(enumerate(free_places)))
    return [(arc.left, arc.right) for arc in pairs]
