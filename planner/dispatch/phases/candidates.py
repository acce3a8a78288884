"""Who can be given a trip or a charger now, and how long each way would take."""

from dataclasses import dataclass

import numpy as np

from planner.assign.matching import IntArray
from planner.assign.robots import NOTHING, UNREACHABLE_MS, FloatArray, RobotProblem
from planner.dispatch.phases.routing import carries, heading_at_end
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.access import Int32Array
from planner.warehouse.ids import OrderId, StationId, VisitId
from planner.warehouse.transport import ActionStatus
from planner.warehouse.view import RobotActivity


@dataclass(frozen=True, slots=True)
class Candidates:
    """``robots`` that can be given something else than they have, ``busy`` ones that are not free
    yet behind them; ``visits`` whose pods are not lifted yet; ``chargers`` (nodes) that one of the
    robots may have. ``charging`` are the robots that draw current."""

    robots: list[Robot]
    busy: list[Robot]
    visits: list[Visit]
    chargers: list[int]
    charging: set[int]


def candidates(turn: Turn) -> Candidates:
    """Sort robots into those that can be given something, and those that cannot."""
    robots: list[Robot] = []
    busy: list[Robot] = []
    charging: set[int] = set()
    kept: set[VisitId] = set()
    taken: set[int] = set()
    for robot in turn.state.robots.values():
        fits = robot.report is not None and not robot.silent and robot.takes_work
        drawing = fits and draws(robot)
        if fits and (drawing or _open_handed(turn, robot)):
            if drawing:
                charging.add(len(robots))
            robots.append(robot)
            continue
        if robot.visit is not None:
            kept.add(robot.visit)
        taken.add(robot.leg.goal if robot.leg else robot.node)
        taken.add(robot.node)
        if fits and _free_soon(turn, robot):
            busy.append(robot)
    visits = [
        visit
        for visit in turn.state.visits.values()
        if visit.phase in (Phase.REQUESTED, Phase.FETCH) and visit.visit not in kept
    ]
    closed = turn.obstacles
    chargers = [n for n in turn.floor.charger_nodes if n not in taken and n not in closed]
    return Candidates(robots, busy if visits else [], visits, chargers, charging)


def can_work(turn: Turn, robot: Robot) -> bool:
    """Whether a robot without a trip could set out on one now."""
    report, leg = robot.report, robot.leg
    if report is None or robot.silent or not robot.takes_work or robot.visit is not None:
        return False
    if carries(robot) or robot.type not in turn.floor.carriers:
        return False
    if leg is not None and leg.activity is RobotActivity.CHARGE:
        charged = turn.params.battery_enough if draws(robot) else turn.params.battery_low
        return report.battery >= charged
    looks = leg is not None and leg.activity is RobotActivity.COUNT and leg.end != leg.goal
    rests = leg is None or leg.activity is RobotActivity.PARK or looks
    return rests and report.battery > turn.params.battery_critical


def draws(robot: Robot) -> bool:
    """It stands at its charger, the order that brought it there is done, and it is charged."""
    leg, report = robot.leg, robot.report
    if leg is None or report is None or leg.activity is not RobotActivity.CHARGE:
        return False
    arrived = leg.end == leg.goal and leg.reached == len(leg.nodes) - 1
    begun = all(
        status is ActionStatus.FINISHED
        for action, status in report.actions
        if leg.action is not None and action == leg.action.action
    )
    return arrived and begun and report.order == leg.order and report.charging


def _open_handed(turn: Turn, robot: Robot) -> bool:
    """Without a pod, and not so near to one, or to a charger, that it may begin at any moment."""
    if robot.visit is not None and turn.visit(robot.visit).phase is not Phase.FETCH:
        return False
    leg = robot.leg
    if carries(robot):
        return False
    return (
        leg is None or leg.update < 0 or leg.activity is RobotActivity.PARK or leg.end != leg.goal
    )


def _free_soon(turn: Turn, robot: Robot) -> bool:
    leg = robot.leg
    if leg is None or leg.activity is not RobotActivity.RETURN:
        return False
    return _until_lowered_ms(turn, robot, leg) <= turn.params.robots.look_ahead_ms


def _until_lowered_ms(turn: Turn, robot: Robot, leg: Leg) -> int:
    """Until a robot on its way back has put its pod down, were it alone."""
    floor = turn.floor
    pace = floor.pace(robot.type, True)
    table = floor.distances.to(leg.goal, True, pace, turn.obstacles)
    to_go = int(table[leg.end * 4 + heading_at_end(turn, robot)])
    return _base_ms(turn, robot) + to_go + floor.lift_ms(robot.type)


def _base_ms(turn: Turn, robot: Robot) -> int:
    """Until the end of what has been released to it, about."""
    return (len(robot.held) - 1) * turn.floor.typical_hop_ms


