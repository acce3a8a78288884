"""Confirmations that the WMS refused too often."""

from fastapi import APIRouter

from wms_bridge.answers import OutboxEntry
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.params import Number

router = APIRouter(prefix="/v1/outbox", tags=["outbox"])


@router.post("/{number}/retry")
def retry(number: Number, context: InContext) -> OutboxEntry:
    """Put a dead message back into the outbox; any other is left as it is."""
    return part_of(context.bridge.retry_message(number, context.clock()), OutboxEntry)
