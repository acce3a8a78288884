"""Phase 6b, of people: pods with slots that a person is to count are taken to a pick station, on a
visit that is under way or, when robots can be spared, on one of their own."""

from collections import Counter

from planner.dispatch.phases.candidates import can_work
from planner.dispatch.phases.legs import show_counts
from planner.dispatch.phases.release import new_visit
from planner.dispatch.state import Phase, Visit, WantedCount
from planner.dispatch.turn import Turn
from planner.roadmap.distances import FAR_MS
from planner.warehouse.ids import PodId, StationId
from planner.warehouse.site import PickerKind
from planner.warehouse.stock import pod_of


def join_counts(turn: Turn) -> None:
    """Visits under way to people take the counts of their pods along; at the station they are
    shown at once."""
    open_counts = _open_counts(turn)
    if not open_counts:
        return
    stations = _stations(turn)
    for visit in list(turn.state.visits.values()):
        wanted = open_counts.get(visit.pod)
        if wanted and visit.phase is not Phase.RETURN and visit.station in stations:
            _take_along(turn, visit, wanted)


def request_counts(turn: Turn) -> None:
    """A visit of its own for pods that nothing else brings: the longest wanted first, while robots
    have nothing else to do; who has waited too long does not wait for that."""
    open_counts = _open_counts(turn)
    if not open_counts:
        return
    state = turn.state
    asked = {visit.pod for visit in state.visits.values()}
    robots = sum(can_work(turn, robot) for robot in state.robots.values())
    spare = robots - sum(visit.robot is None for visit in state.visits.values())
    late_ms = turn.now_ms - turn.params.counting.person_wait_ms
    for pod, wanted in open_counts.items():
        node = state.pods.get(pod)
        if pod in asked or node is None or node in turn.obstacles:
            continue
        late = wanted[0].since_ms <= late_ms
        station = _nearest(turn, node) if late or spare > 0 else None
        if station is not None:
            _take_along(turn, new_visit(turn, pod, station), wanted)
            spare -= 1


def _open_counts(turn: Turn) -> dict[PodId, list[WantedCount]]:
    """Counts that no visit has taken along, by pod, oldest first."""
    state = turn.state
    if not state.counts:
        return {}
    taken = {count for visit in state.visits.values() for count in visit.counts}
    found: dict[PodId, list[WantedCount]] = {}
    for wanted in state.counts.values():
        if wanted.count not in taken:
            found.setdefault(pod_of(wanted.slot), []).append(wanted)
    return found


def _stations(turn: Turn) -> list[StationId]:
    """Where people pick; where there are arms only, whoever looks after them counts."""
    open_now = turn.open_stations()
    people = [s for s in open_now if turn.floor.stations[s].picker is PickerKind.PERSON]
    return people or list(open_now)


def _nearest(turn: Turn, node: int) -> StationId | None:
    """The station with room in its lane that the pod is at first."""
    floor = turn.floor
    inbound = Counter(v.station for v in turn.state.visits.values() if v.phase is not Phase.RETURN)
    ways = [
        (floor.to_station_ms(station, node, turn.obstacles), station)
        for station in _stations(turn)
        if inbound[station] < floor.inbound_max(station)
    ]
    travel_ms, station = min(ways, default=(FAR_MS, None))
    return station if travel_ms < FAR_MS else None


def _take_along(turn: Turn, visit: Visit, wanted: list[WantedCount]) -> None:
    counts = (*visit.counts, *(one.count for one in wanted))
    made = visit.counts_made + len(wanted)
    visit = turn.set_visit(visit, counts=counts, counts_made=made)
    if visit.phase is Phase.PICK:
        turn.commands.append(show_counts(turn, visit))
