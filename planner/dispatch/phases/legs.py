"""Phase 3: close the legs that robots have driven, and move visits on to their next phase."""

from planner.dispatch.phases.returning import return_spot
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.commands import ShowPicks
from planner.warehouse.robot import RobotState
from planner.warehouse.transport import ActionKind, ActionStatus
from planner.warehouse.view import RobotActivity


def close_legs(turn: Turn) -> None:
    """Every robot whose order is carried out gets rid of it, and its visit goes on."""
    for robot in list(turn.state.robots.values()):
        leg = robot.leg
        if leg is None or robot.report is None or robot.report.order != leg.order:
            continue
        if _failed(leg, robot.report):
            turn.set_robot(robot, leg=None, retry_ms=turn.now_ms + turn.params.retry_ms)
        elif _complete(leg, robot.report):
            robot = turn.set_robot(robot, leg=None, moved_ms=turn.now_ms)
            if robot.visit is not None:
                _next_phase(turn, robot, turn.visit(robot.visit), leg)


def finish_picking(turn: Turn) -> None:
    """Pods with nothing left to pick leave their station."""
    for visit in list(turn.state.visits.values()):
        if visit.phase is Phase.PICK and not visit.picks:
            turn.count(pod_visits=1)
            turn.set_visit(visit, phase=Phase.RETURN, since_ms=turn.now_ms)


def choose_spots(turn: Turn) -> None:
    """Pods on their way back without a place to go to get one, as soon as there is one."""
    for visit in list(turn.state.visits.values()):
        if visit.phase is Phase.RETURN and visit.spot is None and visit.robot is not None:
            node = turn.robot(visit.robot).end
            turn.set_visit(visit, spot=return_spot(turn, visit, node))


def _complete(leg: Leg, report: RobotState) -> bool:
    if leg.reached < len(leg.nodes) - 1 or report.driving:
        return False
    if leg.activity is RobotActivity.PARK:
        return True
    if leg.end != leg.goal:
        return False
    if leg.activity is RobotActivity.CHARGE:
        return False  # ends when the dispatcher wants the robot back
    return leg.action is None or _status(leg, report) is ActionStatus.FINISHED


def _failed(leg: Leg, report: RobotState) -> bool:
    return leg.action is not None and _status(leg, report) is ActionStatus.FAILED


def _status(leg: Leg, report: RobotState) -> ActionStatus:
    """State of the leg's action; what the robot carries is proof where its memory is gone."""
    assert leg.action is not None
    for action, status in report.actions:
        if action == leg.action.action:
            return status
    lifted = leg.action.kind is ActionKind.PICK and report.load == leg.action.pod
    lowered = leg.action.kind is ActionKind.DROP and report.load is None
    return ActionStatus.FINISHED if lifted or lowered else ActionStatus.WAITING


def _next_phase(turn: Turn, robot: Robot, visit: Visit, leg: Leg) -> None:
    state = turn.state
    if leg.activity is RobotActivity.FETCH and visit.phase is Phase.FETCH:
        state.pods.pop(visit.pod, None)
        turn.set_visit(visit, phase=Phase.DELIVER)
    elif leg.activity is RobotActivity.DELIVER and visit.phase is Phase.DELIVER:
        arrived = turn.set_visit(visit, phase=Phase.PICK)
        turn.commands.append(show_picks(turn, arrived))
    elif leg.activity is RobotActivity.RETURN and visit.phase is Phase.RETURN:
        state.pods[visit.pod] = leg.goal
        del state.visits[visit.visit]
        turn.set_robot(robot, visit=None)


def show_picks(turn: Turn, visit: Visit) -> ShowPicks:
    """Everything still to pick from the pod at the station."""
    assert visit.robot is not None
    picks = tuple(turn.state.picks[pick] for pick in visit.picks)
    return ShowPicks(visit.visit, visit.station, visit.pod, visit.robot, picks)


def leave_charger(turn: Turn) -> None:
    """Robots that are full, or full enough while work waits, stop charging."""
    waiting = any(visit.robot is None for visit in turn.state.visits.values())
    enough = turn.params.battery_enough if waiting else turn.params.battery_full
    for robot in list(turn.state.robots.values()):
        leg, report = robot.leg, robot.report
        if leg is None or report is None or leg.activity is not RobotActivity.CHARGE:
            continue
        if report.order == leg.order and report.charging and report.battery >= enough:
            turn.set_robot(robot, leg=None, moved_ms=turn.now_ms)
