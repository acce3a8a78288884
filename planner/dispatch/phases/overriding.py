"""Operators have a robot look for another way, and clear the reservation of one that is silent.

**Clearing.** What makes releases safe (:mod:`planner.traffic.release`) is that every node has at
most one holder, and that a base is never taken back. The first stays true here: a cleared robot
holds fewer nodes, and takes the others again only once nobody else holds any of them. The second
does not: from the clearing until the robot has all of its way again, it has an order for nodes
which others may be on. So it must not move in that time. The fleet stops it by name before, and
until it holds all of them again; that it stands where it was seen last, and does not begin to drive
before it hears of the stop, whoever clears has to make sure of on the floor.

Until it has all of its way again, it is told nothing, and nobody else enters what it lacks.
"""

from dataclasses import replace
from math import hypot

from planner.dispatch.obstructions import missing, obstacles_of
from planner.dispatch.state import Robot
from planner.dispatch.turn import Turn
from planner.dispatch.waits import wait_of
from planner.roadmap.distances import FAR_MS
from planner.roadmap.obstacles import Obstacles
from planner.warehouse.ids import RobotId
from planner.warehouse.view import WaitsFor

AVOID_MS = 30_000
"""A rerouted robot keeps off what it waited for so long."""
STANDS_MS = 30_000
"""A robot that has lost contact drives to the end of its base; after so long it has."""
_AT_NODE_M = 0.05
_HELD_UP = (WaitsFor.ROBOT, WaitsFor.CLOSURE, WaitsFor.WAY)


# --- another way ---------------------------------------------------------------------------------


def reroute_one(turn: Turn, name: RobotId) -> None:
    """It keeps off what it waits for now; changes nothing if :func:`reroute_objection`."""
    if reroute_objection(turn, name):
        return
    robot = turn.robot(name)
    until_ms = turn.now_ms + AVOID_MS
    override = replace(robot.override, avoids=_in_its_way(turn, robot), avoids_until_ms=until_ms)
    turn.set_robot(robot, override=override)


def reroute_objection(turn: Turn, name: RobotId) -> str:
    """Why a robot cannot be sent another way now; empty if it can."""
    robot = turn.state.robots.get(name)
    if robot is None:
        return f"{name} is not of the fleet."
    if robot.silent or robot.report is None:
        return f"{name} does not report."
    if robot.leg is None or robot.leg.end == robot.leg.goal:
        return f"{name} is not on its way anywhere."
    wait, avoids = wait_of(turn.state, robot), _in_its_way(turn, robot)
    if wait is None or wait.on not in _HELD_UP or not avoids:
        return f"{name} does not wait for anything on its way."
    around = obstacles_of(turn)
    around = Obstacles(around.dead | frozenset(avoids), around.closed)
    loaded = robot.report.load is not None
    pace = turn.floor.pace(robot.type, loaded)
    table = turn.floor.distances.to(robot.leg.goal, loaded, pace, around)
    if table[robot.end * 4 : robot.end * 4 + 4].min() >= FAR_MS:
        return f"there is no other way for {name}."
    return ""


def avoided(turn: Turn, robot: Robot) -> Obstacles:
    """What is in the way of this robot: of all robots, and what it keeps off."""
    override = robot.override
    if override.avoids_until_ms <= turn.now_ms or not override.avoids:
        return turn.obstacles
    dead = turn.obstacles.dead | frozenset(override.avoids)
    return Obstacles(dead, turn.obstacles.closed)


def _in_its_way(turn: Turn, robot: Robot) -> tuple[int, ...]:
    """Nodes of the robot that it waits for, else the next one of its own way."""
    other = turn.state.robots.get(robot.waits_for) if robot.waits_for else None
    if other is not None:
        return other.held
    return robot.horizon[:1]


# --- cleared reservations ------------------------------------------------------------------------


def clear_reservation(turn: Turn, name: RobotId) -> None:
    """It keeps the node where it stands, or the two between which it was seen last; changes nothing
    if :func:`clear_objection`."""
    if clear_objection(turn, name):
        return
    robot = turn.robot(name)
    turn.set_robot(
        robot,
        horizon=(),
        waits_for=None,
        override=replace(robot.override, avoids=(), keeps=_touched(turn, robot)),
    )


def clear_objection(turn: Turn, name: RobotId) -> str:
    """Why the reservation of a robot cannot be cleared now; empty if it can."""
    robot = turn.state.robots.get(name)
    if robot is None:
        return f"{name} is not of the fleet."
    silent_ms = turn.now_ms - robot.seen_ms
    if silent_ms <= turn.params.silent_ms:
        return f"{name} is heard of: it would drive there all the same. Stop it instead."
    if silent_ms < STANDS_MS:
        return (
            f"{name} may still drive: it has been silent for {silent_ms // 1000} s only. "
            f"Wait until it is {STANDS_MS // 1000} s."
        )
    if robot.leg is None or robot.report is None:
        return f"{name} has no way reserved."
    if len(_touched(turn, robot)) == len(robot.held):
        return f"{name} has nothing reserved beyond where it stands."
    return ""


def take_again(turn: Turn) -> None:
    """A robot that is heard of again takes all of its way back once nobody else is on it. Taken
    piece by piece it could shut in who has to come out."""
    for robot in list(turn.state.robots.values()):
        if not robot.override.keeps or robot.silent:
            continue
        others = {
            node
            for other in turn.state.robots.values()
            if other.robot != robot.robot
            for node in other.held
        }
        if others.isdisjoint(missing(robot)):
            turn.set_robot(robot, override=replace(robot.override, keeps=()))


def _touched(turn: Turn, robot: Robot) -> tuple[int, ...]:
    """Those of its nodes that its footprint was on when it was heard last."""
    leg, report = robot.leg, robot.report
    if leg is None or report is None:
        return robot.held
    x_m, y_m = turn.floor.points[leg.nodes[leg.reached]]
    at_node = hypot(report.pose.x_m - x_m, report.pose.y_m - y_m) <= _AT_NODE_M
    count = 1 if at_node and not report.driving else 2
    near = leg.held[:count]
    return tuple(node for node in near if node in robot.held) or robot.held
