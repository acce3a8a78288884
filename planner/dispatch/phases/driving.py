"""Phase 8: plan the next moves of all robots and release as much of them as is safe."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from planner.dispatch.state import Leg, Phase, Robot
from planner.dispatch.turn import Turn
from planner.mapf.pibt import Agents, Lattice, plan
from planner.roadmap.access import Int32Array
from planner.roadmap.distances import FAR_MS
from planner.roadmap.roadmap import NodeKind
from planner.traffic.release import NOBODY, release
from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import TransportOrderId
from planner.warehouse.transport import OrderEdge, OrderNode, TransportOrder
from planner.warehouse.view import RobotActivity


def drive(turn: Turn) -> None:
    """Extend the bases; send what is new, and again what seems lost."""
    robots = list(turn.state.robots.values())
    agents = _agents(turn, robots)
    paths = plan(_lattice(turn), agents, turn.params.window)
    ahead = np.array([len(robot.held) - 1 for robot in robots], dtype=np.int32)
    moves, waits_for = release(paths, _holders(turn, robots), ahead, turn.params.base_nodes)
    for index, robot in enumerate(robots):
        path = paths[index].tolist()
        way = [node for before, node in pairwise(path) if node != before]
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
    if robot.leg is None or robot.leg.update < 0:
        return None
    return SendTransportOrder(_order(turn, robot, robot.leg, robot.leg.reached, ()))


def _lattice(turn: Turn) -> Lattice:
    roadmap = turn.floor.roadmap
    mask = np.zeros(len(roadmap.nodes), dtype=np.bool_)
    mask[sorted(turn.obstacles)] = True
    return Lattice(
        neighbours=roadmap.neighbours,
        kind=roadmap.kind,
        station_of=roadmap.station_of,
        hop_ms=turn.floor.hop_ms,
        blocked=mask,
        cost=turn.floor.distances.pool,
    )


def _agents(turn: Turn, robots: list[Robot]) -> Agents:
    goals, tables, turns, stops = [], [], [], []
    headings = [_heading_at_end(turn, robot) for robot in robots]
    distances = turn.floor.distances
    for robot, heading in zip(robots, headings, strict=True):
        pace = turn.floor.pace(robot.robot, _loaded(robot))
        turns.append(pace.quarter_turn_ms)
        stops.append(pace.stop_ms)
        goal, table = _goal(robot), 0
        if goal >= 0:
            table = distances.row(goal, _loaded(robot), pace, turn.obstacles)
            if distances.pool[table, robot.end * 4 + heading] >= FAR_MS:
                goal = NOBODY
        goals.append(goal)
        tables.append(table)
    ranks = [_rank(turn, robot, goals[i] >= 0) for i, robot in enumerate(robots)]
    order = sorted(range(len(robots)), key=lambda i: (ranks[i], i))
    return Agents(
        node=_ints([robot.end for robot in robots]),
        heading=_ints(headings),
        goal=_ints(goals),
        loaded=np.array([_loaded(robot) for robot in robots], dtype=np.bool_),
        pinned=np.array([_pinned(turn, robot) for robot in robots], dtype=np.bool_),
        order=_ints(order),
        table=_ints(tables),
        pace=_ints([turn.floor.pace_index(robot.robot, _loaded(robot)) for robot in robots]),
        wait_ms=_ints([_wait_ms(turn, robot) for robot in robots]),
        quarter_turn_ms=_ints(turns),
        stop_ms=_ints(stops),
    )


def _rank(turn: Turn, robot: Robot, has_goal: bool) -> tuple[int, int]:
    """Priority: a carried pod on a spot blocks its only way out, so it goes first; then the robot
    longest under way; idle ones last."""
    since_ms = robot.leg.since_ms if robot.leg else turn.now_ms
    if not has_goal:
        return 2, since_ms
    on_spot = _loaded(robot) and turn.floor.roadmap.kind[robot.end] == NodeKind.SPOT
    return (0 if on_spot else 1), since_ms


def _wait_ms(turn: Turn, robot: Robot) -> int:
    """What standing still costs: next to nothing at first, more for one that waits and waits."""
    if robot.leg is None:
        return 1
    return 1 + max(0, turn.now_ms - robot.moved_ms - turn.params.patience_ms)


def _ints(values: list[int]) -> Int32Array:
    return np.array(values, dtype=np.int32)


def _loaded(robot: Robot) -> bool:
    return robot.report is not None and robot.report.load is not None


def _goal(robot: Robot) -> int:
    """The goal of its leg; a parked or idle robot has none and may be sent anywhere."""
    leg = robot.leg
    if leg is None or (leg.activity is RobotActivity.PARK and leg.end == leg.goal):
        return NOBODY
    return leg.goal


def _pinned(turn: Turn, robot: Robot) -> bool:
    """It cannot take more nodes now: out of order, at work, or about to begin something else."""
    report, leg = robot.report, robot.leg
    if report is None or robot.silent or (report.battery <= 0 and not report.charging):
        return True
    visit = turn.state.visits.get(robot.visit) if robot.visit else None
    if leg is None:
        return visit is not None
    if leg.activity is RobotActivity.PARK:
        return visit is not None
    return leg.end == leg.goal or (visit is not None and visit.phase is Phase.PICK)


def _heading_at_end(turn: Turn, robot: Robot) -> int:
    leg = robot.leg
    if leg is None or leg.reached == len(leg.nodes) - 1:
        return robot.heading
    return turn.floor.heading_between(leg.nodes[-2], leg.nodes[-1])


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
    if leg is None or report is None or robot.silent:
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
    speed = min(limit, turn.floor.pace(robot.robot, _loaded(robot)).speed_mps)
    names = roadmap.nodes[start], roadmap.nodes[end]
    return OrderEdge(sequence, roadmap.edge_id(start, end), *names, released, speed)
