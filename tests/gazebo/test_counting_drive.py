"""A robot with a camera drives along a row of pods in real Gazebo, and what its pictures say is
true: which pods stand there and where, and the labels of their slots. Another camera looks at the
floor and says where the robot is."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from fakes.gazebo_rig import GazeboRig

from planner.roadmap.geometry import checked_roadmap
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import PodModel, Site
from podherd_robot.drive_params import LocalisationParams
from podherd_robot.localisation import Estimate, Localiser
from podherd_robot.marker_camera import MarkerEye
from podherd_robot.settings import floor_markers
from podherd_ros.base import MarkerSighting
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.contacts import Contact
from sim_worlds.gazebo.scans import Picture
from sim_worlds.sdf import options as sdf
from sim_worlds.sdf.elements import PLATE_THICKNESS_M
from sim_worlds.sdf.pods import (
    POD_TAG_M,
    face_place,
    label_m,
    pod_tag_z_m,
    slot_labels,
    strip_z_m,
)
from sim_worlds.sdf.statics import FLOOR_MARK_M
from sim_worlds.sdf.textures import pod_numbers
from sim_worlds.sdf.world import classic_world
from sim_worlds.sites.catalogue import load_site
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import find_marks
from vision.codes.labels import Area, Label, agreed, read_labels
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, marker_share
from vision.codes.sightings import SolidSighting, solid_sighting

ROBOT = RobotId("R01")
ROW_Y_M = 6.0
"""The southern row of the tiny site's pods, whose labels look at the aisle south of it."""
AISLE = Pose(2.4, 4.8, 0.0)
AISLE_M = 6.0
SPEED_MPS = 0.6
SIDE_CAMERA = sdf.Camera(rate_hz=5.0)
"""As worlds have it: on a mast, looking left at pods from leg to top."""
FLOOR_CAMERA = replace(sdf.FLOOR_CAMERA, rate_hz=10.0)
AHEAD_CAMERA = replace(
    sdf.FLOOR_CAMERA, width_px=640, height_px=480, x_m=0.42, pitch_rad=math.radians(35)
)

LABELS_READ = 0.97
"""Share of a row's labels that a single drive reads."""


@dataclass
class Film:
    """What a drive has seen: pictures, where the robot truly was then, and when (ms)."""

    pictures: list[tuple[Picture, Pose, int]] = field(default_factory=list)
    contacts: tuple[Contact, ...] = ()
    truth: Mapping[str, Pose] = field(default_factory=dict)


@dataclass
class Read:
    """What a drive has read: where each pod's tag was seen, and each picture's slot labels."""

    tags: dict[int, list[tuple[float, float, float]]] = field(default_factory=dict)
    labels: list[set[str]] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)


def camera_of(camera: sdf.Camera) -> Camera:
    """The same camera in the words of vision."""
    mounting = Mounting(camera.x_m, camera.y_m, camera.z_m, 0.0, camera.pitch_rad, camera.yaw_rad)
    return Camera.with_view(camera.width_px, camera.height_px, camera.field_rad, mounting)


def in_map(robot: Pose, x_m: float, y_m: float) -> tuple[float, float]:
    """A point of ``base_link`` in the map."""
    cosine, sine = math.cos(robot.theta_rad), math.sin(robot.theta_rad)
    return robot.x_m + cosine * x_m - sine * y_m, robot.y_m + sine * x_m + cosine * y_m


