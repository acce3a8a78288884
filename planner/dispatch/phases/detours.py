"""Trips whose goal an obstacle has shut off are changed, as far as anything can be done."""

from planner.dispatch.phases.allocate import take_back
from planner.dispatch.phases.robots import parked
from planner.dispatch.state import Leg, Phase, Robot
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.view import RobotActivity


def reroute(turn: Turn) -> None:
    """Robots under way to what cannot be reached any more give it up: an empty robot is free
    again, a carried pod goes back to a spot that can be reached."""
    if not turn.obstacles:
        return
    for robot in list(turn.state.robots.values()):
        leg = robot.leg
        if leg is None or robot.silent or robot.override.keeps or leg.end == leg.goal:
            continue
        if _reachable(turn, robot, leg):
            continue
        stopped = None if leg.update < 0 else parked(leg)
        if leg.activity is RobotActivity.FETCH:
            give_up_fetch(turn, robot, stopped)
        elif leg.activity in (RobotActivity.DELIVER, RobotActivity.RETURN):
            turn_back(turn, robot, stopped)
        else:
            turn.set_robot(robot, leg=stopped)


def _reachable(turn: Turn, robot: Robot, leg: Leg) -> bool:
    if leg.goal in turn.obstacles.closed:
        return False
    loaded = robot.report is not None and robot.report.load is not None
    pace = turn.floor.pace(robot.type, loaded)
    table = turn.floor.distances.to(leg.goal, loaded, pace, turn.obstacles)
    return bool(table[leg.end * 4 : leg.end * 4 + 4].min() < FAR_MS)


def give_up_fetch(turn: Turn, robot: Robot, stopped: Leg | None) -> None:
    """The robot is free again, and the visit is over."""
    turn.set_robot(robot, leg=stopped, visit=None)
    if robot.visit is not None:
        take_back(turn, turn.visit(robot.visit))
        del turn.state.visits[robot.visit]


def turn_back(turn: Turn, robot: Robot, stopped: Leg | None) -> None:
    """The robot takes its pod to a spot instead of the station."""
    turn.set_robot(robot, leg=stopped)
    if robot.visit is not None:
        visit = turn.visit(robot.visit)
        take_back(turn, visit)
        turn.set_visit(turn.visit(robot.visit), phase=Phase.RETURN, spot=None, counts=())
