"""Robots with scanners in a simulated site: what they read and see, and what the counter makes of
it.

A robot has on either side a mast with two columns of four antennas, and a camera that sees the
whole height of the pods along an aisle. It has reads and a picture of what it stands before; of
what it drives past as well, the picture smeared by its speed.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.ids import PodId, RobotId, Sku, SlotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from sim_worlds.looks import FlownLook
from sim_worlds.sensing.articles import Article
from sim_worlds.sensing.faces import face_model, face_pose, headings, stand_of
from sim_worlds.sensing.stock import Piece, TaggedStock
from sim_worlds.sensing.waves import LyingTag, Waves, in_site, mast
from vision.codes.camera import Camera, Mounting
from vision.counting.counter import Counter, Seen
from vision.counting.passes import Pass, pose_along
from vision.counting.reading import FaceStand
from vision.shelf.lenses import Conditions
from vision.shelf.poses import FacePose
from vision.shelf.rack import FaceModel, front_places
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents, room_for

Track = tuple[tuple[int, Pose], ...]

_READ_REACH_M = 3.0
_GAP_M = 0.004
_SIDEWAYS = 0.7
"""Antennas and cameras look to the sides: what is before or behind the robot they do not see."""
_STAND_MS = 400
"""Between two poses of a track further apart in time the robot stood."""


@dataclass(frozen=True, slots=True)
class SensingParams:
    """``camera_z_m`` and ``view_rad`` (horizontal) of an upright camera of ``pixels``;
    ``exposure_s``: a robot that drives smears its picture. ``light``, ``noise``: as
    ``vision.shelf.lenses.Conditions``. ``pose_sd_m``: how well a robot knows where it is."""

    pixels: tuple[int, int] = (960, 1280)
    view_rad: float = 1.35
    camera_z_m: float = 1.1
    exposure_s: float = 0.002
    light: float = 1.0
    noise: float = 2.0
    pose_sd_m: float = 0.01


class Sensing:
    """``stored`` tells where pods stand now, ``stock`` what lies in them."""

    def __init__(
        self,
        site: Site,
        stock: TaggedStock,
        articles: Mapping[Sku, Article],
        stored: Callable[[], Mapping[PodId, Pose]],
        seed: int,
        params: SensingParams | None = None,
    ):
        self._site = site
        self._stock = stock
        self._articles = dict(articles)
        self._stored = stored
        self._seed = seed
        self._params = params or SensingParams()
        self._waves = Waves(seed)
        self.aisles = _aisle_cells(site)
        width, height = self._params.pixels
        mounting = Mounting(0.0, 0.0, self._params.camera_z_m, yaw_rad=math.pi / 2)
        self.camera = Camera.with_view(width, height, self._params.view_rad, mounting)

    def look(
        self, counter: Counter, robot: RobotId, pod: PodId, from_ms: int, until_ms: int, pose: Pose
    ) -> tuple[Seen, ...]:
        """A robot stood beside a pod with its scanner on it; nothing if the pod is not stored."""
        return self._sensed(
            counter, robot, pod, ((from_ms, pose), (max(until_ms, from_ms + 1), pose))
        )

    def drive_by(
        self, counter: Counter, robot: RobotId, pod: PodId, track: Track
    ) -> tuple[Seen, ...]:
        """A robot drove past a pod: ``track`` are its poses in the cell beside (ms, rising). What
        it read while it stood is left out: that was a look."""
        found: list[Seen] = []
        for part in _moving(track):
            found += self._sensed(counter, robot, pod, part)
        return tuple(found)

    def fly_by(self, counter: Counter, look: FlownLook) -> tuple[Seen, ...]:
        """A camera hung before a pod: a picture, as the same camera takes it from there."""
        pose = Pose(look.x_m, look.y_m, look.theta_rad)
        stand = self.stand(look.pod, pose)
        if stand is None:
            return ()
        right_m, deep_m = _in_face(stand.pose, pose)
        out = look.theta_rad - stand.pose.theta_rad
        level, down = math.cos(look.tilt_rad), math.sin(look.tilt_rad)
        ahead = (level * math.cos(out), level * math.sin(out), -down)
        place = (right_m, deep_m, look.z_m)
        at_m = (place[0] + ahead[0], place[1] + ahead[1], place[2] + ahead[2])
        view = FacePose.looking(place, at_m)
        image = self._taken(stand, view, 0.0, look.until_ms)
        return (counter.see_picture(stand.pod, stand.face, image, self.camera, look.until_ms),)

    def stand(self, pod: PodId, seen_from: Pose) -> FaceStand | None:
        """Where the face of a pod is that is seen from a cell beside it."""
        stored = self._stored()
        if pod not in stored:
            return None
        others = [pose for other, pose in stored.items() if other != pod]
        model = self._site.pod_model
        return stand_of(pod, model.faces[0], stored[pod], seen_from, model.size_m, others)

    def picture(self, stand: FaceStand, track: Track) -> NDArray[np.uint8]:
        """What the camera takes where it comes nearest to the middle of the face (grey)."""
        at_ms, pose = _nearest(track, stand.pose)
        right_m, deep_m = _in_face(stand.pose, pose)
        place = (right_m, deep_m, self._params.camera_z_m)
        view = FacePose.looking(place, (right_m, 0.0, self._params.camera_z_m))
        smear_px = _speed_mps(track) * self._params.exposure_s * self.camera.fx_px / -deep_m
        return self._taken(stand, view, smear_px, at_ms)

    def _taken(
        self, stand: FaceStand, view: FacePose, smear_px: float, at_ms: int
    ) -> NDArray[np.uint8]:
        face = face_model(stand.pod, stand.face, self._site.pod_model)
        conditions = Conditions(
            light=self._params.light, noise=self._params.noise, motion_px=smear_px
        )
        seed = crc32(f"{self._seed}/{stand.pod}/{at_ms}".encode())
        return render_face(face, dict(self._contents(face)), self.camera, view, conditions, seed)

    def _sensed(
        self, counter: Counter, robot: RobotId, pod: PodId, track: Track
    ) -> tuple[Seen, ...]:
        middle = track[len(track) // 2][1]
        stand = self.stand(pod, middle)
        if stand is None or abs(math.cos(stand.pose.theta_rad - middle.theta_rad)) < _SIDEWAYS:
            return ()
        reads = counter.see_reads(stand, self.reads(robot, stand, track))
        at_ms, _ = _nearest(track, stand.pose)
        image = self.picture(stand, track)
        seen = counter.see_picture(stand.pod, stand.face, image, self.camera, at_ms)
        return (reads, seen)

    def reads(self, robot: RobotId, stand: FaceStand, track: Track) -> Pass:
        """What the reader on the side of the face reads, with the track as the robot knows it."""
        pose = track[len(track) // 2][1]
        left = math.cos(stand.pose.theta_rad - pose.theta_rad) > 0
        reader, mounts = f"{robot}/{'left' if left else 'right'}", mast(left)
        found = self._waves.reads(reader, mounts, track, self._tags_near(stand, pose))
        dice = np.random.default_rng((self._seed, crc32(reader.encode()), track[0][0]))
        east, north = dice.normal(0.0, self._params.pose_sd_m, 2)
        believed = tuple(
            (at_ms, replace(at, x_m=at.x_m + float(east), y_m=at.y_m + float(north)))
            for at_ms, at in track
        )
        return Pass(reader, found, believed, mounts)

    def _tags_near(self, stand: FaceStand, pose: Pose) -> list[LyingTag]:
        stored, model = self._stored(), self._site.pod_model
        turned = headings(stored, self.aisles, self._site.pitch_m)
        turned[stand.pod] = stand.pose.theta_rad
        found: list[LyingTag] = []
        for pod, at in stored.items():
            if math.hypot(at.x_m - pose.x_m, at.y_m - pose.y_m) <= _READ_REACH_M:
                face = face_model(pod, model.faces[0], model)
                foot = face_pose(at, turned[pod], model.size_m)
                found += self._tags_of(face, foot)
        return found

    def _tags_of(self, face: FaceModel, foot: Pose) -> Iterator[LyingTag]:
        for slot, box in face.slots().items():
            for number, piece in enumerate(self._stock.pieces(slot)):
                if piece.epc is None or piece.dead:
                    continue
                article = self._of_slot(slot) or self._articles[piece.sku]
                dice = np.random.default_rng((self._seed, crc32(piece.epc)))
                on_it = dice.uniform(0.1, 0.9, 3)
                carton = article.carton
                across, up = front_places(box, carton)
                layer, place = divmod(number, across * up)
                right_m = box.left_m + (place % across + on_it[0]) * carton.width_m
                deep_m = _GAP_M + layer * (carton.depth_m + _GAP_M) + on_it[1] * carton.depth_m
                up_m = box.bottom_m + (place // across + on_it[2]) * carton.height_m
                deep_m = min(deep_m, face.depth_m)
                yield LyingTag(piece.epc, in_site(foot, right_m, deep_m, up_m))

    def _contents(self, face: FaceModel) -> Iterator[tuple[SlotId, Contents]]:
        """Pieces that do not belong there look like the others."""
        for slot, box in face.slots().items():
            article = self._of_slot(slot)
            pieces: Sequence[Piece] = self._stock.pieces(slot)
            if article is not None:
                room = room_for(face, box, article.carton)
                yield slot, Contents(article.carton, min(len(pieces), room), article.code)

    def _of_slot(self, slot: SlotId) -> Article | None:
        sku = self._stock.sku_in(slot)
        return None if sku is None else self._articles.get(sku)


def _aisle_cells(site: Site) -> frozenset[tuple[int, int]]:
    roadmap = compile_roadmap(site)
    cells = np.round(roadmap.xy_m[roadmap.kind == NodeKind.AISLE] / site.pitch_m).astype(int)
    return frozenset((x, y) for x, y in cells.tolist())


def _moving(track: Track) -> Iterator[Track]:
    """The parts of a track in which the robot moves."""
    part = [track[0]]
    for stop in track[1:]:
        if stop[0] - part[-1][0] > _STAND_MS:
            if len(part) > 1:
                yield tuple(part)
            part = []
        part.append(stop)
    if len(part) > 1:
        yield tuple(part)


def _nearest(track: Track, face: Pose) -> tuple[int, Pose]:
    """The moment at which a robot is before the middle of a face, or nearest to it."""
    times = np.linspace(track[0][0], track[-1][0], 25)
    off = [abs(_in_face(face, pose_along(track, at_ms))[0]) for at_ms in times]
    at_ms = int(times[int(np.argmin(off))])
    return at_ms, pose_along(track, at_ms)


def _in_face(face: Pose, pose: Pose) -> tuple[float, float]:
    """A pose's place to the right of the middle of a face, and into the rack (m)."""
    along, across = math.cos(face.theta_rad), math.sin(face.theta_rad)
    east, north = pose.x_m - face.x_m, pose.y_m - face.y_m
    return along * east + across * north, along * north - across * east


def _speed_mps(track: Track) -> float:
    (begin_ms, begin), (end_ms, end) = track[0], track[-1]
    return math.hypot(end.x_m - begin.x_m, end.y_m - begin.y_m) / ((end_ms - begin_ms) / 1000)
