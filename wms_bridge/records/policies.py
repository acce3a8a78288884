"""Alarm policies: what is to be done by itself when an alarm comes, and what was done."""

from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import OrderId, RobotId, RuleId, StationId
from planner.warehouse.rules import FloorRule
from planner.warehouse.site import Point
from wms_bridge.records.alarms import Severity

SUBJECT = "{subject}"
"""As a target: what the alarm is about."""


class PolicyMode(StrEnum):
    """Whether a policy acts."""

    OFF = "off"
    DRY_RUN = "dry_run"
    """It writes down what it would do, and does nothing."""
    ON = "on"


class ActionKind(StrEnum):
    """What a policy can do; ``target`` names what with."""

    CLOSE_STATION = "close_station"
    OPEN_STATION = "open_station"
    SET_RULE = "set_rule"
    """Have ``rule`` in force."""
    CLEAR_RULE = "clear_rule"
    """End the rule of the floor ``target``."""
    STOP_ROBOT = "stop_robot"
    STOP_AREA = "stop_area"
    """Who is in ``area_m`` stands still; the whole site without an area."""
    REROUTE_ROBOT = "reroute_robot"
    TAKE_OUT_ROBOT = "take_out_robot"
    RUSH_ORDERS = "rush_orders"
    """Open orders due within ``within_min`` minutes, or due already, get ``priority``: the ``most``
    that are due first."""
    RECOUNT = "recount"
    """A slot in quarantine is counted again by a person."""


@dataclass(frozen=True, slots=True)
class AlarmMatch:
    """Which alarms: of one of ``kinds`` and ``severities`` (none given: of any), about a
    ``subject`` that fits a pattern (``*`` stands for any characters, ``?`` for one). The policy
    acts when ``at_least`` so many are active at once, each for ``lasting_s`` seconds."""

    kinds: tuple[AlarmKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    subject: str = "*"
    lasting_s: int = 0
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class PolicyAction:
    """What to do. Fields that do not belong to its kind have their defaults."""

    kind: ActionKind
    target: str = SUBJECT
    at_once: bool = False
    rule: FloorRule | None = None
    area_m: tuple[Point, ...] = ()
    within_min: int = 30
    most: int = 20
    priority: int = 10


@dataclass(frozen=True, slots=True)
class AlarmPolicy:
    """On such alarms do this: not more often than every ``cooldown_s`` seconds and ``most_per_h``
    times in an hour. ``version`` counts its changes from 1.

    What it does it does in the name of who switched it on (``on_by``, their account and roles at
    that time); it may do what they may. ``held_because`` says why it was held back by the bridge
    itself: then it does nothing until somebody switches it on again.
    """

    name: str
    on: AlarmMatch
    do: PolicyAction
    cooldown_s: int = 300
    most_per_h: int = 4
    mode: PolicyMode = PolicyMode.OFF
    version: int = 1
    changed_ms: int = 0
    changed_by: str = ""
    reason: str = ""
    on_by: str = ""
    on_account: str = ""
    on_roles: tuple[str, ...] = ()
    held_ms: int | None = None
    held_because: str = ""

    @property
    def acting(self) -> bool:
        """Whether it looks at alarms at all."""
        return self.mode is not PolicyMode.OFF and self.held_ms is None


class PolicyOutcome(StrEnum):
    """What came of it."""

    DONE = "done"
    WOULD = "would"
    """Dry run: it would have been tried."""
    NOTHING = "nothing"
    """It was so already."""
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class OrderRank:
    """The priority an order had before, and was given."""

    order: OrderId
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Undo:
    """How to put back what was done; what is not meant is ``None`` or empty. ``closed`` and
    ``at_once`` are how the station was; ``set_rule`` comes back and ``clear_rule`` goes."""

    station: StationId | None = None
    closed: bool = False
    at_once: bool = False
    set_rule: FloorRule | None = None
    clear_rule: RuleId | None = None
    lift_stop: str = ""
    take_in: tuple[RobotId, ...] = ()
    ranks: tuple[OrderRank, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyExecution:
    """One time that a policy acted, or would have; ``number`` counts them from 1 and ``key`` names
    what for: the policy's name, the alarm and which of its occurrences. ``version`` is that of the
    policy. ``touches`` names what was changed (``station/S01``) and ``towards`` how it is then."""

    number: int
    key: str
    policy: str
    version: int
    alarm: int
    kind: AlarmKind
    subject: str
    action: PolicyAction
    at_ms: int
    outcome: PolicyOutcome
    text: str = ""
    by: str = ""
    touches: str = ""
    towards: str = ""
    undo: Undo | None = None
    rolled_back_ms: int | None = None
    rolled_back_by: str = ""
    rollback_reason: str = ""


@dataclass(frozen=True, slots=True)
class ExecutionQuery:
    """Which executions: of a ``policy``, or all; from ``since_ms`` on; with a number below
    ``before``; the newest first, at most ``limit``."""

    policy: str | None = None
    since_ms: int = 0
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class HistoryAct:
    """When a policy would have acted, and about which alarm."""

    at_ms: int
    kind: AlarmKind
    subject: str
    target: str


@dataclass(frozen=True, slots=True)
class HistoryRun:
    """A policy tried over the alarms from ``from_ms`` to ``to_ms``: when it would have acted.
    ``alarms`` is how many matching alarms came; ``cut`` tells that there were more changes than are
    looked at, so that it begins later than asked for."""

    policy: str
    from_ms: int
    to_ms: int
    alarms: int
    acts: tuple[HistoryAct, ...] = field(default=())
    cut: bool = False
