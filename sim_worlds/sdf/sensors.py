"""Lidars and cameras, with their noise."""

from sim_worlds.sdf.elements import Element, Flavour, Place, child
from sim_worlds.sdf.options import Camera, Lidar


def add_lidar(
    chassis: Element, lidar: Lidar, x_m: float, flavour: Flavour, topics: str | None
) -> None:
    """``lidar``: reckoned without graphics in Classic, on the graphics card in gz sim."""
    kind = "ray" if flavour is Flavour.CLASSIC else "gpu_lidar"
    sensor = child(chassis, "sensor", name="lidar", type=kind)
    child(sensor, "pose", Place(x_m=x_m, z_m=lidar.height_m))
    child(sensor, "always_on", True)
    child(sensor, "update_rate", lidar.rate_hz)
    if topics is not None:
        child(sensor, "topic", f"{topics}/scan")
    rays = child(sensor, "ray")
    horizontal = child(child(rays, "scan"), "horizontal")
    child(horizontal, "samples", lidar.rays)
    child(horizontal, "resolution", 1)
    child(horizontal, "min_angle", -lidar.field_rad / 2)
    child(horizontal, "max_angle", lidar.field_rad / 2)
    reach = child(rays, "range")
    child(reach, "min", lidar.nearest_m)
    child(reach, "max", lidar.farthest_m)
    child(reach, "resolution", 0.001)
    _add_noise(rays, lidar.noise_sd_m)


def add_camera(
    holder: Element, camera: Camera, topics: str | None, name: str = "camera", roll_rad: float = 0.0
) -> None:
    """A camera, by default called ``camera``."""
    sensor = child(holder, "sensor", name=name, type="camera")
    place = Place(camera.x_m, camera.y_m, camera.z_m, roll_rad, camera.pitch_rad, camera.yaw_rad)
    child(sensor, "pose", place)
    child(sensor, "always_on", True)
    child(sensor, "update_rate", camera.rate_hz)
    if topics is not None:
        child(sensor, "topic", f"{topics}/image")
    optics = child(sensor, "camera")
    child(optics, "horizontal_fov", camera.field_rad)
    image = child(optics, "image")
    child(image, "width", camera.width_px)
    child(image, "height", camera.height_px)
    child(image, "format", "R8G8B8")
    clip = child(optics, "clip")
    child(clip, "near", 0.05)
    child(clip, "far", 60.0)
    _add_noise(optics, camera.noise_sd)


def _add_noise(parent: Element, deviation: float) -> None:
    if deviation:
        noise = child(parent, "noise")
        child(noise, "type", "gaussian")
        child(noise, "mean", 0.0)
        child(noise, "stddev", deviation)
