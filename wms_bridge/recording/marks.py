"""Marks on the line of time: alarms, and what operators did."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.records.alarms import AlarmChange, AlarmEvent, Severity

LATE_MS = 60_000
"""By how much what operators did may stand in the notes of a later segment."""


class MarkKind(StrEnum):
    """Who made a mark."""

    ALARM = "alarm"
    """An alarm was raised."""
    OPERATOR = "operator"
    """Somebody changed an order, a rule, a station, or intervened."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened at ``at_ms``: ``what`` is the kind of alarm, or the type of the event on
    the feed, ``subject`` what it was about. Only alarms have a ``severity`` and a ``number``."""

    at_ms: int
    kind: MarkKind
    what: str
    subject: str
    text: str = ""
    severity: Severity | None = None
    number: int | None = None


def alarm_marks(changes: Iterable[AlarmChange]) -> Iterator[Mark]:
    """Of changes of alarms, those that raised one."""
    for one in changes:
        if one.event is AlarmEvent.RAISED:
            told = (one.kind, one.subject, one.text, one.severity, one.alarm)
            yield Mark(one.at_ms, MarkKind.ALARM, *told)


def operator_marks(notes: Iterable[bytes], from_ms: int, until_ms: int) -> Iterator[Mark]:
    """Of notes, those from ``from_ms`` until before ``until_ms``; what a crash has torn is left
    out."""
    for note in notes:
        try:
            told = decode(note)
            at_ms, event = told["at_ms"], told["event"]
        except (InvalidMessage, KeyError, TypeError):
            continue
        if from_ms <= at_ms < until_ms:
            what = event["type"]
            if what == "InterventionAsked":
                what = f"{what}.{event['intervention']['kind']}"
            yield Mark(at_ms, MarkKind.OPERATOR, what, _subject(event))


def newest(marks: Sequence[Mark], limit: int) -> list[Mark]:
    """The last ``limit`` of them, by time."""
    return sorted(marks, key=lambda one: one.at_ms)[-limit:]


def _subject(event: dict[str, Any]) -> str:
    match event["type"]:
        case "InterventionAsked":
            wanted = event["intervention"]
            return wanted["name"] or ", ".join(wanted["robots"])
        case "OrderChanged":
            return str(event["order"]["order"])
        case "RuleSet":
            return str(event["rule"]["rule"])
        case "PolicySet":
            return ""
        case "RuleCleared":
            return str(event["rule"])
        case "StationClosed" | "StationOpened":
            return str(event["station"])
    return str(event.get("order", ""))
