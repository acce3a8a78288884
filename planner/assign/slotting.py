"""Slotting: how many slots each SKU should have, and which goods go into which slots of which pods.

The slots of a site are shared out in proportion to a power of demand. With the square root, between
an even share and a proportional one, a frequent SKU lies in several pods, one of which is likely to
come anyway (J. J. Enright and P. R. Wurman, Optimization and coordinated autonomy in mobile
fulfillment systems, AAAI workshop 2011; T. Lamballais, D. Roy and R. de Koster, Inventory
allocation in robotic mobile fulfillment systems, IISE Transactions 52(1), 2020). Goods are then put
where their SKU lies already or into empty slots, of pods that can take several goods at once.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import ceil, floor, isfinite

from planner.assign.matching import Arc, match
from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import PodId, ReceiptId, Sku, SlotId

Lift = Mapping[tuple[Sku, Sku], float]
"""How much more often two SKUs (in alphabetical order) are ordered together than by chance."""


@dataclass(frozen=True, slots=True)
class SlottingParams:
    """Slots are shared out by demand to the power of ``exponent`` (0 evenly, 1 in proportion).

    The ``window`` most pressing goods are looked at, and the ``candidates`` best pods of each
    station. One put is worth ``put_worth_ms`` of driving, one that an order waits for
    ``rush_worth`` times as much, one into an empty slot of an SKU that has its share of slots
    already ``overspread_worth`` as much. A pod whose SKUs are asked for as often as the goods
    counts for up to ``velocity_weight`` (share of a put) more than one of the other kind, and one
    that holds what is ordered together with them for up to ``affinity_weight`` more: ``affinity``
    has pairs of SKUs with their lift, from past orders (:func:`affinity_lift`). For every hour that
    goods have waited a put of them is worth ``ageing_per_h`` more, so that none waits for ever. At
    least ``least_put`` pieces go into a slot, if there are as many, and a pod takes ``puts_max``
    puts in one visit at most.
    """

    exponent: float = 0.5
    window: int = 300
    candidates: int = 12
    put_worth_ms: int = 20_000
    rush_worth: float = 6.0
    overspread_worth: float = 0.3
    velocity_weight: float = 0.4
    affinity_weight: float = 0.0
    affinity: tuple[tuple[Sku, Sku, float], ...] = ()
    ageing_per_h: float = 2.0
    least_put: int = 6
    puts_max: int = 8

    def __post_init__(self) -> None:
        counts = (self.window, self.candidates, self.least_put, self.puts_max)
        if min(counts) < 1:
            raise ValueError(
                f"window, candidates, least_put and puts_max must be 1 or more (found {counts})"
            )
        weights = (
            self.exponent,
            self.put_worth_ms,
            self.rush_worth,
            self.overspread_worth,
            self.velocity_weight,
            self.affinity_weight,
            self.ageing_per_h,
        )
        if not all(isfinite(weight) and weight >= 0 for weight in weights):
            raise ValueError(f"exponent, worths and weights must be 0 or more (found {weights})")

    @property
    def lift(self) -> Lift:
        """The pairs by their SKUs; none if they do not count."""
        if not self.affinity_weight:
            return {}
        return {(min(a, b), max(a, b)): value for a, b, value in self.affinity}


@dataclass(frozen=True, slots=True)
class SlotRoom:
    """A slot with ``room`` for more pieces of ``sku``; of any SKU if that is ``None``."""

    slot: SlotId
    sku: Sku | None
    room: int


@dataclass(frozen=True, slots=True)
class PodRoom:
    """The slots of a pod that can take something; ``heat`` is how much its SKUs are asked for, from
    0 to 1 for the most, and ``skus`` are those it holds."""

    pod: PodId
    slots: tuple[SlotRoom, ...]
    heat: float = 0.0
    skus: frozenset[Sku] = frozenset()


@dataclass(frozen=True, slots=True)
class Goods:
    """``pieces`` of one receipt that have no slot yet; ``rush`` if an order waits for them.

    Its SKU lies in ``slots`` slots and should lie in ``target``; ``settled`` says that one of them
    has room for more. ``heat`` is as of a pod; they have waited ``waited_h`` hours.
    """

    receipt: ReceiptId
    sku: Sku
    pieces: int
    slots: int
    target: int
    settled: bool
    rush: bool = False
    heat: float = 0.0
    waited_h: float = 0.0


@dataclass(frozen=True, slots=True)
class PlannedPut:
    """``pieces`` of a receipt into a slot."""

    receipt: ReceiptId
    sku: Sku
    slot: SlotId
    pieces: int


@dataclass(frozen=True, slots=True)
class PutPlan:
    """What one visit of a pod would bring; ``worth`` counts puts, weighted."""

    puts: tuple[PlannedPut, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class PutOffer:
    """Pod number ``pod`` at station number ``station``: puts worth ``worth``, for ``travel_ms``."""

    station: int
    pod: int
    worth: float
    travel_ms: int


def spread_slots(demand: Mapping[Sku, float], slots: int, exponent: float = 0.5) -> dict[Sku, int]:
    """How many of ``slots`` each SKU should have: in proportion to its demand (any unit, 0 or more)
    to the power of ``exponent``, rounded by largest remainder, and never less than 2; than 1 if 2
    of each are too many. With fewer slots than SKUs those asked for most have one each.

    All slots are shared out as soon as anything is asked for. Raises :class:`InvalidDemand`.
    """
    weights = {sku: _weight(sku, asked, exponent) for sku, asked in demand.items()}
    least = 2 if 2 * len(demand) <= slots else 1
    if least * len(demand) > slots:
        ranked = sorted(demand, key=lambda sku: -weights[sku])
        return dict.fromkeys(demand, 0) | dict.fromkeys(ranked[: max(0, slots)], 1)
    counts = dict.fromkeys(demand, least)
    return counts | _apportioned(weights, slots - least * len(demand), least)


def _weight(sku: Sku, asked: float, exponent: float) -> float:
    if not isfinite(asked) or asked < 0:
        raise InvalidDemand(
            "demand must be a number of 0 or more",
            field=f"demand[{sku}]",
            value=asked,
            remedy="Leave the SKU out, or give the pieces or lines it was asked for.",
        )
    return float(asked**exponent) if asked > 0 else 0.0


def _apportioned(weights: Mapping[Sku, float], spare: int, least: int) -> dict[Sku, int]:
    """Shares of those whose fair share is above ``least``; the others stay where they are."""
    richer = [sku for sku, weight in weights.items() if weight > 0]
    while richer:
        pool = spare + least * len(richer)
        total = sum(weights[sku] for sku in richer)
        kept = [sku for sku in richer if pool * weights[sku] / total >= least]
        if len(kept) == len(richer):
            break
        richer = kept
    if not richer:
        return {}
    fair = {sku: pool * weights[sku] / total for sku in richer}
    counts = {sku: floor(share) for sku, share in fair.items()}
    by_remainder = sorted(richer, key=lambda sku: counts[sku] - fair[sku])
    for sku in by_remainder[: pool - sum(counts.values())]:
        counts[sku] += 1
    return counts


def affinity_lift(
    baskets: Iterable[Collection[Sku]], least_together: int = 5
) -> dict[tuple[Sku, Sku], float]:
    """Lift of every pair of SKUs that came together in ``least_together`` baskets or more: their
    share of the baskets over the product of the shares of each; 1 is what chance gives."""
    alone: Counter[Sku] = Counter()
    together: Counter[tuple[Sku, Sku]] = Counter()
    number = 0
    for basket in baskets:
        number += 1
        skus = sorted(set(basket))
        alone.update(skus)
        together.update(combinations(skus, 2))
    return {
        (a, b): count * number / (alone[a] * alone[b])
        for (a, b), count in together.items()
        if count >= least_together
    }


def goods_for(
    pod: PodRoom,
    goods: Sequence[Goods],
    places: Mapping[Sku, Sequence[int]],
    params: SlottingParams,
) -> list[Goods]:
    """Those of ``goods`` that matter for a pod, most pressing first: whose SKU it holds, and as
    many others as it might put into empty slots. ``places`` are the indices of each SKU's goods."""
    chosen = {index for slot in pod.slots if slot.sku for index in places.get(slot.sku, ())}
    if any(slot.sku is None for slot in pod.slots):
        chosen.update(range(min(params.puts_max, len(goods))))
    return [goods[index] for index in sorted(chosen)]


