"""Robots that operators send to a node, where they stay with no other work until they are freed.

A sent robot gives up a fetch, which others take, and does not go charging: it charges only where it
is sent to a charger. Where it has arrived it is in the way of others like one that does not answer.
"""

from dataclasses import replace

from planner.dispatch.obstructions import obstacles_of
from planner.dispatch.phases.candidates import draws
from planner.dispatch.phases.membership import give_back_fetch
from planner.dispatch.phases.robots import begin, parked, turn_towards
from planner.dispatch.phases.routing import carries
from planner.dispatch.state import Leg, Phase, Robot
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.events import RobotSent
from planner.warehouse.ids import RobotId
from planner.warehouse.transport import ActionKind
from planner.warehouse.view import RobotActivity


def send(turn: Turn, event: RobotSent) -> None:
    """From now on it is on its way to the node; changes nothing if :func:`send_objection`."""
    if send_objection(turn, event):
        return
    robot = turn.robot(event.robot)
    node = turn.floor.roadmap.index[event.node]
    if robot.override.sent == node:
        return
    give_back_fetch(turn, robot)
    robot = turn.robot(event.robot)
    turn.set_robot(robot, override=replace(robot.override, sent=node))


def free(turn: Turn, name: RobotId) -> None:
    """It takes work again; one under way to its node stops at the end of its base."""
    robot = turn.state.robots.get(name)
    if robot is None or robot.override.sent is None:
        return
    leg = robot.leg
    if leg is not None and leg.activity is RobotActivity.PARK:
        leg = None if leg.update < 0 else parked(leg)
    override = replace(robot.override, sent=None)
    turn.set_robot(robot, leg=leg, override=override, moved_ms=turn.now_ms)


def send_objection(turn: Turn, event: RobotSent) -> str:
    """Why a robot cannot be sent to a node now; empty if it can."""
    robot = turn.state.robots.get(event.robot)
    if robot is None:
        return f"{event.robot} is not of the fleet."
    node = turn.floor.roadmap.index.get(event.node)
    if node is None:
        return f"the floor has no node {event.node}."
    return _not_now(turn, robot) or _not_there(turn, robot, node)


def send_robots(turn: Turn) -> None:
    """Robots that were sent begin to drive there as soon as they may do something else."""
    for robot in list(turn.state.robots.values()):
        node = robot.override.sent
        if node is None or robot.silent or robot.report is None or robot.override.keeps:
            continue
        leg = robot.leg
        if leg is not None and (leg.goal == node or _busy(robot, leg)):
            continue
        activity, kind = _aim(turn, node)
        if leg is not None:
            robot = turn_towards(turn, robot, activity, node, kind)
        here = robot.node == node and kind is None
        if robot.leg is None and not here and turn.now_ms >= robot.retry_ms:
            begin(turn, robot, activity, node, kind)


def _aim(turn: Turn, node: int) -> tuple[RobotActivity, ActionKind | None]:
    if node in turn.floor.charger_nodes:
        return RobotActivity.CHARGE, ActionKind.START_CHARGING
    return RobotActivity.PARK, None


def _busy(robot: Robot, leg: Leg) -> bool:
    """What it is at cannot be taken from it any more: it may begin at any moment."""
    return leg.update >= 0 and leg.action is not None and leg.end == leg.goal and not draws(robot)


def _not_now(turn: Turn, robot: Robot) -> str:
    visit = turn.state.visits.get(robot.visit) if robot.visit else None
    leg = robot.leg
    if robot.leaving:
        return f"{robot.robot} is leaving the fleet."
    if robot.silent or robot.report is None:
        return f"{robot.robot} does not report."
    if robot.override.keeps:
        return f"{robot.robot} has not got back all of its cleared way."
    if carries(robot) or (visit is not None and visit.phase is not Phase.FETCH):
        return f"{robot.robot} carries a pod. Wait until it has put it down."
    if visit is not None and leg is not None and leg.update >= 0 and leg.end == leg.goal:
        return f"{robot.robot} is about to lift {visit.pod}. Wait until it has brought it back."
    return ""


def _not_there(turn: Turn, robot: Robot, node: int) -> str:
    name, roadmap = turn.floor.roadmap.nodes[node], turn.floor.roadmap
    for other in turn.state.robots.values():
        if other.robot != robot.robot and other.override.sent == node:
            return f"{other.robot} was sent to {name}. Choose another node."
    if roadmap.station_of[node] >= 0:
        return f"{name} is in the lane of a station, which it would block. Choose another node."
    low = robot.report is None or robot.report.battery <= turn.params.battery_critical
    if low and node not in turn.floor.charger_nodes:
        return f"the battery of {robot.robot} is nearly empty. Send it to a charger."
    if robot.end == node:
        return ""
    obstacles = obstacles_of(turn)
    pace = turn.floor.pace(robot.type, False)
    table = turn.floor.distances.to(node, False, pace, obstacles)
    if node in obstacles or table[robot.end * 4 : robot.end * 4 + 4].min() >= FAR_MS:
        return f"there is no way to {name} for {robot.robot} now."
    return ""
