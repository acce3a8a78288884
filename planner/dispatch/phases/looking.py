"""Phase 7b: robots that count go and look at the pods of which they learn most per metre.

A look is a transport order to an aisle cell beside the pod, with the action ``detectObject``. What
robots drive past they see as well. Robots that also carry look only while no trip waits, and are
given one until their base ends where they look from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.assign.counting import (
    NOTHING,
    AbcClass,
    FloatArray,
    IntArray,
    LookBudget,
    abc_classes,
    best_looks,
    information,
    wanted_look,
)
from planner.assign.demand import lines_per_h
from planner.dispatch.phases.doubting import doubt_of
from planner.dispatch.phases.robots import begin, parked, turn_towards
from planner.dispatch.phases.routing import carries, heading_at_end, ways_alone
from planner.dispatch.state import Leg, Phase, Robot
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import PodId
from planner.warehouse.stock import pod_of
from planner.warehouse.transport import ActionKind
from planner.warehouse.view import RobotActivity


@dataclass(slots=True)
class _Targets:
    """Pods that can be looked at now: their spots, and the bits a look would tell, less those that
    robots sent in this turn see on their way. ``taken`` are the places that others look from."""

    pods: list[PodId]
    spots: list[int]
    bits: FloatArray
    taken: set[int] = field(default_factory=set)
    in_one_way: int = 0


@dataclass(frozen=True, slots=True)
class _Way:
    """How a robot would get to a place (a node) beside the pod of this number, and the metres that
    cost as much time, the look included; ``passed`` are the numbers of pods it would drive past."""

    number: int
    place: int
    metres: float
    passed: tuple[int, ...] = ()


def look_at_pods(turn: Turn) -> None:
    """Give up looks that have become pointless, and order new ones within the budget."""
    if not turn.floor.counts:
        return
    state, params = turn.state, turn.params.counting
    _keep_worth(turn)
    for robot in list(state.robots.values()):
        _give_up(turn, robot)
    budget = (state.look_budget or LookBudget.full(params)).at(turn.now_ms, params)
    least = 0 if state.rescans else params.kept
    robots = _free_robots(turn) if budget.looks > least else []
    targets = _targets(turn) if robots else None
    for robot in robots:
        assert targets is not None
        if not budget.looks:
            break
        way = _wanted(turn, robot, targets)
        if way is None and budget.looks > params.kept:
            way = _worthwhile(turn, robot, targets)
        if way is not None:
            budget = budget.spent()
            _send(turn, robot, targets, way)
    state.look_budget = budget


# --- what a look would tell ----------------------------------------------------------------------


def _keep_worth(turn: Turn) -> None:
    """All pods in turn, and those that something happened to in this turn."""
    state, pods = turn.state, tuple(turn.floor.sights.slots)
    due = turn.now_ms * len(pods) // turn.params.counting.refresh_ms
    if not state.face_bits or due - state.face_cursor >= len(pods):
        _classify(turn)
        stale: dict[PodId, None] = dict.fromkeys(pods)
    else:
        rounds = range(state.face_cursor, due)
        if any(number % len(pods) == 0 for number in rounds):
            _classify(turn)
        stale = dict.fromkeys(pods[number % len(pods)] for number in rounds)
        stale.update(turn.doubted)
    state.face_cursor = due
    if stale:
        state.face_bits.update(zip(stale, _bits_of(turn, stale), strict=True))
    over = [pod for pod, until_ms in state.look_after.items() if until_ms <= turn.now_ms]
    for pod in over:
        del state.look_after[pod]


def _classify(turn: Turn) -> None:
    state, demand = turn.state, turn.params.demand
    lines = {sku: lines_per_h(rate, turn.now_ms, demand) for sku, rate in state.rates.items()}
    classes = abc_classes(lines, turn.params.counting.abc_shares)
    state.abc = {sku: kind for sku, kind in classes.items() if kind is not AbcClass.C}


def _bits_of(turn: Turn, pods: Iterable[PodId]) -> list[float]:
    """Bits that a look at each pod would tell the site's scanners, by the weights of its SKUs."""
    state, params, sights = turn.state, turn.params.counting, turn.floor.sights
    wrong: list[float] = []
    weight: list[float] = []
    ends: list[int] = []
    for pod in pods:
        for slot in sights.slots.get(pod, ()):
            stock = state.slots.get(slot)
            if stock is not None:
                wrong.append(doubt_of(turn, slot).wrong)
                weight.append(params.weights[state.abc.get(stock.sku, AbcClass.C)])
        ends.append(len(wrong))
    sees = {kind for scanner in sights.scanners.values() for kind in scanner.sees}
    told = np.array(weight) * information(np.array(wrong), params.rights(sees))
    total = np.concatenate(([0.0], np.cumsum(told)))[[0, *ends]]
    bits: list[float] = np.diff(total).tolist()
    return bits


