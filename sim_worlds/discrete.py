"""The fast world: commands in, events out, in one process and as fast as it goes."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

from planner.vda5050.execution import OrderExecution
from planner.warehouse.commands import (
    Command,
    SendTransportOrder,
    ShowCounts,
    ShowPicks,
    ShowPuts,
    WithdrawPicks,
)
from planner.warehouse.events import RobotStateSeen
from planner.warehouse.ids import PodId, RobotId, SlotId, StationId
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Point, Site
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from sim_worlds.counter import DoneCount
from sim_worlds.faults import Faults, Freezes
from sim_worlds.floor import Floor, FloorChanges
from sim_worlds.looks import Look, Pass
from sim_worlds.params import WorldParams
from sim_worlds.passing import Passing
from sim_worlds.referee import Referee, Violation, ViolationKind
from sim_worlds.staff import Done, DonePick, DonePut, Staff, StaffParams


@dataclass(frozen=True, slots=True)
class WorldNews:
    """What happened since the last time asked, in order: robots' reports, picks that were finished
    or that an arm failed at, finished puts and counts of people; ``looks`` that robots were sent
    for, and what they drove past (``passes``)."""

    events: tuple[RobotStateSeen, ...]
    picks: tuple[DonePick, ...]
    puts: tuple[DonePut, ...] = ()
    counts: tuple[DoneCount, ...] = ()
    looks: tuple[Look, ...] = ()
    passes: tuple[Pass, ...] = ()


class FastWorld:
    """The site with its robots, its pods and its :class:`~sim_worlds.staff.Staff`. ``pods`` are the
    centres of the stored pods (m), ``true_stock`` is what really lies in the slots (see
    :func:`sim_worlds.faults.true_stock`), shrinks with every pick and grows with every put. Raises
    ``ValueError`` if ``faults`` name a robot that the site does not have. The same arguments and
    commands give the same news, to the last bit.

    Robots report every ``params.report_ms`` and on every change. A referee looks at the floor
    after every physics step.
    """

    def __init__(
        self,
        site: Site,
        pods: Mapping[PodId, Point],
        true_stock: MutableMapping[SlotId, int],
        params: WorldParams | None = None,
        faults: Faults | None = None,
        seed: int = 0,
        staff: StaffParams | None = None,
    ):
        self.params = params or WorldParams()
        faults = faults or Faults()
        self.floor = Floor(site, pods, self.params, seed)
        faults.check_robots(self.floor.robots)
        self.referee = Referee(site)
        self._robots = {
            robot: OrderExecution(robot, site.pitch_m, self.params.tolerance_m)
            for robot in self.floor.robots
        }
        self._actions: dict[RobotId, Action] = {}
        self._looking_ms: dict[RobotId, int] = {}
        self._looks: list[Look] = []
        self._passing = Passing(self.floor)
        self._staff = Staff(site, true_stock, staff, seed)
        self._station_places = {station.id: station.position_m for station in site.stations}
        self._near_m = site.pitch_m / 2
        self._changed: dict[RobotId, None] = {}
        phases = max(1, self.params.report_ms // self.params.step_ms)
        self._phases = [self.floor.robots[phase::phases] for phase in range(phases)]
        self._silences = {robot: faults.silences(robot) for robot in self.floor.robots}
        self._freezes = Freezes(self.floor.robots, faults, seed)
        for slow in faults.slow:
            self.floor.slow_down(slow.robot, slow.factor)

    @property
    def now_ms(self) -> int:
        """The time on the floor."""
        return self.floor.now_ms

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Everything the referee has seen, in order."""
        return tuple(self.referee.violations)

    @property
    def picking_ms(self) -> int:
        """How long people have picked and put away since the start, all stations together."""
        return self._staff.busy_ms(self.now_ms)

    # --- commands --------------------------------------------------------------------------

    def command(self, command: Command) -> None:
        """Carry out an order for a robot, show picks, puts or counts, or take picks back; other
        commands are not for the floor."""
        if isinstance(command, SendTransportOrder):
            self._take_order(command)
        elif isinstance(command, ShowPicks):
            self._staff.show_picks(command.station, command.picks, self.now_ms)
        elif isinstance(command, ShowPuts):
            self._staff.show_puts(command.station, command.puts, self.now_ms)
        elif isinstance(command, ShowCounts):
            self._staff.show_counts(command.station, command.counts)
        elif isinstance(command, WithdrawPicks):
            self._staff.withdraw(command.station, command.picks, self.now_ms)

    def put_back(self, done: DonePick) -> None:
        """Pieces that were taken and are not wanted any more go back into their slot."""
        self._staff.put_back(done)

    def _take_order(self, command: SendTransportOrder) -> None:
        robot = command.order.robot
        if self._silent(robot):
            return
        pose = self.floor.pose(robot)
        self._changed[robot] = None
        if self._robots[robot].accept(command.order, pose, stitch=command.stitch) is None:
            self._go_on(robot)

    def _silent(self, robot: RobotId) -> bool:
        silences = self._silences[robot]
        return any(silent.from_ms <= self.now_ms < silent.until_ms for silent in silences)

    def _go_on(self, robot: RobotId) -> None:
        """Start what comes next: the action here, or the way to the next node."""
        execution = self._robots[robot]
        action = execution.next_action()
        if action is None:
            self.floor.set_waypoints(robot, execution.waypoints(), execution.order)
            return
        execution.action_changed(action.action, ActionStatus.RUNNING)
        self._changed[robot] = None
        self._actions[robot] = action
        if action.kind is ActionKind.PICK:
            self.floor.lift(robot, action.pod)
        elif action.kind is ActionKind.DROP:
            self.floor.lower(robot, action.pod)
        elif action.kind is ActionKind.DETECT_OBJECT:
            self._looking_ms[robot] = self.now_ms
            self.floor.detect(robot, action.pod or PodId(""))
        else:
            self.floor.charge(robot, True)

    # --- time ------------------------------------------------------------------------------

    def advance(self, until_ms: int) -> WorldNews:
        """Let time pass until ``until_ms``, a multiple of the physics step."""
        step_ms, floor = self.params.step_ms, self.floor
        if until_ms % step_ms:
            raise ValueError(f"until_ms {until_ms} is not a multiple of the step, {step_ms} ms")
        events: list[RobotStateSeen] = []
        picks: list[DonePick] = []
        puts: list[DonePut] = []
        counts: list[DoneCount] = []
        passes: list[Pass] = []
        while floor.now_ms < until_ms:
            for robot in self._freezes.due(floor.now_ms):
                floor.freeze(robot, self._freezes.seconds)
            changes = floor.advance(step_ms)
            self.referee.look(
                floor.now_ms, floor.poses, floor.loads, floor.stored, floor.stored_version
            )
            if changes.reached or changes.ended:
                self._pass_on(changes)
            passes += self._passing.step()
            events += self._reports()
            done = self._work()
            picks += done.picks
            puts += done.puts
            counts += done.counts
        looks, self._looks = tuple(self._looks), []
        news = tuple(events), tuple(picks), tuple(puts), tuple(counts)
        return WorldNews(*news, looks, tuple(passes))

    def _pass_on(self, changes: FloorChanges) -> None:
        """Tell the robots what their drives and lifts have done, and let them go on."""
        for robot, sequence in changes.reached:
            self._changed[robot] = None
            execution = self._robots[robot]
            execution.reached(sequence)
            if execution.next_action() is not None:
                self._go_on(robot)
        for ended in changes.ended:
            self._changed[ended.robot] = None
            action = self._actions.pop(ended.robot)
            execution = self._robots[ended.robot]
            execution.action_changed(action.action, ended.status, ended.text)
            self._note_look(ended.robot, action, ended.status)
            self._go_on(ended.robot)

    def _note_look(self, robot: RobotId, action: Action, status: ActionStatus) -> None:
        if action.kind is not ActionKind.DETECT_OBJECT or action.pod is None:
            return
        from_ms = self._looking_ms.pop(robot)
        if status is ActionStatus.FINISHED:
            pose = self.floor.pose(robot)
            self._looks.append(Look(robot, action.pod, from_ms, self.now_ms, pose))

    def _reports(self) -> list[RobotStateSeen]:
        phase = self.now_ms // self.params.step_ms % len(self._phases)
        for robot in self._phases[phase]:
            self._changed[robot] = None
        reports = [
            RobotStateSeen(self._report(robot))
            for robot in self._changed
            if not self._silent(robot)
        ]
        self._changed.clear()
        return reports

    def _report(self, robot: RobotId) -> RobotState:
        floor = self.floor
        return self._robots[robot].report(
            floor.now_ms,
            floor.pose(robot),
            driving=floor.driving(robot),
            load=floor.load(robot),
            battery=floor.battery(robot),
            charging=floor.charging(robot),
            odometer_m=floor.odometer_m(robot),
        )

    # --- people ----------------------------------------------------------------------------

    def _work(self) -> Done:
        done = self._staff.advance(self.now_ms, self._stands_at)
        for item in done.all:
            if not item.pod_there:
                pod, station = item.task.pod, item.task.station
                x_m, y_m = self._station_places[station]
                kind = ViolationKind.POD_ABSENT
                self.referee.add(Violation(self.now_ms, kind, pod, station, x_m, y_m))
        return done

    def _stands_at(self, station: StationId, pod: PodId) -> bool:
        x_m, y_m = self._station_places[station]
        floor = self.floor
        poses = (
            floor.pose(robot)
            for robot, load in zip(floor.robots, floor.loads, strict=True)
            if load == pod
        )
        return any(max(abs(p.x_m - x_m), abs(p.y_m - y_m)) <= self._near_m for p in poses)
