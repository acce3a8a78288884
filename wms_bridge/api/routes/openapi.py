"""The contract of this bridge, as OpenAPI."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from wms_bridge.access.roles import Permission
from wms_bridge.api.contract import document
from wms_bridge.api.permitting import needs

router = APIRouter(prefix="/v1", tags=["overview"])


@router.get("/openapi.json", dependencies=[needs(Permission.SEE_STATION)])
def openapi(request: Request) -> dict[str, Any]:
    """This contract, as OpenAPI 3.1."""
    return JSONResponse(document(request.app))  # type: ignore[return-value]
