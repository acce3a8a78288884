"""What a robot waits for, from what the dispatcher decided about it."""

from planner.dispatch.state import Phase, Robot, State
from planner.warehouse.view import Wait, WaitsFor


def wait_of(state: State, robot: Robot) -> Wait | None:
    """``None`` while it gets on: it drives, lifts, lowers, charges or looks at a pod."""
    report, leg = robot.report, robot.leg
    if robot.silent or report is None:
        return Wait(WaitsFor.HELP, "", robot.seen_ms)
    if report.errors or report.paused:
        return Wait(WaitsFor.HELP, "", robot.moved_ms)
    if leg is None:
        return _without_order(state, robot)
    if leg.end == leg.goal or leg.reached + 1 < len(leg.nodes):
        return None
    return _held_up(state, robot)


def _without_order(state: State, robot: Robot) -> Wait | None:
    visit = state.visits.get(robot.visit) if robot.visit else None
    if visit is not None and visit.phase is Phase.PICK:
        return Wait(WaitsFor.PERSON, visit.station, robot.moved_ms)
    if robot.retry_ms > state.now_ms:
        return Wait(WaitsFor.RETRY, "", robot.moved_ms)
    if robot.override.sent is not None:
        return None
    if visit is None and robot.report is not None and robot.report.charging:
        return None
    return Wait(WaitsFor.WAY if visit else WaitsFor.WORK, "", robot.moved_ms)


def _held_up(state: State, robot: Robot) -> Wait:
    """It stands at the end of its base and has not arrived."""
    if robot.yields_ms > state.now_ms:
        return Wait(WaitsFor.OTHERS, "", robot.moved_ms)
    if robot.waits_for is not None:
        return Wait(WaitsFor.ROBOT, robot.waits_for, robot.moved_ms)
    ahead = (*robot.horizon[:1], *((robot.leg.goal,) if robot.leg else ()))
    for closure, nodes in state.closures.items():
        if any(node in nodes for node in ahead):
            return Wait(WaitsFor.CLOSURE, closure, robot.moved_ms)
    return Wait(WaitsFor.WAY, "", robot.moved_ms)
