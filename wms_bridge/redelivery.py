"""Messages that the WMS refused for good, sent after all."""

from dataclasses import replace

from planner.warehouse.errors import NotFound
from wms_bridge.ports.store import Writing
from wms_bridge.records.work import OutboxMessage


def retry_message(tx: Writing, number: int, now_ms: int) -> OutboxMessage:
    """Put a dead message back into the outbox; nothing is done to any other.
    :class:`NotFound` if there is no such message."""
    message = tx.message(number)
    if message is None:
        raise NotFound("no such message", field="number", value=number)
    if message.dead_ms is not None:
        message = replace(message, dead_ms=None, refusals=0, next_ms=now_ms)
        tx.put_message(message)
    return message
