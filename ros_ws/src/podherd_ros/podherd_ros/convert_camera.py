"""Pictures and what cameras say about themselves, from ROS 2 messages and back."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image

from planner.warehouse.errors import InvalidImage
from podherd_ros.convert import time_to_message
from vision.codes.camera import Camera, Mounting

Picture = NDArray[np.uint8]

_CHANNELS = {"mono8": 1, "8UC1": 1, "rgb8": 3, "bgr8": 3, "8UC3": 3}
_LENSES = ("", "plumb_bob", "rational_polynomial")


def picture_from_message(message: Image) -> Picture:
    """Height x width (grey) or height x width x 3 (red, green, blue).

    Raises :class:`InvalidImage` for an encoding that is not read here, or too few bytes.
    """
    channels = _CHANNELS.get(message.encoding)
    if channels is None:
        raise InvalidImage(
            "this encoding is not read",
            field="encoding",
            value=message.encoding,
            remedy=f"Let the camera send one of {', '.join(_CHANNELS)}.",
        )
    row = message.width * channels
    data = np.frombuffer(message.data, dtype=np.uint8)
    if message.step < row or data.size < message.step * message.height or not data.size:
        raise InvalidImage(
            "fewer bytes than the size of the picture needs",
            field="data",
            value=(message.height, message.width, message.step, data.size),
            remedy="Check the camera's driver.",
        )
    rows = data[: message.step * message.height].reshape(message.height, message.step)[:, :row]
    if channels == 1:
        return np.ascontiguousarray(rows)
    coloured = rows.reshape(message.height, message.width, channels)
    return np.ascontiguousarray(coloured[..., ::-1] if message.encoding == "bgr8" else coloured)


def picture_to_message(at_ms: int, frame: str, picture: NDArray[Any]) -> Image:
    """A grey or RGB picture taken at ``at_ms`` of site time."""
    message = Image()
    message.header.stamp = time_to_message(at_ms)
    message.header.frame_id = frame
    message.height, message.width = picture.shape[:2]
    message.encoding = "mono8" if picture.ndim == 2 else "rgb8"
    message.step = message.width * (1 if picture.ndim == 2 else 3)
    message.data = np.ascontiguousarray(picture).tobytes()
    return message


def camera_from_message(message: CameraInfo, mounting: Mounting) -> Camera:
    """The camera in the words of vision. Raises :class:`InvalidImage` for a camera that is not
    calibrated, or a lens model that is not known."""
    if message.distortion_model not in _LENSES:
        raise InvalidImage(
            "unknown lens model",
            field="distortion_model",
            value=message.distortion_model,
            remedy=f"Calibrate with one of {', '.join(filter(None, _LENSES))}.",
        )
    fx, _, cx, _, fy, cy = (float(figure) for figure in message.k[:6])
    lens = tuple(float(figure) for figure in message.d)
    bent = lens if any(lens) else ()
    return Camera(message.width, message.height, fx, fy, cx, cy, mounting, bent)


def camera_to_message(at_ms: int, frame: str, camera: Camera) -> CameraInfo:
    """What a camera of these figures says about itself."""
    message = CameraInfo()
    message.header.stamp = time_to_message(at_ms)
    message.header.frame_id = frame
    message.width, message.height = camera.width_px, camera.height_px
    message.distortion_model = "rational_polynomial" if len(camera.distortion) > 5 else "plumb_bob"
    message.d = [float(figure) for figure in camera.distortion]
    message.k = camera.matrix().ravel().tolist()
    message.r = np.eye(3).ravel().tolist()
    message.p = np.column_stack((camera.matrix(), np.zeros(3))).ravel().tolist()
    return message
