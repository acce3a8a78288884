"""The ROS 2 node of one robot: transport orders in, drive orders or speeds and reports out.

``python -m podherd_robot.robot_node --ros-args -p robots:=[R01] -p site:=site.json``. Several may
share a process: each gets a node of its own, with a life cycle of its own. The node reads no clock:
its time is that of its base's reports.
"""

import logging
import sys
import uuid
from collections.abc import Sequence

import rclpy
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.node import Node

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from podherd_robot.assembly import Assembly
from podherd_robot.crew import Crew
from podherd_robot.settings import PARAMETERS, Settings, settings_of
from podherd_ros.parameters import read
from podherd_ros.presence import Stop
from podherd_ros.pump import LARGE

_DONE = TransitionCallbackReturn.SUCCESS


class RobotNode(LifecycleNode):
    """A managed node: configured it reports and stands, active it takes orders and drives."""

    def __init__(self, robot: RobotId, settings: Settings, *, alone: bool):
        super().__init__("robot", namespace=f"/robots/{robot}", start_parameter_services=alone)
        read(self, PARAMETERS)
        self.robot = robot
        self.instance = str(uuid.uuid4())
        self._settings = settings
        self._assembly: Assembly | None = None
        self._crew: Crew | None = None

    def join(self, crew: Crew) -> None:
        """Belong to this process; with autostart, begin."""
        self._crew = crew
        if self._settings.autostart:
            begun = (self.trigger_configure(), self.trigger_activate())
            if begun != (_DONE, _DONE):
                raise PodherdError(f"{self.robot} cannot begin; the log says why")

    def obey(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force."""
        if self._assembly is not None:
            self._assembly.obey(stops)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Find the base; report and stand."""
        self._assembly = self._assembled()
        return _DONE

    def _assembled(self) -> Assembly:
        crew = self._crew
        assert crew is not None
        return Assembly(
            self, crew.ear, crew.pump, self.robot, self._settings, crew.fleet, self.instance
        )

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Take orders and drive."""
        assert self._assembly is not None
        self._assembly.activate(True)
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stand and refuse orders."""
        assert self._assembly is not None
        self._assembly.activate(False)
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Leave the fleet in good order."""
        self.leave()
        return _DONE

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Leave the fleet in good order, for good."""
        self.leave()
        return _DONE

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """A transition failed: as after a clean-up."""
        self.leave()
        return _DONE

    def leave(self) -> None:
        """Say so, and take everything apart."""
        if self._assembly is not None:
            self._assembly.activate(False)
            self._assembly.close()
            self._assembly = None


def build() -> Crew:
    """One node per robot of the parameter ``robots``."""
    node = Node("robots_settings")
    settings = settings_of(read(node, PARAMETERS))
    node.destroy_node()
    alone = len(settings.robots) < LARGE
    nodes = [RobotNode(robot, settings, alone=alone) for robot in settings.robots]
    return Crew(nodes, nodes)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 on a wrong parameter or an unreadable site."""
    logging.basicConfig()
    rclpy.init(
        args=list(sys.argv if arguments is None else arguments),
        signal_handler_options=rclpy.signals.SignalHandlerOptions.NO,
    )
    try:
        crew = build()
        try:
            crew.work()
        finally:
            crew.leave()
    except PodherdError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