def robot_problem(turn: Turn, found: Candidates) -> RobotProblem:
    """The candidates in numbers; busy robots come last."""
    robots = found.robots + found.busy
    number = {visit.visit: index for index, visit in enumerate(found.visits)}
    place = {node: index for index, node in enumerate(found.chargers)}
    nobody = range(len(found.robots), len(robots))
    charging = np.zeros(len(robots), dtype=np.bool_)
    charging[sorted(found.charging)] = True
    trip_ms = _travel(turn, found, [turn.state.pods[visit.pod] for visit in found.visits])
    trip_ms[[robot.type not in turn.floor.carriers for robot in robots]] = UNREACHABLE_MS
    return RobotProblem(
        trip_ms=trip_ms,
        charger_ms=_travel(turn, found, found.chargers),
        urgency_ms=urgencies(turn, found.visits),
        battery=np.array([_battery(robot) for robot in robots]),
        trip=np.array(
            [number.get(r.visit, NOTHING) if r.visit else NOTHING for r in found.robots]
            + [NOTHING for _ in nobody],
            dtype=np.int64,
        ),
        charger=np.array(
            [_charger(robot, place) for robot in found.robots] + [NOTHING for _ in nobody],
            dtype=np.int64,
        ),
        charging=charging,
        busy=np.arange(len(robots)) >= len(found.robots),
        no_charger=np.array([turn.now_ms < robot.retry_ms for robot in robots], dtype=np.bool_),
        fleet_battery=_fleet_battery(turn),
        drain_per_ms=turn.floor.drain_per_ms,
        fill_per_ms=turn.floor.fill_per_ms,
        lull=not turn.state.orders,
    )


def _battery(robot: Robot) -> float:
    return robot.report.battery if robot.report else 0.0


def _charger(robot: Robot, place: dict[int, int]) -> int:
    leg = robot.leg
    if leg is None or leg.activity is not RobotActivity.CHARGE:
        return NOTHING
    return place.get(leg.goal, NOTHING)


def _fleet_battery(turn: Turn) -> FloatArray:
    """Of all robots that work, or could."""
    reports = [robot.report for robot in turn.state.robots.values() if not robot.silent]
    return np.array([report.battery for report in reports if report and not report.charging])


def _travel(turn: Turn, found: Candidates, goals: list[int]) -> IntArray:
    """Times (robots, goals) until each robot could be there, by the tables of its type."""
    floor = turn.floor
    robots = found.robots + found.busy
    result = np.full((len(robots), len(goals)), UNREACHABLE_MS, dtype=np.int64)
    if not goals:
        return result
    ready, state = _starts(turn, found)
    for kind in dict.fromkeys(robot.type for robot in robots):
        pace = floor.pace(kind, False)
        who = np.flatnonzero([robot.type == kind for robot in robots])
        for column, goal in enumerate(goals):
            table = floor.distances.to(goal, False, pace, turn.obstacles)
            result[who, column] = table[state[who]]
    result += ready[:, None]
    return result


def _starts(turn: Turn, found: Candidates) -> tuple[Int32Array, Int32Array]:
    """Ms until each robot begins its way, and where: node and heading as one number."""
    ready = [_base_ms(turn, robot) for robot in found.robots]
    state = [robot.end * 4 + heading_at_end(turn, robot) for robot in found.robots]
    for robot in found.busy:
        leg = robot.leg
        assert leg is not None
        ready.append(_until_lowered_ms(turn, robot, leg))
        state.append(leg.goal * 4 + heading_at_end(turn, robot))
    return np.array(ready, dtype=np.int32), np.array(state, dtype=np.int32)


def urgencies(turn: Turn, visits: list[Visit]) -> IntArray:
    """What each visit is worth more than others, in ms of travel."""
    params = turn.params.robots
    ahead: dict[StationId, int] = {}
    for visit in turn.state.visits.values():
        if visit.phase in (Phase.DELIVER, Phase.PICK):
            ahead[visit.station] = ahead.get(visit.station, 0) + 1
    found = []
    for visit in visits:
        age = params.age_weight * (turn.now_ms - visit.since_ms)
        starving = params.starving_ms // (1 + ahead.get(visit.station, 0))
        found.append(round(age) + starving + _promised_ms(turn, visit))
    return np.array(found, dtype=np.int64)


def _promised_ms(turn: Turn, visit: Visit) -> int:
    """Priority and due times of the orders that the visit serves: the most pressing counts."""
    params, state = turn.params.robots, turn.state
    most = 0
    for name in _orders_of(turn, visit):
        order = state.orders.get(name)
        if order is None or (order.due_ms is None and order.priority == 0):
            continue
        worth = params.priority_ms * order.priority
        if order.due_ms is not None and params.due_window_ms:
            left = min(max(order.due_ms - turn.now_ms, 0), params.due_window_ms)
            worth += params.due_ms * (params.due_window_ms - left) // params.due_window_ms
        most = max(most, worth)
    return most


def _orders_of(turn: Turn, visit: Visit) -> dict[OrderId, None]:
    return dict.fromkeys(turn.state.picks[pick].order for pick in visit.picks)
