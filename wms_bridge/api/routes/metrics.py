"""Metrics for Prometheus."""

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import choose_encoder

from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.metrics import registry_of
from wms_bridge.api.permitting import needs

router = APIRouter()


@router.get("/metrics", dependencies=[needs(Permission.SEE)], include_in_schema=False)
def metrics(request: Request, context: InContext) -> Response:
    """The state in the text format of Prometheus, or as OpenMetrics if that is asked for. Not part
    of the contract under ``/v1``: docs/reference/metrics.md names what there is."""
    encoder, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encoder(registry_of(context)), headers={"Content-Type": media_type})
