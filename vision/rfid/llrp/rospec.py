"""ROSpecs as a reader runs them: what they ask for, and the states they go through.

A ROSpec is disabled, inactive (it waits for its start trigger) or active (LLRP 1.0.1, clause
11.2.1).
Times are microseconds of the reader's UTC clock.
"""

from dataclasses import dataclass
from enum import Enum
from typing import cast

from vision.rfid.llrp.definitions import protocol
from vision.rfid.llrp.tree import Parameter, Unknown

_US_PER_MS = 1000
_LATEST_UTC_US = 1 << 60
MOST_SPECS = 16
"""In one ROSpec."""


class State(Enum):
    """Of a ROSpec, with its numbers in ``CurrentState``."""

    DISABLED = 0
    INACTIVE = 1
    ACTIVE = 2


class Unsupported(Exception):
    """This reader cannot do what a parameter asks for; it never leaves the reader's model."""

    def __init__(self, parameter: str, text: str, code: str = "P_UnsupportedParameter"):
        self.parameter = protocol().parameters[parameter].number
        self.text = text
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Inventory:
    """An AISpec: antennas in turn (0 is all), for a time or until its ROSpec stops."""

    antennas: tuple[int, ...]
    duration_us: int | None
    inventory_spec: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a ROSpec asks for. ``period_us`` is 0 for a periodic start that happens once."""

    number: int
    start: str
    offset_us: int
    period_us: int
    begin_utc_us: int | None
    duration_us: int | None
    inventories: tuple[Inventory, ...]
    report: Parameter | None
    spec: Parameter


def plan_of(spec: Parameter) -> Plan:
    """The plan of a ROSpec parameter that conforms. Raises :class:`Unsupported`."""
    start, stop = _only(spec, "ROSpecStartTrigger"), _only(spec, "ROSpecStopTrigger")
    begins = protocol().entry("ROSpecStartTriggerType", start.number("ROSpecStartTriggerType"))
    if begins not in ("Null", "Immediate", "Periodic"):
        raise Unsupported("ROSpecStartTrigger", f"no start by {begins}")
    ends = protocol().entry("ROSpecStopTriggerType", stop.number("ROSpecStopTriggerType"))
    if ends not in ("Null", "Duration"):
        raise Unsupported("ROSpecStopTrigger", f"no stop by {ends}")
    periodic = start.first("PeriodicTriggerValue")
    if begins == "Periodic" and periodic is None:
        raise Unsupported("PeriodicTriggerValue", "a period is missing", "P_MissingParameter")
    if not spec.number("ROSpecID"):
        raise Unsupported("ROSpec", "a ROSpecID is from 1 on", "P_FieldError")
    if spec.number("CurrentState") != State.DISABLED.value:
        raise Unsupported("ROSpec", "a ROSpec is added disabled", "P_FieldError")
    utc = periodic.first("UTCTimestamp") if periodic else None
    if utc is not None and utc.number("Microseconds") > _LATEST_UTC_US:
        raise Unsupported("UTCTimestamp", "too far in the future", "P_FieldError")
    if len(list(spec.each("AISpec"))) > MOST_SPECS:
        raise Unsupported("AISpec", f"at most {MOST_SPECS} of them", "P_OverflowParameter")
    duration_us = stop.number("DurationTriggerValue") * _US_PER_MS
    return Plan(
        number=spec.number("ROSpecID"),
        start=begins,
        offset_us=periodic.number("Offset") * _US_PER_MS if periodic else 0,
        period_us=periodic.number("Period") * _US_PER_MS if periodic else 0,
        begin_utc_us=utc.number("Microseconds") if utc else None,
        duration_us=duration_us if ends == "Duration" else None,
        inventories=tuple(_inventory(each) for each in spec.parameters[1:] if _is_spec(each)),
        report=spec.first("ROReportSpec"),
        spec=spec,
    )


class Run:
    """A ROSpec in a reader. Its owner calls :meth:`start` and :meth:`stop`, and asks
    :meth:`start_us` and :meth:`stop_us` when they are due by themselves."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.state = State.DISABLED
        self._next_start_us: int | None = None
        self._started_us = 0
        self._index = 0
        self._index_us = 0

    def enable(self, now_us: int) -> None:
        """Disabled to inactive; an immediate start is due at once, and once only."""
        self.state = State.INACTIVE
        plan = self.plan
        if plan.start == "Immediate":
            self._next_start_us = now_us
        elif plan.start == "Periodic":
            first_us = (plan.begin_utc_us if plan.begin_utc_us else now_us) + plan.offset_us
            late_us = max(0, now_us - first_us)
            periods = -(-late_us // plan.period_us) if plan.period_us else 0
            self._next_start_us = first_us + periods * plan.period_us

    def disable(self) -> None:
        """To disabled, from wherever it is."""
        self.state = State.DISABLED
        self._next_start_us = None

    def start(self, now_us: int) -> None:
        """Inactive to active."""
        self.state = State.ACTIVE
        self._started_us = self._index_us = now_us
        self._index = 0
        due_us, period_us = self._next_start_us, self.plan.period_us
        if due_us is not None and due_us <= now_us:
            periods = (now_us - due_us) // period_us + 1 if period_us else 0
            self._next_start_us = due_us + periods * period_us if periods else None

    def stop(self) -> None:
        """Active to inactive."""
        self.state = State.INACTIVE

    def start_us(self) -> int | None:
        """When it starts by itself."""
        return self._next_start_us if self.state is State.INACTIVE else None

    def stop_us(self) -> int | None:
        """When it stops by itself: at the end of its duration, or of its last AISpec."""
        if self.state is not State.ACTIVE:
            return None
        ends = []
        if self.plan.duration_us is not None:
            ends.append(self._started_us + self.plan.duration_us)
        durations = [each.duration_us for each in self.plan.inventories]
        if None not in durations:
            ends.append(self._started_us + sum(cast(list[int], durations)))
        return min(ends, default=None)

    def inventory(self, now_us: int) -> tuple[int, Inventory]:
        """The AISpec that runs at a time while active, and its place among the specs, from 1."""
        inventories = self.plan.inventories
        while self._index + 1 < len(inventories):
            duration_us = inventories[self._index].duration_us
            if duration_us is None or now_us < self._index_us + duration_us:
                break
            self._index_us += duration_us
            self._index += 1
        return self._index + 1, inventories[self._index]

    def shown(self) -> Parameter:
        """The ROSpec parameter with its state of now."""
        fields = {**self.plan.spec.fields, "CurrentState": self.state.value}
        return Parameter("ROSpec", fields, self.plan.spec.parameters)


def _only(spec: Parameter, trigger: str) -> Parameter:
    found = spec.first("ROBoundarySpec", trigger)
    if found is None:
        raise Unsupported(trigger, "is missing", "P_MissingParameter")
    return found


def _is_spec(each: Parameter | Unknown) -> bool:
    if not isinstance(each, Parameter) or each.name in ("ROReportSpec",):
        return False
    if each.name != "AISpec":
        raise Unsupported(each.name, "only AISpecs are run")
    return True


def _inventory(found: Parameter | Unknown) -> Inventory:
    aispec = cast(Parameter, found)
    stop, first = aispec.first("AISpecStopTrigger"), aispec.first("InventoryParameterSpec")
    if stop is None or first is None:
        raise Unsupported("AISpec", "is not complete", "P_MissingParameter")
    ends = protocol().entry("AISpecStopTriggerType", stop.number("AISpecStopTriggerType"))
    if ends not in ("Null", "Duration"):
        raise Unsupported("AISpecStopTrigger", f"no stop by {ends}")
    antennas = cast(tuple[int, ...], aispec.fields["AntennaIDs"])
    if not antennas:
        raise Unsupported("AISpec", "an antenna is missing", "P_FieldError")
    duration_us = stop.number("DurationTrigger") * _US_PER_MS
    return Inventory(
        antennas,
        duration_us if ends == "Duration" else None,
        first.number("InventoryParameterSpecID"),
    )
