"""An LLRP reader without its sockets: what it answers, and what it says by itself as time passes.

Times are microseconds UTC of the reader's clock, given by whoever owns it. It runs AISpecs of
ROSpecs one at a time, with start triggers null, immediate and periodic, and stop triggers null and
duration. It has no GPIO, no RF survey and no AccessSpecs, and says so. ROSpecs outlive connections.
"""

from collections.abc import Callable, Sequence

from vision.rfid.llrp import impinj
from vision.rfid.llrp.answers import answered, custom_answer, error, event, refused
from vision.rfid.llrp.conformance import fault_of
from vision.rfid.llrp.definitions import protocol
from vision.rfid.llrp.reader_facts import (
    EVENTS,
    MOST_CAPABILITIES,
    MOST_CONFIGURATION,
    MOST_ROSPECS,
    Facts,
    capabilities,
    configuration,
)
from vision.rfid.llrp.rospec import Run, State, Unsupported, plan_of
from vision.rfid.llrp.scene import Sighting
from vision.rfid.llrp.tag_buffer import TagBuffer, report
from vision.rfid.llrp.tree import Message, Parameter, UnknownMessage, message, parameter

ROUND_US = 25_000
"""An inventory round of one antenna."""
_US_PER_MS = 1000
_ROSPEC_EVENT = 2
_BUFFER_EVENT = 3
_AT_END_OF_AISPEC = 1

SightingsAt = Callable[[int, int, int], Sequence[Sighting]]
"""Reads by number of the round, antenna, and microseconds since the scene began, as
:meth:`.Scene.sightings`."""


