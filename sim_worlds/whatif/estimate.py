"""About how long a study will take, from the first steps of one of its futures."""

from collections.abc import Sequence
from time import process_time

from planner.dispatch.step import TICK_MS
from planner.warehouse.errors import PodherdError
from sim_worlds.shift import STATION_LINES_PER_H
from sim_worlds.whatif.futures import HOUR_MS, Future, Ground, begin, stations_of

_WARM_UP_TICKS = 60
_MEASURED_S = 2.0


def expected_s(ground: Ground, futures: Sequence[Future], workers: int) -> float | None:
    """Seconds for all ``futures`` on so many processors; None if the first cannot be begun. A
    rough guess: the length of a future is guessed from its orders and stations."""
    if not futures:
        return 0.0
    middle = futures[len(futures) // 2]
    try:
        tick_s = _tick_s(ground, middle)
    except (PodherdError, ValueError):
        return None  # its row will say why
    ticks = sum(_hours(ground, future) for future in futures) * HOUR_MS / TICK_MS
    return tick_s * ticks / max(1, min(workers, len(futures)))


def _tick_s(ground: Ground, future: Future) -> float:
    run = begin(ground, future)
    for _ in range(_WARM_UP_TICKS):
        run.tick()
    start_s, ticks = process_time(), 0
    while process_time() - start_s < _MEASURED_S and not run.done:
        run.tick()
        ticks += 1
    return (process_time() - start_s) / max(1, ticks)


def _hours(ground: Ground, future: Future) -> float:
    values = dict(future.settings)
    volume, speed_up = float(values.get("volume", 1.0)), float(values.get("speed_up", 1.0))
    lines = sum(len(timed.order.lines) for timed in ground.orders) * volume
    last_ms = max((timed.at_ms for timed in ground.orders), default=0)
    start_ms = 0
    if ground.moment is not None:
        lines += len(ground.moment.state.lines)
        start_ms = ground.moment.now_ms
    arrivals_h = max(0, last_ms - start_ms) / HOUR_MS / speed_up
    picking_h = lines / (stations_of(ground, future.settings) * STATION_LINES_PER_H)
    return min(ground.hours, max(arrivals_h, picking_h))
