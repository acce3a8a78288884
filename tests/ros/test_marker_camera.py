"""From a camera's messages to sightings: pictures and figures converted, the node as a process."""

import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import rclpy
from fakes.mark_scenes import Weather, on_floor, photograph
from podherd_msgs import msg
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import CameraInfo, Image

from planner.codec.sitefile import dump_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidImage, PodherdError
from planner.warehouse.ids import RobotId
from podherd_bringup.supervisor import Program, Supervisor
from podherd_robot.marker_camera import MarkerEye
from podherd_robot.settings import floor_markers
from podherd_ros import convert_camera
from podherd_ros.convert_base import sighting_from_message
from podherd_ros.quality import profile
from podherd_ros.topics import CAMERA_INFO, IMAGE, MARKERS
from sim_worlds.sites.catalogue import load_site
from vision.codes.camera import Camera, Mounting
from vision.codes.marks import FLOOR_FAMILY, marker_image, marker_share

R01 = RobotId("R01")
SITE = load_site("tiny")
NODES = compile_roadmap(SITE).nodes
MARKER_M = 0.1
CAMERA = Camera.with_view(320, 240, 1.2, Mounting(0.1, 0.0, 0.3, 0.0, math.pi / 2, 0.0))
NUMBER, X_M, Y_M, THETA_RAD = 12, 0.13, -0.02, 0.7


def picture(number: int = NUMBER) -> np.ndarray:
    """What the camera sees with one marker below it."""
    image = marker_image(FLOOR_FAMILY, number, 330)
    sheet = on_floor(image, X_M, Y_M, THETA_RAD, MARKER_M / marker_share(FLOOR_FAMILY))
    return photograph(CAMERA, [sheet], Weather(noise=2))


def test_a_marker_is_told_with_its_node_its_place_and_its_time() -> None:
    (seen,) = MarkerEye(NODES, MARKER_M).look(4_300, picture(), CAMERA)
    assert (seen.at_ms, seen.marker) == (4_300, f"N:{NODES[NUMBER]}")
    assert seen.marker in floor_markers(SITE), "the brain knows it by this name"
    assert (seen.pose.x_m, seen.pose.y_m) == pytest.approx((X_M, Y_M), abs=0.001)
    assert seen.pose.theta_rad == pytest.approx(THETA_RAD, abs=0.01)
    assert 0 < seen.sd_m < 0.002


def test_what_is_not_of_this_site_is_left_out() -> None:
    assert MarkerEye(NODES, MARKER_M).look(0, picture(len(NODES)), CAMERA) == ()
    assert MarkerEye(NODES, 2 * MARKER_M).look(0, picture(), CAMERA) == (), "of another size"
    with pytest.raises(PodherdError, match="no node"):
        MarkerEye((), MARKER_M)


def test_a_picture_of_another_size_than_the_camera_is_refused() -> None:
    with pytest.raises(InvalidImage, match="240 x 320"):
        MarkerEye(NODES, MARKER_M).look(0, picture()[:100], CAMERA)


def test_pictures_are_the_same_there_and_back() -> None:
    grey = picture()
    colour = np.dstack((grey, grey // 2, grey // 3))
    for taken in (grey, colour):
        message = convert_camera.picture_to_message(1_500, "R01/camera", taken)
        assert (convert_camera.picture_from_message(message) == taken).all()
    message.encoding = "bgr8"
    assert (convert_camera.picture_from_message(message) == colour[..., ::-1]).all()


def test_rows_may_be_longer_than_their_pixels() -> None:
    grey = picture()
    message = convert_camera.picture_to_message(0, "", np.pad(grey, ((0, 0), (0, 16))))
    message.width = grey.shape[1]
    assert (convert_camera.picture_from_message(message) == grey).all()


@pytest.mark.parametrize(("encoding", "rows"), [("bayer_rggb8", 240), ("mono8", 239)])
def test_a_picture_that_cannot_be_read_is_refused(encoding: str, rows: int) -> None:
    message = convert_camera.picture_to_message(0, "", picture()[:rows])
    message.encoding, message.height = encoding, 240
    with pytest.raises(InvalidImage):
        convert_camera.picture_from_message(message)


def test_cameras_are_the_same_there_and_back() -> None:
    bent = Camera(640, 480, 500.0, 510.0, 320.5, 240.5, CAMERA.mounting, (0.1, 0.0, 0.0, 0.0, 0.2))
    for camera in (CAMERA, bent):
        message = convert_camera.camera_to_message(0, "R01/camera", camera)
        assert convert_camera.camera_from_message(message, camera.mounting) == camera


def test_a_camera_that_is_not_calibrated_is_refused() -> None:
    with pytest.raises(InvalidImage):
        convert_camera.camera_from_message(CameraInfo(), CAMERA.mounting)
    message = convert_camera.camera_to_message(0, "", CAMERA)
    message.distortion_model = "equidistant"
    with pytest.raises(InvalidImage, match="lens model"):
        convert_camera.camera_from_message(message, CAMERA.mounting)


@pytest.mark.ros
def test_the_node_tells_of_markers(tmp_path: Path, supervisor: Supervisor) -> None:
    file = tmp_path / "site.json"
    file.write_bytes(dump_site(SITE))
    given = {"robot": R01, "site": file, "marker_m": MARKER_M, "x_m": 0.1, "z_m": 0.3}
    parts = [part for key, value in given.items() for part in ("-p", f"{key}:={value}")]
    command = (sys.executable, "-m", "podherd_robot.marker_camera_node", "--ros-args", *parts)
    supervisor.start(Program("marker-camera", command, dict(os.environ)))
    heard: list[msg.MarkerSighting] = []
    rclpy.init()
    try:
        node = rclpy.create_node("test_camera")
        pictures = node.create_publisher(Image, IMAGE.of(R01), profile(IMAGE))
        figures = node.create_publisher(CameraInfo, CAMERA_INFO.of(R01), profile(CAMERA_INFO))
        node.create_subscription(
            msg.MarkerSighting, MARKERS.of(R01), heard.append, profile(MARKERS)
        )
        executor = SingleThreadedExecutor()
        executor.add_node(node)
        image = convert_camera.picture_to_message(700, "R01/camera", picture())
        broken = convert_camera.picture_to_message(600, "R01/camera", picture()[:100])
        deadline = time.monotonic() + 30
        while not heard and time.monotonic() < deadline:
            figures.publish(convert_camera.camera_to_message(700, "R01/camera", CAMERA))
            pictures.publish(broken)
            pictures.publish(image)
            executor.spin_once(timeout_sec=0.1)
        node.destroy_node()
    finally:
        rclpy.try_shutdown()
    assert heard, "nothing seen"
    sighting = sighting_from_message(heard[0])
    assert (sighting.at_ms, sighting.marker) == (700, f"N:{NODES[NUMBER]}")
    assert (sighting.pose.x_m, sighting.pose.y_m) == pytest.approx((X_M, Y_M), abs=0.001)
