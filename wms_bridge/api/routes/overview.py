"""How things are going."""

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from planner.codec.messages import encode, to_json
from wms_bridge.api.answers import (
    AlarmOut,
    AlarmsOut,
    DiscrepanciesOut,
    DiscrepancyOut,
    StatusOut,
    WmsStatus,
)
from wms_bridge.api.context import Context, InContext
from wms_bridge.outbox import DeliveryStatus

router = APIRouter(prefix="/v1", tags=["overview"])


@router.get("/kpis")
def kpis(context: InContext) -> Response:
    """``bridge``: counts since the bridge was set up; ``floor``: the ``Kpis`` of the latest view,
    or null before the first."""
    view = context.latest.view
    counts = {name.value: count for name, count in context.bridge.tallies().items()}
    body = {"bridge": counts, "floor": view.kpis if view else None}
    return Response(encode(body), media_type="application/json")


@router.get("/alarms")
def alarms(context: InContext) -> AlarmsOut:
    """The latest word on every subject, the latest change first."""
    found = context.bridge.alarms()
    return AlarmsOut(alarms=[AlarmOut.model_validate(alarm) for alarm in found])


@router.get("/discrepancies")
def discrepancies(
    context: InContext, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> DiscrepanciesOut:
    """Where slots and books differed, newest first."""
    found = context.bridge.discrepancies(limit)
    return DiscrepanciesOut(discrepancies=[DiscrepancyOut.model_validate(item) for item in found])


@router.get("/ledger/verify")
def verify(context: InContext) -> Response:
    """Check the books from the first entry on."""
    report = context.bridge.verify()
    body = {"sound": report.sound, **to_json(report)}
    return Response(encode(body), media_type="application/json")


@router.get("/status")
def status(request: Request, context: InContext) -> StatusOut:
    """How the bridge and its way to the WMS are."""
    with context.bridge.store.reading() as tx:
        feed, backlog = tx.last_event(), tx.backlog()
    return StatusOut(
        site=context.bridge.site.name,
        version=version("podherd"),
        now_ms=context.clock(),
        started_ms=context.started_ms,
        feed=feed,
        wms=_wms(context, backlog),
    )


def _wms(context: Context, backlog: int) -> WmsStatus:
    delivery = context.delivery
    now = delivery.status if delivery else DeliveryStatus()
    return WmsStatus(
        configured=delivery is not None,
        healthy=delivery is not None and now.failures == 0,
        backlog=backlog,
        failures=now.failures,
        last_error=now.last_error,
        last_error_ms=now.last_error_ms,
        last_delivered_ms=now.last_delivered_ms,
        next_attempt_ms=now.paused_until_ms or None,
    )
