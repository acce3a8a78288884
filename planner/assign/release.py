"""Order release and pod choice, decided together: which pod comes to a station next, and which
waiting orders it brings work for.

A waiting order need not be at a station before a pod is chosen for it. So a pod is worth all that
it can serve there: open lines of orders that the station has, and whole orders of the backlog that
it completes, alone or with pods already under way. That is counted for every pod, exactly. And
places on the put wall that are free go to the orders that fit best to what is under way: what they
still need then draws the next pods.

Whoever takes only what fits best leaves the rest lying. So each line carries a weight that grows
with age and with the due time coming near, and orders that are ``patient_s`` old are given to a
station whatever fits (:mod:`planner.assign.orders`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import nlargest

from planner.assign.matches import Matches
from planner.warehouse.ids import OrderId, PodId, Sku

_CARE_CALLS = 10
"""Care is a mean over about so many calls of pods."""


class ReleaseRule(StrEnum):
    """How orders and pods are chosen; all but the first are the rules of the literature, kept to be
    compared with (M. Merschformann et al., Operations Research Perspectives 6, 2019)."""

    JOINT = "joint"
    """Orders and pods together, looking ahead at what the backlog could take from each pod."""
    RANDOM = "random"
    """Any order to any free place, any pod that has something for it."""
    FIRST_COME_NEAREST = "first_come_nearest"
    """The oldest order; the nearest pod that has something for the station."""
    FIRST_COME_PILE_ON = "first_come_pile_on"
    """The oldest order; the pod that serves most open lines of the station."""
    LINES_IN_COMMON = "lines_in_common"
    """The order that shares most SKUs with the station's open lines; the pod as above."""
    POD_MATCH = "pod_match"
    """The order of which most can come from pods under way to the station; the pod as above."""


@dataclass(frozen=True, slots=True)
class ReleaseParams:
    """``rule`` decides. The rest is for :attr:`ReleaseRule.JOINT`.

    The ways of the ``candidates`` best pods are looked at for each visit. A line of an order that
    has a place already counts ``open_worth``, for it holds up the place; ``line_cost_s`` seconds of
    driving cost as much as one line. Orders of more than ``large_lines`` lines are never completed
    by a pod alone: they, and orders ``patient_s`` old or due within ``rush_s``, take a put-wall
    place first and wait there for pods, the latter two at most as ``pressed_share`` of all orders.
    From then on a wish weighs more and more, ``rush_worth`` more within ``rush_s`` less ``lead_s``,
    the time that a pod takes; both only as far as stations have work enough (:func:`care_after`).
    At most ``order_slots - spare_places`` places are held by orders that wait for more than one
    pod. No pod is called to a station that has work for ``ahead_s`` seconds, a line taken as
    ``line_s`` seconds.
    """

    rule: ReleaseRule = ReleaseRule.JOINT
    candidates: int = 16
    open_worth: float = 6.0
    line_cost_s: float = 20.0
    large_lines: int = 4
    patient_s: int = 3_600
    rush_s: int = 1_800
    lead_s: int = 300
    rush_worth: float = 3.0
    pressed_share: float = 0.15
    spare_places: int = 1
    ahead_s: int = 300
    line_s: float = 8.0

    def __post_init__(self) -> None:
        if self.candidates < 1 or self.large_lines < 1 or self.spare_places < 1:
            raise ValueError(
                "candidates, large_lines and spare_places must be at least 1 "
                f"(found {self.candidates}, {self.large_lines}, {self.spare_places})"
            )
        if min(self.open_worth, self.ahead_s) < 0:
            raise ValueError(
                "open_worth and ahead_s must be 0 or more "
                f"(found {self.open_worth}, {self.ahead_s})"
            )
        if min(self.line_cost_s, self.patient_s, self.line_s) <= 0:
            raise ValueError(
                "line_cost_s, patient_s and line_s must be positive "
                f"(found {self.line_cost_s}, {self.patient_s}, {self.line_s})"
            )
        if not 0 <= self.pressed_share <= 1:
            raise ValueError(f"pressed_share is from 0 to 1 (found {self.pressed_share})")
        if not 0 <= self.lead_s < self.rush_s or self.rush_worth < 0:
            raise ValueError(
                "need 0 <= lead_s < rush_s and rush_worth >= 0 "
                f"(found {self.lead_s}, {self.rush_s}, {self.rush_worth})"
            )


