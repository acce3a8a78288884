"""The ways of all robots over the next steps, planned together from the ends of their bases."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.dispatch.phases.overriding import avoided
from planner.dispatch.phases.ruling import trip_priorities
from planner.dispatch.state import Phase, Robot
from planner.dispatch.turn import Turn
from planner.mapf.planner import OperationPlanner, PlannerParams
from planner.mapf.problem import Agents, Lattice
from planner.roadmap.access import Int32Array
from planner.roadmap.deadends import leads_out
from planner.roadmap.distances import FAR_MS
from planner.roadmap.onward import onward
from planner.traffic.release import NOBODY
from planner.warehouse.view import RobotActivity

FIRST_WEIGHT = 1e12


class Requests(NamedTuple):
    """All robots as agents, in one order."""

    robots: list[Robot]
    agents: Agents


class Ways(NamedTuple):
    """``paths`` (m, depth + 1) are free of conflicts and of rotating rings; ``onward`` (m, k) is
    how each would go on alone, -1 once it is at its goal: to be shown, not to be released."""

    paths: Int32Array
    onward: Int32Array


def plan_ways(turn: Turn, requests: Requests) -> Ways:
    """Plan anew. Keeps nothing between ticks: the same state gives the same ways."""
    params, floor = turn.params, turn.floor
    robots, agents = requests
    order = _order(turn, robots, agents)
    planner = OperationPlanner(
        len(floor.roadmap.nodes),
        len(robots),
        PlannerParams(params.depth, floor.profiles(params.depth), rings=False),
        seed=turn.now_ms,
    )
    planner.plan(
        _lattice(turn), agents, floor.distances.pool, order, _weights(order), floor.typical_hop_ms
    )
    planner.improve(params.trials * len(robots))
    paths = planner.paths
    heading = agents.heading.copy()
    for step in range(1, paths.shape[1]):
        towards = floor.roadmap.neighbours[paths[:, step - 1]] == paths[:, step, None]
        heading = np.where(towards.any(axis=1), towards.argmax(axis=1), heading).astype(np.int32)
    return Ways(paths, lone_ways(turn, requests, paths[:, -1], heading, params.horizon_nodes))


def lone_ways(
    turn: Turn, requests: Requests, node: Int32Array, heading: Int32Array, hops: int
) -> Int32Array:
    """The next nodes of every robot from ``node`` and ``heading`` (m,) on, were it alone, shape
    (m, hops); -1 beyond its goal."""
    robots, agents = requests
    roadmap = turn.floor.roadmap
    paces = [turn.floor.pace(robot.type, carries(robot)) for robot in robots]
    layers = [turn.floor.pace_index(robot.type, carries(robot)) for robot in robots]
    ahead: Int32Array = onward(
        node,
        heading,
        agents.goal,
        agents.row,
        agents.loaded,
        _ints(layers),
        _ints([pace.quarter_turn_ms for pace in paces]),
        _ints([pace.stop_ms for pace in paces]),
        turn.floor.hops_ms,
        turn.floor.distances.pool,
        roadmap.neighbours,
        roadmap.kind,
        roadmap.station_of,
        hops,
    )
    return ahead


def ways_alone(turn: Turn, robot: Robot, goals: list[int]) -> list[list[int]]:
    """The nodes after the end of its base that a robot without a pod would drive over to each of
    these goals, were it alone."""
    floor, count = turn.floor, len(goals)
    if not goals:
        return []
    pace = floor.pace(robot.type, False)
    agents = Agents.at(_ints([robot.end] * count), _ints([heading_at_end(turn, robot)] * count))
    for index, goal in enumerate(goals):
        agents.goal[index] = goal
        agents.row[index] = floor.distances.row(goal, False, pace, turn.obstacles)
    hops = len(floor.roadmap.nodes)
    ahead = lone_ways(turn, Requests([robot] * count, agents), agents.node, agents.heading, hops)
    return [[node for node in way if node != NOBODY] for way in ahead.tolist()]


def _lattice(turn: Turn) -> Lattice:
    roadmap = turn.floor.roadmap
    blocked = turn.obstacles.levels(len(roadmap.nodes))
    return Lattice(roadmap.neighbours, roadmap.kind, roadmap.station_of, blocked)


def requests_of(turn: Turn, robots: list[Robot]) -> Requests:
    """Where everybody is, at the ends of the bases, and wants to go."""
    floor = turn.floor
    agents = Agents.at(
        _ints([robot.end for robot in robots]),
        _ints([heading_at_end(turn, robot) for robot in robots]),
    )
    for index, robot in enumerate(robots):
        loaded = carries(robot)
        agents.loaded[index] = loaded
        agents.pinned[index] = _pinned(turn, robot)
        agents.profile[index] = floor.pace_index(robot.type, loaded)
        agents.wait_cost[index] = _wait_ms(turn, robot)
        goal = _goal(robot)
        if goal == NOBODY or robot.yields_ms > turn.now_ms:
            continue
        here = robot.end * 4 + int(agents.heading[index])
        row = _row(turn, robot, goal, here)
        if floor.distances.pool[row, here] < FAR_MS:
            # Once there it stays: something is to be done at the goal.
            agents.goal[index] = agents.goal_after[index] = goal
            agents.row[index] = row
    return Requests(robots, agents)


def _row(turn: Turn, robot: Robot, goal: int, here: int) -> int:
    """Row of the travel times to its goal, around what it keeps off if there is such a way."""
    loaded, table = carries(robot), turn.floor.distances
    pace, around = turn.floor.pace(robot.type, loaded), avoided(turn, robot)
    row = table.row(goal, loaded, pace, around)
    if around is not turn.obstacles and table.pool[row, here] >= FAR_MS:
        row = table.row(goal, loaded, pace, turn.obstacles)
    return row


def _order(turn: Turn, robots: list[Robot], agents: Agents) -> Int32Array:
    """Highest priority first: who must come out of a dead end, for nobody gets in before; then the
    most urgent trips, of these the robot longest under way; those without a goal last, and who
    makes way for others after them."""
    without, loaded = turn.floor.dead_ends
    out = np.where(
        agents.loaded,
        leads_out(loaded.depth, loaded.outward, agents.node, agents.goal),
        leads_out(without.depth, without.outward, agents.node, agents.goal),
    )
    urgency = trip_priorities(turn, robots)
    ranks = []
    for index, robot in enumerate(robots):
        since_ms = robot.leg.since_ms if robot.leg else turn.now_ms
        if robot.leg is not None and robot.leg.activity is RobotActivity.COUNT:
            since_ms += turn.params.counting.yield_ms
        yields = robot.yields_ms > turn.now_ms
        rank = 0 if out[index] else 1 if agents.goal[index] != NOBODY else 3 if yields else 2
        ranks.append((rank, -urgency[index], since_ms, index))
    return _ints([index for *_, index in sorted(ranks)])


def _weights(order: Int32Array) -> npt.NDArray[np.float64]:
    """What a ms counts for each robot: the higher in order the more, and nobody gains at the cost
    of the first, so that there is always one that gets on."""
    weight = np.empty(len(order))
    weight[order] = np.linspace(1.0, 0.0, len(order), endpoint=False) ** 2
    weight[order[:1]] = FIRST_WEIGHT
    return weight


def _wait_ms(turn: Turn, robot: Robot) -> int:
    """What standing still costs: next to nothing at first, more for one that waits and waits."""
    if robot.leg is None or robot.yields_ms > turn.now_ms:
        return 1
    return 1 + max(0, turn.now_ms - robot.moved_ms - turn.params.patience_ms)


def _ints(values: list[int]) -> Int32Array:
    return np.array(values, dtype=np.int32)


def carries(robot: Robot) -> bool:
    """Whether it has a pod on."""
    return robot.report is not None and robot.report.load is not None


def _goal(robot: Robot) -> int:
    """The goal of its leg; a parked or idle robot has none and may be sent anywhere."""
    leg = robot.leg
    if leg is None:
        return NOBODY
    if leg.activity is RobotActivity.PARK and leg.end == leg.goal != robot.override.sent:
        return NOBODY
    return leg.goal


def _pinned(turn: Turn, robot: Robot) -> bool:
    """It cannot take more nodes now: out of order, at work, or about to begin something else."""
    report, leg = robot.report, robot.leg
    if report is None or robot.silent or (report.battery <= 0 and not report.charging):
        return True
    if robot.override.keeps or robot.end == robot.override.sent:
        return True
    visit = turn.state.visits.get(robot.visit) if robot.visit else None
    if leg is None:
        return visit is not None
    if leg.activity is RobotActivity.PARK:
        return visit is not None
    return leg.end == leg.goal or (visit is not None and visit.phase is Phase.PICK)


def heading_at_end(turn: Turn, robot: Robot) -> int:
    """How it will face at the end of its base."""
    leg = robot.leg
    if leg is None or robot.override.keeps or leg.reached == len(leg.nodes) - 1:
        return robot.heading
    return turn.floor.heading_between(leg.nodes[-2], leg.nodes[-1])