# --- who looks, and at what ----------------------------------------------------------------------


def _give_up(turn: Turn, robot: Robot) -> None:
    """A robot on its way to a pod that is gone, is about to be fetched, or was settled meanwhile is
    free again; it may be sent to the same one."""
    leg = robot.leg
    if leg is None or leg.activity is not RobotActivity.COUNT or leg.action is None:
        return
    if leg.update >= 0 and leg.end == leg.goal:
        return  # it may begin at any moment
    pod = leg.action.pod
    there = turn.state.pods.get(pod) if pod is not None else None
    gone = there is None or there not in turn.floor.sights.spots[leg.goal]
    settled = pod in turn.settled and pod not in _wanted_pods(turn)
    if gone or settled or pod in _fetched(turn):
        turn.set_robot(robot, leg=None if leg.update < 0 else parked(leg))


def _fetched(turn: Turn) -> set[PodId]:
    return {visit.pod for visit in turn.state.visits.values() if visit.phase is Phase.FETCH}


def _wanted_pods(turn: Turn) -> dict[PodId, int]:
    """Pods that are to be looked at once more, and since when (ms) at the earliest."""
    pods: dict[PodId, int] = {}
    slots = turn.floor.sights.slots
    for slot, wanted in turn.state.rescans.items():
        pod = pod_of(slot)
        if slot in slots.get(pod, ()):
            pods[pod] = min(wanted.since_ms, pods.get(pod, wanted.since_ms))
    return pods


def _free_robots(turn: Turn) -> list[Robot]:
    scanners, carriers = turn.floor.sights.scanners, turn.floor.carriers
    trips = any(visit.robot is None for visit in turn.state.visits.values())
    return [
        robot
        for robot in turn.state.robots.values()
        if robot.type in scanners
        and _may_look(turn, robot)
        and not (trips and robot.type in carriers)
    ]


def _may_look(turn: Turn, robot: Robot) -> bool:
    report, leg = robot.report, robot.leg
    if report is None or robot.silent or not robot.takes_work or robot.visit is not None:
        return False
    if carries(robot) or turn.now_ms < max(robot.retry_ms, robot.yields_ms):
        return False
    rests = leg is None or leg.activity is RobotActivity.PARK
    return rests and report.battery > turn.params.battery_critical


def _targets(turn: Turn) -> _Targets:
    state, sights = turn.state, turn.floor.sights
    legs = [leg for robot in state.robots.values() if (leg := _look(robot)) and not robot.silent]
    others = {leg.action.pod for leg in legs if leg.action is not None} | _fetched(turn)
    pods = [
        pod
        for pod, node in state.pods.items()
        if pod not in others and pod not in state.look_after and sights.places.get(node)
    ]
    return _Targets(
        pods,
        [state.pods[pod] for pod in pods],
        np.array([state.face_bits.get(pod, 0.0) for pod in pods]),
        {leg.goal for leg in legs},
        sum(leg.goal in sights.one_way for leg in legs),
    )


def _look(robot: Robot) -> Leg | None:
    leg = robot.leg
    return leg if leg is not None and leg.activity is RobotActivity.COUNT else None