def plan_puts(
    pod: PodRoom, goods: Sequence[Goods], params: SlottingParams, lift: Lift | None = None
) -> PutPlan:
    """Which of ``goods`` (most pressing first) a pod would take where, each into one slot.

    A slot takes one SKU and no more than it has room for. Goods whose SKU should lie in more slots
    are split among as many as are missing, and never all in one pod while no other has the SKU.
    """
    room = {slot.slot: slot for slot in pod.slots}
    puts: list[PlannedPut] = []
    worth = 0.0
    for item in goods:
        if len(puts) >= params.puts_max:
            break
        slot = _slot_for(item, room.values())
        if slot is None:
            continue
        pieces = min(slot.room, _share(item, params), item.pieces)
        puts.append(PlannedPut(item.receipt, item.sku, slot.slot, pieces))
        worth += _worth(item, slot, pod, params, lift or {})
        left = slot.room - pieces
        del room[slot.slot]
        if left:
            room[slot.slot] = SlotRoom(slot.slot, item.sku, left)
    return PutPlan(tuple(puts), worth)


def _slot_for(item: Goods, slots: Collection[SlotRoom]) -> SlotRoom | None:
    """The slot of the SKU with most room; an empty one if there is none."""
    own = [slot for slot in slots if slot.sku == item.sku]
    empty = (slot for slot in slots if slot.sku is None)
    return max(own, key=lambda slot: slot.room) if own else next(empty, None)