class SimulatedReader:
    """A reader that begins with its scene at ``began_us``. Every method gives messages for the
    client."""

    def __init__(self, sightings: SightingsAt, facts: Facts, began_us: int):
        self._sightings = sightings
        self._facts = facts
        self._began_us = began_us
        self._now_us = began_us
        self._runs: dict[int, Run] = {}
        self._round = 0
        """The next one."""
        self._spec_index = 0
        self._buffer = TagBuffer()
        self._told_full = False
        self._connected = False
        self._holding = False
        self._next_id = 1
        self._keepalive_us: int | None = None
        self._default_report: Parameter | None = None
        self._reset()

    # --- connection ----------------------------------------------------------------------------

    def greet(self, now_us: int) -> list[Message]:
        """A client connected: the reader says so, and what waits for it."""
        self._pass(now_us)
        self._connected = True
        self._holding = self._holds
        success = parameter("ConnectionAttemptEvent", Status="Success")
        return [event(self._id(), self._now_us, success), *self._reports()]

    def refuse(self, now_us: int) -> Message:
        """What a second client is told before it is hung up on."""
        status = "Failed_A_Client_Initiated_Connection_Already_Exists"
        return event(0, now_us, parameter("ConnectionAttemptEvent", Status=status))

    def lost(self, now_us: int) -> None:
        """The client is gone; ROSpecs go on, and what they read waits."""
        self._pass(now_us)
        self._connected = False
        self._keepalive_us = None

    # --- time ----------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a ROSpec runs, or will by itself."""
        runs = self._runs.values()
        return any(run.state is State.ACTIVE or run.start_us() is not None for run in runs)

    def due_us(self) -> int | None:
        """When it next has something to do."""
        active = self._active()
        times = [self._keepalive_us]
        if active is None:
            times += [run.start_us() for run in self._runs.values()]
        else:
            times += [active.stop_us(), self._began_us + self._round * ROUND_US]
        known = [at_us for at_us in times if at_us is not None]
        return max(min(known), self._now_us) if known else None

    def advance(self, now_us: int) -> list[Message]:
        """Lets time pass, and gives what it says meanwhile."""
        said: list[Message] = []
        while (due_us := self.due_us()) is not None and due_us <= now_us:
            self._now_us = due_us
            said += self._do_due()
        self._pass(now_us)
        return said

    def _do_due(self) -> list[Message]:
        now_us, active = self._now_us, self._active()
        if active is not None and (stop_us := active.stop_us()) is not None and stop_us <= now_us:
            return self._stop(active)
        if active is None:
            for run in self._runs.values():
                if (start_us := run.start_us()) is not None and start_us <= now_us:
                    return self._start(run)
        elif self._began_us + self._round * ROUND_US <= now_us:
            return self._inventory_round(active)
        self._keepalive_us = now_us + self._keepalive_ms * _US_PER_MS
        return [message("KEEPALIVE", self._id())]

    def _pass(self, now_us: int) -> None:
        self._now_us = max(self._now_us, now_us)

    # --- running -------------------------------------------------------------------------------

    def _active(self) -> Run | None:
        active = (run for run in self._runs.values() if run.state is State.ACTIVE)
        return next(active, None)

    def _start(self, run: Run) -> list[Message]:
        run.start(self._now_us)
        self._round = -(-(self._now_us - self._began_us) // ROUND_US)
        self._spec_index = 1
        return self._told_run(run, "Start_Of_ROSpec")

    def _stop(self, run: Run) -> list[Message]:
        run.stop()
        reports = self._reports(run) if self._trigger(run) else []
        return [*reports, *self._told_run(run, "End_Of_ROSpec")]

    def _inventory_round(self, run: Run) -> list[Message]:
        said: list[Message] = []
        spec_index, inventory = run.inventory(self._now_us)
        if spec_index != self._spec_index:
            self._spec_index = spec_index
            if self._trigger(run) == _AT_END_OF_AISPEC:
                said += self._reports(run)
        everything = 0 in inventory.antennas
        antennas = self._facts.antennas if everything else inventory.antennas
        antenna = antennas[self._round % len(antennas)]
        seen = self._sightings(self._round, antenna, self._round * ROUND_US)
        number = run.plan.number
        for each in seen:
            if not self._buffer.add(each, number, spec_index, inventory.inventory_spec):
                said += self._told_overflow()
        self._round += 1
        spec = self._report_spec(run)
        enough = spec.number("N") if spec else 1
        if self._trigger(run) and enough and len(self._buffer) >= enough:
            said += self._reports(run)
        return said

    def _report_spec(self, run: Run | None) -> Parameter | None:
        own = run.plan.report if run else None
        return own or self._default_report

    def _trigger(self, run: Run) -> int:
        spec = self._report_spec(run)
        return spec.number("ROReportTrigger") if spec else 2

    def _reports(self, run: Run | None = None) -> list[Message]:
        if not self._connected or self._holding or not len(self._buffer):
            return []
        self._told_full = False
        run = run or self._active() or next(iter(self._runs.values()), None)
        waiting = self._buffer.take(self._report_spec(run), self._began_us)
        return [report(self._id(), data) for data in waiting]

    # --- events --------------------------------------------------------------------------------

    def _told_run(self, run: Run, kind: str) -> list[Message]:
        what = parameter("ROSpecEvent", EventType=kind, ROSpecID=run.plan.number)
        return self._told(_ROSPEC_EVENT, what)

    def _told_overflow(self) -> list[Message]:
        if self._told_full:
            return []
        self._told_full = True
        return self._told(_BUFFER_EVENT, parameter("ReportBufferOverflowErrorEvent"))

    def _told(self, kind: int, what: Parameter) -> list[Message]:
        if not (self._connected and self._events.get(kind)) or self._holding:
            return []
        return [event(self._id(), self._now_us, what)]

    def _id(self) -> int:
        self._next_id = self._next_id % 0xFFFF_FFFF + 1
        return self._next_id

    # --- answers -------------------------------------------------------------------------------

    def received(self, asked: Message | UnknownMessage, now_us: int) -> list[Message]:
        """What it answers to a message, after what time brought until now."""
        said = self.advance(now_us)
        if asked.version != 1:
            return [*said, error(asked.id, "M_UnsupportedVersion", "LLRP 1.0.1 is spoken")]
        if isinstance(asked, UnknownMessage):
            return [*said, error(asked.id, "M_UnsupportedMessage", f"message {asked.kind}")]
        if (fault := fault_of(asked)) is not None:
            place, code = "/".join(fault.inside), f"P_{fault.problem}"
            return [*said, *refused(asked, f"in {place}", code, fault.parameter)]
        answer = _ANSWERS.get(asked.name)
        if answer is None:
            return [*said, *refused(asked, "not done by this reader", "M_UnsupportedMessage")]
        return [*said, *answer(self, asked)]

    def _get_capabilities(self, asked: Message) -> list[Message]:
        requested = asked.number("RequestedData")
        if requested > MOST_CAPABILITIES:
            return refused(asked, f"RequestedData {requested}", "M_FieldError")
        return answered(asked, *capabilities(self._facts, requested))

    def _get_config(self, asked: Message) -> list[Message]:
        requested = asked.number("RequestedData")
        if requested > MOST_CONFIGURATION:
            return refused(asked, f"RequestedData {requested}", "M_FieldError")
        found = configuration(self._facts, requested, self._keepalive_ms, self._events, self._holds)
        return answered(asked, *found)

    def _set_config(self, asked: Message) -> list[Message]:
        if asked.number("ResetToFactoryDefault"):
            self._reset()
        spec = asked.first("ReaderEventNotificationSpec")
        if spec is not None:
            for each in spec.each("EventNotificationState"):
                self._events[each.number("EventType")] = each.number("NotificationState")
        keepalive = asked.first("KeepaliveSpec")
        if keepalive is not None:
            periodic = keepalive.number("KeepaliveTriggerType")
            self._keepalive_ms = keepalive.number("PeriodicTriggerValue") if periodic else 0
        wait_us = self._keepalive_ms * _US_PER_MS
        self._keepalive_us = self._now_us + wait_us if wait_us else None
        holding = asked.first("EventsAndReports")
        if holding is not None:
            self._holds = bool(holding.number("HoldEventsAndReportsUponReconnect"))
        self._default_report = asked.first("ROReportSpec") or self._default_report
        return answered(asked)

    def _reset(self) -> None:
        self._events: dict[int, int] = dict.fromkeys(EVENTS, 0)
        self._keepalive_ms = 0
        self._holds = False
        self._default_report = None

    def _add(self, asked: Message) -> list[Message]:
        spec = asked.first("ROSpec")
        assert spec is not None, "it conforms"
        try:
            plan = plan_of(spec)
        except Unsupported as no:
            return refused(asked, no.text, no.code, no.parameter)
        if plan.number in self._runs:
            return refused(asked, f"ROSpec {plan.number} exists", "M_FieldError")
        if len(self._runs) >= MOST_ROSPECS:
            return refused(asked, f"at most {MOST_ROSPECS} ROSpecs", "M_OverflowParameter")
        self._runs[plan.number] = Run(plan)
        return answered(asked)

    def _get_rospecs(self, asked: Message) -> list[Message]:
        return answered(asked, *(run.shown() for run in self._runs.values()))

    def _change(self, asked: Message) -> list[Message]:
        """ENABLE_, DISABLE_, START_, STOP_ and DELETE_ROSPEC."""
        number = asked.number("ROSpecID")
        do = asked.name.removesuffix("_ROSPEC")
        every = number == 0 and do in ("ENABLE", "DISABLE", "DELETE")
        chosen = list(self._runs.values()) if every else [self._runs.get(number)]
        said: list[Message] = []
        for run in chosen:
            reason = "is not there" if run is None else self._hindrance(run, do)
            if run is None or reason is not None:
                return [*said, *refused(asked, f"ROSpec {number} {reason}", "M_FieldError")]
            said += self._changed(run, do)
        return [*answered(asked), *said]

    def _hindrance(self, run: Run, do: str) -> str | None:
        if do == "START" and run.state is not State.INACTIVE:
            return f"is {run.state.name.lower()}"
        if do == "START" and self._active() is not None:
            return "has to wait: another one runs"
        if do == "STOP" and run.state is not State.ACTIVE:
            return "does not run"
        return None

    def _changed(self, run: Run, do: str) -> list[Message]:
        if do == "START":
            return self._start(run)
        if do == "ENABLE":
            if run.state is State.DISABLED:
                run.enable(self._now_us)
            return []
        said = self._stop(run) if run.state is State.ACTIVE else []
        if do == "DISABLE":
            run.disable()
        elif do == "DELETE":
            del self._runs[run.plan.number]
        return said

    def _get_report(self, asked: Message) -> list[Message]:
        return self._reports() or [report(asked.id, ())]

    def _release(self, asked: Message) -> list[Message]:
        self._holding = False
        return self._reports()

    def _custom(self, asked: Message) -> list[Message]:
        vendor, subtype = asked.number("VendorIdentifier"), asked.number("MessageSubtype")
        if (vendor, subtype) == (impinj.VENDOR, impinj.ENABLE_EXTENSIONS):
            return [custom_answer(asked, impinj.ENABLE_EXTENSIONS_RESPONSE)]
        return [error(asked.id, "M_UnsupportedMessage", f"vendor {vendor}, subtype {subtype}")]

    def _nothing(self, asked: Message) -> list[Message]:
        return answered(asked) if f"{asked.name}_RESPONSE" in protocol().messages else []


_Answer = Callable[[SimulatedReader, Message], list[Message]]
_ANSWERS: dict[str, _Answer] = {
    "GET_READER_CAPABILITIES": SimulatedReader._get_capabilities,
    "GET_READER_CONFIG": SimulatedReader._get_config,
    "SET_READER_CONFIG": SimulatedReader._set_config,
    "ADD_ROSPEC": SimulatedReader._add,
    "GET_ROSPECS": SimulatedReader._get_rospecs,
    **dict.fromkeys(
        (f"{do}_ROSPEC" for do in ("ENABLE", "DISABLE", "START", "STOP", "DELETE")),
        SimulatedReader._change,
    ),
    "GET_REPORT": SimulatedReader._get_report,
    "ENABLE_EVENTS_AND_REPORTS": SimulatedReader._release,
    "CUSTOM_MESSAGE": SimulatedReader._custom,
    "GET_ACCESSSPECS": SimulatedReader._nothing,
    "KEEPALIVE_ACK": SimulatedReader._nothing,
    "CLOSE_CONNECTION": SimulatedReader._nothing,
}
