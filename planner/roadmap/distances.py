"""Travel times to a goal from every node and heading, turns included; computed when first asked.

No all-pairs table: only goals in use (pods, stations, chargers) get one, and the least recently
used are dropped. Time grows with the edges of the roadmap per new goal, memory with
``4 * nodes * 4`` bytes per table kept.
"""

from collections import OrderedDict
from dataclasses import dataclass

import numba as nb
import numpy as np

from planner.roadmap.access import SPOT, Int32Array, may_enter, reverse_neighbours
from planner.roadmap.obstacles import CLEAR, Obstacles
from planner.roadmap.roadmap import FloatArray, Roadmap
from planner.warehouse.errors import InvalidGuidance
from planner.warehouse.site import RobotType

FAR_MS = 2**30
"""No way: larger than any travel time, small enough to add to."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one robot type takes: a quarter turn, stopping for a turn, and the speed limit."""

    quarter_turn_ms: int
    stop_ms: int
    speed_mps: float

    @classmethod
    def of(cls, kind: RobotType, loaded: bool) -> "Pace":
        """Braking and speeding up again cost ``v / a`` against driving through."""
        speed = kind.loaded_speed_mps if loaded else kind.speed_mps
        return cls(
            quarter_turn_ms=round(1000 * (np.pi / 2) / kind.turn_rate_radps),
            stop_ms=round(1000 * speed / kind.acceleration_mps2),
            speed_mps=speed,
        )


