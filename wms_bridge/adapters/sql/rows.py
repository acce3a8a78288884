"""Records to rows and back."""

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Row as SqlRow
from sqlalchemy import RowMapping

from planner.codec.messages import (
    decode,
    encode,
    event_from_json,
    event_to_json,
    from_json,
    to_json,
)
from planner.warehouse.errors import LedgerImbalance, PodherdError
from planner.warehouse.events import Event
from planner.warehouse.flows import RoutingPolicy
from planner.warehouse.rules import FloorRule
from wms_bridge.ledger import Entry, Movement
from wms_bridge.records.work import (
    NumberedEvent,
    PickRecord,
    PolicyRecord,
    PutRecord,
    RuleRecord,
    SkuRecord,
)

Record = TypeVar("Record")
Cell = str | int | float | bool | None
Row = dict[str, Cell]

SKU_COLUMNS = tuple(field.name for field in fields(SkuRecord))
_MOVEMENT_COLUMNS = (
    "key",
    "from_account",
    "to_account",
    "sku",
    "quantity",
    "reason",
    "at_ms",
    "lot",
)


def row_of(record: object, *, numbered: bool = False) -> Row:
    """The columns of a record; without its number if the database is to give one."""
    row: Row = to_json(record)
    if numbered:
        del row["number"]
    return row


def record_of(row: RowMapping, kind: type[Record]) -> Record:
    """The record in a row."""
    return from_json(_cells(row), kind)


def _cells(row: RowMapping) -> Row:
    # Column names that SQL reserves come as a subclass of str, which is no key for a record.
    return {str(name): cell for name, cell in row.items()}


def row_of_sku(record: SkuRecord) -> Row:
    """An article; not by the codec, since catalogues are long."""
    return {name: getattr(record, name) for name in SKU_COLUMNS}


def sku_of(row: SqlRow[Any]) -> SkuRecord:
    """The article in a row of ``SKU_COLUMNS``."""
    return SkuRecord(*row)


def row_of_task(shown: PickRecord | PutRecord) -> Row:
    """A pick or put and its task side by side; the task's quantity is the column ``asked``."""
    row = row_of(shown, numbered=True)
    task = to_json(row.pop("task"))
    task["asked"] = task.pop("quantity")
    return {**task, **row}


def pick_of(row: RowMapping) -> PickRecord:
    """The pick in a row."""
    cells = _cells(row)
    task = {**cells, "quantity": cells["asked"]}
    return from_json({**cells, "task": task}, PickRecord)


def put_of(row: RowMapping) -> PutRecord:
    """The put in a row."""
    cells = _cells(row)
    task = {**cells, "quantity": cells["asked"]}
    return from_json({**cells, "task": task}, PutRecord)


def row_of_entry(entry: Entry) -> Row:
    """A movement with its number and digest."""
    return {"number": entry.number, **row_of(entry.movement), "digest": entry.digest}


def entry_of(row: RowMapping) -> Entry:
    """The entry in a row; :class:`LedgerImbalance` if no movement can look like that."""
    try:
        movement = from_json({name: row[name] for name in _MOVEMENT_COLUMNS}, Movement)
    except PodherdError as error:
        raise LedgerImbalance(
            f"an entry of the books is not a movement: {error.problem}",
            field=f"movements[{row['number']}]",
            remedy="The database was changed from outside: restore it from a backup.",
        ) from error
    return Entry(row["number"], movement, row["digest"])


def row_of_event(event: Event, at_ms: int) -> Row:
    """An event as JSON text."""
    return {"at_ms": at_ms, "event": encode(event_to_json(event)).decode()}


def event_of(row: RowMapping) -> NumberedEvent:
    """The numbered event in a row."""
    return NumberedEvent(row["number"], row["at_ms"], event_from_json(decode(row["event"])))


def row_of_rule(record: RuleRecord) -> Row:
    """A rule as JSON text under its id."""
    body = encode(record.rule).decode()
    return {"rule": record.rule.rule, "body": body, "set_ms": record.set_ms}


def rule_of(row: RowMapping) -> RuleRecord:
    """The rule in a row."""
    return RuleRecord(from_json(decode(row["body"]), FloorRule), row["set_ms"])


def row_of_policy(record: PolicyRecord) -> Row:
    """A policy as JSON text under its version."""
    body = encode(record.policy).decode()
    return {"version": record.policy.version, "body": body, "set_ms": record.set_ms}


def policy_of(row: RowMapping) -> PolicyRecord:
    """The policy in a row."""
    return PolicyRecord(from_json(decode(row["body"]), RoutingPolicy), row["set_ms"])