def filmed(rig: GazeboRig, site: Site, options: sdf.WorldOptions, metres: float) -> Film:
    """Drives the aisle and takes every picture."""

    async def drive(client: GazeboClient) -> Film:
        film, tick_ms = Film(), round(1000 / options.camera.rate_hz)
        await client.place({ROBOT: AISLE})
        await client.watch_camera(ROBOT)
        client.drive(ROBOT, SPEED_MPS, 0.0)
        taken_ms = -1
        for _ in range(round(metres / SPEED_MPS * 1000 / tick_ms)):
            await client.step(tick_ms)
            picture = await client.image(ROBOT)
            if client.image_at_ms(ROBOT) == client.now_ms != taken_ms:
                film.pictures.append((picture, client.poses[ROBOT], client.now_ms))
                taken_ms = client.now_ms
        await client.settle()
        film.contacts = client.contacts()
        film.truth = dict(client.poses)
        return film

    world = classic_world(site, options, rig.folder)
    return rig.run(world, drive, rendering=True)


def strips(pod: PodModel) -> Iterator[Area]:
    """Where the labels of each level are, seen from the tag above them."""
    side_m = POD_TAG_M * marker_share(POD_FAMILY)
    half_m = 0.7 * label_m(pod)
    for level in range(1, pod.levels + 1):
        down_m = strip_z_m(pod, level) - pod_tag_z_m()
        wide = 0.55 * pod.size_m / side_m
        yield Area(-wide, wide, (down_m - half_m) / side_m, (down_m + half_m) / side_m)


def places(roadmap: Roadmap) -> Mapping[PodId, tuple[float, float]]:
    """Where every pod stands at the start."""
    at_m = {pod: roadmap.xy_m[roadmap.index[node]] for pod, node in roadmap.pods.items()}
    return {pod: (round(float(x), 6), round(float(y), 6)) for pod, (x, y) in at_m.items()}


def looks_south(robot: Pose, seen: SolidSighting) -> bool:
    """Whether a tag is the one of face 0; pods have one on each side."""
    east, north = in_map(Pose(0.0, 0.0, robot.theta_rad), *seen.facing[:2])
    return -north > abs(east)


def read_row(film: Film, site: Site, names: Mapping[int, PodId]) -> Read:
    """Every tag and label in every second picture."""
    camera, read = camera_of(SIDE_CAMERA), Read()
    size_m = POD_TAG_M * marker_share(POD_FAMILY)
    areas = tuple(strips(site.pod_model))
    for picture, robot, _ in film.pictures[::2]:
        marks = [mark for mark in find_marks(picture, (POD_FAMILY,)) if mark.number in names]
        for mark in marks:
            seen = solid_sighting(mark, size_m, camera)
            if seen is not None and looks_south(robot, seen):
                place = (*in_map(robot, seen.x_m, seen.y_m), seen.z_m)
                read.tags.setdefault(mark.number, []).append(place)
        labels = read_labels(picture, beside=[(mark, area) for mark in marks for area in areas])
        read.labels.append({label.text for label in labels})
        read.misplaced += [
            label.text for label in labels if not hangs_there(label, film.truth, robot, site)
        ]
    return read


def hangs_there(label: Label, truth: Mapping[str, Pose], robot: Pose, site: Site) -> bool:
    """Whether a label was seen where it hangs, to a third of its size."""
    pod = PodId(label.text.split("/")[0])
    hung = next(slot for slot in slot_labels(pod, site.pod_model) if slot.slot == label.text)
    plate = face_place(site.pod_model, hung.face, hung.right_m, hung.z_m)
    x_m, y_m = truth[pod].x_m + plate.x_m - robot.x_m, truth[pod].y_m + plate.y_m - robot.y_m
    place = (*in_map(Pose(0.0, 0.0, -robot.theta_rad), x_m, y_m), plate.z_m)
    (expected,) = camera_of(SIDE_CAMERA).project([place])
    corners = np.array(label.corners_px)
    width_px = float(np.linalg.norm(corners[1] - corners[0]))
    return math.dist(corners.mean(axis=0), expected) < width_px / 3


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("tiny")


@pytest.fixture(scope="module")
def roadmap(site: Site) -> Roadmap:
    return checked_roadmap(site)


