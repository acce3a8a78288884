"""Robot assignment: which robot fetches which pod, which charges, and which does neither.

One sparse min-cost flow over robots on one side, trips and chargers on the other, solved anew in
every cycle until a pod is lifted. Everything is weighed in ms of travel: a trip is worth more than
any way to it, a charger the more the lower the battery. That robots are shared out for the least
total, and not the nearest to each trip in turn, saves about a third of the empty metres where there
are many of both (linear assignment; for the setting see M. Merschformann et al., Operations
Research Perspectives 6, 2019).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.assign.batteries import BatteryLevels, charge_worth, planned_low
from planner.assign.matching import IntArray, match_greedily, match_paying

NOTHING = -1
"""No trip, no charger."""
UNREACHABLE_MS = 2**30
"""Travel times from here on mean that there is no way."""

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RobotParams:
    """Times in ms; the ``nearest`` robots of each trip are looked at, and a quarter as many trips
    of each robot.

    Giving a robot something else must gain more than ``switch_gain_ms``. Robots that will have put
    down their pod within ``look_ahead_ms`` are thought of: a trip may wait for one. A trip is worth
    ``trip_worth_ms``, and more by ``age_weight`` ms per ms of age, by ``priority_ms`` per step of
    priority, by up to ``due_ms`` as the due time of one of its orders comes nearer than
    ``due_window_ms``, and by ``starving_ms`` if nothing else is under way to its station (half of
    that with one pod at or before it, a third with two, ...). Together that is at most
    ``urgency_max_ms``. Charging an idle robot is worth up to ``opportunity_ms``, if it lacks more
    than ``opportunity_gap`` (a share of full).
    """

    nearest: int = 20
    switch_gain_ms: int = 5_000
    look_ahead_ms: int = 20_000
    trip_worth_ms: int = 1_000_000
    age_weight: float = 0.02
    priority_ms: int = 60_000
    due_ms: int = 120_000
    due_window_ms: int = 1_800_000
    starving_ms: int = 5_000
    urgency_max_ms: int = 400_000
    opportunity_ms: int = 0
    opportunity_gap: float = 0.35

    def __post_init__(self) -> None:
        if self.nearest < 1:
            raise ValueError(f"nearest must be at least 1 (found {self.nearest})")
        weights = (
            "switch_gain_ms",
            "look_ahead_ms",
            "age_weight",
            "priority_ms",
            "due_ms",
            "due_window_ms",
            "starving_ms",
            "urgency_max_ms",
            "opportunity_ms",
        )
        for name in weights:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative (found {getattr(self, name)})")
        if not 0 <= self.opportunity_gap <= 1:
            raise ValueError(f"opportunity_gap must be from 0 to 1 (found {self.opportunity_gap})")
        if 2 * self.urgency_max_ms > self.trip_worth_ms:
            raise ValueError(
                f"trip_worth_ms must be at least twice urgency_max_ms, or charging would not go "
                f"before work (found {self.trip_worth_ms}, {self.urgency_max_ms})"
            )


@dataclass(frozen=True, slots=True)
class RobotProblem:
    """``r`` robots that can be given something, ``t`` trips and ``c`` chargers.

    ``trip_ms`` (r, t) and ``charger_ms`` (r, c) are ms until the robot would be there,
    ``UNREACHABLE_MS`` or more where it cannot; ``urgency_ms`` (t,) is what a trip is worth more
    than others. ``battery`` (r,) from 0 to 1; ``trip`` and ``charger`` (r,) what a robot has now,
    or ``NOTHING``; ``charging`` (r,) who stands at its charger and draws current; ``busy`` (r,) who
    is not free yet. ``no_charger`` (r,) must not be sent to one now. ``fleet_battery`` (n,) is that
    of all robots not charging, those at work included; driving empties it by ``drain_per_ms``, a
    charger fills it by ``fill_per_ms``. Without a ``lull`` idle robots are not sent to charge
    unless they are low: work may come for them at any moment.
    """

    trip_ms: IntArray
    charger_ms: IntArray
    urgency_ms: IntArray
    battery: FloatArray
    trip: IntArray
    charger: IntArray
    charging: BoolArray
    busy: BoolArray
    no_charger: BoolArray
    fleet_battery: FloatArray
    drain_per_ms: float
    fill_per_ms: float
    lull: bool = True


@dataclass(frozen=True, slots=True)
class RobotPlan:
    """``trip`` and ``charger`` (r,) for every robot, at most one of them, or ``NOTHING``; a busy
    robot's trip is one to be left to it. ``greedy``: the solver had no answer."""

    trip: IntArray
    charger: IntArray
    greedy: bool = False


@dataclass(frozen=True, slots=True)
class Arcs:
    """``robot``, ``target`` and ``cost`` (a,): targets are trips, then chargers; negative costs
    pay."""

    robot: IntArray
    target: IntArray
    cost: IntArray


