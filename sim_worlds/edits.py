"""Edits of rules in the course of a shift: from a file, or drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from pathlib import Path
from random import Random

from planner.codec.messages import decode, event_from_json
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.events import PolicySet, RuleCleared, RuleSet
from planner.warehouse.ids import NodeId, RuleId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Point, Site
from planner.warehouse.view import RobotActivity
from wms_bridge.service import Bridge

Edit = RuleSet | RuleCleared | PolicySet


@dataclass(frozen=True, slots=True)
class TimedEdit:
    """What an operator does at ``at_ms`` of the shift."""

    at_ms: int
    edit: Edit


def apply_edit(bridge: Bridge, edit: Edit, now_ms: int) -> str:
    """Do it at a bridge; why it was refused, or empty."""
    try:
        match edit:
            case RuleSet(rule):
                bridge.rulebook.set_rule(rule, now_ms)
            case RuleCleared(name):
                bridge.rulebook.clear_rule(name, now_ms)
            case PolicySet(policy):
                bridge.rulebook.set_policy(policy, now_ms)
    except PodherdError as error:
        return str(error)
    return ""


def read_edits(path: Path) -> tuple[TimedEdit, ...]:
    """The edits in a file of JSON lines, ``{"at_ms": 60000, "event": {"type": "RuleSet", ...}}``.
    :class:`InvalidMessage` names the first line that is none."""
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise InvalidMessage(
            f"the file cannot be read: {error.strerror}", field=str(path)
        ) from error
    return tuple(
        _edit(line, f"{path}:{number}") for number, line in enumerate(lines, start=1) if line
    )


def random_edits(site: Site, count: int, seed: int, until_ms: int) -> tuple[TimedEdit, ...]:
    """``count`` edits spread over ``until_ms``: one-ways, speed zones, blocked cells and priorities
    set, changed and cleared, some of which cannot be and will be refused; then blocked cells are
    cleared, so that all work can be finished."""
    draw = _Draw(compile_roadmap(site), site.pitch_m, Random(seed))
    edits = [
        TimedEdit(until_ms * (number + 1) // (count + 1), draw.edit(number))
        for number in range(count)
    ]
    blocked = dict.fromkeys(
        timed.edit.rule.rule
        for timed in edits
        if isinstance(timed.edit, RuleSet) and timed.edit.rule.kind is RuleKind.BLOCKED
    )
    return (*edits, *(TimedEdit(until_ms, RuleCleared(name)) for name in blocked))


class _Draw:
    """Draws edits; the same random source gives the same."""

    def __init__(self, roadmap: Roadmap, pitch_m: float, random: Random):
        self._roadmap = roadmap
        self._pitch_m = pitch_m
        self._random = random
        self._set: list[RuleId] = []

    def edit(self, number: int) -> Edit:
        if self._set and self._random.random() < 0.25:
            return RuleCleared(self._set.pop(self._random.randrange(len(self._set))))
        again = bool(self._set) and self._random.random() < 0.2
        name = self._random.choice(self._set) if again else RuleId(f"edit-{number}")
        if name not in self._set:
            self._set.append(name)
        return RuleSet(self._rule(name))

    def _rule(self, name: RuleId) -> FloorRule:
        kind = self._random.choice(tuple(RuleKind))
        if kind is RuleKind.PRIORITY:
            trips = self._random.choice(tuple(RobotActivity))
            return FloorRule(name, kind, priority=self._random.randint(1, 9), trips=trips)
        if kind is RuleKind.BLOCKED:
            kinds = (NodeKind.AISLE, NodeKind.SPOT)
            return FloorRule(name, kind, nodes=(self._node(*kinds),))
        if kind is RuleKind.SPEED_LIMIT:
            speed = self._random.choice((0.3, 0.5, 1.0))
            return FloorRule(name, kind, self._square(3.2), max_speed_mps=speed)
        heading = self._random.randrange(4) * pi / 2
        return FloorRule(name, kind, self._square(1.2), heading_rad=heading)

    def _node(self, *kinds: NodeKind) -> NodeId:
        found = [i for i, kind in enumerate(self._roadmap.kind.tolist()) if kind in kinds]
        return self._roadmap.nodes[self._random.choice(found)]

    def _square(self, cells: float) -> tuple[Point, ...]:
        """A square around an aisle cell."""
        node = self._roadmap.index[self._node(NodeKind.AISLE)]
        x, y = self._roadmap.xy_m[node].tolist()
        half = cells * self._pitch_m / 2
        signs: Sequence[tuple[int, int]] = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple((x + east * half, y + north * half) for east, north in signs)


def _edit(line: str, where: str) -> TimedEdit:
    data = decode(line)
    if not isinstance(data, dict) or not isinstance(data.get("at_ms"), int):
        raise InvalidMessage(
            "not a timed edit",
            field=where,
            value=line[:100],
            remedy='Write {"at_ms": 60000, "event": {"type": "RuleSet", "rule": {...}}}.',
        )
    event = event_from_json(data.get("event"))
    if not isinstance(event, RuleSet | RuleCleared | PolicySet):
        raise InvalidMessage(
            "not an edit",
            field=where,
            value=type(event).__name__,
            remedy="Known: RuleSet, RuleCleared, PolicySet.",
        )
    return TimedEdit(data["at_ms"], event)
