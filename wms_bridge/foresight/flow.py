"""How long open orders take by the flow of lines: an estimate that can be explained, before
anything is learned of how the site differs from it.

Orders are served begun ones first, then by priority, due time and age. An order that waits has
before it the open lines of all that go first, at the rate of the open stations; once begun it
shares its station's rate with the other orders on the put wall (Little's law), as pods serve many
at once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.warehouse.ids import OrderId, StationId
from wms_bridge.foresight.situation import OpenOrder, Situation

HOUR_MS = 3_600_000
LEAST_SHARE = 0.02
"""Nothing is taken to be slower than this share of what all stations could do: somebody will open
one."""
LEAST_PER_H = 1.0
TRIP_MS = 60_000
"""A pod is fetched, brought and picked from in about this time at least."""
FAR = 2**62


@dataclass(frozen=True, slots=True)
class Base:
    """The estimate of one order: ``lines_ahead`` open lines go before it; it waits ``wait_ms`` for
    them and takes ``work_ms`` once begun."""

    lines_ahead: int
    wait_ms: int
    work_ms: int

    @property
    def base_ms(self) -> int:
        """All the time that is left."""
        return self.wait_ms + self.work_ms


def served(orders: Sequence[OpenOrder]) -> list[OpenOrder]:
    """Orders as they are served, first come first."""
    return sorted(orders, key=_rank)


def _rank(order: OpenOrder) -> tuple[bool, int, int, int]:
    begun = order.picked > 0 or order.shown
    due = FAR if order.due_ms is None else order.due_ms
    return not begun, -order.priority, due, order.number


def bases(situation: Situation, ordered: Sequence[OpenOrder]) -> Mapping[OrderId, Base]:
    """The estimate of every order; ``ordered`` as :func:`served` has them."""
    nominal = max(situation.nominal_per_h, LEAST_PER_H)
    capacity = max(situation.capacity_per_h, LEAST_SHARE * nominal, LEAST_PER_H)
    begun: Counter[StationId] = Counter(one.station for one in ordered if one.station is not None)
    lines_begun = _lines_begun(ordered)
    per_wall = _on_a_wall(situation, begun)
    open_stations = max(1, sum(one.open for one in situation.stations.values()))
    found: dict[OrderId, Base] = {}
    ahead = 0
    for order in ordered:
        own = len(order.lines)
        if order.station is not None:
            rate = _rate(situation, order.station, nominal)
            # Of all lines on the wall those go before it that its own do not come after.
            shared = min(lines_begun[order.station], own * max(1, begun[order.station]))
            base = Base(ahead, 0, round((own + shared) / 2 / rate * HOUR_MS) + TRIP_MS)
        else:
            rate = capacity / open_stations
            work = round(own * max(1.0, per_wall) / rate * HOUR_MS) + TRIP_MS
            base = Base(ahead, round(ahead / capacity * HOUR_MS), work)
        found[order.order] = base
        ahead += own
    return found


def _lines_begun(ordered: Sequence[OpenOrder]) -> Counter[StationId]:
    lines: Counter[StationId] = Counter()
    for one in ordered:
        if one.station is not None:
            lines[one.station] += len(one.lines)
    return lines


def _on_a_wall(situation: Situation, begun: Counter[StationId]) -> float:
    """How many orders share a station, on average; half of them are done before one is."""
    stations = max(1, sum(one.open for one in situation.stations.values()))
    return sum(begun.values()) / stations / 2


def _rate(situation: Situation, station: StationId, nominal: float) -> float:
    now = situation.stations.get(station)
    least = max(LEAST_PER_H, LEAST_SHARE * nominal)
    return max(now.rate_per_h, least) if now is not None and now.works else least
