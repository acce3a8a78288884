"""Messages to the WMS that it refused too often; with them the routes of what comes from it."""

from fastapi import APIRouter

from wms_bridge.access.roles import Permission
from wms_bridge.answers import OutboxEntry
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.params import Number
from wms_bridge.api.permitting import needs
from wms_bridge.api.routes import inbox

router = APIRouter(prefix="/v1")
router.include_router(inbox.router)


@router.post("/outbox/{number}/retry", tags=["outbox"], dependencies=[needs(Permission.OPERATE)])
def retry(number: Number, context: InContext) -> OutboxEntry:
    """Put a dead message back into the outbox; any other is left as it is."""
    return part_of(context.bridge.retry_message(number, context.clock()), OutboxEntry)
