"""What robots have reported since the last tick, and in which order the dispatcher hears it."""

from collections import deque

from planner.warehouse.events import RobotStateSeen
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import RobotState


class Inbox:
    """In lock-step the order of arrival, which differs from run to run, does not matter: each robot
    is heard up to its first report of the tick's time or later, robots by their ids. Else all that
    has come is heard as it came."""

    def __init__(self, *, lockstep: bool = False):
        self._lockstep = lockstep
        self._arrived: deque[RobotState] = deque()
        self._newest: dict[RobotId, int] = {}
        """Time of the newest report heard of each robot that is waited for."""
        self._absent: set[RobotId] = set()

    def hear(self, state: RobotState) -> None:
        """A robot has reported."""
        self._arrived.append(state)
        self._newest[state.robot] = max(state.at_ms, self._newest.get(state.robot, state.at_ms))
        self._absent.discard(state.robot)

    def forget(self, robot: RobotId) -> None:
        """Wait for this robot no longer, until it is heard again."""
        self._newest.pop(robot, None)

    def complete(self, now_ms: int) -> bool:
        """Every robot that is there has told its state of ``now_ms``; always so without
        lock-step."""
        return not self._lockstep or not self._missing(now_ms)

    def give_up(self, now_ms: int) -> tuple[RobotId, ...]:
        """Who has not told; they are not waited for until they are heard again."""
        missing = self._missing(now_ms)
        self._absent.update(missing)
        return missing

    def take(self, now_ms: int) -> tuple[RobotStateSeen, ...]:
        """What is heard in the tick of ``now_ms``; the rest stays for the next."""
        if not self._lockstep:
            heard, self._arrived = self._arrived, deque()
            return tuple(map(RobotStateSeen, heard))
        heard, self._arrived = _up_to(self._arrived, now_ms)
        return tuple(RobotStateSeen(state) for state in sorted(heard, key=lambda s: s.robot))

    def _missing(self, now_ms: int) -> tuple[RobotId, ...]:
        return tuple(
            robot
            for robot, newest_ms in self._newest.items()
            if newest_ms < now_ms and robot not in self._absent
        )


def _up_to(arrived: deque[RobotState], now_ms: int) -> tuple[deque[RobotState], deque[RobotState]]:
    """Reports to hear now and reports to keep: a robot is heard until it tells of ``now_ms``."""
    heard, kept, told = deque[RobotState](), deque[RobotState](), set[RobotId]()
    for state in arrived:
        (kept if state.robot in told else heard).append(state)
        if state.at_ms >= now_ms:
            told.add(state.robot)
    return heard, kept
