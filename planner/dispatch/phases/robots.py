"""Phase 7: who fetches which pod, who charges, who gets out of the way; then new legs begin."""

from dataclasses import replace

import numpy as np

from planner.assign.robots import NOTHING, assign_robots
from planner.dispatch.phases.candidates import candidates, robot_problem
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.ids import ActionId, PodId, TransportOrderId
from planner.warehouse.transport import Action, ActionKind
from planner.warehouse.view import RobotActivity

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


def assign(turn: Turn) -> None:
    """Robots, trips and chargers are matched anew, as far as nothing has begun at a pod."""
    found = candidates(turn)
    if not found.robots or not (found.visits or found.chargers):
        return
    problem = robot_problem(turn, found)
    plan = assign_robots(problem, turn.params.levels(), turn.params.robots)
    turn.count(greedy_robots=plan.greedy)
    free = slice(len(found.robots))
    trips, chargers = plan.trip[free].tolist(), plan.charger[free].tolist()
    changed = (plan.trip != problem.trip) | (plan.charger != problem.charger)
    whose = [index for index in np.flatnonzero(changed).tolist() if index < len(found.robots)]
    for index in whose:
        _give_back(turn, found.robots[index])
    for index in whose:
        robot = turn.robot(found.robots[index].robot)
        if trips[index] != NOTHING:
            _send_for(turn, robot, found.visits[trips[index]])
        elif chargers[index] != NOTHING:
            _send_charging(turn, robot, found.chargers[chargers[index]])
        else:
            _stop(turn, robot)


def _give_back(turn: Turn, robot: Robot) -> None:
    """The robot's trip waits for another."""
    if robot.visit is not None:
        turn.set_visit(turn.visit(robot.visit), robot=None, phase=Phase.REQUESTED)
        turn.set_robot(robot, visit=None)


def _send_for(turn: Turn, robot: Robot, visit: Visit) -> None:
    visit = turn.set_visit(turn.visit(visit.visit), robot=robot.robot, phase=Phase.FETCH)
    robot = turn.set_robot(robot, visit=visit.visit)
    goal = turn.state.pods[visit.pod]
    turn_towards(turn, robot, RobotActivity.FETCH, goal, ActionKind.PICK, visit.pod)


def _send_charging(turn: Turn, robot: Robot, goal: int) -> None:
    robot = turn_towards(turn, robot, RobotActivity.CHARGE, goal, ActionKind.START_CHARGING)
    if robot.leg is None:
        begin(turn, robot, RobotActivity.CHARGE, goal, ActionKind.START_CHARGING)


def _stop(turn: Turn, robot: Robot) -> None:
    """Nothing to do: it is free at the end of its base, or at once if it stands at a charger."""
    leg = robot.leg
    if leg is None or leg.activity is RobotActivity.PARK:
        return
    at_once = leg.update < 0 or leg.end == leg.goal
    turn.set_robot(robot, leg=None if at_once else parked(leg), moved_ms=turn.now_ms)


def turn_towards(
    turn: Turn,
    robot: Robot,
    activity: RobotActivity,
    goal: int,
    kind: ActionKind | None = None,
    pod: PodId | None = None,
) -> Robot:
    """A robot under way drives on to another goal; one that stands gets a new leg later."""
    leg = robot.leg
    if leg is None or leg.update < 0 or (leg.end == leg.goal and leg.action is not None):
        return turn.set_robot(robot, leg=None, moved_ms=turn.now_ms)
    if goal in leg.held:
        # What was released cannot be changed: it stops there, and begins from there.
        return turn.set_robot(robot, leg=parked(leg))
    return retarget(turn, robot, leg, activity, goal, kind, pod)


def begin_legs(turn: Turn) -> None:
    """Every robot with a visit that has no order to drive gets one for the visit's phase."""
    for robot in list(turn.state.robots.values()):
        if robot.leg is not None or robot.visit is None or turn.now_ms < robot.retry_ms:
            continue
        visit = turn.visit(robot.visit)
        if visit.phase is Phase.FETCH:
            pod_node = turn.state.pods[visit.pod]
            begin(turn, robot, RobotActivity.FETCH, pod_node, ActionKind.PICK, visit.pod)
        elif visit.phase is Phase.DELIVER:
            station = turn.floor.station_nodes[visit.station]
            begin(turn, robot, RobotActivity.DELIVER, station)
        elif visit.phase is Phase.RETURN and visit.spot is not None:
            begin(turn, robot, RobotActivity.RETURN, visit.spot, ActionKind.DROP, visit.pod)


def park_idle(turn: Turn) -> None:
    """Idle robots leave aisles, stations, chargers and closed places for the nearest spot."""
    kind = turn.floor.roadmap.kind
    robots = turn.state.robots.values()
    idle = [
        robot
        for robot in robots
        if robot.visit is None
        and robot.leg is None
        and robot.override.sent is None
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
            begin(turn, robot, RobotActivity.PARK, choice)


def begin(
    turn: Turn,
    robot: Robot,
    activity: RobotActivity,
    goal: int,
    kind: ActionKind | None = None,
    pod: PodId | None = None,
) -> None:
    """A new leg from where the robot stands; sent when its first move is released."""
    number = robot.legs + 1
    leg = Leg(
        order=TransportOrderId(f"{robot.robot}-{number}"),
        update=-1,
        activity=activity,
        goal=goal,
        action=_action(robot, number, kind, pod),
        nodes=(robot.node,),
        reached=0,
        since_ms=turn.now_ms,
    )
    turn.set_robot(robot, leg=leg, legs=number, moved_ms=turn.now_ms)


def retarget(
    turn: Turn,
    robot: Robot,
    leg: Leg,
    activity: RobotActivity,
    goal: int,
    kind: ActionKind | None = None,
    pod: PodId | None = None,
) -> Robot:
    """The same order goes on from the end of its base to another goal; only what was not released
    yet changes, which every update may do (VDA 5050, 6.6.2). ``goal`` is not in the base."""
    number = robot.legs + 1
    resting = leg.activity is RobotActivity.PARK
    changed = replace(
        leg,
        activity=activity,
        goal=goal,
        action=_action(robot, number, kind, pod),
        since_ms=turn.now_ms if resting else leg.since_ms,
    )
    moved_ms = turn.now_ms if resting else robot.moved_ms
    return turn.set_robot(robot, leg=changed, legs=number, moved_ms=moved_ms)


def _action(robot: Robot, number: int, kind: ActionKind | None, pod: PodId | None) -> Action | None:
    """What is to be done at the goal, under a name that no other leg of the robot has used."""
    if kind is None:
        return None
    return Action(ActionId(f"{robot.robot}-{number}-{kind}"), kind, pod)


def parked(leg: Leg) -> Leg:
    """The same order, to end where its base ends and nothing to be done there."""
    return replace(leg, activity=RobotActivity.PARK, goal=leg.end, action=None)
