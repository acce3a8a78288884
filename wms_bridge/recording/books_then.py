"""Orders, rules and stations at a moment: the books as they were written down at the beginning of
a segment, and what was told after that. No clock, no files.

The cost is that of a segment: it grows with the orders open at its beginning and with what happens
in its minutes, not with how long the bridge has run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.codec.messages import decode
from wms_bridge.recording.entries import Entry, EntryKind

LATE_MS = 5_000
"""By how much an event may stand behind what was told of the floor at its time."""
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownPick:
    """A pick that a picker was shown and had not confirmed."""

    pick: str
    quantity: int
    station: str
    pod: str
    robot: str


@dataclass(slots=True)
class LineThen:
    """A line as it was: of ``quantity`` pieces some were ``picked``, some given up (``short``) and
    some ``shown`` to a picker. A ``routed`` line was not for the robots."""

    line: str
    sku: str
    quantity: int
    picked: int = 0
    short: int = 0
    routed: bool = False
    shown: list[ShownPick] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether nothing was left to pick."""
        return self.routed or self.picked + self.short >= self.quantity


@dataclass(slots=True)
class OrderThen:
    """An order that was open; times in ms since 1970 UTC."""

    order: str
    received_ms: int
    due_ms: int | None
    priority: int
    lines: list[LineThen]


class BooksThen:
    """Takes entries in their order; those of the floor are passed over."""

    def __init__(self) -> None:
        self.orders: dict[str, OrderThen] = {}
        """Open ones by name."""
        self.rules: dict[str, Told] = {}
        """Rules of the floor in force by name, as ``FloorRule``."""
        self.closed: dict[str, bool] = {}
        """Stations that an operator had closed, and whether at once."""
        self._read_ms = -1
        self._number = 0

    def take(self, entry: Entry) -> None:
        """One more entry."""
        told = decode(entry.body)
        if entry.kind is EntryKind.BOOKS:
            self._begin(told)
        elif entry.kind is EntryKind.COMMANDS:
            # What was done before the books were read is in them.
            if entry.at_ms > self._read_ms:
                for command in told:
                    if "refused" not in command:
                        self._command(command)
        elif entry.kind is EntryKind.EVENT and told["number"] > self._number:
            self._number = told["number"]
            self._event(told, entry.at_ms)

    def _begin(self, told: Told) -> None:
        self._read_ms, self._number = told["read_ms"], told["number"]
        self.orders = {one["order"]: _order(one) for one in told["orders"]}
        self.rules = {one["rule"]: one for one in told["rules"]}
        self.closed = dict(told["closed"])

    def _command(self, told: Told) -> None:
        kind = told["type"]
        if kind == "ShowPicks":
            self._show(told)
        elif kind == "ShortenLine":
            line = self._line(told["order"], told["line"])
            if line is not None:
                line.short = max(line.short, told["total_short"])
                self._finish(told["order"])
        elif kind == "RouteLine":
            line = self._line(told["order"], told["line"])
            if line is not None:
                line.routed = True
                self._finish(told["order"])

    def _show(self, told: Told) -> None:
        for task in told["picks"]:
            line = self._line(task["order"], task["line"])
            if line is not None and all(one.pick != task["pick"] for one in line.shown):
                place = (told["station"], told["pod"], told["robot"])
                line.shown.append(ShownPick(task["pick"], task["quantity"], *place))

    def _event(self, told: Told, at_ms: int) -> None:
        event = told["event"]
        match event["type"]:
            case "OrderReceived":
                self.orders.setdefault(event["order"]["order"], _received(event["order"], at_ms))
            case "OrderChanged":
                self._change(event["order"])
            case "OrderCancelled":
                self.orders.pop(event["order"], None)
            case "OrderPrioritised":
                self._prioritise(event)
            case "PickConfirmed" | "PickWithdrawn":
                self._pick(told, event)
            case "RuleSet":
                self.rules[event["rule"]["rule"]] = event["rule"]
            case "RuleCleared":
                self.rules.pop(event["rule"], None)
            case "StationClosed":
                self.closed[event["station"]] = event["at_once"]
            case "StationOpened":
                self.closed.pop(event["station"], None)

    def _change(self, wanted: Told) -> None:
        order = self.orders.get(wanted["order"])
        if order is None:
            return
        before = {line.line: line for line in order.lines}
        order.lines = [before.get(one["line"]) or _line(one) for one in wanted["lines"]]
        for line, one in zip(order.lines, wanted["lines"], strict=True):
            line.quantity = one["quantity"]
        order.due_ms, order.priority = wanted["due_ms"], wanted["priority"]
        self._finish(order.order)

    def _prioritise(self, event: Told) -> None:
        order = self.orders.get(event["order"])
        if order is not None:
            order.priority = event["priority"]
            order.due_ms = order.due_ms if event["due_ms"] is None else event["due_ms"]

    def _pick(self, told: Told, event: Told) -> None:
        line = self._line(told.get("order", ""), told.get("line", ""))
        if line is None:
            return
        line.shown = [one for one in line.shown if one.pick != event["pick"]]
        line.picked += event.get("quantity", 0)
        self._finish(told["order"])

    def _line(self, order: str, line: str) -> LineThen | None:
        found = self.orders.get(order)
        return next((one for one in found.lines if one.line == line), None) if found else None

    def _finish(self, name: str) -> None:
        order = self.orders.get(name)
        if order is not None and all(line.closed for line in order.lines):
            del self.orders[name]


def books_at(entries: Iterable[Entry], at_ms: int) -> BooksThen:
    """The books at ``at_ms``, from the entries of a segment."""
    books = BooksThen()
    for entry in entries:
        if entry.kind.of_floor:
            if entry.at_ms > at_ms + LATE_MS:
                break
        elif entry.at_ms <= at_ms or entry.kind is EntryKind.BOOKS:
            books.take(entry)
    return books


def _order(told: Told) -> OrderThen:
    lines = [
        LineThen(**{**one, "shown": [ShownPick(**pick) for pick in one["shown"]]})
        for one in told["lines"]
    ]
    return OrderThen(told["order"], told["received_ms"], told["due_ms"], told["priority"], lines)


def _received(wanted: Told, at_ms: int) -> OrderThen:
    lines = [_line(one) for one in wanted["lines"]]
    return OrderThen(wanted["order"], at_ms, wanted["due_ms"], wanted["priority"], lines)


def _line(wanted: Told) -> LineThen:
    return LineThen(wanted["line"], wanted["sku"], wanted["quantity"])


def by_urgency(orders: Iterable[OrderThen]) -> Sequence[OrderThen]:
    """Orders of higher priority first, then those due first, then the oldest."""
    return sorted(
        orders,
        key=lambda one: (
            -one.priority,
            one.due_ms is None,
            one.due_ms or 0,
            one.received_ms,
            one.order,
        ),
    )