class Distances:
    """Tables of travel time in ms, one row of ``pool`` each, indexed ``[node * 4 + heading]``.

    ``pool`` (rows, 4 * nodes) int32 is handed to the planner's kernels as it is; a row number
    stays good until ``rows_max`` other tables have been asked for.

    A ``factor`` (n, 4) from 1 on makes driving over an edge count so many times its time, so that
    robots keep to lanes; then the tables are costs in ms rather than times, and estimates of
    arrival read from them are too long where lanes are left. Without it they are times.
    :class:`InvalidGuidance` if it is less than 1 or of another floor.
    """

    def __init__(
        self,
        roadmap: Roadmap,
        pitch_m: float,
        memory_mb: int = 256,
        factor: FloatArray | None = None,
    ):
        if factor is not None:
            _check(factor, roadmap)
        self._roadmap = roadmap
        self.pitch_m = pitch_m
        self._factor = factor
        self._into = reverse_neighbours(roadmap.neighbours)
        self._rows: OrderedDict[tuple[int, bool, Pace, Obstacles], int] = OrderedDict()
        self._hops: dict[Pace, Int32Array] = {}
        width = 4 * len(roadmap.nodes)
        self.rows_max = max(512, memory_mb * 2**20 // (4 * width))
        self.pool: Int32Array = np.empty((64, width), dtype=np.int32)

    def hop_ms(self, pace: Pace) -> Int32Array:
        """Driving time of every edge at this pace, shape (n, 4), times its factor; slow zones
        included."""
        if pace not in self._hops:
            speed = np.minimum(self._roadmap.speed_mps, pace.speed_mps)
            hops = 1000 * self.pitch_m / speed
            if self._factor is not None:
                hops *= self._factor
            self._hops[pace] = np.round(hops).astype(np.int32)
        return self._hops[pace]

    def to(self, goal: int, loaded: bool, pace: Pace, obstacles: Obstacles = CLEAR) -> Int32Array:
        """Travel time to ``goal`` from every ``[node * 4 + heading]``; ``FAR_MS`` where no way."""
        row = self.row(goal, loaded, pace, obstacles)  # may put a larger pool in place
        table: Int32Array = self.pool[row]
        return table

    def row(self, goal: int, loaded: bool, pace: Pace, obstacles: Obstacles = CLEAR) -> int:
        """Row of ``pool`` with the travel times to ``goal`` around ``obstacles``."""
        key = (goal, loaded, pace, obstacles)
        row = self._rows.get(key)
        if row is None:
            row = self._free_row()
            self.pool[row] = _cost_to_go(
                self._into,
                self._roadmap.kind,
                self._roadmap.station_of,
                self.hop_ms(pace),
                obstacles.levels(len(self._roadmap.nodes)),
                goal,
                loaded,
                pace.quarter_turn_ms,
                pace.stop_ms,
            )
            self._rows[key] = row
        else:
            self._rows.move_to_end(key)
        return row

    def _free_row(self) -> int:
        if len(self._rows) >= self.rows_max:
            return self._rows.popitem(last=False)[1]
        if len(self._rows) >= len(self.pool):
            more = np.empty_like(self.pool)
            self.pool = np.concatenate([self.pool, more])[: self.rows_max]
        return len(self._rows)


def _check(factor: FloatArray, roadmap: Roadmap) -> None:
    if factor.shape != roadmap.neighbours.shape:
        raise InvalidGuidance(
            f"made for a floor of {len(factor)} nodes, this one has {len(roadmap.nodes)}",
            field="guidance",
            remedy="Tune on this floor.",
        )
    least = float(factor.min(initial=1.0))
    if not least >= 1.0:
        raise InvalidGuidance(
            "factors of driving time should be at least 1",
            field="guidance",
            value=least,
            remedy="Make the edges against the lanes dearer, not those along them cheaper.",
        )


@nb.njit(cache=True, inline="always")
def turn_ms(heading, towards, quarter_turn_ms, stop_ms):  # type: ignore[no-untyped-def]
    """Time to turn on the spot from one lattice heading to another (0 if none)."""
    steps = (towards - heading) % 4
    if steps == 0:
        return 0
    return stop_ms + quarter_turn_ms * (2 if steps == 2 else 1)


@nb.njit(cache=True)
def _cost_to_go(  # type: ignore[no-untyped-def]
    into, kind, station_of, hop_ms, level, goal, loaded, quarter_turn_ms, stop_ms,
):  # fmt: skip
    """Shortest times backwards from the goal over (node, heading), exact to the ms.

    Instead of a heap a ring with one bucket for every ms, as wide as the longest move with its
    turn: R. Dial, Algorithm 360, CACM 12, 1969. A state is in at most one bucket.
    """
    states = into.shape[0] * 4
    cost = np.full(states, FAR_MS, dtype=np.int32)
    buckets = hop_ms.max() + stop_ms + 2 * quarter_turn_ms + 1
    first = np.full(buckets, -1, dtype=np.int32)
    behind = np.empty(states, dtype=np.int32)
    before = np.empty(states, dtype=np.int32)
    waiting = 0
    for heading in range(4):
        cost[goal * 4 + heading] = 0
        waiting += _put(goal * 4 + heading, 0, first, behind, before)
    so_far = 0
    while waiting > 0:
        bucket = so_far % buckets
        while first[bucket] >= 0:
            state = first[bucket]
            waiting -= _take(state, bucket, first, behind, before)
            there, towards = state // 4, state % 4
            here = into[there, towards]
            if here < 0 or level[there] > level[here]:
                continue
            if not may_enter(kind, station_of, here, there, goal, loaded):
                continue
            moved = so_far + hop_ms[here, towards]
            for heading in range(4):
                total = moved + turn_ms(heading, towards, quarter_turn_ms, stop_ms)
                known = cost[here * 4 + heading]
                if total >= known:
                    continue
                cost[here * 4 + heading] = total
                if loaded and kind[here] == SPOT:
                    continue
                if known < FAR_MS:
                    waiting -= _take(here * 4 + heading, known % buckets, first, behind, before)
                waiting += _put(here * 4 + heading, total % buckets, first, behind, before)
        so_far += 1
    return cost


@nb.njit(cache=True, inline="always")
def _put(state, bucket, first, behind, before):  # type: ignore[no-untyped-def]
    """Put a state into a bucket, a doubly linked list; returns 1."""
    following = first[bucket]
    behind[state], before[state] = following, -1
    if following >= 0:
        before[following] = state
    first[bucket] = state
    return 1


@nb.njit(cache=True, inline="always")
def _take(state, bucket, first, behind, before):  # type: ignore[no-untyped-def]
    """Take a state out of its bucket; returns 1."""
    following, preceding = behind[state], before[state]
    if following >= 0:
        before[following] = preceding
    if preceding >= 0:
        behind[preceding] = following
    else:
        first[bucket] = following
    return 1
