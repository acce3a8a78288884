"""The ROS 2 node of a camera that sees floor markers.

``python -m podherd_robot.marker_camera_node --ros-args -p robot:=R01 -p site:=site.json
-p marker_m:=0.1636 -p z_m:=0.22``. It hears pictures and the camera's figures and tells the
robot's node of every marker, in the robot's topics.
"""

import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import rclpy
from podherd_msgs import msg
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from planner.codec.sitefile import parse_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import RobotId
from podherd_robot.marker_camera import PARAMETERS, MarkerEye, mounting_of
from podherd_ros.convert import time_from_message
from podherd_ros.convert_base import sighting_to_message
from podherd_ros.convert_camera import camera_from_message, picture_from_message
from podherd_ros.declared import Value
from podherd_ros.parameters import read
from podherd_ros.quality import profile
from podherd_ros.topics import CAMERA_INFO, IMAGE, MARKERS
from vision.codes.camera import Camera


class MarkerCameraNode(Node):
    """Pictures in, sightings out."""

    def __init__(self) -> None:
        super().__init__("marker_camera", enable_rosout=False)
        values = read(self, PARAMETERS)
        robot = RobotId(str(values["robot"]))
        self._mounting = mounting_of(values)
        self._eye = _eye(values)
        self._camera: Camera | None = None
        self._said = ""
        self._sightings = self.create_publisher(
            msg.MarkerSighting, MARKERS.of(robot), profile(MARKERS)
        )
        self.create_subscription(
            CameraInfo, CAMERA_INFO.of(robot), self._on_figures, profile(CAMERA_INFO)
        )
        self.create_subscription(Image, IMAGE.of(robot), self._on_picture, profile(IMAGE))

    def _on_figures(self, message: CameraInfo) -> None:
        try:
            self._camera = camera_from_message(message, self._mounting)
        except PodherdError as error:
            self._complain(error)

    def _on_picture(self, message: Image) -> None:
        try:
            self._look(message)
        except PodherdError as error:
            self._complain(error)

    def _look(self, message: Image) -> None:
        """Pictures before the camera's figures say nothing about places."""
        if self._camera is None:
            return
        at_ms = time_from_message(message.header.stamp)
        for sighting in self._eye.look(at_ms, picture_from_message(message), self._camera):
            self._sightings.publish(sighting_to_message(sighting))

    def _complain(self, error: PodherdError) -> None:
        """Once for each kind of trouble, not for every picture."""
        if error.problem != self._said:
            self._said = error.problem
            self.get_logger().error(str(error))


def _eye(values: Mapping[str, Value]) -> MarkerEye:
    site = parse_site(Path(str(values["site"])).read_bytes())
    marker_m, height_m = values["marker_m"], values["marker_height_m"]
    assert isinstance(marker_m, float)
    assert isinstance(height_m, float)
    return MarkerEye(compile_roadmap(site).nodes, marker_m, height_m)


def main(arguments: Sequence[str] | None = None) -> int:
    """The process; exit code 2 on a wrong parameter or an unreadable site."""
    logging.basicConfig()
    rclpy.init(args=list(sys.argv if arguments is None else arguments))
    try:
        executor = SingleThreadedExecutor()
        executor.add_node(MarkerCameraNode())
        executor.spin()
    except (PodherdError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 2
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    finally:
        rclpy.try_shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
