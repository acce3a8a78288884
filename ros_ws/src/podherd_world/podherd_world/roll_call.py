"""Waits until the robots have answered, so that the fleet plans on what has just happened.

At many times real time a message takes longer than a robot to drive a metre. The world therefore
tells the time only when every robot it has reported to has told its own state. One that does not
answer is waited for once, until :meth:`RollCall.give_up`, and then not before it is heard again.
"""

from collections.abc import Iterable

from planner.warehouse.ids import RobotId


class RollCall:
    """Who has been asked, and who has answered."""

    def __init__(self) -> None:
        self._missing: dict[RobotId, int] = {}
        self._present: set[RobotId] = set()

    @property
    def complete(self) -> bool:
        """Nobody is waited for."""
        return not self._missing

    def ask(self, robots: Iterable[RobotId], at_ms: int) -> None:
        """These have been told their state at ``at_ms``, site time."""
        self._missing.update((robot, at_ms) for robot in robots if robot in self._present)

    def answer(self, robot: RobotId, at_ms: int) -> None:
        """A robot told its state as of ``at_ms``."""
        self._present.add(robot)
        if self._missing.get(robot, at_ms + 1) <= at_ms:
            del self._missing[robot]

    def give_up(self) -> None:
        """Wait no longer for those who are missing."""
        self._present.difference_update(self._missing)
        self._missing.clear()
