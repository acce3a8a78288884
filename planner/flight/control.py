"""All drones of a site: who looks at what, and which air is given to whom. A pure function.

Deterministic: the same reports and wishes at the same times give the same commands. Commands are
sent again until reports show that they arrived; a drone that has a command already ignores it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import hypot

from planner.flight.airspace import AirCell, Airspace, Pad
from planner.flight.drone import DroneType
from planner.flight.mission import FlightPhase, Mission, absorb, base_end, held, with_order
from planner.flight.order import (
    FlightAlarm,
    FlightCommand,
    FlightReport,
    FlightTrouble,
    LandHere,
    ReturnHome,
)
from planner.flight.tour import tour
from planner.flight.traffic import FreeAir, Holdings, held_by_others
from planner.flight.views import View
from planner.flight.ways import leg_wh, outing, runs_of, take_off
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import PodId, RobotId

_OUT_OF_SERVICE = (FlightPhase.UNKNOWN, FlightPhase.EMERGENCY, FlightPhase.LANDED_OUT)
FULL_ENOUGH = 0.95
"""Share of the battery at which a drone starts."""


@dataclass(frozen=True, slots=True)
class Sky:
    """The state of all drones. ``out_of_reach`` are pods, with the cells to look from, that no
    full battery reaches or no way leads to; ``told`` are the alarms raised for the present flight
    of each drone."""

    space: Airspace
    missions: Mapping[RobotId, Mission]
    out_of_reach: frozenset[tuple[PodId, AirCell]] = frozenset()
    told: frozenset[tuple[RobotId, FlightTrouble]] = frozenset()


@dataclass(slots=True)
class _Turn:
    """What one step works on."""

    sky: Sky
    wanted: Mapping[PodId, View]
    missions: dict[RobotId, Mission]
    commands: list[FlightCommand] = field(default_factory=list)

    def holdings(self) -> Holdings:
        space = self.sky.space
        return {drone: held(space, mission) for drone, mission in self.missions.items()}

    def free(self, mission: Mission, held: bool = True) -> FreeAir:
        space = self.sky.space
        others = held_by_others(self.holdings(), mission.drone) if held else frozenset()
        column, row, _ = space.pad_cell(mission.pad)
        return FreeAir(space, 0, mission.layer, (column, row), others)


def sky_of(space: Airspace, drones: Sequence[tuple[RobotId, DroneType, Pad]]) -> Sky:
    """Every drone with its pad; the first one travels lowest.

    Raises :class:`InvalidSite` for more drones than layers to travel in, two drones with one pad or
    name, a pad of another airspace, and drones that do not fit the cells.
    """
    if len(drones) > space.layers - 1:
        raise InvalidSite(
            "too many drones: each travels in a layer of its own",
            field="drones",
            value=len(drones),
            remedy=f"There are {space.layers - 1}: use fewer drones, or raise highest_m.",
        )
    missions: dict[RobotId, Mission] = {}
    for layer, (drone, kind, pad) in enumerate(drones, start=1):
        if drone in missions or any(other.pad == pad for other in missions.values()):
            remedy = "Give each drone a name and a pad of its own."
            raise InvalidSite("taken already", field=drone, value=pad.id, remedy=remedy)
        if pad not in space.shafts.values():
            remedy = "Use a pad the airspace was made with."
            raise InvalidSite("no such pad", field=drone, value=pad.id, remedy=remedy)
        room_m = min(space.params.reach_m, space.params.reach_up_m)
        if kind.radius_m + kind.drift_m > room_m:
            remedy = f"radius_m + drift_m must be {room_m:g} m or less: reach_m, reach_up_m."
            size_m = kind.radius_m + kind.drift_m
            raise InvalidSite("takes up too much air", field=drone, value=size_m, remedy=remedy)
        missions[drone] = Mission(drone, kind, pad, layer)
    return Sky(space, missions)


def step(
    sky: Sky, reports: Iterable[FlightReport], wanted: Iterable[View]
) -> tuple[Sky, tuple[FlightCommand, ...]]:
    """Take reports and say what is to be done. ``wanted`` are all faces to be looked at whose pods
    stand; a view that is missing is not looked at any more unless its drone is on the way."""
    missions = dict(sky.missions)
    for report in reports:
        missions[report.drone] = absorb(missions[report.drone], report)
    turn = _Turn(sky, {view.pod: view for view in wanted}, missions)
    for drone in sky.missions:
        _look_after(turn, drone)
    return replace(turn.sky, missions=turn.missions), tuple(turn.commands)


def _look_after(turn: _Turn, drone: RobotId) -> None:
    mission = turn.missions[drone]
    _alarm(turn, mission)
    if mission.phase is FlightPhase.EMERGENCY:
        _clear_beneath(turn, mission)
    elif mission.is_stray:
        turn.commands.append(ReturnHome(drone))
    elif any(other.is_stray for other in turn.missions.values()):
        pass  # No air is given away until everybody is known to be somewhere.
    elif mission.phase is FlightPhase.AT_PAD and mission.pending is None:
        _start(turn, mission)
    elif mission.wants_more:
        _release(turn, mission)
    pending = turn.missions[drone].pending
    if pending is not None:
        turn.commands.append(pending)


def _alarm(turn: _Turn, mission: Mission) -> None:
    report, sky = mission.report, turn.sky
    if report is None or report.trouble is None:
        told = frozenset(pair for pair in sky.told if pair[0] != mission.drone)
        turn.sky = replace(sky, told=told)
    elif (mission.drone, report.trouble) not in sky.told:
        turn.commands.append(FlightAlarm(mission.drone, report.trouble, report.place))
        turn.sky = replace(sky, told=sky.told | {(mission.drone, report.trouble)})


def _clear_beneath(turn: _Turn, mission: Mission) -> None:
    """A drone that cannot come home may land as soon as nobody holds the air beneath it."""
    landing = replace(mission, landing=True)
    below = held(turn.sky.space, landing)
    if mission.landing or not below & held_by_others(turn.holdings(), mission.drone):
        turn.missions[mission.drone] = landing
        turn.commands.append(LandHere(mission.drone))


def _start(turn: _Turn, mission: Mission) -> None:
    report = mission.report
    if report is None or report.battery_wh < FULL_ENOUGH * mission.kind.battery_wh:
        return
    runs = _planned(turn, mission, report.battery_wh)
    if runs:
        leg = take_off(turn.sky.space, mission.pad, mission.layer)
        turn.missions[mission.drone] = with_order(replace(mission, runs=runs), leg)


def _planned(turn: _Turn, mission: Mission, battery_wh: float) -> tuple[tuple[View, ...], ...]:
    """The runs of the next flight: as much of the best tour as the battery is good for."""
    space, kind = turn.sky.space, mission.kind
    taken = {view.pod for other in turn.missions.values() for view in other.views}
    beyond = turn.sky.out_of_reach
    views = [
        view
        for pod, view in turn.wanted.items()
        if pod not in taken and (pod, view.cell) not in beyond
    ]
    if not views:
        return ()
    views = _nearest(turn, mission, views) or views
    power_w = kind.hover_w + kind.gust_w + kind.speed_mps * kind.move_j_per_m
    budget_s = (battery_wh - kind.reserve * kind.battery_wh) * 3600 / power_w
    runs = runs_of(tour(space, kind, mission.layer, space.pad_cell(mission.pad), views, budget_s))
    good = list(_affordable(turn, mission, runs, battery_wh))
    if good:
        return tuple(good)
    singles: list[tuple[View, ...]] = [(view,) for view in (runs[0] if runs else views)]
    good = [single for single in singles if _affordable(turn, mission, [single], battery_wh)]
    lost = frozenset((one[0].pod, one[0].cell) for one in singles if one not in good)
    turn.sky = replace(turn.sky, out_of_reach=beyond | lost)
    return tuple(good[:1])


def _nearest(turn: _Turn, mission: Mission, views: Sequence[View]) -> list[View]:
    """Views whose nearest pad is that of this drone, of all drones that can fly: so they part, and
    seldom wait for each other."""
    space = turn.sky.space
    pads = {
        drone: space.pad_cell(other.pad)
        for drone, other in turn.missions.items()
        if other.phase not in _OUT_OF_SERVICE
    }

    def owner(view: View) -> RobotId:
        return min(pads, key=lambda drone: hypot(*_apart(pads[drone], view.cell)))

    return [view for view in views if owner(view) == mission.drone]


def _apart(a: AirCell, b: AirCell) -> tuple[int, int]:
    return a[0] - b[0], a[1] - b[1]


def _affordable(
    turn: _Turn, mission: Mission, runs: Sequence[tuple[View, ...]], battery_wh: float
) -> Sequence[tuple[View, ...]]:
    """The first of these runs, as long as the battery is good for them, the way home from each and
    the reserve."""
    space, kind = turn.sky.space, mission.kind
    free = turn.free(mission, held=False)
    leg = take_off(space, mission.pad, mission.layer)
    left_wh = battery_wh - kind.reserve * kind.battery_wh - leg_wh(kind, leg)[0]
    for number, run in enumerate(runs):
        after = outing(space, mission.pad, mission.layer, leg.base[-1], run, free)
        if after is None or left_wh < sum(leg_wh(kind, after)):
            return runs[:number]
        left_wh -= leg_wh(kind, after)[0]
        leg = after
    return runs


def _release(turn: _Turn, mission: Mission) -> None:
    """Give the drone the first of its runs that is free and that it can afford; or send it home,
    if there is none left that it can afford."""
    space, kind, report = turn.sky.space, mission.kind, mission.report
    assert report is not None
    free = turn.free(mission)
    runs = _still_wanted(mission.runs, turn.wanted)
    turn.missions[mission.drone] = replace(mission, runs=runs)
    start = base_end(mission)
    there_wh = kind.way_wh((report.place, start.place))
    spare_wh = report.battery_wh - kind.reserve * kind.battery_wh - there_wh
    blocked = False
    for number, run in enumerate(runs):
        leg = outing(space, mission.pad, mission.layer, start, run, free)
        if leg is None:
            blocked = True
        elif sum(leg_wh(kind, leg)) <= spare_wh:
            rest = replace(mission, runs=runs[:number] + runs[number + 1 :])
            turn.missions[mission.drone] = with_order(rest, leg, run)
            return
    if not blocked and mission.phase is FlightPhase.HOLDING:
        turn.commands.append(ReturnHome(mission.drone))


def _still_wanted(
    runs: Iterable[tuple[View, ...]], wanted: Mapping[PodId, View]
) -> tuple[tuple[View, ...], ...]:
    """Without pods that were taken away or have been settled; places that changed drop out too."""
    kept = (
        tuple(v for v in run if v.pod in wanted and wanted[v.pod].cell == v.cell) for run in runs
    )
    return tuple(run for run in kept if run)
