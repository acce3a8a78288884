"""Which stations are open, and when the next pod is called to one.

A station is open if no operator has closed it, the shift plan has somebody there, and, where
stations open by backlog, there is work enough for it. Opening and closing by backlog has
hysteresis: a threshold to open, a lower one to close, and a shortest time open, so that nobody is
sent to and fro (the station activation decision of M. Merschformann et al., Decision rules for
robotic mobile fulfillment systems, Operations Research Perspectives 6, 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.warehouse.ids import StationId


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody is at the station from ``from_ms`` to just before ``to_ms`` (site time)."""

    station: StationId
    from_ms: int
    to_ms: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_ms < self.to_ms:
            raise ValueError(
                f"an opening runs from 0 or later to a later time (found {self.station}: "
                f"{self.from_ms} to {self.to_ms} ms)"
            )


@dataclass(frozen=True, slots=True)
class StationParams:
    """Times in ms.

    ``shifts`` is the shift plan; without any, all stations are staffed all the time. ``by_backlog``
    opens a station more when the open lines (waiting and on put walls) per open station exceed
    ``open_above`` and closes one below ``close_below``, but none that has been open for less than
    ``min_open_ms``. At most ``inbound_max`` pods are under way to a station or at it (None: as many
    as its lane holds); with ``queue_max_ms`` a pod is not called as long as it would queue for
    longer than that, a pick being expected to take ``pick_ms``. A pick that a robot arm failed at
    waits ``exception_ms`` for a person; a line that nobody came for ``failures_max`` times is given
    up.
    """

    shifts: tuple[Opening, ...] = ()
    by_backlog: bool = False
    open_above: int = 120
    close_below: int = 40
    min_open_ms: int = 1_800_000
    inbound_max: int | None = None
    queue_max_ms: int | None = None
    pick_ms: int = 8_000
    exception_ms: int = 120_000
    failures_max: int = 3

    def __post_init__(self) -> None:
        if not 0 <= 2 * self.close_below <= self.open_above:
            # With less between them, closing one of two stations would open it again.
            raise ValueError(
                f"need 0 <= 2 * close_below <= open_above (found {self.close_below}, "
                f"{self.open_above})"
            )
        if self.inbound_max is not None and self.inbound_max < 1:
            raise ValueError(f"inbound_max must be at least 1 (found {self.inbound_max})")
        times = (self.min_open_ms, self.queue_max_ms or 0, self.pick_ms, self.exception_ms)
        if min(times) < 0 or self.failures_max < 1:
            raise ValueError(f"times must be 0 or more, failures_max 1 or more (found {self})")


@dataclass(frozen=True, slots=True)
class StationNow:
    """How a station is: ``closed`` by an operator, open since ``open_since_ms`` (None: not open),
    ``lines`` still to pick for the orders on its put wall."""

    station: StationId
    closed: bool = False
    open_since_ms: int | None = None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class OpenStations:
    """``open`` in the order given; ``fallback`` if the shift plan has nobody anywhere while work
    waits and one is kept open all the same; ``stranded`` if there is work and none may open,
    because an operator has closed all."""

    open: tuple[StationId, ...]
    fallback: bool = False
    stranded: bool = False


def choose_open(
    stations: Sequence[StationNow], waiting_lines: int, now_ms: int, params: StationParams
) -> OpenStations:
    """Which stations take orders from now on. ``waiting_lines`` belong to orders that have no
    station yet. What an operator has closed stays closed, whatever waits."""
    work = waiting_lines + sum(station.lines for station in stations)
    free = [station for station in stations if not station.closed]
    staffed = [station for station in free if _staffed(station.station, now_ms, params)]
    if not staffed and work and free:
        return OpenStations((_busiest(free).station,), fallback=True)
    if not staffed:
        return OpenStations((), stranded=work > 0)
    if params.by_backlog:
        staffed = _by_backlog(staffed, work, now_ms, params)
    chosen = {station.station for station in staffed}
    return OpenStations(tuple(s.station for s in stations if s.station in chosen))


def takes_pod(inbound: int, lane: int, params: StationParams) -> bool:
    """Whether one more pod may be under way to a station whose lane holds ``lane`` pods."""
    return inbound < min(lane, params.inbound_max or lane)


def called_too_early(queued_picks: int, travel_ms: int, params: StationParams) -> bool:
    """Whether a pod that arrives in ``travel_ms`` would queue for too long behind ``queued_picks``
    of the pods before it."""
    if params.queue_max_ms is None:
        return False
    return queued_picks * params.pick_ms - travel_ms > params.queue_max_ms


def _staffed(station: StationId, now_ms: int, params: StationParams) -> bool:
    return not params.shifts or any(
        shift.station == station and shift.from_ms <= now_ms < shift.to_ms
        for shift in params.shifts
    )


def _by_backlog(
    staffed: list[StationNow], work: int, now_ms: int, params: StationParams
) -> list[StationNow]:
    """One station more, one less, or those that are open."""
    is_open = [station for station in staffed if station.open_since_ms is not None]
    shut = [station for station in staffed if station.open_since_ms is None]
    if not is_open:
        return [_busiest(staffed)]
    if shut and work > params.open_above * len(is_open):
        return [*is_open, _busiest(shut)]
    if len(is_open) > 1 and work < params.close_below * len(is_open):
        may_close = [
            station
            for station in is_open
            if now_ms - (station.open_since_ms or 0) >= params.min_open_ms
        ]
        if may_close:
            # The last of those with least to finish: the first ones stay, so that people do too.
            closing = min(reversed(may_close), key=lambda station: station.lines)
            return [station for station in is_open if station is not closing]
    return is_open


def _busiest(stations: list[StationNow]) -> StationNow:
    return max(stations, key=lambda station: station.lines)
