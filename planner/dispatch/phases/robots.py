"""Phase 7: who fetches which pod, who charges, who gets out of the way; then new legs begin."""

from dataclasses import replace
from typing import TypeVar

from planner.assign.robots import assign_robots
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.ids import ActionId, TransportOrderId
from planner.warehouse.transport import Action, ActionKind
from planner.warehouse.view import RobotActivity

Trip = TypeVar("Trip")
ABANDON_MS = 30_000
"""A visit whose robot is silent this long before lifting is given to another."""


def abandon_silent(turn: Turn) -> None:
    """Take fetches away from robots that have fallen silent on the way to the pod."""
    for robot in list(turn.state.robots.values()):
        if robot.visit is None or not robot.silent or robot.leg is None:
            continue
        visit = turn.visit(robot.visit)
        late = turn.now_ms - robot.seen_ms > ABANDON_MS
        # Once the pod's own node is released the robot may lift it at any moment.
        if late and visit.phase is Phase.FETCH and robot.leg.end != robot.leg.goal:
            turn.set_visit(visit, robot=None, phase=Phase.REQUESTED)
            turn.set_robot(robot, visit=None, leg=parked(robot.leg))


def assign_fetches(turn: Turn) -> None:
    """Robots without work go for pods that nobody fetches."""
    trips = [visit for visit in turn.state.visits.values() if visit.robot is None]
    free = [robot for robot in turn.state.robots.values() if _can_work(turn, robot)]
    for robot, visit in _match(turn, free, [(v, turn.state.pods[v.pod]) for v in trips]):
        turn.set_visit(visit, robot=robot.robot, phase=Phase.FETCH, since_ms=turn.now_ms)
        unsent = robot.leg is not None and robot.leg.update < 0
        turn.set_robot(robot, visit=visit.visit, leg=None if unsent else robot.leg)


def assign_chargers(turn: Turn) -> None:
    """Robots without work that run low take free chargers, the lowest first."""
    state, params = turn.state, turn.params
    busy = {robot.leg.goal for robot in state.robots.values() if robot.leg}
    busy |= {robot.node for robot in state.robots.values()}
    closed = turn.obstacles.closed
    free = [(node, node) for node in turn.floor.charger_nodes if node not in busy | closed]
    low = [
        robot
        for robot in state.robots.values()
        if robot.visit is None
        and robot.leg is None
        and robot.report is not None
        and not robot.silent
        and 0 < robot.report.battery < params.battery_low
    ]
    low.sort(key=lambda robot: robot.report.battery if robot.report else 1.0)
    for robot, node in _match(turn, low[: len(free)], free):
        _begin(turn, robot, RobotActivity.CHARGE, node, ActionKind.START_CHARGING)


def begin_legs(turn: Turn) -> None:
    """Every robot with a visit that has no order to drive gets one for the visit's phase."""
    for robot in list(turn.state.robots.values()):
        if robot.leg is not None or robot.visit is None or turn.now_ms < robot.retry_ms:
            continue
        visit = turn.visit(robot.visit)
        if visit.phase is Phase.FETCH:
            pod_node = turn.state.pods[visit.pod]
            _begin(turn, robot, RobotActivity.FETCH, pod_node, ActionKind.PICK, visit)
        elif visit.phase is Phase.DELIVER:
            station = turn.floor.station_nodes[visit.station]
            _begin(turn, robot, RobotActivity.DELIVER, station)
        elif visit.phase is Phase.RETURN and visit.spot is not None:
            _begin(turn, robot, RobotActivity.RETURN, visit.spot, ActionKind.DROP, visit)


def park_idle(turn: Turn) -> None:
    """Idle robots leave aisles, stations, chargers and closed places for the nearest spot."""
    kind = turn.floor.roadmap.kind
    robots = turn.state.robots.values()
    idle = [
        robot
        for robot in robots
        if robot.visit is None
        and robot.leg is None
        and robot.report is not None
        and not robot.silent
        and (kind[robot.node] != NodeKind.SPOT or robot.node in turn.obstacles)
    ]
    if not idle:
        return
    taken = {robot.leg.goal for robot in robots if robot.leg} | {robot.node for robot in robots}
    for robot in idle:
        spots = turn.floor.spots_from(robot.node, loaded=False, obstacles=turn.obstacles)
        choice = next((spot for spot in spots if spot not in taken), None)
        if choice is not None:
            taken.add(choice)
            _begin(turn, robot, RobotActivity.PARK, choice)


def _can_work(turn: Turn, robot: Robot) -> bool:
    return (
        robot.visit is None
        and robot.report is not None
        and not robot.silent
        and robot.report.battery > turn.params.battery_critical
        and (robot.leg is None or robot.leg.activity is RobotActivity.PARK)
    )


def _match(
    turn: Turn, robots: list[Robot], trips: list[tuple[Trip, int]]
) -> list[tuple[Robot, Trip]]:
    if not robots or not trips:
        return []
    travel = [
        [turn.floor.travel_ms(r.robot, r.end, r.heading, node, turn.obstacles) for _, node in trips]
        for r in robots
    ]
    pairs = assign_robots(travel, FAR_MS)
    return [(robots[robot], trips[trip][0]) for robot, trip in pairs]


def _begin(
    turn: Turn,
    robot: Robot,
    activity: RobotActivity,
    goal: int,
    kind: ActionKind | None = None,
    visit: Visit | None = None,
) -> None:
    """A new leg from where the robot stands; sent when its first move is released."""
    number = robot.legs + 1
    name = f"{robot.robot}-{number}"
    pod = visit.pod if visit else None
    action = Action(ActionId(f"{name}-{kind}"), kind, pod) if kind else None
    leg = Leg(
        order=TransportOrderId(name),
        update=-1,
        activity=activity,
        goal=goal,
        action=action,
        nodes=(robot.node,),
        reached=0,
        since_ms=turn.now_ms,
    )
    turn.set_robot(robot, leg=leg, legs=number, moved_ms=turn.now_ms)


def parked(leg: Leg) -> Leg:
    """The same order, to end where its base ends and nothing to be done there."""
    return replace(leg, activity=RobotActivity.PARK, goal=leg.end, action=None)
