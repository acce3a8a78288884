"""Where the robot is: an extended Kalman filter over wheels and fiducials of known place.

Between markers the pose follows the increments of odometry and grows uncertain; a sighting of a
marker corrects it (S. Thrun, W. Burgard, D. Fox: Probabilistic Robotics, MIT Press 2005, ch. 7.4).
Sightings come late: they are applied where the robot was then, and what it drove since is added
again. **Loss is told, not guessed over**: too uncertain, or markers in a row that are not where
they should be, and the robot is lost until two sightings agree or somebody says where it is.

No numpy here: three numbers and six covariances are faster by hand.
"""

from collections import deque
from collections.abc import Mapping
from math import cos, hypot, inf, sin
from typing import NamedTuple

from planner.warehouse.robot import Pose
from podherd_robot.drive_params import LocalisationParams
from podherd_robot.profile import wrapped
from podherd_ros.base import MarkerSighting

Covariance = tuple[float, float, float, float, float, float]
"""Upper triangle of a symmetric 3x3 matrix over (x, y, theta): xx, xy, xt, yy, yt, tt."""

_MISSED = 1.4
"""After so many pitches without a marker one was missed."""
_FLOOR_M2 = 1e-6
_FLOOR_RAD2 = 1e-6
"""A marker may be read a thousand times: nobody knows a pose better than 1 mm and 1 mrad."""


class Estimate(NamedTuple):
    """Pose in ``map`` at ``at_ms`` with its covariance over (x m, y m, theta rad); ``lost`` says
    why the robot does not know where it is (empty: it does)."""

    at_ms: int
    pose: Pose
    covariance: tuple[
        tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]
    ]
    lost: str


class _Moment(NamedTuple):
    """The pose after the increment ``(ahead_m, left_m, turn_rad)`` that led to it."""

    at_ms: int
    step: tuple[float, float, float]
    pose: Pose
    covariance: Covariance


