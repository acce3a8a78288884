"""A body made of a base that takes speeds: the :class:`podherd_ros.drive.Drive` of real robots.

Each odometry is one cycle: where is the robot (:mod:`podherd_robot.localisation`), what may it do
(:mod:`podherd_robot.safety`), what does its way ask for (:mod:`podherd_robot.tracking`); one speed
goes back to the base, one report to the brain. Nothing here reads a clock: the same readings give
the same speeds.
"""

from collections import deque
from collections.abc import Mapping
from math import hypot, inf
from typing import NamedTuple

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError
from planner.warehouse.site import RobotType
from planner.warehouse.transport import Action
from podherd_robot.drive_params import DriveParams
from podherd_robot.localisation import Estimate, Localiser, composed
from podherd_robot.safety import Felt, ObstacleWatch, OdometryWatch, Sweep, step_between
from podherd_robot.stall import StallWatch
from podherd_robot.tracking import Allowance, Tracker, Tracking
from podherd_robot.way import Way, floor_nodes, pitch_m
from podherd_robot.work import Work, distance_m
from podherd_ros.base import STANDSTILL, Base, Equipment, MarkerSighting, Odometry, Scan
from podherd_ros.drive import DriveReport

_POSES_MS = 1_000


_AT_ONCE_S = 0.03
"""What a robot that begins at once gains in speed: as in so much time."""


class Memory(NamedTuple):
    """What a robot's brain has to remember to know after a restart where it is: an estimate, and
    what odometry said at that moment."""

    odometry: Odometry
    estimate: Estimate


