"""Orders on their way to robots: held back, in order, while a robot must not get them."""

from collections import deque
from collections.abc import Callable, Iterable

from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import RobotId

_HELD_MAX = 20
"""Beyond so many the oldest is dropped: the dispatcher sends lost ones again."""


class Gate:
    """None is lost or overtaken in here. A robot's whole order makes those before it pointless."""

    def __init__(self) -> None:
        self._held: dict[RobotId, deque[SendTransportOrder]] = {}

    @property
    def robots(self) -> frozenset[RobotId]:
        """Those for whom something is held back."""
        return frozenset(self._held)

    def offer(
        self,
        orders: Iterable[SendTransportOrder],
        may_pass: Callable[[SendTransportOrder], bool],
    ) -> tuple[SendTransportOrder, ...]:
        """The orders that may be sent now: those held back that may pass by now, then ``orders``,
        without those that have to wait. Asks again about the held ones in every call."""
        for command in orders:
            queue = self._held.setdefault(command.order.robot, deque(maxlen=_HELD_MAX))
            if not command.stitch:
                queue.clear()
            queue.append(command)
        passed: list[SendTransportOrder] = []
        for robot in list(self._held):
            queue = self._held[robot]
            while queue and may_pass(queue[0]):
                passed.append(queue.popleft())
            if not queue:
                del self._held[robot]
        return tuple(passed)

    def forget(self, robot: RobotId) -> None:
        """Drop what is held back for this robot: it has gone, or has begun anew."""
        self._held.pop(robot, None)
