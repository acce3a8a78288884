"""Part of phase 1: robots that join the fleet while it works, and robots that leave it."""

from dataclasses import replace
from math import hypot

from planner.dispatch.phases.robots import parked
from planner.dispatch.phases.routing import carries
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind
from planner.warehouse.events import RobotJoined
from planner.warehouse.ids import RobotId

_AT_NODE_M = 0.05
"""A robot can begin an order only where it stands this close to a node."""


def join(turn: Turn, event: RobotJoined) -> None:
    """Take a robot in where it stands; an alarm says why not, if not."""
    known = turn.state.robots.get(event.robot)
    if known is not None:
        turn.set_robot(known, leaving=False)
        return
    problem = _objection(turn, event)
    if problem:
        turn.alarm(AlarmKind.ROBOT_REFUSED, event.robot, f"{event.robot} cannot join: {problem}")
        return
    turn.clear(AlarmKind.ROBOT_REFUSED, event.robot)
    node = turn.floor.roadmap.nearest(event.pose.x_m, event.pose.y_m)
    heading = turn.floor.heading_of(event.pose.theta_rad)
    turn.state.robots[event.robot] = Robot(
        event.robot, event.robot_type, node, heading, seen_ms=turn.now_ms, moved_ms=turn.now_ms
    )


def leave(turn: Turn, robot: RobotId) -> None:
    """It finishes with the pod that it carries or is about to lift, and takes no more work."""
    known = turn.state.robots.get(robot)
    if known is None:
        return
    override = replace(known.override, sent=None)
    known = turn.set_robot(known, leaving=True, override=override)
    give_back_fetch(turn, known)


def give_back_fetch(turn: Turn, known: Robot) -> None:
    """Another robot is to fetch its pod, unless it may begin to lift it at any moment."""
    leg, visit = known.leg, _visit(turn, known)
    if visit is None or visit.phase is not Phase.FETCH:
        return
    if leg is None or leg.update < 0:
        _give_back(turn, known, visit, None)
    elif leg.end != leg.goal:
        _give_back(turn, known, visit, parked(leg))


def remove(turn: Turn, robot: RobotId) -> None:
    """It is off the floor, unless it has a pod."""
    leave(turn, robot)
    known = turn.state.robots.get(robot)
    if known is None:
        return
    visit = _visit(turn, known)
    if carries(known) or (visit is not None and visit.phase is not Phase.FETCH):
        return
    if visit is not None:
        _give_back(turn, known, visit, None)
    del turn.state.robots[robot]
    for kind in (AlarmKind.ROBOT_SILENT, AlarmKind.ROBOT_ERROR, AlarmKind.ROBOT_STUCK):
        turn.clear(kind, robot)


def _visit(turn: Turn, robot: Robot) -> Visit | None:
    return turn.state.visits.get(robot.visit) if robot.visit else None


def _give_back(turn: Turn, robot: Robot, visit: Visit, leg: Leg | None) -> None:
    """Another robot is to fetch the pod."""
    turn.set_visit(visit, robot=None, phase=Phase.REQUESTED)
    turn.set_robot(robot, visit=None, leg=leg)


def _objection(turn: Turn, event: RobotJoined) -> str:
    floor, pose = turn.floor, event.pose
    if event.robot_type not in floor.types:
        known = ", ".join(sorted(floor.types))
        return f"the site has no robot type {event.robot_type!r}. It has {known}."
    node = floor.roadmap.nearest(pose.x_m, pose.y_m)
    x_m, y_m = floor.points[node]
    name = floor.roadmap.nodes[node]
    if not hypot(pose.x_m - x_m, pose.y_m - y_m) <= _AT_NODE_M:
        return (
            f"it stands at ({pose.x_m:.2f}, {pose.y_m:.2f}) m, not at a node. Put it on {name} "
            f"({x_m:.2f}, {y_m:.2f})."
        )
    holder = next((r.robot for r in turn.state.robots.values() if node in r.held), None)
    if holder is not None:
        return f"{holder} holds {name}. Put it elsewhere, or wait until {holder} has gone."
    return ""