def assign_robots(
    problem: RobotProblem, levels: BatteryLevels, params: RobotParams, *, greedy: bool = False
) -> RobotPlan:
    """The cheapest assignment; with ``greedy`` the cheapest pair first, then the next."""
    if not len(problem.battery):
        return RobotPlan(problem.trip, problem.charger)
    arcs = priced(problem, levels, params)
    used = None if greedy else match_paying(arcs.robot, arcs.target, arcs.cost)
    fallback = used is None
    if used is None:
        used = match_greedily(arcs.robot, arcs.target, arcs.cost)
    robot, target = arcs.robot[used], arcs.target[used]
    trips = problem.trip_ms.shape[1]
    to_trip = target < trips
    trip = np.full(len(problem.battery), NOTHING, dtype=np.int64)
    charger = trip.copy()
    trip[robot[to_trip]] = target[to_trip]
    charger[robot[~to_trip]] = target[~to_trip] - trips
    return RobotPlan(trip, charger, fallback)


def priced(problem: RobotProblem, levels: BatteryLevels, params: RobotParams) -> Arcs:
    """Everything that may be done, with its cost."""
    robot, trip, trip_cost = _trip_arcs(problem, levels, params)
    who, charger, charge_cost = _charger_arcs(problem, levels, params)
    return Arcs(
        np.concatenate([robot, who]),
        np.concatenate([trip, charger + problem.trip_ms.shape[1]]),
        np.concatenate([trip_cost, charge_cost]),
    )


def _trip_arcs(
    problem: RobotProblem, levels: BatteryLevels, params: RobotParams
) -> tuple[IntArray, IntArray, IntArray]:
    """Robots above critical, those at a charger only when charged enough."""
    able = problem.battery > levels.critical
    able &= ~problem.charging | (problem.battery >= levels.enough)
    ms = np.where(able[:, None], problem.trip_ms, UNREACHABLE_MS)
    holders = np.flatnonzero(able & (problem.trip != NOTHING))
    choice = _nearest(ms, params.nearest, axis=0)
    choice |= _nearest(ms, max(1, params.nearest // 4), axis=1)
    choice[holders, problem.trip[holders]] = True
    robot, trip = np.nonzero(choice & (ms < UNREACHABLE_MS))
    urgency = np.minimum(problem.urgency_ms, params.urgency_max_ms)
    cost = ms[robot, trip] - urgency[trip] - params.trip_worth_ms
    cost -= params.switch_gain_ms * (problem.trip[robot] == trip)
    return robot, trip, cost


def _charger_arcs(
    problem: RobotProblem, levels: BatteryLevels, params: RobotParams
) -> tuple[IntArray, IntArray, IntArray]:
    """Robots that lack charge; only urgent ones make another give way, and only
    one that has charged enough."""
    battery, holds = problem.battery, problem.charger != NOTHING
    low = planned_low(
        problem.fleet_battery,
        problem.charger_ms.shape[1],
        problem.drain_per_ms,
        problem.fill_per_ms,
        levels,
    )
    # Who is on its way to a pod fetches it first, unless it has become critical.
    fetches = (problem.trip != NOTHING) & (battery > levels.critical)
    urgent = (battery < low) & ~fetches
    lacks = urgent | (problem.lull & (battery < levels.full - params.opportunity_gap))
    lacks |= holds & (battery < levels.full)
    able = lacks & ~problem.busy & (~problem.no_charger | problem.charging)
    occupant = np.full(problem.charger_ms.shape[1], NOTHING, dtype=np.int64)
    there = np.flatnonzero(problem.charging)
    occupant[problem.charger[there]] = there
    own = occupant[None, :] == np.arange(len(battery))[:, None]
    gives_way = (occupant == NOTHING) | (battery[occupant] >= levels.enough)
    free = (occupant == NOTHING)[None, :] | (urgent[:, None] & gives_way[None, :])
    allowed = able[:, None] & np.where(problem.charging[:, None], own, free)
    robot, charger = np.nonzero(allowed & (problem.charger_ms < UNREACHABLE_MS))
    worth = charge_worth(battery, urgent, low, levels, params.trip_worth_ms, params.opportunity_ms)
    cost = problem.charger_ms[robot, charger] - worth[robot]
    cost -= params.switch_gain_ms * (problem.charger[robot] == charger)
    return robot, charger, cost


def _nearest(ms: IntArray, count: int, axis: int) -> BoolArray:
    """The ``count`` smallest along an axis, the first of equal ones; shape of ``ms``."""
    chosen = np.zeros(ms.shape, dtype=np.bool_)
    if ms.shape[axis] <= count:
        chosen[:] = True
        return chosen
    # Ties are broken by place, so that the same costs give the same choice.
    place = np.arange(ms.shape[axis], dtype=np.int64)
    keyed = ms * ms.shape[axis] + (place[:, None] if axis == 0 else place[None, :])
    best = np.argpartition(keyed, count - 1, axis=axis)
    best = best[:count] if axis == 0 else best[:, :count]
    np.put_along_axis(chosen, best, True, axis=axis)
    return chosen