def _wanted(turn: Turn, robot: Robot, targets: _Targets) -> _Way | None:
    """The look that is wanted and that this robot should make."""
    since = _wanted_pods(turn) if turn.state.rescans else {}
    numbers = [number for number, pod in enumerate(targets.pods) if pod in since]
    ways = _ways(turn, robot, targets, numbers)
    travel = np.array([way.metres * 1000 / _speed(turn, robot) for way in ways])
    age = np.array([turn.now_ms - since[targets.pods[way.number]] for way in ways])
    choice = wanted_look(_whole(travel), _whole(age), FAR_MS, turn.params.counting.age_weight)
    return None if choice == NOTHING else ways[choice]


def _worthwhile(turn: Turn, robot: Robot, targets: _Targets) -> _Way | None:
    """The look that tells most per metre, what the robot sees on the way included. Only the ways to
    those that seem best straight along the aisles are worked out."""
    params = turn.params.counting
    good = np.where(targets.bits >= params.least_bits, targets.bits, 0.0)
    if not good.any():
        return None
    xy = turn.floor.roadmap.xy_m
    straight = np.abs(xy[targets.spots] - xy[robot.end]).sum(axis=1) + _dwell_m(turn, robot)
    near = best_looks(good, straight, params.nearest)
    ways = _ways(turn, robot, targets, near.tolist())
    if not ways:
        return None
    bits = [
        good[way.number] + params.passing * targets.bits[list(way.passed)].sum() for way in ways
    ]
    best = best_looks(np.array(bits), np.array([way.metres for way in ways]), 1)
    return ways[int(best[0])] if len(best) else None


def _ways(turn: Turn, robot: Robot, targets: _Targets, numbers: Sequence[int]) -> list[_Way]:
    """The ways of a robot to these pods, to every place from which each can be looked at."""
    floor, sights = turn.floor, turn.floor.sights
    crowded = targets.in_one_way >= turn.params.counting.one_way_max
    held = robot.held if robot.leg is not None else ()
    ends = [
        (number, place)
        for number in numbers
        for place in sights.places[targets.spots[number]]
        if place not in targets.taken
        and place not in held
        and place not in turn.obstacles
        and not (crowded and place in sights.one_way)
    ]
    here = robot.end * 4 + heading_at_end(turn, robot)
    pace = floor.pace(robot.type, False)
    tables = [floor.distances.to(place, False, pace, turn.obstacles) for _, place in ends]
    travel = [int(table[here]) for table in tables]
    open_ends = [end for end, ms in zip(ends, travel, strict=True) if ms < FAR_MS]
    nodes = ways_alone(turn, robot, [place for _, place in open_ends])
    number_at = {spot: number for number, spot in enumerate(targets.spots)}
    return [
        _Way(
            number,
            place,
            int(ms) * _speed(turn, robot) / 1000 + _dwell_m(turn, robot),
            tuple(
                {
                    number_at[spot]: None
                    for node in way
                    for spot in sights.spots.get(node, ())
                    if spot in number_at and number_at[spot] != number
                }
            ),
        )
        for (number, place), way, ms in zip(
            open_ends, nodes, [ms for ms in travel if ms < FAR_MS], strict=True
        )
    ]


def _send(turn: Turn, robot: Robot, targets: _Targets, way: _Way) -> None:
    pod, kind = targets.pods[way.number], ActionKind.DETECT_OBJECT
    robot = turn_towards(turn, robot, RobotActivity.COUNT, way.place, kind, pod)
    if robot.leg is None:
        begin(turn, robot, RobotActivity.COUNT, way.place, kind, pod)
    seen = list(way.passed)
    targets.bits[seen] *= 1 - turn.params.counting.passing
    del targets.pods[way.number], targets.spots[way.number]
    targets.bits = np.delete(targets.bits, way.number)
    targets.taken.add(way.place)
    targets.in_one_way += way.place in turn.floor.sights.one_way


def _speed(turn: Turn, robot: Robot) -> float:
    return turn.floor.pace(robot.type, False).speed_mps


def _dwell_m(turn: Turn, robot: Robot) -> float:
    """What a look takes, as metres; never nothing."""
    dwell_s = turn.floor.sights.scanners[robot.type].dwell_s
    return max(turn.floor.site.pitch_m, dwell_s * _speed(turn, robot))


def _whole(values: FloatArray) -> IntArray:
    found: IntArray = np.round(values).astype(np.int64)
    return found
