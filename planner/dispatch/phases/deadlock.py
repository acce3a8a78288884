"""Robots that wait for each other in a ring: one of them makes way for a while, in the open."""

import numpy as np

from planner.dispatch.phases.routing import Requests, lone_ways, requests_of
from planner.dispatch.state import Robot
from planner.dispatch.turn import Turn
from planner.mapf.deadlock import waiting_rings
from planner.roadmap.access import Int32Array
from planner.traffic.release import NOBODY
from planner.warehouse.commands import AlarmKind


def break_deadlocks(turn: Turn) -> None:
    """In every ring that has stood for ``deadlock_ms`` the robot youngest under way forgets its
    goal for ``yield_ms``: it goes last and may be sent anywhere, and the others get past."""
    for kind, name in list(turn.state.alarms):
        if kind is AlarmKind.DEADLOCK and not _yields(turn, name):
            turn.clear(kind, name)
    robots = list(turn.state.robots.values())
    still_ms = np.array([_still_ms(turn, robot) for robot in robots], dtype=np.int64)
    if (still_ms >= turn.params.deadlock_ms).sum() < 2:
        return
    in_the_way = _in_the_way(turn, requests_of(turn, robots))
    for ring in waiting_rings(in_the_way, still_ms, turn.params.deadlock_ms):
        members = [robots[index] for index in ring]
        chosen = max(members, key=lambda robot: (_since_ms(robot), robot.robot))
        turn.set_robot(chosen, yields_ms=turn.now_ms + turn.params.yield_ms)
        turn.count(deadlocks=1)
        names = ", ".join(member.robot for member in members)
        text = f"{names} waited for each other; {chosen.robot} makes way."
        turn.alarm(AlarmKind.DEADLOCK, chosen.robot, text)


def _yields(turn: Turn, name: str) -> bool:
    return any(
        robot.robot == name and robot.yields_ms > turn.now_ms
        for robot in turn.state.robots.values()
    )


def _still_ms(turn: Turn, robot: Robot) -> int:
    """How long it has stood although it has somewhere to go. A lane leads one way only: who queues
    in one is in no ring."""
    queueing = turn.floor.roadmap.station_of[robot.node] >= 0
    if robot.leg is None or robot.leg.end == robot.leg.goal or robot.silent or queueing:
        return 0
    return turn.now_ms - max(robot.moved_ms, robot.yields_ms)


def _in_the_way(turn: Turn, requests: Requests) -> Int32Array:
    """Who holds the node that each would drive to next, were it alone."""
    holder = np.full(len(turn.floor.roadmap.nodes), NOBODY, dtype=np.int32)
    for index, robot in enumerate(requests.robots):
        holder[list(robot.held)] = index
    agents = requests.agents
    following = lone_ways(turn, requests, agents.node, agents.heading, 1)[:, 0]
    return np.where(following == NOBODY, NOBODY, holder[following]).astype(np.int32)


def _since_ms(robot: Robot) -> int:
    return robot.leg.since_ms if robot.leg else 0