def test_a_drive_past_a_row_reads_every_pod_and_its_labels(
    rig: GazeboRig, site: Site, roadmap: Roadmap
) -> None:
    numbers = pod_numbers(roadmap)
    row = {numbers[pod]: pod for pod, (_, y_m) in places(roadmap).items() if y_m == ROW_Y_M}
    assert len(row) >= 3
    options = sdf.WorldOptions(cameras=(ROBOT,), camera=SIDE_CAMERA)

    film = filmed(rig, site, options, AISLE_M)
    assert len(film.pictures) >= 45
    assert film.contacts == ()
    read = read_row(film, site, row)

    assert set(read.tags) == set(row), "every pod of the row"
    for number, seen in read.tags.items():
        pod = film.truth[row[number]]
        plate = face_place(site.pod_model, 0, 0.0, pod_tag_z_m())
        truly = (pod.x_m + plate.x_m, pod.y_m + plate.y_m, plate.z_m)
        assert len(seen) >= 3
        assert max(math.dist(place, truly) for place in seen) < 0.02
    hung = {label.slot for pod in row.values() for label in slot_labels(pod, site.pod_model)}
    assert set().union(*read.labels) <= hung, "no label that is not there"
    assert len(agreed(read.labels)) >= LABELS_READ * len(hung)
    assert read.misplaced == []


@pytest.mark.parametrize("camera", [FLOOR_CAMERA, AHEAD_CAMERA], ids=["down", "ahead"])
def test_floor_markers_say_where_the_robot_is(
    rig: GazeboRig, site: Site, roadmap: Roadmap, camera: sdf.Camera
) -> None:
    """From the picture to the pose: camera, markers, sightings, the robot's own localisation."""
    options = sdf.WorldOptions(cameras=(ROBOT,), camera=camera, labels=False)
    size_m = FLOOR_MARK_M * marker_share(FLOOR_FAMILY)
    eye = MarkerEye(roadmap.nodes, size_m, PLATE_THICKNESS_M)
    markers = floor_markers(site)
    film = filmed(rig, site, options, 3.0)
    assert film.contacts == ()

    seen = [
        (sighting, robot)
        for picture, robot, at_ms in film.pictures
        for sighting in eye.look(at_ms, picture, camera_of(camera))
    ]
    assert len(seen) >= 5
    assert len({sighting.marker for sighting, _ in seen}) >= 2
    for sighting, robot in seen:
        marker, pose = markers[sighting.marker], sighting.pose
        place = in_map(robot, pose.x_m, pose.y_m)
        assert math.dist(place, (marker.x_m, marker.y_m)) < 0.005
        assert abs(math.remainder(pose.theta_rad + robot.theta_rad, math.tau)) < 0.01

    known = localised(film, [sighting for sighting, _ in seen], markers)
    first_ms = sorted({sighting.at_ms for sighting, _ in seen})[1]
    fixes = {sighting.at_ms for sighting, _ in seen}
    for estimate, robot in known:
        if estimate.at_ms < first_ms:
            continue
        assert not estimate.lost
        away_m = math.dist((estimate.pose.x_m, estimate.pose.y_m), (robot.x_m, robot.y_m))
        assert away_m < (0.01 if estimate.at_ms in fixes else 0.03)


def localised(
    film: Film, seen: Sequence[MarkerSighting], markers: Mapping[str, Pose]
) -> list[tuple[Estimate, Pose]]:
    """Where a robot takes itself to be that does not know where it starts and whose wheels count
    two per cent too little, and where it truly is."""
    localiser, known = Localiser(markers, LocalisationParams()), []
    before = film.pictures[0][1]
    for _, robot, at_ms in film.pictures:
        driven_m = math.dist((robot.x_m, robot.y_m), (before.x_m, before.y_m))
        localiser.move(at_ms, 0.98 * driven_m, 0.0, 0.0)
        for sighting in seen:
            if sighting.at_ms == at_ms:
                localiser.see(sighting)
        known.append((localiser.estimate, robot))
        before = robot
    return known
