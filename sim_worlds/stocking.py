"""What lies where before the shift: stock spread over the pods, enough for the orders given."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from math import ceil
from random import Random

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, pod_of, slot_id


def opening_stock(
    site: Site,
    skus: Sequence[Sku],
    orders: Iterable[PickOrder],
    seed: int,
    margin: float = 0.5,
    exponent: float | None = 0.5,
) -> tuple[Balance, ...]:
    """One balance for every slot of the site that is used, in slot order.

    Every SKU gets as many slots as its demand plus ``margin`` needs, at least two where there are
    enough slots, and the rest is shared out in proportion to demand to the power of ``exponent``:
    by default its square root, between an even share (0) and one in proportion to demand (1). With
    ``None`` nothing is spread: every SKU has the slots that it needs and no more. Slots of one SKU
    lie in different pods as far as possible. A slot holds at least the largest line of its SKU, so
    that one visit can serve it.
    Raises :class:`InvalidStock` if it does not all fit.
    """
    pieces, largest = _demand(skus, orders)
    wanted = {sku: max(1, ceil(count * (1 + margin))) for sku, count in pieces.items()}
    counts = _slots_per_sku(site, pieces, wanted, exponent)
    places = _places(site, counts, Random(f"{seed}/stocking"))
    capacity = site.pod_model.slot_capacity
    balances = [
        Balance(slot, sku, min(capacity, max(ceil(wanted[sku] / counts[sku]), largest[sku])))
        for sku, slots in places.items()
        for slot in slots
    ]
    rank = {slot: number for number, slot in enumerate(_all_slots(site))}
    return tuple(sorted(balances, key=lambda balance: rank[balance.slot]))


def pod_ids(site: Site) -> tuple[PodId, ...]:
    """Names of the site's pods: ``P001``... with three digits, or as many as the last one needs."""
    digits = max(3, len(str(site.pod_count)))
    return tuple(PodId(f"P{number:0{digits}d}") for number in range(1, site.pod_count + 1))


def _demand(
    skus: Sequence[Sku], orders: Iterable[PickOrder]
) -> tuple[dict[Sku, int], Counter[Sku]]:
    """Pieces asked for of each SKU, and the largest line of it."""
    pieces = dict.fromkeys(skus, 0)
    largest: Counter[Sku] = Counter()
    for order in orders:
        for line in order.lines:
            if line.sku not in pieces:
                raise InvalidStock(
                    "an order asks for a SKU that is not stocked",
                    field=f"{line.line}.sku",
                    value=line.sku,
                    remedy="Give every SKU of the orders.",
                )
            pieces[line.sku] += line.quantity
            largest[line.sku] = max(largest[line.sku], line.quantity)
    return pieces, largest


def _slots_per_sku(
    site: Site, pieces: dict[Sku, int], wanted: dict[Sku, int], exponent: float | None
) -> dict[Sku, int]:
    model = site.pod_model
    slots = site.pod_count * len(model.faces) * model.levels * model.columns
    counts = {sku: ceil(count / model.slot_capacity) for sku, count in wanted.items()}
    if sum(counts.values()) > slots:
        raise InvalidStock(
            "the stock does not fit into the pods",
            field="skus",
            value=f"{sum(counts.values())} slots needed, {slots} there",
            remedy="Use fewer SKUs or orders, a smaller margin, or a site with more pods.",
        )
    if exponent is None:
        return counts
    enough_for_two = sum(max(2, count) for count in counts.values()) <= slots
    if enough_for_two and site.pod_count > 1:
        counts = {sku: max(2, count) for sku, count in counts.items()}
    queue = [(counts[sku] / pieces[sku] ** exponent, rank, sku) for rank, sku in _asked_for(pieces)]
    heapify(queue)
    for _ in range(slots - sum(counts.values())):
        if not queue:
            break
        _, rank, sku = heappop(queue)
        counts[sku] += 1
        heappush(queue, (counts[sku] / pieces[sku] ** exponent, rank, sku))
    return counts


def _asked_for(pieces: dict[Sku, int]) -> list[tuple[int, Sku]]:
    return [(rank, sku) for rank, (sku, count) in enumerate(pieces.items()) if count]


def _places(site: Site, counts: dict[Sku, int], random: Random) -> dict[Sku, list[SlotId]]:
    """Slots for every SKU: those with most slots first, dealt round by round over the pods."""
    deck = _shuffled_rounds(site, random)
    places: dict[Sku, list[SlotId]] = {}
    for sku in sorted(counts, key=lambda sku: -counts[sku]):
        taken: dict[PodId, SlotId] = {}
        left_over: list[SlotId] = []
        while deck and len(taken) < counts[sku]:
            slot = deck.popleft()
            if pod_of(slot) in taken:
                left_over.append(slot)
            else:
                taken[pod_of(slot)] = slot
        again = counts[sku] - len(taken)
        places[sku] = [*taken.values(), *left_over[:again]]
        deck.extendleft(reversed(left_over[again:]))
    return places


def _shuffled_rounds(site: Site, random: Random) -> deque[SlotId]:
    """All slots, such that one of every pod comes before a second one of any."""
    of_pods = [_slots_of(site, pod) for pod in pod_ids(site)]
    for slots in of_pods:
        random.shuffle(slots)
    deck: deque[SlotId] = deque()
    for one_of_each in zip(*of_pods, strict=True):
        deck.extend(random.sample(one_of_each, len(one_of_each)))
    return deck


def _slots_of(site: Site, pod: PodId) -> list[SlotId]:
    model = site.pod_model
    return [
        slot_id(pod, face, level, column)
        for face in model.faces
        for level in range(1, model.levels + 1)
        for column in range(1, model.columns + 1)
    ]


def _all_slots(site: Site) -> list[SlotId]:
    return [slot for pod in pod_ids(site) for slot in _slots_of(site, pod)]
