"""The state as a picture for people."""

from planner.dispatch.floor import Floor
from planner.dispatch.kpis import kpis
from planner.dispatch.state import Phase, Robot, State
from planner.dispatch.waits import wait_of
from planner.warehouse.ids import StationId
from planner.warehouse.site import Point
from planner.warehouse.view import (
    ClosureView,
    FloorView,
    PodView,
    RobotActivity,
    RobotView,
    StationView,
)


def floor_view(state: State, floor: Floor) -> FloorView:
    """One frame of the whole floor."""
    return FloorView(
        at_ms=state.now_ms,
        robots=tuple(_robot(state, floor, robot) for robot in state.robots.values()),
        pods=tuple(PodView(pod, *_point(floor, node)) for pod, node in state.pods.items()),
        stations=tuple(_station(state, station) for station in floor.stations),
        kpis=kpis(state, floor.pick_stations, floor.carriers),
        alarms=tuple(state.alarms.values()),
        closures=tuple(
            ClosureView(closure, tuple(_point(floor, node) for node in nodes))
            for closure, nodes in state.closures.items()
        ),
    )


def _robot(state: State, floor: Floor, robot: Robot) -> RobotView:
    report, leg, sent = robot.report, robot.leg, robot.override.sent
    x_m, y_m = _point(floor, robot.node)
    theta_rad = 0.0
    if report is not None:
        x_m, y_m, theta_rad = report.pose.x_m, report.pose.y_m, report.pose.theta_rad
    ahead = leg.nodes[leg.reached + 1 :] if leg else ()
    return RobotView(
        robot=robot.robot,
        x_m=x_m,
        y_m=y_m,
        theta_rad=theta_rad,
        load=report.load if report else None,
        battery=report.battery if report else 0.0,
        activity=_activity(state, robot),
        goal=floor.roadmap.nodes[leg.goal] if leg else None,
        base=tuple(_point(floor, node) for node in ahead),
        horizon=tuple(_point(floor, node) for node in robot.horizon),
        wait=wait_of(state, robot),
        paused=report is not None and report.paused,
        sent=floor.roadmap.nodes[sent] if sent is not None else None,
        leaving=robot.leaving,
    )


def _activity(state: State, robot: Robot) -> RobotActivity:
    if robot.silent:
        return RobotActivity.SILENT
    if robot.leg is not None:
        return robot.leg.activity
    visit = state.visits.get(robot.visit) if robot.visit else None
    if visit is not None and visit.phase is Phase.PICK:
        return RobotActivity.PICK
    return RobotActivity.IDLE


def _station(state: State, station: StationId) -> StationView:
    orders = state.walls.get(station, ())
    lines = [line for name in orders for line in state.orders[name].lines]
    visits = [visit for visit in state.visits.values() if visit.station == station]
    here = next((visit.pod for visit in visits if visit.phase is Phase.PICK), None)
    return StationView(
        station=station,
        open_orders=len(orders),
        open_lines=sum(not state.lines[line].done for line in lines),
        pod=here,
        inbound=sum(visit.phase in (Phase.FETCH, Phase.DELIVER) for visit in visits),
        takes_orders=station in state.open_since,
    )


def _point(floor: Floor, node: int) -> Point:
    return floor.points[node]
