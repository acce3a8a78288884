"""What a person watching the floor is shown; made from the dispatcher's state, never read back."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.ids import ClosureId, NodeId, PodId, RobotId, StationId
from planner.warehouse.site import Point


class RobotActivity(StrEnum):
    """What a robot is busy with."""

    IDLE = "idle"
    PARK = "park"
    FETCH = "fetch"
    DELIVER = "deliver"
    PICK = "pick"
    RETURN = "return"
    CHARGE = "charge"
    COUNT = "count"
    SILENT = "silent"


class WaitsFor(StrEnum):
    """What keeps a robot where it is."""

    ROBOT = "robot"
    """Another robot, which holds the next node or is to pass it first."""
    CLOSURE = "closure"
    """A part of the floor that somebody has closed."""
    PERSON = "person"
    """Whoever works at the station where its pod stands."""
    HELP = "help"
    """Somebody to see to it: it is silent, in error or paused."""
    RETRY = "retry"
    """The time after which a failed action is tried again."""
    OTHERS = "others"
    """Robots it was deadlocked with, for which it makes way."""
    WAY = "way"
    """A way: for the moment there is none, or none that is free soon."""
    WORK = "work"
    """Something to do."""


@dataclass(frozen=True, slots=True)
class Wait:
    """A robot has waited since ``since_ms``; ``name`` is the robot, closure or station it waits
    for, empty where nobody can be named."""

    on: WaitsFor
    name: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class RobotView:
    """``base`` and ``horizon`` are the points (metres) still to drive, released and planned;
    ``wait`` is there while the robot cannot get on, ``sent`` while an operator keeps it at a node;
    ``leaving`` robots get no more work."""

    robot: RobotId
    x_m: float
    y_m: float
    theta_rad: float
    load: PodId | None
    battery: float
    activity: RobotActivity
    goal: NodeId | None
    base: tuple[Point, ...]
    horizon: tuple[Point, ...]
    wait: Wait | None = None
    paused: bool = False
    sent: NodeId | None = None
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class PodView:
    """A pod that stands on the floor (one being carried is drawn with its robot)."""

    pod: PodId
    x_m: float
    y_m: float


@dataclass(frozen=True, slots=True)
class StationView:
    """``open_orders`` on the put wall, ``open_lines`` still to pick, ``pod`` being picked from and
    the number of pods on their way (``inbound``). ``takes_orders`` unless it is closed by an
    operator, the shift plan or for want of work."""

    station: StationId
    open_orders: int
    open_lines: int
    pod: PodId | None
    inbound: int
    takes_orders: bool = True


@dataclass(frozen=True, slots=True)
class Kpis:
    """Measured since the first order arrived. Rates are per hour, shares from 0 to 1, ages from
    the receipt of an order to its completion in seconds (0 where nothing is complete yet), and
    dock to stock from the receipt of goods until all of them are in pods. ``exceptions`` are what
    should be rare, by name and how often it happened: only what did."""

    elapsed_s: float
    orders_received: int
    orders_completed: int
    orders_completed_short: int
    lines_received: int
    lines_picked: int
    lines_shortened: int
    picks_confirmed: int
    lines_per_h: float
    station_lines_per_h: tuple[tuple[StationId, float], ...]
    pod_visits: int
    pile_on: float
    metres_per_line: float
    robot_utilisation: float
    station_idle: float
    order_age_p50_s: float
    order_age_p95_s: float
    receipts_received: int = 0
    receipts_put_away: int = 0
    pieces_put_away: int = 0
    puts_confirmed: int = 0
    put_visits: int = 0
    put_pile_on: float = 0.0
    dock_to_stock_p50_s: float = 0.0
    dock_to_stock_p95_s: float = 0.0
    exceptions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StopView:
    """A stop in force: of ``robots``, of who is in ``area_m``, or with neither of the site."""

    stop: str
    robots: tuple[RobotId, ...]
    area_m: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class EntryView:
    """A person on the floor, or on the way there: ``state`` is ``draining``, ``frozen`` or
    ``entered``; ``inside`` are robots whose footprint or released way touches the area."""

    entry: str
    area_m: tuple[Point, ...]
    state: str
    inside: tuple[RobotId, ...]


@dataclass(frozen=True, slots=True)
class ClosureView:
    """Nodes that are closed, by where they are (metres)."""

    closure: ClosureId
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class FloorView:
    """One frame."""

    at_ms: int
    robots: tuple[RobotView, ...]
    pods: tuple[PodView, ...]
    stations: tuple[StationView, ...]
    kpis: Kpis
    alarms: tuple[RaiseAlarm, ...]
    stops: tuple[StopView, ...] = ()
    entries: tuple[EntryView, ...] = ()
    closures: tuple[ClosureView, ...] = ()


def chain_of_waits(robots: Iterable[RobotView], robot: RobotId) -> tuple[tuple[RobotId, Wait], ...]:
    """Why a robot stands: whom it waits for, whom that one waits for, and so on to the first that
    waits for something else, or does not wait. A ring ends before its first robot comes again."""
    waits = {view.robot: view.wait for view in robots}
    chain: dict[RobotId, Wait] = {}
    while robot not in chain:
        wait = waits.get(robot)
        if wait is None:
            break
        chain[robot] = wait
        if wait.on is not WaitsFor.ROBOT:
            break
        robot = RobotId(wait.name)
    return tuple(chain.items())
