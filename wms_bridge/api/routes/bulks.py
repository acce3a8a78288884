"""Many orders in one request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParam
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from wms_bridge.access.roles import Permission
from wms_bridge.answers import BulkTaken
from wms_bridge.api.bulk import CSV, JSON, JSON_LINES, READERS, BodyReader, reject_file
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.params import Key
from wms_bridge.api.permitting import needs
from wms_bridge.api.sites import SiteName, of_this_site
from wms_bridge.bulk import Bulks, summary
from wms_bridge.topics import Topic

router = APIRouter(prefix="/v1", tags=["orders"])
BulkKey = Annotated[str, PathParam(description="The Idempotency-Key of the bulk.")]
_BODY = {
    "required": True,
    "content": {
        JSON: {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/NamedOrderIn"}}},
        CSV: {"schema": {"type": "string"}},
        JSON_LINES: {"schema": {"type": "string"}},
    },
}
_REJECTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV: {"schema": {"type": "string"}}}, "description": "The rows."}
}


@router.post(
    "/orders/{site}/bulk",
    openapi_extra={"requestBody": _BODY},
    dependencies=[of_this_site(), needs(Permission.ORDER, bulk=True)],
)
async def post_orders(
    site: SiteName, request: Request, context: InContext, key: Key = None
) -> BulkTaken:
    """Take many orders: a JSON array, JSON lines (``application/x-ndjson``), or ``text/csv`` with
    the columns ``order_id``, ``ts``, ``sku`` and ``qty``. What is wrong with one order does not
    hold up the others. With a key the bridge remembers how far it is: the same body sent again
    after a cut goes on at the first row not taken."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    with TemporaryDirectory(prefix="podherd-bulk-") as folder:
        file = Path(folder) / "body"
        with file.open("wb") as copy:
            async for chunk in request.stream():
                copy.write(chunk)
        return await run_in_threadpool(_take, context, file, READERS[kind], key)


@router.get("/bulk/{key}", dependencies=[needs(Permission.SEE)])
def bulk(key: BulkKey, context: InContext) -> BulkTaken:
    """How far a bulk is that was sent with a key."""
    return summary(Bulks(context.bridge.store).parts(key), key)


@router.get(
    "/bulk/{key}/rejects",
    response_class=Response,
    responses=_REJECTS,
    dependencies=[needs(Permission.SEE)],
)
def rejects(key: BulkKey, context: InContext) -> Response:
    """All rejected rows of a bulk so far, as CSV."""
    parts = Bulks(context.bridge.store).parts(key)
    headers = {"Content-Disposition": 'attachment; filename="rejects.csv"'}
    return StreamingResponse(reject_file(parts), media_type=CSV, headers=headers)


def _take(context: Context, file: Path, read: BodyReader, key: str | None) -> BulkTaken:
    bulks = Bulks(context.bridge.store)
    parts = []
    with _told(context):
        for part in bulks.take(read(file), key, context.clock()):
            parts.append(part)
            context.bridge.tell(Topic.FEED)
    return summary(parts if key is None else bulks.parts(key), key)


@contextmanager
def _told(context: Context) -> Iterator[None]:
    try:
        yield
    finally:
        context.bridge.tell(Topic.FEED)
