"""The alarms of the catalogue, rationalised: how bad each is, why it comes and what to do about it
(ANSI/ISA-18.2, clause 9; IEC 62682, clause 9).

Severity follows from two answers, as in EEMUA 191: what happens if nobody does anything, and how
long there is until then. Pages translate by ``key``; the texts here are the English ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.commands import AlarmKind
from wms_bridge.records.alarms import Severity


class Consequence(StrEnum):
    """What happens if nobody does anything."""

    HARM = "harm"
    """Somebody may be hurt, or robots and goods damaged."""
    STANDSTILL = "standstill"
    """The site, or a large part of it, stops working."""
    DELAY = "delay"
    """Some orders, goods or robots wait; the rest goes on."""


class Urgency(StrEnum):
    """How long there is to do something."""

    AT_ONCE = "at_once"
    SOON = "soon"
    SHIFT = "shift"
    """Within the shift."""

    @property
    def within_min(self) -> int:
        """Minutes from raising to the first deed."""
        return _WITHIN_MIN[self]


_WITHIN_MIN = {Urgency.AT_ONCE: 5, Urgency.SOON: 30, Urgency.SHIFT: 480}

_SEVERITY: Mapping[Consequence, tuple[Severity, Severity, Severity]] = {
    Consequence.HARM: (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM),
    Consequence.STANDSTILL: (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM),
    Consequence.DELAY: (Severity.HIGH, Severity.MEDIUM, Severity.LOW),
}
"""By urgency: at once, soon, within the shift."""


@dataclass(frozen=True, slots=True)
class AlarmEntry:
    """What the catalogue says of a kind of alarm. ``momentary``: it tells what has happened once
    rather than what is wrong as long as it stands, and is over when it is acknowledged."""

    kind: AlarmKind
    consequence: Consequence
    urgency: Urgency
    title: str
    cause: str
    effect: str
    action: str
    momentary: bool = False

    @property
    def severity(self) -> Severity:
        """By consequence and urgency."""
        return _SEVERITY[self.consequence][tuple(Urgency).index(self.urgency)]

    @property
    def key(self) -> str:
        """Before ``.title``, ``.cause``, ``.effect`` and ``.action``: the names of its texts."""
        return f"alarm.{self.kind.value}"


def entry_of(kind: AlarmKind) -> AlarmEntry:
    """What the catalogue says of a kind."""
    return CATALOGUE[kind]


_HARM, _STANDSTILL, _DELAY = Consequence
_AT_ONCE, _SOON, _SHIFT = Urgency

_ENTRIES = (
    AlarmEntry(
        AlarmKind.HUMAN_ENTRY,
        _HARM,
        _AT_ONCE,
        "Person on the floor",
        "Somebody asked to enter the floor, or is on it.",
        "Robots share the area with a person until it is drained and frozen.",
        "See that the area is frozen before anybody steps in; release it when everybody is out.",
    ),
    AlarmEntry(
        AlarmKind.STOP_ENGAGED,
        _HARM,
        _AT_ONCE,
        "Stop in force",
        "Somebody, or a program, has stopped a robot, a zone or the site.",
        "Whatever led to the stop may still be there; all robots it names stand still.",
        "Ask who stopped them and why, look at the place, and lift the stop when it is safe.",
    ),
    AlarmEntry(
        AlarmKind.ROBOT_UNKNOWN,
        _HARM,
        _SOON,
        "Robot that nobody knows",
        "A robot reports that is not of this fleet.",
        "It gets no orders, and others may meet it where no robot is expected.",
        "Find it by its position. Take it into the fleet, or off the floor.",
    ),
    AlarmEntry(
        AlarmKind.ROBOT_SILENT,
        _STANDSTILL,
        _SOON,
        "Robot is silent",
        "No report came in the time allowed: the radio, the robot's computer or its power failed.",
        "It is an obstacle where it was seen last; its aisle and the pod on it are shut off.",
        "Go there. Restart the robot, or close the place and have the robot taken out.",
    ),
    AlarmEntry(
        AlarmKind.ROBOT_ERROR,
        _STANDSTILL,
        _SOON,
        "Robot reports an error",
        "The robot's own watch found a fault; the text names it.",
        "It stands, and what has to pass it waits or drives around.",
        "Deal with the fault by the maker's manual; free what blocks it, then clear its error.",
    ),
    AlarmEntry(
        AlarmKind.ROBOT_STUCK,
        _STANDSTILL,
        _SOON,
        "Robot cannot get on",
        "It has work and has not moved for a long time; the text says what it waits for.",
        "Robots behind it queue up, and the queue grows into other aisles.",
        "Follow the chain of waits to its first robot, and free or reroute that one.",
    ),
    AlarmEntry(
        AlarmKind.STATION_PLAN,
        _STANDSTILL,
        _SOON,
        "No station may open",
        "Orders wait, and every station is closed or nobody is planned to work.",
        "Nothing is picked until a station opens.",
        "Open a station, or correct the shift plan.",
    ),
    AlarmEntry(
        AlarmKind.DUPLICATE_ROBOT,
        _DELAY,
        _AT_ONCE,
        "Two robots with one name",
        "Two robots report under the same id, often after a spare was put in with a copied disk.",
        "Neither gets orders: nobody could tell which of them obeys.",
        "Switch one of them off and give it an id of its own.",
    ),
    AlarmEntry(
        AlarmKind.BATTERY_EMPTY,
        _DELAY,
        _SOON,
        "Robot has run flat",
        "It did not reach a charger: a worn battery, a blocked way or too few chargers.",
        "It cannot move by itself, nor put down what it carries.",
        "Push or tow it to a charger; have its battery tested if it happens again.",
    ),
    AlarmEntry(
        AlarmKind.POD_BLOCKED,
        _DELAY,
        _SOON,
        "Pod cannot be fetched",
        "A robot that does not answer stands beneath the pod.",
        "Lines that only this pod can serve wait.",
        "Get the robot out from under the pod, or bring its goods by hand.",
    ),
    AlarmEntry(
        AlarmKind.REPORT_REFUSED,
        _DELAY,
        _SOON,
        "Report cannot be true",
        "A robot told a place, a load or a charge that contradicts what it told before.",
        "The report was left out; if the next ones are no better the robot counts as silent.",
        "Check its localisation against a marker on the floor, and its clock.",
    ),
    AlarmEntry(
        AlarmKind.RULE_REFUSED,
        _DELAY,
        _SOON,
        "Rule was not applied",
        "A rule of the floor, or a routing policy, contradicts others or would cut places off.",
        "The floor goes on by the rules as they were before.",
        "Read in the text what it contradicts, and set a rule that does not, or clear the other.",
        momentary=True,
    ),
    AlarmEntry(
        AlarmKind.NO_ROOM,
        _DELAY,
        _SOON,
        "No room for goods",
        "Goods received fit into no slot that a robot can bring.",
        "They stay at the dock and cannot be sold from there.",
        "Free slots, bring more pods or put the goods into another store.",
    ),
    AlarmEntry(
        AlarmKind.STATION_CLOSED,
        _DELAY,
        _SOON,
        "Closed with orders begun",
        "An operator closed a station at once while totes stood on its put wall.",
        "Those orders wait there, half picked, until it opens.",
        "Open the station and let it drain, or cancel the orders.",
    ),
    AlarmEntry(
        AlarmKind.PICK_FAILED,
        _DELAY,
        _SOON,
        "Robot arm gave a pick up",
        "The arm could not grip the piece, or did not find it.",
        "The pod and the tote wait at the arm's station.",
        "Take the piece by hand and confirm the pick.",
    ),
    AlarmEntry(
        AlarmKind.ORDERS_LATE,
        _DELAY,
        _SOON,
        "Orders may be late",
        "By the forecast they will not be finished when they are due; the text names the cause.",
        "Customers get them late unless something is done about the cause.",
        "See to the cause. Rush the orders that matter most, or tell the WMS which will be late.",
    ),
    AlarmEntry(
        AlarmKind.ROBOT_REFUSED,
        _DELAY,
        _SHIFT,
        "Robot was not taken in",
        "It stands beside a node, or where another robot is expected; the text says where.",
        "The fleet works with one robot fewer.",
        "Put it onto the node that the text names; it joins by itself.",
    ),
    AlarmEntry(
        AlarmKind.INTERFACE_MISMATCH,
        _DELAY,
        _SHIFT,
        "Robot speaks another version",
        "Its software or its type is not that of the site file.",
        "Nobody gives it orders, as it might take them otherwise than meant.",
        "Update the robot, or correct its type in the site file.",
    ),
    AlarmEntry(
        AlarmKind.NODES_CLOSED,
        _DELAY,
        _SHIFT,
        "Part of the floor is closed",
        "An operator closed these nodes.",
        "Pods in there cannot be fetched, and ways around get longer.",
        "Open them again when the reason is gone.",
    ),
    AlarmEntry(
        AlarmKind.DEADLOCK,
        _DELAY,
        _SHIFT,
        "Robots waited in a ring",
        "Each waited for the next one to leave; one of them now makes way by itself.",
        "Their trips take longer; where it happens again and again the traffic is too dense.",
        "Nothing, once. If the same place comes back, thin the traffic there or set one-way lanes.",
    ),
    AlarmEntry(
        AlarmKind.LINE_SHORT,
        _DELAY,
        _SHIFT,
        "Line cannot be delivered in full",
        "The stock, where it is not blocked, is less than was ordered.",
        "The customer gets fewer pieces than they asked for.",
        "Check whether the WMS has stock elsewhere, and tell the customer.",
        momentary=True,
    ),
    AlarmEntry(
        AlarmKind.SLOT_QUARANTINED,
        _DELAY,
        _SHIFT,
        "Count needs a decision",
        "What was seen in a slot and what its books say differ by more than may be set by itself.",
        "Nothing is picked from the slot until somebody decides.",
        "Open the case in the counting queue: approve, have it counted again or reject.",
    ),
    AlarmEntry(
        AlarmKind.READER_FAILED,
        _DELAY,
        _SHIFT,
        "Reader or camera fails",
        "It is silent, stands still or sees far less than it should.",
        "Slots it passes are not counted, and errors of the books are found later.",
        "Clean its lens or antenna, check its cable, and restart it.",
    ),
)

CATALOGUE: Mapping[AlarmKind, AlarmEntry] = {entry.kind: entry for entry in _ENTRIES}
"""By kind, the worst first."""
