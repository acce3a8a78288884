"""The client's side of a connection to a reader as a state machine, without I/O.

Whoever owns it hands in every frame and the time, and sends what comes out. After the reader's
greeting it asks for capabilities, configures, adds, enables and starts one ROSpec, one question at
a time, and then hands on reads until it is stopped (LLRP 1.0.1, clauses 9 to 14).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import cast

from planner.warehouse.errors import PodherdError, Unavailable
from vision.rfid.llrp import impinj
from vision.rfid.llrp.codec import decode, decode_parameters, encode
from vision.rfid.llrp.definitions import protocol
from vision.rfid.llrp.reads import TagRead, read_of
from vision.rfid.llrp.reports import is_report, read_reports
from vision.rfid.llrp.requests import (
    ReaderSettings,
    add_rospec,
    get_capabilities,
    of_rospec,
    set_config,
)
from vision.rfid.llrp.tree import Message, Parameter, Unknown, UnknownMessage, first, message

MISSED_KEEPALIVES = 3
"""A reader that has said nothing for so many keepalive periods is gone."""
_ALL_ROSPECS = 0


class RefusedByReader(PodherdError):
    """A reader answered with a status other than success. ``field`` is what was asked, ``value``
    the name of the status code."""


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the reader."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Reads:
    """Tag reads of one report, in its order."""

    reads: tuple[TagRead, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the reader says of itself: an exception, a full buffer, an antenna that came or
    went, a run of the ROSpec that began."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The ROSpec ran to its end by itself."""


Outcome = Send | Reads | Warned | Ended


class Phase(Enum):
    """Where a conversation is."""

    GREETING = "greeting"
    SETTING_UP = "setting up"
    RUNNING = "running"
    ENDED = "ended"
    CLOSING = "closing"
    CLOSED = "closed"