@dataclass(frozen=True, slots=True)
class Wish:
    """A waiting order: the pieces it wants of each SKU, and how much each of its lines weighs."""

    order: OrderId
    pieces: tuple[tuple[Sku, int], ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Urgency:
    """How pressing an order is: its age, the time left until it is due (``None``: never due), both
    in seconds, and its priority."""

    age_s: float
    left_s: float | None
    priority: int = 0

    def goes_first(self, params: ReleaseParams) -> bool:
        """Whether the order must not wait for a pod that happens to fit."""
        due = self.left_s is not None and self.left_s < params.rush_s
        return due or self.priority > 0 or self.age_s > params.patient_s

    def weight(self, params: ReleaseParams, care: float = 1.0) -> float:
        """What a line of the order counts, in lines: 1 at first, and always where ``care`` is 0."""
        span_s = params.rush_s - params.lead_s
        pressed = (self.age_s - params.patient_s) / span_s
        if self.left_s is not None:
            pressed = max(pressed, (params.rush_s - self.left_s) / span_s)
        if self.priority > 0:
            pressed = 1.0
        rush = params.rush_worth * min(1.0, max(0.0, pressed))
        return 1.0 + care * (min(1.0, self.age_s / params.patient_s) + rush)


def care_after(care: float, ahead_s: float, spare_robots: int, params: ReleaseParams) -> float:
    """How far one can afford to care for old and pressing orders, from 0 to 1, after a pod was
    called to a station with work for ``ahead_s`` while ``spare_robots`` more had nothing to do.

    Where robots are short, stations run dry: then what counts is that each visit serves much, for
    to hurry some orders makes all of them later.
    """
    enough_s = params.ahead_s / 2
    now = 1.0 if spare_robots > 0 or ahead_s >= enough_s else ahead_s / enough_s
    return care + (now - care) / _CARE_CALLS


@dataclass(frozen=True, slots=True)
class StationNeed:
    """``under_way`` are the pieces, not promised yet, in pods at or on their way to the station;
    ``open`` the pieces of its orders that no pod brings yet, by SKU and with their weight."""

    under_way: Mapping[Sku, int]
    open: Sequence[tuple[Sku, int, float]]


@dataclass(frozen=True, slots=True)
class PodOffer:
    """A pod that could come, and how long it would drive to the station."""

    pod: PodId
    travel_ms: int


@dataclass(frozen=True, slots=True)
class VisitChoice:
    """The pod to fetch, the orders to bind to the station for it (best first), and what it is worth
    in lines, driving taken off."""

    pod: PodId
    orders: tuple[OrderId, ...]
    worth: float


@dataclass(slots=True)
class _Worths:
    """What every pod would bring: ``total`` in lines, and the orders that it completes."""

    total: dict[PodId, float] = field(default_factory=dict)
    completes: dict[PodId, list[tuple[float, OrderId]]] = field(default_factory=dict)

    def add(self, pod: PodId, lines: float) -> None:
        """So much more."""
        self.total[pod] = self.total.get(pod, 0.0) + lines


def best_visit(
    need: StationNeed,
    wishes: Iterable[Wish],
    matches: Matches,
    travel_ms: Callable[[PodId], int | None],
    params: ReleaseParams,
) -> VisitChoice | None:
    """The pod that is worth most at the station; ``None`` if none brings anything.

    ``travel_ms`` is how long a pod would drive there, ``None`` if it cannot come; it is asked for
    the ``candidates`` pods of most worth, or as many more as it takes to find one that can. Grows
    with the wished lines times the pods that hold a SKU, not with the pods of the site.
    """
    worths = _worths(need, wishes, matches, params)
    ranked = sorted(worths.total, key=lambda pod: (-worths.total[pod], pod))
    best: VisitChoice | None = None
    asked = 0
    for pod in ranked:
        if asked >= params.candidates and best is not None:
            break
        drive_ms = travel_ms(pod)
        if drive_ms is None:
            continue
        asked += 1
        worth = worths.total[pod] - drive_ms / 1000 / params.line_cost_s
        if best is None or worth > best.worth:
            orders = tuple(order for _, order in sorted(worths.completes.get(pod, ())))
            best = VisitChoice(pod, orders, worth)
    return best


def best_matching(
    under_way: Mapping[Sku, int], wishes: Mapping[OrderId, Wish], matches: Matches, most: int
) -> list[OrderId]:
    """The ``most`` orders of which the largest part can come from pods under way, weighed; orders
    of which nothing can are left out."""
    served: dict[OrderId, int] = {}
    for sku, held in under_way.items():
        for order, pieces in matches.wanting.get(sku, {}).items():
            if held >= pieces and order in wishes:
                served[order] = served.get(order, 0) + 1
    worth = {
        order: wishes[order].weight * lines / len(wishes[order].pieces)
        for order, lines in served.items()
    }
    return nlargest(most, worth, key=lambda order: (worth[order], order))


def completed_by(under_way: Mapping[Sku, int], wish: Wish) -> bool:
    """Whether pods under way hold all that an order wants."""
    return all(under_way.get(sku, 0) >= pieces for sku, pieces in wish.pieces)


def _worths(
    need: StationNeed, wishes: Iterable[Wish], matches: Matches, params: ReleaseParams
) -> _Worths:
    found = _Worths()
    for sku, _, weight in need.open:
        for pod in matches.holders.get(sku, ()):
            found.add(pod, params.open_worth * weight)
    for wish in wishes:
        missing = [
            (sku, pieces) for sku, pieces in wish.pieces if need.under_way.get(sku, 0) < pieces
        ]
        if missing and len(missing) <= params.large_lines:
            _wish_worth(found, need, wish, missing, matches)
    return found


def _wish_worth(
    found: _Worths,
    need: StationNeed,
    wish: Wish,
    missing: list[tuple[Sku, int]],
    matches: Matches,
) -> None:
    """Pods that hold all that is missing complete the order."""
    brings: dict[PodId, int] = {}
    for sku, pieces in missing:
        short = pieces - need.under_way.get(sku, 0)
        for pod, held in matches.holders.get(sku, {}).items():
            if held >= short:
                brings[pod] = brings.get(pod, 0) + 1
    whole = wish.weight * len(wish.pieces)
    for pod, lines in brings.items():
        if lines == len(missing):
            found.add(pod, whole)
            found.completes.setdefault(pod, []).append((-whole, wish.order))
