"""Phase 8: plan the next moves of all robots and release as much of them as is safe."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from planner.dispatch.phases.routing import Ways, carries, plan_ways, requests_of
from planner.dispatch.state import Leg, Robot
from planner.dispatch.turn import Turn
from planner.roadmap.access import Int32Array
from planner.traffic.release import NOBODY, release
from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import TransportOrderId
from planner.warehouse.transport import OrderEdge, OrderNode, TransportOrder
from planner.warehouse.view import RobotActivity


def drive(turn: Turn) -> None:
    """Extend the bases; send what is new, and again what seems lost."""
    robots = list(turn.state.robots.values())
    requests = requests_of(turn, robots)
    ways = plan_ways(turn, requests)
    ahead = np.array([len(robot.held) - 1 for robot in robots], dtype=np.int32)
    moves, waits_for = release(ways.paths, _holders(turn, robots), ahead, turn.params.base_nodes)
    send_moves(turn, robots, ways, moves, waits_for)


def send_moves(
    turn: Turn, robots: list[Robot], ways: Ways, moves: Int32Array, waits_for: Int32Array
) -> None:
    """Put the first ``moves`` (m,) of every way into its robot's base; what is beyond is shown."""
    for index, robot in enumerate(robots):
        path = ways.paths[index].tolist() + ways.onward[index].tolist()
        way = [node for before, node in pairwise(path) if node not in (before, NOBODY)]
        horizon = tuple(way[moves[index] :][: turn.params.horizon_nodes])
        ahead_of = robots[waits_for[index]].robot if waits_for[index] != NOBODY else None
        if horizon != robot.horizon or ahead_of != robot.waits_for:
            robot = turn.set_robot(robot, horizon=horizon, waits_for=ahead_of)
        if moves[index]:
            _extend(turn, robot, tuple(way[: moves[index]]))
        else:
            _send_unsent(turn, robot)


def whole_order(turn: Turn, robot: Robot) -> SendTransportOrder | None:
    """The robot's order from the node it passed last, for one that may have lost it."""
    if robot.leg is None or robot.leg.update < 0 or robot.override.keeps:
        return None
    return SendTransportOrder(_order(turn, robot, robot.leg, robot.leg.reached, ()))


def _holders(turn: Turn, robots: list[Robot]) -> Int32Array:
    holder = np.full(len(turn.floor.roadmap.nodes), NOBODY, dtype=np.int32)
    for index, robot in enumerate(robots):
        holder[list(robot.held)] = index
    return holder


def _extend(turn: Turn, robot: Robot, way: tuple[int, ...]) -> None:
    """Append the released nodes to the base and send them with the horizon behind."""
    leg = robot.leg or _pushed_aside(turn, robot)
    first = 0 if leg.update < 0 else len(leg.nodes) - 1
    nodes = (*leg.nodes, *way)
    goal = nodes[-1] if leg.activity is RobotActivity.PARK and leg.end == leg.goal else leg.goal
    leg = replace(leg, nodes=nodes, goal=goal, update=leg.update + 1, sent_ms=turn.now_ms)
    robot = turn.set_robot(robot, leg=leg, legs=robot.legs + (robot.leg is None))
    order = _order(turn, robot, leg, first, robot.horizon)
    turn.commands.append(SendTransportOrder(order, stitch=leg.update > 0))


def _pushed_aside(turn: Turn, robot: Robot) -> Leg:
    """An order for an idle robot that somebody else needs out of the way."""
    return Leg(
        order=TransportOrderId(f"{robot.robot}-{robot.legs + 1}"),
        update=-1,
        activity=RobotActivity.PARK,
        goal=robot.node,
        action=None,
        nodes=(robot.node,),
        reached=0,
        since_ms=turn.now_ms,
    )


def _send_unsent(turn: Turn, robot: Robot) -> None:
    """An order that begins and ends here is sent at once; one the robot lost is sent again."""
    leg, report = robot.leg, robot.report
    if leg is None or report is None or robot.silent or robot.override.keeps:
        return
    here = leg.update < 0 and leg.end == leg.goal
    lost = leg.update >= 0 and (report.order != leg.order or report.update < leg.update)
    if here or (lost and turn.now_ms - leg.sent_ms > turn.params.resend_ms):
        leg = replace(leg, update=max(0, leg.update), sent_ms=turn.now_ms)
        robot = turn.set_robot(robot, leg=leg)
        again = whole_order(turn, robot)
        if again is not None:
            turn.commands.append(again)


def _order(
    turn: Turn, robot: Robot, leg: Leg, first: int, horizon: tuple[int, ...]
) -> TransportOrder:
    """Nodes from index ``first`` on, then the horizon, with the edges between."""
    nodes = (*leg.nodes[first:], *horizon)
    released = len(leg.nodes) - first
    return TransportOrder(
        order=leg.order,
        update=leg.update,
        robot=robot.robot,
        nodes=tuple(
            _node(turn, leg, node, 2 * (first + i), i < released) for i, node in enumerate(nodes)
        ),
        edges=tuple(
            _edge(turn, robot, nodes[i], nodes[i + 1], 2 * (first + i) + 1, i + 1 < released)
            for i in range(len(nodes) - 1)
        ),
    )


def _node(turn: Turn, leg: Leg, node: int, sequence: int, released: bool) -> OrderNode:
    x_m, y_m = turn.floor.points[node]
    here = leg.action is not None and node == leg.goal
    actions = (leg.action,) if here and leg.action is not None else ()
    return OrderNode(sequence, turn.floor.roadmap.nodes[node], x_m, y_m, released, actions)


def _edge(
    turn: Turn, robot: Robot, start: int, end: int, sequence: int, released: bool
) -> OrderEdge:
    roadmap = turn.floor.roadmap
    limit = turn.floor.speed_mps[start][turn.floor.heading_between(start, end)]
    speed = min(limit, turn.floor.pace(robot.type, carries(robot)).speed_mps)
    names = roadmap.nodes[start], roadmap.nodes[end]
    return OrderEdge(sequence, roadmap.edge_id(start, end), *names, released, speed)
