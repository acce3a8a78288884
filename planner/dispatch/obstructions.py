"""What is in the way of robots, from the state."""

from planner.dispatch.state import Robot
from planner.dispatch.turn import Turn
from planner.roadmap.obstacles import Obstacles


def obstacles_of(turn: Turn) -> Obstacles:
    """Nodes of robots that do not move, and closed ones: what operators have closed, and what a
    robot whose reservation was cleared has to get back."""
    robots = turn.state.robots.values()
    heard = turn.now_ms > turn.params.silent_ms
    dead = {node for robot in robots if robot.silent and heard for node in robot.held}
    dead.update(robot.end for robot in robots if robot.end == robot.override.sent)
    closed = {node for nodes in turn.state.closures.values() for node in nodes}
    closed.update(node for robot in robots if not robot.silent for node in missing(robot))
    return Obstacles(frozenset(dead), frozenset(closed))


def missing(robot: Robot) -> tuple[int, ...]:
    """Nodes of its order that a robot whose reservation was cleared has not got back yet."""
    keeps = robot.override.keeps
    if not keeps:
        return ()
    way = robot.leg.held if robot.leg is not None else (robot.node,)
    return tuple(node for node in way if node not in keeps)
