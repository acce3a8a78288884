"""Phase 6c: when there is nothing else to do, pods asked for often are moved to better spots.

A move is a visit that has its spot from the start: the robot fetches the pod and lowers it there.
Should an order want the pod at the visit's station meanwhile, it becomes an ordinary visit.
"""

from planner.assign.reslotting import FreeSpot, Move, StoredPod, propose_moves
from planner.dispatch.state import Phase, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import PodId, Sku, StationId, VisitId
from planner.warehouse.stock import pod_of

_HOUR_MS = 3_600_000


def reslot(turn: Turn) -> None:
    """Take back moves that nobody has begun once there is work; propose some when there is none."""
    state, params = turn.state, turn.params.reslotting
    if _work_waits(turn):
        for visit in list(state.visits.values()):
            if visit.spot is not None and visit.robot is None and not visit.has_work:
                del state.visits[visit.visit]
        return
    if turn.now_ms < state.next_reslot_ms or not state.demand or not _idle(turn):
        return
    if not turn.open_stations():
        return
    state.next_reslot_ms = turn.now_ms + params.every_ms
    for move in propose_moves(_pods(turn), _spots(turn), params):
        _request(turn, move)


def _work_waits(turn: Turn) -> bool:
    state = turn.state
    waits = any(visit.robot is None and visit.spot is None for visit in state.visits.values())
    return bool(state.open_lines or state.waiting or state.receipts) or waits


def _idle(turn: Turn) -> bool:
    """Enough robots have nothing to do, and no pod is being moved yet."""
    robots = [r for r in turn.state.robots.values() if r.type in turn.floor.carriers]
    idle = sum(r.visit is None and r.leg is None and not r.silent and r.takes_work for r in robots)
    moving = any(
        v.spot is not None and v.phase is not Phase.RETURN for v in turn.state.visits.values()
    )
    return not moving and idle > 0 and idle >= turn.params.reslotting.idle_share * len(robots)


def _nearest(turn: Turn, node: int) -> tuple[int, StationId]:
    stations = turn.open_stations()
    return min((turn.floor.to_station_ms(name, node, turn.obstacles), name) for name in stations)


def _pods(turn: Turn) -> list[StoredPod]:
    """Pods on the floor and how often each is likely to be fetched: the lines asked for per hour
    of its SKUs, each shared among the pods that hold it."""
    state = turn.state
    # In the first hour there are too few lines to tell a rate from.
    hours = max(1.0, (turn.now_ms - (state.tally.first_order_ms or 0)) / _HOUR_MS)
    lines: dict[PodId, float] = {}
    for sku, asked in state.demand.items():
        holders = _holders(turn, sku)
        for pod in holders:
            lines[pod] = lines.get(pod, 0.0) + asked / len(holders)
    # A visit serves several lines: by what has been seen, or one.
    pile_on = max(1.0, state.tally.picks_confirmed / max(1, state.tally.pod_visits))
    asked_for = {visit.pod for visit in state.visits.values()}
    return [
        StoredPod(pod, lines.get(pod, 0.0) / hours / pile_on, _nearest(turn, node)[0])
        for pod, node in state.pods.items()
        if pod in lines and pod not in asked_for and node not in turn.obstacles
    ]


def _holders(turn: Turn, sku: Sku) -> list[PodId]:
    slots = turn.state.slots_of_sku.get(sku, ())
    return list({pod_of(slot): None for slot in slots if turn.state.slots[slot].available})


def _spots(turn: Turn) -> list[FreeSpot]:
    """Free spots that can be driven to, and where no robot stands or is going."""
    state = turn.state
    taken = set(state.pods.values())
    taken.update(visit.spot for visit in state.visits.values() if visit.spot is not None)
    for robot in state.robots.values():
        taken.update(robot.held)
        if robot.leg is not None:
            taken.add(robot.leg.goal)
    free = (spot for spot in turn.floor.spots if spot not in taken and spot not in turn.obstacles)
    spots = (FreeSpot(spot, _nearest(turn, spot)[0]) for spot in free)
    return [spot for spot in spots if spot.travel_ms < FAR_MS]


def _request(turn: Turn, move: Move) -> None:
    number = turn.state.visits_made + 1
    turn.state.visits_made = number
    name = VisitId(f"V{number:06d}")
    station = _nearest(turn, move.spot)[1]
    turn.state.visits[name] = Visit(
        name, move.pod, station, Phase.REQUESTED, turn.now_ms, spot=move.spot
    )
    turn.count(reslots=1)