class Session:
    """One connection. ``now_ms`` is a clock of the caller's that never goes back.

    Every method may raise ``Unavailable`` (the reader refused the connection, fell silent, or
    closed), :class:`RefusedByReader` or ``InvalidFrame``; the connection is of no use after that.
    """

    def __init__(self, settings: ReaderSettings, now_ms: int):
        self.settings = settings
        self.phase = Phase.GREETING
        self.capabilities: Message | None = None
        self.reader_ahead_ms: int | None = None
        """Reader's UTC clock minus the client's when the greeting came; too small by its way."""
        self._next_id = 1
        self._steps = self._set_up()
        self._asked: Message | None = None
        self._heard_ms = now_ms
        self._deadline_ms = now_ms + settings.timeout_ms

    def received(self, frame: bytes, now_ms: int) -> list[Outcome]:
        """What follows from a frame that came."""
        self._heard_ms = now_ms
        if is_report(frame):
            reports = read_reports(frame)
            return [Reads(tuple(read_of(each, now_ms) for each in reports))] if reports else []
        found = decode(frame)
        if isinstance(found, UnknownMessage):
            return [Warned(f"a message of unknown type {found.kind}")]
        if found.name == "KEEPALIVE":
            return [Send(encode(message("KEEPALIVE_ACK", found.id)))]
        if found.name == "READER_EVENT_NOTIFICATION":
            return self._told(found, now_ms)
        return self._answered(found, now_ms)

    def stop(self, now_ms: int) -> list[Outcome]:
        """Ends the run: deletes the ROSpec, which stops it, and closes; what is asked already is
        not waited for."""
        if self.phase in (Phase.CLOSING, Phase.CLOSED):
            return []
        self._steps = [lambda number: message("CLOSE_CONNECTION", number)]
        if self.phase is not Phase.GREETING:
            self._steps.insert(0, lambda number: of_rospec("DELETE_ROSPEC", number, _ALL_ROSPECS))
        self.phase = Phase.CLOSING
        self._asked = None
        return self._ask(now_ms)

    def tick(self, now_ms: int) -> None:
        """Raises ``Unavailable`` if an answer or the keepalives are overdue."""
        if self.phase is Phase.CLOSED or now_ms < self.due_ms():
            return
        waited = self._asked.name if self._asked else self.phase.value
        raise Unavailable(
            f"the reader is silent ({waited})",
            field="reader",
            remedy="Look at its power, network and whether another client holds it.",
        )

    def due_ms(self) -> int:
        """When :meth:`tick` is to be called next, if nothing comes before."""
        if self.phase in (Phase.RUNNING, Phase.ENDED):
            return self._heard_ms + MISSED_KEEPALIVES * self.settings.keepalive_ms
        return self._deadline_ms

    # --- questions ---------------------------------------------------------------------------

    def _set_up(self) -> list[Callable[[int], Message]]:
        settings = self.settings
        return [
            get_capabilities,
            *([impinj.enable_extensions] if settings.phase else []),
            lambda number: set_config(number, settings),
            lambda number: of_rospec("DELETE_ROSPEC", number, _ALL_ROSPECS),
            lambda number: add_rospec(number, settings),
            lambda number: of_rospec("ENABLE_ROSPEC", number, settings.rospec),
            lambda number: of_rospec("START_ROSPEC", number, settings.rospec),
        ]

    def _ask(self, now_ms: int) -> list[Outcome]:
        asked = self._steps.pop(0)(self._next_id)
        self._asked = asked
        self._next_id += 1
        self._deadline_ms = now_ms + self.settings.timeout_ms
        return [Send(encode(asked))]

    def _answered(self, found: Message, now_ms: int) -> list[Outcome]:
        asked = self._asked
        if asked is None or found.id != asked.id:
            return [Warned(f"{found.name} {found.id} answers nothing that is asked")]
        wanted = asked.name if asked.name == "CUSTOM_MESSAGE" else f"{asked.name}_RESPONSE"
        if found.name not in (wanted, "ERROR_MESSAGE"):
            return [Warned(f"{found.name} does not answer {asked.name}")]
        _check(asked, found)
        self._asked = None
        if found.name == "GET_READER_CAPABILITIES_RESPONSE":
            self.capabilities = found
        if found.name == "START_ROSPEC_RESPONSE" and self.phase is Phase.SETTING_UP:
            self.phase = Phase.RUNNING
        if found.name == "CLOSE_CONNECTION_RESPONSE":
            self.phase = Phase.CLOSED
        return self._ask(now_ms) if self._steps else []

    # --- events ------------------------------------------------------------------------------

    def _told(self, found: Message, now_ms: int) -> list[Outcome]:
        data = found.first("ReaderEventNotificationData")
        if data is None:
            return [Warned("an event without data")]
        attempt = data.first("ConnectionAttemptEvent")
        if attempt is not None:
            return self._greeted(data, attempt.number("Status"), now_ms)
        if data.first("ConnectionCloseEvent") is not None:
            self._closed_by_reader()
            return []
        event = data.first("ROSpecEvent")
        if event is not None and event.number("ROSpecID") == self.settings.rospec:
            return self._run_changed(event)
        return [Warned(_told_text(each)) for each in data.parameters[1:]]

    def _greeted(self, data: Parameter, status: int, now_ms: int) -> list[Outcome]:
        name = protocol().entry("ConnectionAttemptStatusType", status)
        if name == "Another_Connection_Attempted":
            return [Warned("another client tried to connect")]
        if name != "Success":
            raise Unavailable(
                "the reader takes no connection",
                field="reader",
                value=name,
                remedy="A reader serves one client: end the other one.",
            )
        utc = data.first("UTCTimestamp")
        if utc is not None:
            self.reader_ahead_ms = utc.number("Microseconds") // 1000 - now_ms
        if self.phase is not Phase.GREETING:
            return []
        self.phase = Phase.SETTING_UP
        return self._ask(now_ms)

    def _run_changed(self, event: Parameter) -> list[Outcome]:
        kind = protocol().entry("ROSpecEventType", event.number("EventType"))
        if kind == "Start_Of_ROSpec" or self.phase in (Phase.CLOSING, Phase.CLOSED):
            return [Warned(kind)]
        self.phase = Phase.ENDED
        return [Ended()]

    def _closed_by_reader(self) -> None:
        if self.phase is not Phase.CLOSING:
            raise Unavailable(
                "the reader closed the connection", field="reader", remedy="Connect again."
            )
        self.phase = Phase.CLOSED


def _check(asked: Message, found: Message) -> None:
    """Raises :class:`RefusedByReader` for a status other than success."""
    parameters = found.parameters
    if found.name == "CUSTOM_MESSAGE":
        parameters = decode_parameters(cast(bytes, found.fields["Data"]))
    status = first(parameters, "LLRPStatus")
    code = status.number("StatusCode") if status is not None else None
    if code == 0:
        return
    text = cast(str, status.fields["ErrorDescription"]) if status is not None else ""
    blamed = status.first("ParameterError") if status is not None else None
    place = f" at parameter {blamed.number('ParameterType')}" if blamed is not None else ""
    raise RefusedByReader(
        f"the reader refuses{place}: {text or 'without a reason'}",
        field=asked.name,
        value=None if code is None else protocol().entry("StatusCode", code),
        remedy="See what its capabilities allow.",
    )


def _told_text(event: Parameter | Unknown) -> str:
    if isinstance(event, Unknown):
        return f"unknown event {event.data[:8].hex()}"
    told = ", ".join(f"{name} {value!r}" for name, value in event.fields.items())
    return f"{event.name}: {told}" if told else event.name