def _share(item: Goods, params: SlottingParams) -> int:
    parts = max(item.target - item.slots, 2 if item.slots < 2 else 1)
    return max(params.least_put, ceil(item.pieces / parts))


def _worth(item: Goods, slot: SlotRoom, pod: PodRoom, params: SlottingParams, lift: Lift) -> float:
    base = params.rush_worth if item.rush else 1.0
    if slot.sku is None and item.settled and item.slots >= item.target and not item.rush:
        base = params.overspread_worth
    base += params.ageing_per_h * item.waited_h
    base += params.velocity_weight * (1 - abs(item.heat - pod.heat))
    if params.affinity_weight and pod.skus:
        pairs = ((min(item.sku, sku), max(item.sku, sku)) for sku in sorted(pod.skus))
        more = sum(max(0.0, lift.get(pair, 1.0) - 1.0) for pair in pairs) / len(pod.skus)
        base += params.affinity_weight * min(1.0, more)
    return base


def choose_put_pods(offers: Sequence[PutOffer], params: SlottingParams) -> list[tuple[int, int]]:
    """Pairs ``(station, pod)``, each station and each pod at most once, by min-cost flow."""
    by_station: dict[int, list[PutOffer]] = {}
    for offer in offers:
        by_station.setdefault(offer.station, []).append(offer)
    arcs: list[Arc] = []
    for station, own in by_station.items():
        ranked = sorted((_cost(offer, params), offer.pod) for offer in own)
        arcs += [Arc(station, pod, cost) for cost, pod in ranked[: params.candidates]]
    return [(arc.left, arc.right) for arc in match(arcs)]


def _cost(offer: PutOffer, params: SlottingParams) -> int:
    return offer.travel_ms - round(params.put_worth_ms * offer.worth)
