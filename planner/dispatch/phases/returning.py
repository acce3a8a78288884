"""Where pods go after their visit: to a spot chosen together with those of others."""

import numpy as np

from planner.assign.demand import lines_per_h, pod_heat
from planner.assign.matching import IntArray
from planner.assign.spots import (
    NOWHERE,
    UNREACHABLE_MS,
    SpotProblem,
    choose_spots,
    classes_of,
)
from planner.dispatch.phases.robots import retarget
from planner.dispatch.state import Phase, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.ids import PodId, Sku
from planner.warehouse.stock import pod_of
from planner.warehouse.transport import ActionKind
from planner.warehouse.view import RobotActivity


def assign_spots(turn: Turn) -> None:
    """Pods on their way back without a place to go to get one, as soon as there is one; who has
    not left the station yet may get another."""
    visits = [visit for visit in turn.state.visits.values() if _may_choose(turn, visit)]
    if all(visit.spot is not None for visit in visits):
        return
    free = _free_spots(turn, visits)
    if not free:
        return
    plan = choose_spots(_problem(turn, visits, free), turn.params.spots)
    turn.count(greedy_spots=plan.greedy)
    for visit, choice in zip(visits, plan.spot.tolist(), strict=True):
        spot = None if choice == NOWHERE else free[choice]
        if spot is not None and spot != visit.spot:
            _go_to(turn, visit, spot)


def _may_choose(turn: Turn, visit: Visit) -> bool:
    """In phase RETURN; with a spot only as long as the robot's base ends in the station's lane."""
    if visit.phase is not Phase.RETURN or visit.robot is None:
        return False
    if visit.spot is None:
        return True
    robot = turn.robot(visit.robot)
    if robot.silent or robot.leg is None:
        return not robot.silent
    return bool(turn.floor.roadmap.station_of[robot.end] >= 0)


def _go_to(turn: Turn, visit: Visit, spot: int) -> None:
    turn.set_visit(visit, spot=spot)
    assert visit.robot is not None
    robot = turn.robot(visit.robot)
    if robot.leg is None or robot.leg.activity is not RobotActivity.RETURN:
        return
    if robot.leg.update < 0:
        turn.set_robot(robot, leg=None)
    else:
        retarget(turn, robot, robot.leg, RobotActivity.RETURN, spot, ActionKind.DROP, visit.pod)


def _free_spots(turn: Turn, visits: list[Visit]) -> list[int]:
    """Spots that nobody else has; there are never fewer than pods."""
    choosing = {visit.visit for visit in visits}
    taken = set(turn.state.pods.values())
    taken.update(
        other.spot
        for other in turn.state.visits.values()
        if other.spot is not None and other.visit not in choosing
    )
    return [spot for spot in turn.floor.spots if spot not in taken]


def _problem(turn: Turn, visits: list[Visit], free: list[int]) -> SpotProblem:
    floor, shares = turn.floor, turn.params.spots.shares
    column = {spot: index for index, spot in enumerate(floor.spots)}
    columns = np.array([column[spot] for spot in free], dtype=np.int64)
    place = {spot: index for index, spot in enumerate(free)}
    has = [NOWHERE if visit.spot is None else place.get(visit.spot, NOWHERE) for visit in visits]
    rank = floor.spot_rank
    return SpotProblem(
        way_ms=np.stack([_way_ms(turn, visit, free, columns) for visit in visits]),
        ahead_ms=floor.spot_ahead_ms[columns],
        pod_class=pod_classes(turn, [visit.pod for visit in visits]),
        spot_class=classes_of(rank[columns], len(rank), shares),
        spot=np.array(has, dtype=np.int64),
    )


def _way_ms(turn: Turn, visit: Visit, free: list[int], columns: IntArray) -> IntArray:
    """From a pod in its station's lane the way is as long as the way in; elsewhere it is counted
    straight along the aisles."""
    floor = turn.floor
    assert visit.robot is not None
    node = turn.robot(visit.robot).end
    way: IntArray
    if floor.roadmap.station_of[node] >= 0:
        way = floor.spots_to_station_ms[list(floor.stations).index(visit.station)][columns]
    else:
        metres = np.abs(floor.roadmap.xy_m[free] - floor.roadmap.xy_m[node]).sum(axis=1)
        way = np.round(1000 * metres / floor.typical_pace.speed_mps).astype(np.int64)
    if turn.obstacles:
        reach = set(floor.spots_from(node, loaded=True, obstacles=turn.obstacles))
        way = np.where(np.array([spot in reach for spot in free]), way, UNREACHABLE_MS)
    return way


def pod_classes(turn: Turn, pods: list[PodId]) -> IntArray:
    """Velocity class of each pod: its rank by what it may be expected to serve."""
    _refresh_heat(turn)
    heat = turn.state.heat.of
    ordered = np.sort(-np.array(list(heat.values()), dtype=np.float64))
    mine = -np.array([heat.get(pod, 0.0) for pod in pods], dtype=np.float64)
    rank = np.searchsorted(ordered, mine, side="left").astype(np.int64)
    return classes_of(rank, len(turn.floor.roadmap.pods), turn.params.spots.shares)


def _refresh_heat(turn: Turn) -> None:
    state, params = turn.state, turn.params.demand
    if state.heat.at_ms >= 0 and turn.now_ms - state.heat.at_ms < params.refresh_ms:
        return
    wanted = {sku: lines_per_h(rate, turn.now_ms, params) for sku, rate in state.rates.items()}
    for line in state.lines.values():
        if line.open > 0:
            wanted[line.sku] = wanted.get(line.sku, 0.0) + params.open_weight
    state.heat = pod_heat(wanted, {sku: _holders(turn, sku) for sku in wanted}, turn.now_ms)


def _holders(turn: Turn, sku: Sku) -> list[PodId]:
    state = turn.state
    slots = state.slots_of_sku.get(sku, ())
    return [pod_of(slot) for slot in slots if state.slots[slot].available]