class Localiser:
    """``markers``: where the fiducials are, in ``map``. Without any the odometry itself is taken
    for the pose (a base that localises itself), and the robot is never lost for long silence.
    ``pitch_m``: a marker should be seen at least this often (infinite: nobody knows how often)."""

    def __init__(
        self, markers: Mapping[str, Pose], params: LocalisationParams, pitch_m: float = inf
    ):
        self._pitch_m = pitch_m
        self.since_m = 0.0
        """Driven since the last marker that was believed."""
        self._markers = markers
        self._params = params
        self._moments: deque[_Moment] = deque()
        self._early: list[MarkerSighting] = []
        """Of a moment that odometry has not told yet."""
        self._rejected = 0
        self._candidate: tuple[int, Pose] | None = None
        """While lost: what the last sighting said, moved with the odometry since."""
        self._lost = "it has not seen a marker yet." if markers else ""
        self.fixes = 0
        """How often the pose was set anew: by a person or by finding itself again."""

    # --- what is known ---------------------------------------------------------------------

    @property
    def pose(self) -> Pose:
        """The newest estimate; the origin before the first odometry."""
        return self._moments[-1].pose if self._moments else Pose(0.0, 0.0, 0.0)

    @property
    def lost(self) -> str:
        """Why it does not know where it is; empty: it does."""
        return self._lost

    @property
    def in_doubt(self) -> bool:
        """The last sighting was not believed, or a marker was missed."""
        return self._rejected > 0 or self.since_m > _MISSED * self._pitch_m

    @property
    def estimate(self) -> Estimate:
        """Pose, covariance, lost or not."""
        if not self._moments:
            zero = (0.0, 0.0, 0.0)
            return Estimate(0, self.pose, (zero, zero, zero), self._lost)
        at_ms, _, pose, (xx, xy, xt, yy, yt, tt) = self._moments[-1]
        return Estimate(at_ms, pose, ((xx, xy, xt), (xy, yy, yt), (xt, yt, tt)), self._lost)

    # --- what is felt ----------------------------------------------------------------------

    def move(self, at_ms: int, ahead_m: float, left_m: float, turn_rad: float) -> None:
        """The wheels say that the base moved so, in ``base_link`` of the moment before."""
        step = (ahead_m, left_m, turn_rad)
        self.since_m += hypot(ahead_m, left_m)
        if self._moments:
            before = self._moments[-1]
            pose, covariance = self._moved(before.pose, before.covariance, step)
        else:
            pose, covariance = Pose(0.0, 0.0, 0.0), self._placed_covariance()
        self._moments.append(_Moment(at_ms, step, pose, covariance))
        oldest_ms = at_ms - self._params.history_ms
        while self._moments[0].at_ms < oldest_ms and len(self._moments) > 1:
            self._moments.popleft()
        if self._candidate is not None:
            seen_ms, seen = self._candidate
            self._candidate = seen_ms, composed(seen, step)
        if self._early:
            early, self._early = self._early, []
            for sighting in early:
                self.see(sighting)
        self._note_uncertainty()

    def see(self, sighting: MarkerSighting) -> None:
        """A marker was seen. One that is not in the map, or too long ago, changes nothing."""
        marker = self._markers.get(sighting.marker)
        if marker is None or not self._moments or sighting.at_ms < self._moments[0].at_ms:
            return
        if sighting.at_ms > self._moments[-1].at_ms:
            self._early = [*self._early, sighting][-8:]
            return
        index = self._moment_of(sighting.at_ms)
        pose, noise = self._seen(marker, sighting)
        moment = self._moments[index]
        if moment.at_ms > sighting.at_ms:
            before = self._moments[index - 1]
            rest = (moment.at_ms - sighting.at_ms) / (moment.at_ms - before.at_ms)
            ahead, left, turn = moment.step
            pose = composed(pose, (ahead * rest, left * rest, turn * rest))
        if self._lost:
            self._find(sighting.at_ms, index, pose, noise)
        else:
            self._correct(index, pose, noise)

    def place(self, pose: Pose) -> None:
        """Somebody says where the robot is."""
        self._set(pose, self._placed_covariance())

    def restore(self, estimate: Estimate) -> None:
        """The robot is where an earlier estimate says, as surely as that."""
        (xx, xy, xt), (_, yy, yt), (_, _, tt) = estimate.covariance
        self._set(estimate.pose, (xx, xy, xt, yy, yt, tt))

    def lose(self, why: str) -> None:
        """The wheels cannot be trusted any more; without markers that has to be lived with."""
        if self._markers and not self._lost:
            self._lost = why
            self._candidate = None

    def restart_clock(self) -> None:
        """Time begins anew: forget the past, keep the pose."""
        if self._moments:
            self._moments = deque([self._moments[-1]._replace(at_ms=-1)])
        self._early = []

    # --- filter ----------------------------------------------------------------------------

    def _moved(
        self, pose: Pose, covariance: Covariance, step: tuple[float, float, float]
    ) -> tuple[Pose, Covariance]:
        ahead, left, turn = step
        if ahead == 0.0 and left == 0.0 and turn == 0.0:
            return pose, covariance
        params = self._params
        east, north = _turned(ahead, left, pose.theta_rad)
        xx, xy, xt, yy, yt, tt = covariance
        way = hypot(ahead, left)
        spread = params.distance_sd * params.distance_sd * way
        twist = params.heading_sd**2 * way + params.turn_sd**2 * abs(turn)
        moved = (
            xx - 2.0 * north * xt + north * north * tt + spread,
            xy - north * yt + east * xt - north * east * tt,
            xt - north * tt,
            yy + 2.0 * east * yt + east * east * tt + spread,
            yt + east * tt,
            tt + twist,
        )
        heading = wrapped(pose.theta_rad + turn)
        return Pose(pose.x_m + east, pose.y_m + north, heading), moved

    def _seen(self, marker: Pose, sighting: MarkerSighting) -> tuple[Pose, Covariance]:
        """The robot's pose as a sighting has it, and the covariance of that."""
        params, seen = self._params, sighting.pose
        theta = wrapped(marker.theta_rad - seen.theta_rad)
        east, north = _turned(seen.x_m, seen.y_m, theta)
        sd_m, sd_rad = (
            max(sighting.sd_m, params.marker_sd_m),
            max(sighting.sd_rad, params.marker_sd_rad),
        )
        near, twist = sd_m * sd_m, sd_rad * sd_rad
        noise = (
            near + north * north * twist,
            -north * east * twist,
            north * twist,
            near + east * east * twist,
            -east * twist,
            twist,
        )
        return Pose(marker.x_m - east, marker.y_m - north, theta), noise

    def _correct(self, index: int, seen: Pose, noise: Covariance) -> None:
        """Update the moment ``index`` and drive again from there."""
        moment = self._moments[index]
        pose, p = moment.pose, moment.covariance
        off = (
            seen.x_m - pose.x_m,
            seen.y_m - pose.y_m,
            wrapped(seen.theta_rad - pose.theta_rad),
        )
        inverse = _inverse(tuple(a + b for a, b in zip(p, noise, strict=True)))  # type: ignore[arg-type]
        weighted = _times(inverse, off)
        if off[0] * weighted[0] + off[1] * weighted[1] + off[2] * weighted[2] > self._params.gate:
            self._reject()
            return
        self._rejected, self.since_m = 0, 0.0
        dx, dy, turn = _times(p, weighted)
        pose = Pose(pose.x_m + dx, pose.y_m + dy, wrapped(pose.theta_rad + turn))
        self._rewrite(index, pose, _reduced(p, inverse))

    def _rewrite(self, index: int, pose: Pose, covariance: Covariance) -> None:
        moments = self._moments
        moments[index] = moments[index]._replace(pose=pose, covariance=covariance)
        for later in range(index + 1, len(moments)):
            pose, covariance = self._moved(pose, covariance, moments[later].step)
            moments[later] = moments[later]._replace(pose=pose, covariance=covariance)

    def _moment_of(self, at_ms: int) -> int:
        """Index of the first moment at or after a time that lies within the history."""
        index = len(self._moments) - 1
        while index > 0 and self._moments[index - 1].at_ms >= at_ms:
            index -= 1
        return index

    def _placed_covariance(self) -> Covariance:
        near, twist = self._params.placed_sd_m**2, self._params.placed_sd_rad**2
        return near, 0.0, 0.0, near, 0.0, twist

    # --- lost and found --------------------------------------------------------------------

    def _reject(self) -> None:
        self._rejected += 1
        if self._rejected >= self._params.rejected_max:
            self.lose(f"{self._rejected} markers in a row were not where they should be.")

    def _note_uncertainty(self) -> None:
        if self._lost or not self._markers:
            return
        xx, _, _, yy, _, tt = self._moments[-1].covariance
        params = self._params
        if self.since_m > (self._params.missed_max - 1 + _MISSED) * self._pitch_m:
            self.lose(f"it has missed {self._params.missed_max} markers in a row.")
        if xx + yy > 2.0 * params.lost_m**2 or tt > params.lost_rad**2:
            self.lose("it has driven too far without seeing a marker.")

    def _find(self, seen_ms: int, index: int, pose: Pose, noise: Covariance) -> None:
        """While lost: believe a sighting that agrees with the one before."""
        for later in range(index + 1, len(self._moments)):
            pose = composed(pose, self._moments[later].step)
        before, self._candidate = self._candidate, (seen_ms, pose)
        if before is None or before[0] == seen_ms:
            return
        params, old = self._params, before[1]
        near = hypot(pose.x_m - old.x_m, pose.y_m - old.y_m) <= params.agree_m
        if near and abs(wrapped(pose.theta_rad - old.theta_rad)) <= params.agree_rad:
            self._set(pose, noise)

    def _set(self, pose: Pose, covariance: Covariance) -> None:
        at_ms = self._moments[-1].at_ms if self._moments else 0
        self._moments = deque([_Moment(at_ms, (0.0, 0.0, 0.0), pose, covariance)])
        self._lost, self._candidate, self._rejected = "", None, 0
        self._early, self.since_m = [], 0.0
        self.fixes += 1


