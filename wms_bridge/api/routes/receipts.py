"""Goods received: booked onto the dock, put into pods at replenishment stations."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from planner.codec.messages import encode
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import PutId, ReceiptId, StationId
from wms_bridge.access.roles import Permission
from wms_bridge.answers import ReceiptProgress
from wms_bridge.api.answers import PutTakenOut, ReceiptsOut, ReceiptTaken, part_of
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.bodies import answers, list_of, ref
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Key, Limit, Wait
from wms_bridge.api.permitting import needs
from wms_bridge.api.requests import ConfirmPutIn, ReceiptIn
from wms_bridge.records.work import ReceiptQuery

router = APIRouter(prefix="/v1", tags=["receipts"])
OpenOnly = Annotated[bool, Query(alias="open", description="Only those with goods at the dock.")]


@router.post("/receipts", status_code=HTTPStatus.CREATED, dependencies=[needs(Permission.ORDER)])
def post_receipt(
    body: ReceiptIn, context: InContext, response: Response, key: Key = None
) -> ReceiptTaken:
    """Take goods received once per key; without a key the receipt id serves. A repeat has the same
    answer, and the header ``Idempotency-Replayed: true``."""
    accepted = context.bridge.receive_goods(body.goods(), context.clock(), key, body.serials)
    if accepted.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(accepted, ReceiptTaken)


@router.get("/receipts", dependencies=[needs(Permission.SEE)])
def receipts(
    context: InContext, open_only: OpenOnly = False, after: After = 0, limit: Limit = 100
) -> ReceiptsOut:
    """Goods received, oldest first. For the next page send the number of the last one seen as
    ``after``."""
    found = context.bridge.receipts(ReceiptQuery(open_only, after, limit))
    return ReceiptsOut(receipts=tuple(part_of(record, ReceiptProgress) for record in found))


@router.get("/receipts/{receipt:path}", dependencies=[needs(Permission.SEE)])
def receipt(receipt: str, context: InContext) -> ReceiptProgress:
    """How far a receipt has been put away."""
    found = context.bridge.receipt(ReceiptId(receipt))
    if found is None:
        raise NotFound(
            "no such receipt",
            field="receipt",
            value=receipt,
            remedy="Ask for receipts listed by GET /v1/receipts.",
        )
    return part_of(found, ReceiptProgress)


@router.get(
    "/stations/{station}/puts",
    responses=answers(list_of("puts", ref("PutRecord"))),
    dependencies=[needs(Permission.SEE_STATION)],
)
async def puts(station: str, context: InContext, after: After = 0, wait_s: Wait = 0) -> Response:
    """Puts still to do, in the order shown, as ``{"puts": [{"number": 1, "task": {...}}]}``.

    With ``wait_s`` the answer waits up to that long for a put with a number above ``after``.
    """
    where = StationId(station)
    found = await wait_for_news(
        context.puts, lambda: context.bridge.open_puts(where, after), wait_s
    )
    return Response(encode({"puts": found}), media_type="application/json")


@router.post("/puts/{put:path}/confirm", dependencies=[needs(Permission.WORK_STATION)])
def confirm(
    put: str, body: ConfirmPutIn, context: InContext, response: Response, key: Key = None
) -> PutTakenOut:
    """Post what was put into the slot, once per put. A repeat has the same answer, and the header
    ``Idempotency-Replayed: true``."""
    taken = context.bridge.confirm_put(
        PutId(put), body.quantity, context.clock(), key, body.serials
    )
    if taken.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(taken, PutTakenOut)
