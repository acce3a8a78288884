"""Pods that another station wants when they have been picked from go straight on to it: no way to
a spot, no lowering and lifting, no second robot."""

from collections import Counter

from planner.assign.spots import next_station
from planner.dispatch.phases.allocate import serve_lines, slots_in_pod
from planner.dispatch.state import Line, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.ids import PodId, StationId, VisitId


def go_straight_on(turn: Turn) -> None:
    """Decided in the tick in which the last pick is done, while the pod stands at its station."""
    for visit in list(turn.state.visits.values()):
        if visit.phase is not Phase.RETURN or visit.robot is None or visit.since_ms < turn.now_ms:
            continue
        robot = turn.robot(visit.robot)
        if _may_go_on(turn, visit, robot):
            _offer(turn, visit, robot)


def _may_go_on(turn: Turn, visit: Visit, robot: Robot) -> bool:
    """Only from the station itself, and by a robot that has the charge and stays with the fleet."""
    report = robot.report
    if report is None or robot.silent or not robot.takes_work or robot.leg is not None:
        return False
    there = robot.node == turn.floor.station_nodes[visit.station]
    return there and report.load == visit.pod and report.battery >= turn.params.battery_low


def _offer(turn: Turn, visit: Visit, robot: Robot) -> None:
    inbound = Counter(
        other.station for other in turn.state.visits.values() if other.phase is not Phase.RETURN
    )
    open_lines = turn.open_lines()
    stations = [
        station
        for station, lines in open_lines.items()
        if lines and station != visit.station and inbound[station] < turn.floor.inbound_max(station)
    ]
    served = [_served(turn, visit.pod, open_lines[station]) for station in stations]
    travel = [turn.floor.to_station_ms(station, robot.node, turn.obstacles) for station in stations]
    tally = turn.state.tally
    usual = tally.picks_confirmed / tally.pod_visits if tally.pod_visits else 0.0
    choice = next_station(served, travel, usual, turn.params.spots)
    if choice is not None:
        _turn_to(turn, visit, robot, stations[choice], open_lines[stations[choice]])


def _served(turn: Turn, pod: PodId, lines: list[Line]) -> int:
    """How many of the lines the pod has something for, no piece counted twice."""
    left: dict[str, int] = {}
    served = 0
    for line in lines:
        for slot in slots_in_pod(turn, pod, line):
            available = left.setdefault(slot, turn.state.slots[slot].available)
            if available > 0:
                left[slot] = available - min(available, line.open)
                served += 1
                break
    return served


def _turn_to(turn: Turn, visit: Visit, robot: Robot, station: StationId, lines: list[Line]) -> None:
    """The visit is over, and the next one has begun with the pod on the robot."""
    state = turn.state
    del state.visits[visit.visit]
    state.visits_made += 1
    name = VisitId(f"V{state.visits_made:06d}")
    onward = Visit(name, visit.pod, station, Phase.DELIVER, turn.now_ms, robot=robot.robot)
    state.visits[name] = onward
    turn.set_robot(robot, visit=name)
    serve_lines(turn, onward, lines)
    turn.count(straight_on=1)
