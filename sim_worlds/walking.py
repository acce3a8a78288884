"""Picker to parts: people who walk with a cart, on the same orders as the robots.

The yardstick of goods to person. A tour takes one order, or as many as the cart has totes: first
come, or batched by the seed algorithm (the oldest order, then those that add fewest aisles; R. de
Koster, E. van der Poort, M. Wolters, International Journal of Production Research 37, 1999). The
walk is S-shaped: aisles with picks are walked through, the last one and back if their number is
odd. SKUs lie anywhere or, with ABC slotting, the more often asked for the nearer to the depot.
Nobody is in anybody's way, and stock is always there: the yardstick is a generous one.
"""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Sku
from planner.warehouse.orders import PickOrder

HOUR_S = 3_600.0
Place = tuple[int, float]
"""Aisle (from 0) and how far into it, in metres."""


class Batching(StrEnum):
    """Which orders go on one tour."""

    DISCRETE = "discrete"
    """One order a tour."""
    FIRST_COME = "first_come"
    """As many as the cart takes, oldest first."""
    SEED = "seed"
    """The oldest, and those that fit to it best."""


class Slotting(StrEnum):
    """Where SKUs lie."""

    RANDOM = "random"
    ABC = "abc"


@dataclass(frozen=True, slots=True)
class WalkingParams:
    """``aisles`` parallel aisles of ``aisle_m``, ``aisle_pitch_m`` apart, with room for
    ``skus_per_m`` SKUs on each metre, both sides together; the depot is at the front of the first.
    A person walks at ``speed_mps``, takes ``line_s`` a line (find, pick and put) and ``set_up_s``
    a tour, with ``cart_totes`` orders on a cart, batched among the ``window`` oldest orders."""

    aisles: int = 20
    aisle_m: float = 25.0
    aisle_pitch_m: float = 4.0
    skus_per_m: int = 8
    speed_mps: float = 1.0
    line_s: float = 13.0
    set_up_s: float = 60.0
    cart_totes: int = 12
    window: int = 200
    batching: Batching = Batching.FIRST_COME
    slotting: Slotting = Slotting.RANDOM

    def __post_init__(self) -> None:
        positive = (self.aisles, self.aisle_m, self.skus_per_m, self.speed_mps, self.cart_totes)
        if min(positive) <= 0 or self.window < self.cart_totes:
            raise ValueError(f"sizes and speed must be positive, window >= cart (found {self})")
        if min(self.aisle_pitch_m, self.line_s, self.set_up_s) < 0:
            raise ValueError(f"distances and times must be 0 or more (found {self})")


@dataclass(frozen=True, slots=True)
class WalkingKpis:
    """What one person would get done; ``seconds`` of work in all."""

    orders: int
    lines: int
    items: int
    tours: int
    metres: float
    seconds: float

    @property
    def lines_per_picker_h(self) -> float:
        """Lines that one person picks in an hour."""
        return HOUR_S * self.lines / self.seconds if self.seconds else 0.0

    @property
    def items_per_picker_h(self) -> float:
        """Pieces that one person picks in an hour."""
        return HOUR_S * self.items / self.seconds if self.seconds else 0.0

    @property
    def metres_per_line(self) -> float:
        """Metres walked for a line."""
        return self.metres / self.lines if self.lines else 0.0


def walk(
    orders: Sequence[PickOrder],
    seed: int = 0,
    params: WalkingParams | None = None,
    ranking: Sequence[Sku] | None = None,
) -> WalkingKpis:
    """Pick all ``orders``, which wait from the start, oldest first. ``ranking`` are all SKUs in
    stock, the most asked for first; without it, it is counted in the orders themselves.

    Raises :class:`InvalidStock` if their SKUs do not fit into the aisles.
    """
    params = params or WalkingParams()
    places = _places(ranking or ranked(orders), seed, params)
    tours = 0
    metres = seconds = 0.0
    for tour in _tours(orders, places, params):
        stops = [places[line.sku] for order in tour for line in order.lines]
        tour_m = s_shape_m(stops, params)
        tours += 1
        metres += tour_m
        seconds += params.set_up_s + tour_m / params.speed_mps + params.line_s * len(stops)
    lines = [line for order in orders for line in order.lines]
    pieces = sum(line.quantity for line in lines)
    return WalkingKpis(len(orders), len(lines), pieces, tours, metres, seconds)


def s_shape_m(stops: Iterable[Place], params: WalkingParams) -> float:
    """Metres of an S-shaped tour from the depot past ``stops`` and back."""
    deepest: dict[int, float] = {}
    for aisle, depth_m in stops:
        deepest[aisle] = max(depth_m, deepest.get(aisle, 0.0))
    if not deepest:
        return 0.0
    last = max(deepest)
    through, back = divmod(len(deepest), 2)
    across_m = 2 * last * params.aisle_pitch_m
    return across_m + 2 * through * params.aisle_m + back * 2 * deepest[last]


def ranked(orders: Iterable[PickOrder]) -> list[Sku]:
    """SKUs by the number of lines that ask for them."""
    asked = Counter(line.sku for order in orders for line in order.lines)
    return sorted(asked, key=lambda sku: (-asked[sku], sku))


def _places(ranking: Sequence[Sku], seed: int, params: WalkingParams) -> dict[Sku, Place]:
    places = [
        (aisle, metre + 0.5)
        for metre in range(int(params.aisle_m))
        for aisle in range(params.aisles)
        for _ in range(params.skus_per_m)
    ]
    if len(ranking) > len(places):
        raise InvalidStock(
            "the SKUs do not fit into the aisles",
            field="skus",
            value=f"{len(ranking)} SKUs, {len(places)} places",
            remedy="Use more or longer aisles, or more SKUs per metre.",
        )
    if params.slotting is Slotting.RANDOM:
        Random(f"{seed}/slotting").shuffle(places)
    else:
        places.sort(key=lambda place: place[0] * params.aisle_pitch_m + place[1])
    return dict(zip(ranking, places, strict=False))


def _tours(
    orders: Sequence[PickOrder], places: dict[Sku, Place], params: WalkingParams
) -> Iterable[Sequence[PickOrder]]:
    if params.batching is Batching.SEED:
        yield from _seed_batches(orders, places, params)
        return
    size = 1 if params.batching is Batching.DISCRETE else params.cart_totes
    for first in range(0, len(orders), size):
        yield orders[first : first + size]


def _seed_batches(
    orders: Sequence[PickOrder], places: dict[Sku, Place], params: WalkingParams
) -> Iterable[Sequence[PickOrder]]:
    to_come = deque((order, {places[line.sku][0] for line in order.lines}) for order in orders)
    waiting: list[tuple[PickOrder, set[int]]] = []
    while to_come or waiting:
        while to_come and len(waiting) < params.window:
            waiting.append(to_come.popleft())
        order, aisles = waiting.pop(0)
        batch, aisles = [order], set(aisles)
        while waiting and len(batch) < params.cart_totes:
            best = min(range(len(waiting)), key=lambda at: len(waiting[at][1] - aisles))
            order, more = waiting.pop(best)
            batch.append(order)
            aisles |= more
        yield batch
