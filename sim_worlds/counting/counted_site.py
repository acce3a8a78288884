"""The site of a counting round: slots with tagged cartons of which the books are partly wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random

from planner.assign.counting import CountingParams
from planner.dispatch.params import DispatchParams
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.demand import DemandParams, TimedOrder, generate_orders
from sim_worlds.sensing.articles import Article, articles_of
from sim_worlds.sensing.stock import StockErrors, TaggedStock
from sim_worlds.shift import Shift, with_counters

SLOTS_PER_SKU = 4
MOST_PIECES_A_LINE = 2
PLANTED = StockErrors(missing=0.03, extra=0.015, misplaced=0.015)


@dataclass(frozen=True, slots=True)
class CountedSiteParams:
    """``pods`` of the site are used, every slot of which holds up to ``capacity`` cartons;
    ``filled`` of the slots are, with ``pieces`` on the mean (Poisson). ``counters`` robots count,
    and look at up to ``looks_per_h`` pods. A piece is worth 0 to ``piece_value``."""

    pods: int = 24
    capacity: int = 16
    filled: float = 0.7
    pieces: float = 6.0
    counters: int = 2
    looks_per_h: int = 240
    piece_value: float = 60.0
    errors: StockErrors = PLANTED


@dataclass(frozen=True, slots=True)
class CountedSite:
    """A shift, what the articles are, what truly lies in the slots, and what a piece is worth."""

    shift: Shift
    articles: Mapping[Sku, Article]
    truth: TaggedStock
    values: Mapping[Sku, float]


def counted_site(site: Site, orders: int, seed: int, params: CountedSiteParams) -> CountedSite:
    """A site file made ready for a counting round with so many orders. Raises ``InvalidSite`` if
    there is no room for the robots that count, ``InvalidStock`` if no carton fits the slots."""
    model = replace(site.pod_model, slot_capacity=params.capacity)
    pods = min(params.pods, site.pod_count)
    site = with_counters(replace(site, pod_model=model, pod_count=pods), params.counters)
    random = Random(f"{seed}/counted site")
    slots = _slots(site)
    skus = tuple(Sku(f"SKU{n:05d}") for n in range(1, len(slots) // SLOTS_PER_SKU + 1))
    articles = articles_of(model, skus, seed)
    stock = tuple(
        Balance(slot, sku, pieces)
        for slot in slots
        if random.random() < params.filled
        for sku in (random.choice(skus),)
        if (pieces := min(_poisson(random, params.pieces), articles[sku].capacity)) > 0
    )
    counting = CountingParams(looks_per_h=params.looks_per_h)
    dispatch = DispatchParams(counting=counting)
    timed = _orders(orders, tuple({balance.sku for balance in stock}), seed)
    truth = TaggedStock(stock, articles, seed, params.errors)
    values = {sku: round(random.random() * params.piece_value, 2) for sku in skus}
    return CountedSite(Shift(site, timed, stock, seed, dispatch=dispatch), articles, truth, values)


def _slots(site: Site) -> list[SlotId]:
    model, digits = site.pod_model, max(3, len(str(site.pod_count)))
    return [
        slot_id(PodId(f"P{pod:0{digits}d}"), face, level, column)
        for pod in range(1, site.pod_count + 1)
        for face in model.faces
        for level in range(1, model.levels + 1)
        for column in range(1, model.columns + 1)
    ]


def _orders(count: int, skus: Sequence[Sku], seed: int) -> tuple[TimedOrder, ...]:
    """Orders of few pieces in their first half hour."""
    timed = generate_orders(count, tuple(sorted(skus)), seed, DemandParams(speed_up=24.0))
    return tuple(replace(one, order=_small(one.order)) for one in timed)


def _small(order: PickOrder) -> PickOrder:
    lines = tuple(
        replace(line, quantity=min(line.quantity, MOST_PIECES_A_LINE)) for line in order.lines[:6]
    )
    return replace(order, lines=lines)


def _poisson(random: Random, mean: float) -> int:
    """Knuth's method."""
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
