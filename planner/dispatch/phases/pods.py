"""Phase 6: choose the pods that come to the stations next."""

from collections import Counter

from planner.assign.pods import PodOffer, choose_pods
from planner.dispatch.phases.allocate import serve_lines, take_back
from planner.dispatch.state import Line, Phase, Visit
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import PodId, StationId, VisitId
from planner.warehouse.stock import pod_of


def request_pods(turn: Turn) -> None:
    """At most one more pod for every station that has open lines and room in its lane."""
    stations = list(turn.floor.stations)
    asked = {visit.pod for visit in turn.state.visits.values()}
    number: dict[PodId, int] = {}
    inbound = Counter(
        visit.station for visit in turn.state.visits.values() if visit.phase is not Phase.RETURN
    )
    offers = []
    open_lines = turn.open_lines()
    for index, (station, lines) in enumerate(open_lines.items()):
        if not lines or inbound[station] >= turn.floor.inbound_max(station):
            continue
        for pod, served in _useful_pods(turn, lines).items():
            node = turn.state.pods.get(pod)
            if node is None or pod in asked or node in turn.obstacles:
                continue
            travel = turn.floor.to_station_ms(station, node, turn.obstacles)
            if travel < FAR_MS:
                offers.append(PodOffer(index, number.setdefault(pod, len(number)), served, travel))
    pods = list(number)
    for station_index, pod_index in choose_pods(offers, turn.params.pods):
        station = stations[station_index]
        _request(turn, station, pods[pod_index], open_lines[station])


def drop_blocked(turn: Turn) -> None:
    """Visits of pods that a dead robot stands under, or that a closure has shut in, are taken back;
    their lines are open again."""
    for visit in list(turn.state.visits.values()):
        if visit.robot is None and turn.state.pods[visit.pod] in turn.obstacles:
            take_back(turn, visit)
            del turn.state.visits[visit.visit]


def _useful_pods(turn: Turn, lines: list[Line]) -> dict[PodId, int]:
    """How many of ``lines`` each pod has something for."""
    demand: dict[str, int] = {}
    for line in lines:
        demand[line.sku] = demand.get(line.sku, 0) + 1
    useful: dict[PodId, int] = {}
    state = turn.state
    for line in lines:
        count = demand.pop(line.sku, 0)
        for slot in state.slots_of_sku.get(line.sku, ()) if count else ():
            available = state.slots[slot].available
            if available:
                pod = pod_of(slot)
                useful[pod] = useful.get(pod, 0) + min(count, available)
    return useful


def _request(turn: Turn, station: StationId, pod: PodId, lines: list[Line]) -> None:
    number = turn.state.visits_made + 1
    turn.state.visits_made = number
    visit = Visit(VisitId(f"V{number:06d}"), pod, station, Phase.REQUESTED, turn.now_ms)
    turn.state.visits[visit.visit] = visit
    serve_lines(turn, visit, lines)
