"""Picks: what a station is to take, and what was taken."""

from fastapi import APIRouter, Response

from planner.codec.messages import encode
from planner.warehouse.ids import PickId, StationId
from wms_bridge.api.answers import PickTakenOut, part_of
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Key, Wait
from wms_bridge.api.requests import ConfirmIn

router = APIRouter(prefix="/v1", tags=["picks"])


@router.get("/stations/{station}/picks")
async def picks(station: str, context: InContext, after: After = 0, wait_s: Wait = 0) -> Response:
    """Picks still to do, in the order shown, as ``{"picks": [{"number": 1, "task": {...}}]}``.

    With ``wait_s`` the answer waits up to that long for a pick with a number above ``after``.
    """
    where = StationId(station)
    found = await wait_for_news(
        context.picks, lambda: context.bridge.open_picks(where, after), wait_s
    )
    return Response(encode({"picks": found}), media_type="application/json")


@router.post("/picks/{pick:path}/confirm")
def confirm(
    pick: str, body: ConfirmIn, context: InContext, response: Response, key: Key = None
) -> PickTakenOut:
    """Post what the picker took, once per pick. A repeat has the same answer, and the header
    ``Idempotency-Replayed: true``."""
    taken = context.bridge.confirm_pick(
        PickId(pick), body.quantity, context.clock(), body.reason, key
    )
    if taken.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(taken, PickTakenOut)
