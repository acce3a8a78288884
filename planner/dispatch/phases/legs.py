"""Phase 3: close the legs that robots have driven, and move visits on to their next phase."""

from planner.dispatch.phases.binding import give_back_hidden, place_for
from planner.dispatch.phases.doubting import look_ended
from planner.dispatch.phases.putaway import drop_unfit, show_puts
from planner.dispatch.state import Leg, Phase, Robot, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.commands import Command, ShowCounts, ShowPicks
from planner.warehouse.counts import CountTask
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
            look_ended(turn, robot, leg, made=False)
        elif _complete(robot, leg, robot.report):
            look_ended(turn, robot, leg, made=True)
            robot = turn.set_robot(robot, leg=None, moved_ms=turn.now_ms)
            if robot.visit is not None:
                _next_phase(turn, robot, turn.visit(robot.visit), leg)


def finish_picking(turn: Turn) -> None:
    """Pods with nothing left to pick, or whose orders find no place, leave their station."""
    give_back_hidden(turn, [v for v in turn.state.visits.values() if v.phase is Phase.PICK])
    for visit in list(turn.state.visits.values()):
        if visit.phase is Phase.PICK and not visit.has_work:
            others_only = (visit.puts_made > 0 or visit.counts_made > 0) and not visit.picks_made
            turn.count(pod_visits=not others_only, put_visits=visit.puts_made > 0)
            turn.set_visit(visit, phase=Phase.RETURN, since_ms=turn.now_ms)


def _complete(robot: Robot, leg: Leg, report: RobotState) -> bool:
    if leg.reached < len(leg.nodes) - 1 or report.driving:
        return False
    if leg.activity is RobotActivity.PARK and leg.goal != robot.override.sent:
        return True
    if leg.end != leg.goal:
        return False
    if leg.activity is RobotActivity.CHARGE:
        return False  # ends when the robot is full, or wanted elsewhere
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
        moves_only = visit.spot is not None and not visit.has_work
        if moves_only:
            turn.set_visit(visit, phase=Phase.RETURN)
        else:
            turn.set_visit(visit, phase=Phase.DELIVER, spot=None)
    elif leg.activity is RobotActivity.DELIVER and visit.phase is Phase.DELIVER:
        arrived = drop_unfit(turn, turn.set_visit(visit, phase=Phase.PICK))
        if arrived.puts:
            turn.commands.append(show_puts(turn, arrived))
        if arrived.counts:
            turn.commands.append(show_counts(turn, arrived))
    elif leg.activity is RobotActivity.RETURN and visit.phase is Phase.RETURN:
        state.pods[visit.pod] = leg.goal
        del state.visits[visit.visit]
        turn.set_robot(robot, visit=None)


def show_at_stations(turn: Turn) -> None:
    """Show what can be picked now from pods at stations; orders take their places for it."""
    for visit in list(turn.state.visits.values()):
        if visit.phase is not Phase.PICK or not visit.hidden:
            continue
        place_for(turn, visit)
        wall = set(turn.state.walls.get(visit.station, ()))
        hidden = tuple(p for p in visit.hidden if turn.state.picks[p].order not in wall)
        if hidden != visit.hidden:
            turn.commands.append(show_picks(turn, turn.set_visit(visit, hidden=hidden)))


def shown_at(turn: Turn, visit: Visit) -> list[Command]:
    """What the person at the station is told about the pod there."""
    shown: list[Command] = []
    if len(visit.picks) > len(visit.hidden):
        shown.append(show_picks(turn, visit))
    if visit.puts:
        shown.append(show_puts(turn, visit))
    if visit.counts:
        shown.append(show_counts(turn, visit))
    return shown


def show_counts(turn: Turn, visit: Visit) -> ShowCounts:
    """Everything still to count in the pod at the station."""
    assert visit.robot is not None
    wanted = [turn.state.counts[name] for name in visit.counts]
    tasks = tuple(
        CountTask(count.count, visit.visit, visit.station, visit.pod, count.slot, count.sku)
        for count in wanted
    )
    return ShowCounts(visit.visit, visit.station, visit.pod, visit.robot, tasks)


def show_picks(turn: Turn, visit: Visit) -> ShowPicks:
    """Everything still to pick from the pod at the station, but what is being withdrawn."""
    assert visit.robot is not None
    left_out = {*visit.hidden, *turn.state.withdrawing}
    picks = tuple(turn.state.picks[pick] for pick in visit.picks if pick not in left_out)
    return ShowPicks(visit.visit, visit.station, visit.pod, visit.robot, picks)