def _turned(x: float, y: float, angle_rad: float) -> tuple[float, float]:
    c, s = cos(angle_rad), sin(angle_rad)
    return x * c - y * s, x * s + y * c


def composed(pose: Pose, step: tuple[float, float, float]) -> Pose:
    """``pose`` after a movement (m ahead, m to the left, rad) seen from it."""
    east, north = _turned(step[0], step[1], pose.theta_rad)
    return Pose(pose.x_m + east, pose.y_m + north, wrapped(pose.theta_rad + step[2]))


def _inverse(m: Covariance) -> Covariance:
    """Inverse of a symmetric positive matrix."""
    xx, xy, xt, yy, yt, tt = m
    a, b, c = yy * tt - yt * yt, xt * yt - xy * tt, xy * yt - xt * yy
    scale = 1.0 / (xx * a + xy * b + xt * c)
    return (
        a * scale,
        b * scale,
        c * scale,
        (xx * tt - xt * xt) * scale,
        (xy * xt - xx * yt) * scale,
        (xx * yy - xy * xy) * scale,
    )


def _times(m: Covariance, v: tuple[float, float, float]) -> tuple[float, float, float]:
    xx, xy, xt, yy, yt, tt = m
    x, y, t = v
    return xx * x + xy * y + xt * t, xy * x + yy * y + yt * t, xt * x + yt * y + tt * t


def _reduced(p: Covariance, inverse: Covariance) -> Covariance:
    """P - P S^-1 P, kept symmetric, and no surer than the floor."""
    xx, xy, xt, yy, yt, tt = p
    rows = (xx, xy, xt), (xy, yy, yt), (xt, yt, tt)
    kx, ky, kt = (_times(inverse, row) for row in rows)
    return (
        max(xx - _dot(kx, rows[0]), 0.0) + _FLOOR_M2,
        xy - _dot(kx, rows[1]),
        xt - _dot(kx, rows[2]),
        max(yy - _dot(ky, rows[1]), 0.0) + _FLOOR_M2,
        yt - _dot(ky, rows[2]),
        max(tt - _dot(kt, rows[2]), 0.0) + _FLOOR_RAD2,
    )


def _dot(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
