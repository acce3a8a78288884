"""How things are going."""

from importlib.metadata import version

from fastapi import APIRouter, Response

from planner.codec.messages import encode, to_json
from wms_bridge.access.roles import Permission
from wms_bridge.answers import BridgeStatus, OutboxEntry, WmsStatus
from wms_bridge.api.answers import DiscrepanciesOut, part_of
from wms_bridge.api.bodies import answers, ref
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.params import Limit
from wms_bridge.api.permitting import needs
from wms_bridge.outbox import DeliveryStatus
from wms_bridge.ports.store import Reading

DEAD_SHOWN = 20
"""How many dead messages the status names."""

router = APIRouter(prefix="/v1", tags=["overview"])


@router.get("/kpis", responses=answers(ref("BridgeKpis")), dependencies=[needs(Permission.SEE)])
def kpis(context: InContext) -> Response:
    """``bridge``: counts since the bridge was set up; ``floor``: the ``Kpis`` of the latest view,
    or null before the first."""
    view = context.latest.view
    counts = {name.value: count for name, count in context.bridge.tallies().items()}
    body = {"bridge": counts, "floor": view.kpis if view else None}
    return Response(encode(body), media_type="application/json")


@router.get("/discrepancies", dependencies=[needs(Permission.SEE)])
def discrepancies(context: InContext, limit: Limit = 100) -> DiscrepanciesOut:
    """Where slots and books differed, newest first."""
    return DiscrepanciesOut(discrepancies=context.bridge.discrepancies(limit))


@router.get(
    "/ledger/verify", responses=answers(ref("LedgerReport")), dependencies=[needs(Permission.AUDIT)]
)
def verify(context: InContext) -> Response:
    """Check the books from the first entry on."""
    report = context.bridge.verify()
    body = {"sound": report.sound, **to_json(report)}
    return Response(encode(body), media_type="application/json")


@router.get("/status", dependencies=[needs(Permission.SEE)])
def status(context: InContext) -> BridgeStatus:
    """How the bridge and its way to the WMS are."""
    now_ms = context.clock()
    with context.bridge.store.reading() as tx:
        return BridgeStatus(
            site=context.bridge.site.name,
            version=version("podherd"),
            now_ms=now_ms,
            started_ms=context.started_ms,
            feed=tx.last_event(),
            view_age_ms=context.latest.age_ms(now_ms),
            wms=_wms(context, tx),
        )


def _wms(context: Context, tx: Reading) -> WmsStatus:
    delivery = context.delivery
    now = delivery.status if delivery else DeliveryStatus()
    return WmsStatus(
        configured=delivery is not None,
        healthy=delivery is not None and now.failures == 0,
        backlog=tx.backlog(),
        failures=now.failures,
        last_error=now.last_error,
        last_error_ms=now.last_error_ms,
        last_delivered_ms=now.last_delivered_ms,
        next_attempt_ms=now.paused_until_ms or None,
        dead=tx.dead_count(),
        dead_messages=tuple(part_of(message, OutboxEntry) for message in tx.dead(DEAD_SHOWN)),
    )
