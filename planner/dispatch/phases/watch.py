"""Phase 2: notice what goes wrong with robots, and say so once."""

from planner.dispatch.obstructions import obstacles_of
from planner.dispatch.phases.overriding import take_again
from planner.dispatch.state import Robot
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind


def watch(turn: Turn) -> None:
    """Silent, faulty, flat and stuck robots, and the nodes they make impassable."""
    for robot in list(turn.state.robots.values()):
        _silence(turn, robot)
        _errors(turn, robot)
        _stuck(turn, robot)
    take_again(turn)
    turn.obstacles = obstacles_of(turn)
    _blocked_pods(turn)
    _closures(turn)


def _silence(turn: Turn, robot: Robot) -> None:
    silent = turn.now_ms - robot.seen_ms > turn.params.silent_ms or robot.report is None
    if silent and turn.now_ms > turn.params.silent_ms:
        # Told once: how long it has lasted by now is for whoever shows the alarm to say.
        how = f"for more than {turn.params.silent_ms / 1000:.0f} s" if robot.report else "at all"
        text = f"{robot.robot} has not reported {how}; others drive around it."
        turn.alarm(AlarmKind.ROBOT_SILENT, robot.robot, text)
    if not silent:
        turn.clear(AlarmKind.ROBOT_SILENT, robot.robot)
    if silent != robot.silent:
        turn.set_robot(robot, silent=silent)


def _errors(turn: Turn, robot: Robot) -> None:
    report = robot.report
    if report is None:
        return
    if report.errors:
        text = "; ".join(f"{error.kind} {error.reference}: {error.text}" for error in report.errors)
        turn.alarm(AlarmKind.ROBOT_ERROR, robot.robot, text)
    else:
        turn.clear(AlarmKind.ROBOT_ERROR, robot.robot)
    if report.battery <= 0 and not report.charging:
        turn.alarm(AlarmKind.BATTERY_EMPTY, robot.robot, f"{robot.robot} has run flat.")
    else:
        turn.clear(AlarmKind.BATTERY_EMPTY, robot.robot)


def _stuck(turn: Turn, robot: Robot) -> None:
    leg = robot.leg
    queueing = turn.floor.roadmap.station_of[robot.node] >= 0
    late = turn.now_ms - robot.moved_ms > turn.params.stuck_ms
    if leg is not None and leg.end != leg.goal and late and not (robot.silent or queueing):
        why = f": it waits for {robot.waits_for}" if robot.waits_for else ""
        text = f"{robot.robot} has work ({leg.activity}) but cannot get on{why}."
        turn.alarm(AlarmKind.ROBOT_STUCK, robot.robot, text)
    elif not late:
        turn.clear(AlarmKind.ROBOT_STUCK, robot.robot)


def _blocked_pods(turn: Turn) -> None:
    named = [pod for kind, pod in turn.state.alarms if kind is AlarmKind.POD_BLOCKED]
    dead = turn.obstacles.dead
    if not dead and not named:
        return
    blocked = {pod for pod, node in turn.state.pods.items() if node in dead}
    for pod in sorted(blocked):
        text = f"{pod} cannot be fetched: a robot beneath it does not answer or was sent there."
        turn.alarm(AlarmKind.POD_BLOCKED, pod, text)
    for name in named:
        if name not in blocked:
            turn.clear(AlarmKind.POD_BLOCKED, name)


def _closures(turn: Turn) -> None:
    named = [name for kind, name in turn.state.alarms if kind is AlarmKind.NODES_CLOSED]
    if not turn.state.closures and not named:
        return
    for closure, nodes in turn.state.closures.items():
        inside = set(nodes)
        pods = sum(node in inside for node in turn.state.pods.values())
        text = f"{len(nodes)} nodes are closed; {pods} pods in there wait. Open {closure} in time."
        turn.alarm(AlarmKind.NODES_CLOSED, closure, text)
    for name in named:
        if name not in turn.state.closures:
            turn.clear(AlarmKind.NODES_CLOSED, name)
