"""A site as a world: ``world.sdf`` in a folder, and the pictures it needs beside it."""

import math
from collections.abc import Callable
from pathlib import Path

import shapely

from planner.roadmap.geometry import checked_roadmap
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.sdf.elements import (
    Element,
    Flavour,
    Paint,
    Place,
    child,
    document,
    link,
    plugin,
    vector,
    written,
)
from sim_worlds.sdf.options import Camera, WorldOptions, check_options, start_poses
from sim_worlds.sdf.people import add_person
from sim_worlds.sdf.pods import add_pod
from sim_worlds.sdf.robots import add_robot
from sim_worlds.sdf.sensors import add_camera
from sim_worlds.sdf.statics import add_floor, add_floor_marks, add_site
from sim_worlds.sdf.textures import Pictures, plan_pictures, write_pictures

WORLD_NAME = "podherd"
WORLD_FILE = "world.sdf"
MEDIA_FOLDER = "marks"
_OVERVIEW_HEIGHT_M = 40.0
_UPDATES_PER_S = 5000
"""So many at most: without a limit a paused Classic server spins."""
_UPDATES_PER_S_OF_MANY = 2000
_MANY_ROBOTS = 20
"""So many take longer than 0.5 ms for a step anyway. The slower a paused server repeats itself, the
fewer poses it drops when the machine is crowded."""
_GZ_SYSTEMS = (
    ("physics", "Physics"),
    ("user-commands", "UserCommands"),
    ("scene-broadcaster", "SceneBroadcaster"),
    ("contact", "Contact"),
)


def _untold(_done: int, _of: int) -> None:
    """For whom progress does not matter."""


def classic_world(
    site: Site,
    options: WorldOptions,
    folder: Path,
    told: Callable[[int, int], None] = _untold,
) -> Path:
    """Write ``world.sdf`` for Gazebo Classic 11 and the pictures of its marks into ``folder``, made
    if need be; the path of the world is returned. Classic finds the pictures if the folder is on
    ``GAZEBO_RESOURCE_PATH``.

    Raises :class:`InvalidSite` for a site that does not work, :class:`InvalidWorld` for options
    that do not fit it, ``OSError`` where nothing can be written. ``told`` hears of every picture
    how many of how many are drawn.
    """
    return _world(site, options, folder, Flavour.CLASSIC, told)


def current_world(
    site: Site,
    options: WorldOptions,
    folder: Path,
    told: Callable[[int, int], None] = _untold,
) -> Path:
    """As :func:`classic_world`, for gz sim 8 (Harmonic) and newer, which finds the pictures by
    itself."""
    return _world(site, options, folder, Flavour.GZ, told)


def _world(
    site: Site,
    options: WorldOptions,
    folder: Path,
    flavour: Flavour,
    told: Callable[[int, int], None],
) -> Path:
    roadmap = checked_roadmap(site)
    check_options(site, options)
    pictures = plan_pictures(site, roadmap, options)
    paint = Paint(flavour, MEDIA_FOLDER)
    text = world_sdf(site, roadmap, options, pictures, paint)
    folder.mkdir(parents=True, exist_ok=True)
    if pictures.drawings:
        write_pictures(pictures, folder / MEDIA_FOLDER, told)
    file = folder / WORLD_FILE
    file.write_text(text, encoding="utf-8")
    return file


def world_sdf(
    site: Site, roadmap: Roadmap, options: WorldOptions, pictures: Pictures, paint: Paint
) -> str:
    """The text of the world file. The same site and options give the same text."""
    root = document()
    world = child(root, "world", name=WORLD_NAME)
    _add_physics(world, options, paint.flavour, len(site.robots))
    _add_light(world)
    add_floor(world, site)
    add_site(world, site, roadmap)
    if pictures.floor:
        add_floor_marks(world, site, roadmap, pictures.floor, paint)
    if options.overview_px is not None:
        _add_overview(world, site, options.overview_px, paint.flavour)
    for pod, node in roadmap.pods.items():
        x_m, y_m = roadmap.xy_m[roadmap.index[node]].tolist()
        add_pod(
            world,
            pod,
            site.pod_model,
            Pose(x_m, y_m, 0.0),
            paint,
            tag=pictures.tags.get(pod),
            strips=pictures.strips[pod],
            bumper=options.pod_bumpers,
        )
    _add_robots(world, site, options, paint.flavour)
    for number, pose in enumerate(options.people, start=1):
        add_person(world, f"person_{number}", pose, paint.flavour)
    return written(root)


def _add_robots(world: Element, site: Site, options: WorldOptions, flavour: Flavour) -> None:
    poses = start_poses(site)
    for robot in site.robots:
        add_robot(
            world,
            robot.id,
            site.type_of(robot),
            site.pod_model,
            poses[robot.id],
            lidar=options.lidar if robot.id in options.lidars else None,
            camera=options.camera if robot.id in options.cameras else None,
            flavour=flavour,
        )


def _add_physics(world: Element, options: WorldOptions, flavour: Flavour, robots: int) -> None:
    """ODE's quick solver without over-relaxation, which drives straight; no limit to the speed."""
    physics = child(world, "physics", name="quick", type="ode")
    child(physics, "max_step_size", options.step_ms / 1000)
    child(physics, "real_time_factor", 0.0)
    updates_per_s = _UPDATES_PER_S if robots < _MANY_ROBOTS else _UPDATES_PER_S_OF_MANY
    child(physics, "real_time_update_rate", updates_per_s)
    if flavour is Flavour.CLASSIC:
        solver = child(child(physics, "ode"), "solver")
        child(solver, "type", "quick")
        child(solver, "iters", options.solver_iterations)
        child(solver, "sor", 1.0)
        return
    for name, system in _GZ_SYSTEMS:
        plugin(world, f"gz::sim::systems::{system}", f"gz-sim-{name}-system")
    if options.lidars or options.cameras or options.overview_px is not None:
        plugin(world, "gz::sim::systems::Sensors", "gz-sim-sensors-system", render_engine="ogre2")


def _add_light(world: Element) -> None:
    """A hall with even light from above and no shadows."""
    scene = child(world, "scene")
    child(scene, "ambient", "0.7 0.7 0.7 1")
    child(scene, "background", "0.85 0.87 0.9 1")
    child(scene, "shadows", False)
    light = child(world, "light", name="ceiling", type="directional")
    child(light, "cast_shadows", False)
    child(light, "pose", Place(z_m=20.0))
    child(light, "diffuse", "0.6 0.6 0.6 1")
    child(light, "specular", "0.1 0.1 0.1 1")
    child(light, "direction", vector((-0.3, 0.2, -0.9)))


def _add_overview(world: Element, site: Site, longer_px: int, flavour: Flavour) -> None:
    """``overview``: a camera high above the middle, north up, that sees the floor and its walls."""
    west, south, east, north = shapely.Polygon(site.floor_m).bounds
    width_m, depth_m = east - west + 1.0, north - south + 1.0
    px_per_m = longer_px / max(width_m, depth_m)
    model = child(world, "model", name="overview")
    child(model, "static", True)
    child(model, "pose", Place((west + east) / 2, (south + north) / 2))
    camera = Camera(
        width_px=round(width_m * px_per_m),
        height_px=round(depth_m * px_per_m),
        field_rad=2 * math.atan(width_m / 2 / _OVERVIEW_HEIGHT_M),
        z_m=_OVERVIEW_HEIGHT_M,
        pitch_rad=math.pi / 2,
        yaw_rad=math.pi / 2,
        noise_sd=0.0,
    )
    topics = "/overview" if flavour is Flavour.GZ else None
    add_camera(link(model, "mast"), camera, topics)