class BaseDrive:
    """Drives ``base``, a robot of type ``robot_type``. ``markers``: fiducials of known place in
    ``map``, by name; those named ``N:<node>`` are also where the robot may stop. Without any,
    odometry is taken for the pose in ``map``.

    Feed it with :meth:`feel_scan`, :meth:`feel_marker`, :meth:`feel_equipment` and
    :meth:`feel_contact` as readings come, and with :meth:`feel_odometry` last: that drives.
    """

    def __init__(
        self,
        robot: RobotId,
        robot_type: RobotType,
        base: Base,
        markers: Mapping[str, Pose],
        params: DriveParams,
    ):
        self.robot = robot
        self._base = base
        self._params = params
        self._markers = markers
        self._nodes = floor_nodes(markers)
        self._way = Way(self._nodes, params.off_way_m)
        self._tracker = Tracker(robot_type, params)
        self._pitch_m = pitch_m(self._nodes)
        self._localiser = Localiser(markers, params.localisation, self._pitch_m)
        self._odometry = OdometryWatch(robot_type, params)
        self._obstacles = ObstacleWatch(robot_type, params)
        self._stall = StallWatch(params.safety)
        self._poses: deque[tuple[int, Pose]] = deque()
        """Poses in ``odom`` of the last second."""
        self._work = Work(base, self._nodes, params)
        self._contact_ms: int | None = None
        self._memory: Memory | None = None
        self._kept: tuple[TransportOrderId, tuple[Waypoint, ...]] | None = None
        """A route that came while the robot was lost."""
        self._held = False
        """Told to stop: nothing is begun."""
        self._last: Odometry | None = None
        self._now_ms = 0
        self._odometer_m = 0.0
        self._fixes = 0
        self._blind = False
        self._trusted = False

    # --- orders ----------------------------------------------------------------------------

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        """See :meth:`podherd_ros.drive.Drive.go`. A route that begins off the robot's way is not
        driven, and told as an error; while the robot is lost it is kept until it knows."""
        self._kept, self._held = None, not waypoints
        if self._localiser.lost:
            self._way.stop()
            self._kept = (route, waypoints)
            return
        braking_m = self._tracker.braking_m
        self._way.go(route, waypoints, self._localiser.pose, braking_m)
        self._begin_at_once()

    def stop(self) -> None:
        """See :meth:`podherd_ros.drive.Drive.stop`. An action that the equipment has not begun
        waits as well, until it is asked for again or there is a way to go."""
        self._kept, self._held = None, True
        self._way.stop()

    def act(self, action: Action) -> None:
        """See :meth:`podherd_ros.drive.Drive.act`. The robot first corrects its place at the
        node; the last action again only ends a stop."""
        self._held = False
        self._work.begin(action, self._now_ms)

    def place(self, pose: Pose) -> None:
        """A person says where the robot is (``initPosition``); what it was driving is forgotten."""
        self._localiser.place(pose)

    def _begin_at_once(self) -> None:
        """A robot that stands does not wait for the next odometry to begin; a small first speed
        in answer to the last one gets it going."""
        last = self._last
        if not self._params.at_once or last is None or not self._trusted:
            return
        if self._tracker.stands and self._way.lines:
            may = self._allowance(self._now_ms)
            pose, way = self._localiser.pose, self._way
            velocity = self._tracker.control(self._now_ms, _AT_ONCE_S, pose, 0.0, way, may)
            self._base.move(last.at_ms, velocity)

    def recall(self, memory: Memory) -> None:
        """Begin where a brain before this one was, if the first odometry shows that the wheels
        have counted on since; else this changes nothing. Before the first odometry."""
        if self._last is None and not memory.estimate.lost:
            self._memory = memory

    # --- senses ----------------------------------------------------------------------------

    def feel_scan(self, scan: Scan) -> None:
        """A turn of the lidar."""
        self._obstacles.feel(scan)

    def feel_marker(self, sighting: MarkerSighting) -> None:
        """A fiducial was seen."""
        self._localiser.see(sighting)

    def feel_equipment(self, equipment: Equipment) -> None:
        """Lift, contacts and battery; an older reading than the last is left out."""
        self._work.feel(equipment)
        self._tracker.loaded = self._work.loaded

    def feel_contact(self, at_ms: int) -> None:
        """A sign of the fleet."""
        self._contact_ms = max(at_ms, self._contact_ms or 0)

    def feel_odometry(self, odometry: Odometry) -> DriveReport:
        """One cycle: the base gets one speed, the brain one report."""
        felt = self._odometry.feel(odometry)
        if felt.reborn:
            self._restart_clock()
        self._now_ms = now_ms = odometry.at_ms if felt.step or felt.reborn else self._now_ms
        if self._contact_ms is None or felt.reborn:
            self._contact_ms = now_ms
        if felt.seconds == 0.0 and felt.step and self._poses:
            self._base.move(odometry.at_ms, self._tracker.velocity)  # the same reading again
            return self._report(now_ms)
        self._locate(odometry, felt)
        measured = felt.step.ahead_m / felt.seconds if felt.step and felt.seconds else 0.0
        self._trusted = felt.trusted
        if felt.trusted:
            self._work_on(now_ms)
            velocity = self._tracker.control(
                now_ms,
                felt.seconds or 0.1,
                self._localiser.pose,
                measured,
                self._way,
                self._allowance(now_ms),
            )
        else:
            velocity = self._tracker.stop_now(now_ms)
        self._base.move(odometry.at_ms, velocity)
        return self._report(now_ms)

    # --- what is known ---------------------------------------------------------------------

    @property
    def estimate(self) -> Estimate:
        """Pose in ``map``, its covariance, lost or not."""
        return self._localiser.estimate

    @property
    def memory(self) -> Memory | None:
        """For :meth:`recall`, to be kept where a crash does not reach it; ``None`` while lost."""
        if self._last is None or self._localiser.lost:
            return None
        return Memory(self._last, self._localiser.estimate)

    @property
    def tracking(self) -> Tracking:
        """Errors of the last cycle that followed a line, by the robot's own estimate."""
        return self._tracker.tracking

    # --- one cycle -------------------------------------------------------------------------

    def _locate(self, odometry: Odometry, felt: Felt) -> None:
        step = felt.step
        if self._last is None:
            self._begin(odometry)
        if step is None:
            if self._odometry.jumped or felt.reborn:
                self._localiser.lose(self._odometry.problem)
                self._poses.clear()
        else:
            self._odometer_m += hypot(step.ahead_m, step.left_m)
            self._localiser.move(odometry.at_ms, step.ahead_m, step.left_m, step.turn_rad)
            self._stall.feel(odometry.at_ms, self._tracker.velocity, step, felt.seconds)
            self._last = odometry
            self._poses.append((odometry.at_ms, odometry.pose))
            while self._poses[0][0] < odometry.at_ms - _POSES_MS:
                self._poses.popleft()
        if self._localiser.fixes != self._fixes:
            self._fixes = self._localiser.fixes
            self._settle_in()
            if self._kept is not None:
                self.go(*self._kept)

    def _work_on(self, now_ms: int) -> None:
        """Standing where it knows to be, and not told to stop, it goes on with its action."""
        localiser = self._localiser
        if self._held or localiser.lost or not self._is_at_rest():
            return
        sees = localiser.since_m < self._pitch_m / 2.0
        self._way.correct(self._work.go_on(now_ms, localiser.pose, self._way.node, sees=sees))

    def _begin(self, odometry: Odometry) -> None:
        """The first odometry: the pose itself without markers, else what is remembered."""
        memory, self._memory = self._memory, None
        if not self._markers:
            self._localiser.place(odometry.pose)
        elif memory is not None and self._odometry.follows(memory.odometry, odometry):
            step = step_between(memory.odometry.pose, odometry.pose)
            self._localiser.restore(memory.estimate)
            self._localiser.move(odometry.at_ms, step.ahead_m, step.left_m, step.turn_rad)

    def _settle_in(self) -> None:
        """The pose was set anew. Where the robot still is on its way it goes on; elsewhere its way
        is not its own any more."""
        lines, pose = self._way.lines, self._localiser.pose
        node = self._way.node
        if lines:
            line = lines[0]
            beyond = max(-line.along_m(pose), line.along_m(pose) - line.length_m, 0.0)
            if hypot(line.across_m(pose), beyond) <= self._params.off_way_m:
                return
        elif node is not None and distance_m(node, pose) <= self._params.off_way_m:
            return
        self._way.forget()

    def _restart_clock(self) -> None:
        self._localiser.restart_clock()
        self._tracker.restart_clock()
        self._stall.restart_clock()
        self._poses.clear()
        self._obstacles.scan = None
        self._work.restart_clock()

    def _allowance(self, now_ms: int) -> Allowance:
        """What safety, sight and work at hand leave of the speed."""
        nothing = Allowance(0.0, turn=False)
        sweep = self._sweep(now_ms)
        self._blind = sweep is not None and self._is_blind(now_ms)
        still = self._localiser.lost or self._work.busy or self._stall.held_up
        if still or self._blind or self._is_astray():
            return nothing
        top = self._params.doubt_mps if self._localiser.in_doubt else inf
        if not self._params.lidar:
            return Allowance(top)
        allowed = self._obstacles.allowed(now_ms, sweep, loaded=self._tracker.loaded)
        return Allowance(min(top, allowed), turn=allowed > 0.0)

    def _is_at_rest(self) -> bool:
        """It stands, and has no way that is not settled yet."""
        return self._tracker.stands and not self._way.lines and not self._way.stopping

    def _is_blind(self, now_ms: int) -> bool:
        """A lidar that should be there has not been heard of lately."""
        if not self._params.lidar:
            return False
        scan = self._obstacles.scan
        return scan is None or now_ms - scan.at_ms > self._params.safety.scan_ms

    def _is_astray(self) -> bool:
        """Further beside its line than it may be."""
        if not self._way.lines:
            return False
        across = self._way.lines[0].across_m(self._localiser.pose)
        return abs(across) > self._params.off_way_m

    def _sweep(self, now_ms: int) -> Sweep | None:
        lines, pose = self._way.lines, self._localiser.pose
        if not lines:
            return None
        nodes_m, index = [0.0, lines[0].length_m], 0
        while not self._way.stops_at_end(index):
            index += 1
            nodes_m.append(nodes_m[-1] + lines[index].length_m)
        return Sweep(lines[0], tuple(nodes_m), pose, self._scanned(pose), self._tracker.turning)

    def _scanned(self, pose: Pose) -> Pose:
        """Where the robot was when the newest scan was made."""
        scan = self._obstacles.scan
        if scan is None or not self._poses:
            return pose
        newest = then = self._poses[-1][1]
        for at_ms, odom in reversed(self._poses):
            if at_ms < scan.at_ms:
                break
            then = odom
        back = step_between(newest, then)
        return composed(pose, (back.ahead_m, back.left_m, back.turn_rad))

    # --- what to tell ----------------------------------------------------------------------

    def _report(self, now_ms: int) -> DriveReport:
        equipment, work, way = self._work.equipment, self._work, self._way
        return DriveReport(
            at_ms=now_ms,
            pose=self._localiser.pose,
            driving=self._tracker.velocity != STANDSTILL or not self._tracker.stands,
            route=TransportOrderId(way.name),
            reached=way.reached,
            load=equipment.load if equipment else None,
            battery=equipment.battery if equipment else 1.0,
            charging=equipment.charging if equipment else False,
            odometer_m=self._odometer_m,
            action=work.action,
            action_status=work.status,
            action_text=work.text,
            errors=self._errors(now_ms),
        )

    def _errors(self, now_ms: int) -> tuple[RobotError, ...]:
        route, found = self._way.name, []
        if self._odometry.problem:
            found.append(RobotError(ErrorKind.SENSOR_ERROR, route, self._odometry.problem))
        if self._blind:
            text = f"no scan for more than {self._params.safety.scan_ms} ms."
            found.append(RobotError(ErrorKind.SENSOR_ERROR, route, text))
        if self._localiser.lost:
            found.append(RobotError(ErrorKind.LOCALISATION_LOST, route, self._localiser.lost))
        if self._params.lidar:
            obstacle = self._obstacles.error(now_ms, route)
            found += [obstacle] if obstacle else []
        if self._stall.held_up:
            text = "it is told to move and does not: blocked, or its emergency stop is pressed."
            found.append(RobotError(ErrorKind.OBSTACLE, route, text))
        contact_ms = self._params.safety.contact_ms
        if contact_ms and now_ms - (self._contact_ms or 0) > contact_ms:
            text = f"the fleet has been silent for more than {contact_ms} ms."
            found.append(RobotError(ErrorKind.LOST_CONTACT, route, text))
        if self._way.off_way_m is not None or self._is_astray():
            text = f"it is more than {self._params.off_way_m} m beside its way."
            found.append(RobotError(ErrorKind.NO_ROUTE_ERROR, route, text))
        return tuple(found)
