"""What the bridge knows of what happened, as sources of the one stream."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.codec.messages import event_to_json, to_json
from wms_bridge.ports.store import Reading
from wms_bridge.records.access import AuditEntry
from wms_bridge.records.alarms import AlarmChange, ChangeQuery
from wms_bridge.records.links import InboxEntry
from wms_bridge.records.policies import PolicyExecution
from wms_bridge.records.tower import NumberedDecision, Span, StreamItem, StreamKind
from wms_bridge.records.work import NumberedEvent, OutboxMessage

_NAMES = (
    *("intervention", "order", "pick", "put", "count", "receipt", "station", "robot", "rule"),
    *("alarm", "slot", "pod", "sku", "name", "line"),
)
"""Fields of an event that say what it is about, the most telling first."""
_BULKY = ("body", "digest", "body_hash")
"""Not shown: documents themselves, and what proves them."""
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class TableSource:
    """Records of one kind, read by ``fetch``."""

    kind: StreamKind
    fetch: Callable[[Span], Sequence[StreamItem]]

    def read(self, span: Span) -> Sequence[StreamItem]:
        """Items by number."""
        return self.fetch(span)


def sources_of(tx: Reading, kinds: Sequence[StreamKind]) -> tuple[TableSource, ...]:
    """The sources of some kinds, as of one transaction."""
    fetch: Mapping[StreamKind, Callable[[Span], Sequence[StreamItem]]] = {
        StreamKind.EVENT: lambda span: [_event(one) for one in _events(tx, span)],
        StreamKind.ALARM: lambda span: [_alarm(one) for one in _alarms(tx, span)],
        StreamKind.COUNT: lambda span: [_count(one) for one in tx.decisions_between(span)],
        StreamKind.WMS_IN: lambda span: [_document(one) for one in tx.documents_between(span)],
        StreamKind.WMS_OUT: lambda span: [_message(one) for one in tx.messages_between(span)],
        StreamKind.POLICY: lambda span: [_policy(one) for one in tx.executions_between(span)],
        StreamKind.ACT: lambda span: [_act(one) for one in tx.audit_between(span)],
    }
    return tuple(TableSource(kind, fetch[kind]) for kind in StreamKind if kind in kinds)


def _events(tx: Reading, span: Span) -> Sequence[NumberedEvent]:
    last = tx.last_event() if span.before is None else min(tx.last_event(), span.before - 1)
    if not span.newest_first:
        return tx.events(span.after, min(span.limit, max(0, last - span.after)))
    # The feed has no gaps.
    after = max(span.after, last - span.limit)
    return tuple(reversed(tx.events(after, last - after))) if last > after else ()


def _alarms(tx: Reading, span: Span) -> Sequence[AlarmChange]:
    return tx.alarm_changes(
        ChangeQuery(
            after=span.after,
            before=span.before,
            oldest_first=not span.newest_first,
            limit=span.limit,
        )
    )


def _event(one: NumberedEvent) -> StreamItem:
    told: dict[str, Any] = event_to_json(one.event)
    kind = str(told.get("type", type(one.event).__name__))
    return StreamItem(
        StreamKind.EVENT, one.number, one.at_ms, kind, _subject(told), "", "", _small(told)
    )


def _subject(told: Mapping[str, Any]) -> str:
    for name in _NAMES:
        value = told.get(name)
        if isinstance(value, Mapping):
            return _subject(value)
        if isinstance(value, str) and value:
            return value
    return ""


def _alarm(one: AlarmChange) -> StreamItem:
    return StreamItem(
        StreamKind.ALARM,
        one.number,
        one.at_ms,
        f"{one.kind}.{one.event}",
        one.subject,
        one.by,
        (one.reason or one.text)[:MOST_TEXT],
        _small(to_json(one)),
    )


def _count(one: NumberedDecision) -> StreamItem:
    decision = one.decision
    return StreamItem(
        StreamKind.COUNT,
        one.number,
        decision.at_ms,
        str(decision.action),
        decision.case,
        decision.by,
        decision.reason[:MOST_TEXT],
        _small(to_json(decision)),
    )


def _document(one: InboxEntry) -> StreamItem:
    return StreamItem(
        StreamKind.WMS_IN,
        one.number,
        one.received_ms,
        f"{one.kind}.{one.state}",
        one.key,
        one.source,
        (one.error or one.outcome)[:MOST_TEXT],
        _small(to_json(one)),
    )


def _message(one: OutboxMessage) -> StreamItem:
    state = "pending" if one.pending else "dead" if one.dead_ms is not None else "delivered"
    return StreamItem(
        StreamKind.WMS_OUT,
        one.number,
        one.created_ms,
        state,
        one.order or one.receipt or one.slot or one.message,
        "",
        (one.error or one.outcome)[:MOST_TEXT],
        _small(to_json(one)),
    )


def _policy(one: PolicyExecution) -> StreamItem:
    return StreamItem(
        StreamKind.POLICY,
        one.number,
        one.at_ms,
        f"{one.action.kind}.{one.outcome}",
        one.action.target,
        one.policy,
        (one.text or f"{one.kind} {one.subject}")[:MOST_TEXT],
        _small(to_json(one)),
    )


def _act(one: AuditEntry) -> StreamItem:
    verb, _, rest = one.what.partition(" ")
    if not verb.isupper():
        # Not a request over HTTP: what parts of the bridge did by themselves.
        verb, rest = "change", one.what
    return StreamItem(
        StreamKind.ACT,
        one.number,
        one.at_ms,
        verb,
        rest[:MOST_TEXT],
        one.who,
        one.why[:MOST_TEXT],
        _small(to_json(one)),
    )


def _small(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in _BULKY}
