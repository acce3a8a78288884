"""Stations: which are closed, what one is to pick, and what was picked."""

from fastapi import APIRouter, Response

from planner.codec.messages import encode
from planner.warehouse.ids import PickId, StationId
from wms_bridge.access.roles import Permission
from wms_bridge.api.answers import PickFailedOut, PickTakenOut, StationsOut, part_of
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.bodies import answers, list_of, ref
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Key, Wait
from wms_bridge.api.permitting import needs
from wms_bridge.api.requests import CloseIn, ConfirmIn
from wms_bridge.records.work import StationRecord

router = APIRouter(prefix="/v1", tags=["picks"])


@router.get(
    "/stations/{station}/picks",
    responses=answers(list_of("picks", ref("PickRecord"))),
    dependencies=[needs(Permission.SEE_STATION)],
)
async def picks(station: str, context: InContext, after: After = 0, wait_s: Wait = 0) -> Response:
    """Picks still to do, in the order shown, as ``{"picks": [{"number": 1, "task": {...}}]}``.

    With ``wait_s`` the answer waits up to that long for a pick with a number above ``after``.
    """
    where = StationId(station)
    found = await wait_for_news(
        context.picks, lambda: context.bridge.open_picks(where, after), wait_s
    )
    return Response(encode({"picks": found}), media_type="application/json")


@router.get("/stations", dependencies=[needs(Permission.SEE_STATION)])
def listed(context: InContext) -> StationsOut:
    """All stations of the site, and which of them an operator has closed."""
    return StationsOut(stations=context.bridge.stations())


@router.post("/stations/{station}/close", dependencies=[needs(Permission.OPERATE)])
def close(station: str, context: InContext, body: CloseIn | None = None) -> StationRecord:
    """Close a station: it takes no more orders, and finishes those on its put wall unless closed
    ``at_once``. Closed again, it is closed in the way last asked for."""
    at_once = body is not None and body.at_once
    return context.bridge.close_station(StationId(station), context.clock(), at_once=at_once)


@router.post("/stations/{station}/open", dependencies=[needs(Permission.OPERATE)])
def reopen(station: str, context: InContext) -> StationRecord:
    """Let a station work again; one that is open stays so."""
    return context.bridge.open_station(StationId(station), context.clock())


@router.post("/picks/{pick:path}/fail", dependencies=[needs(Permission.WORK_STATION)])
def fail(pick: str, context: InContext) -> PickFailedOut:
    """A robot arm could not take the pick: it is listed for a person until it is confirmed or
    withdrawn."""
    return part_of(
        context.bridge.fail_pick(PickId(pick), context.clock()), PickFailedOut, pick=pick
    )


@router.get(
    "/exceptions",
    responses=answers(list_of("exceptions", ref("PickRecord"))),
    dependencies=[needs(Permission.SEE_STATION)],
)
def exceptions(context: InContext) -> Response:
    """Picks that a robot arm failed at and that a person may still take, in the order shown."""
    found = context.bridge.exceptions()
    return Response(encode({"exceptions": found}), media_type="application/json")


@router.post("/picks/{pick:path}/confirm", dependencies=[needs(Permission.WORK_STATION)])
def confirm(
    pick: str, body: ConfirmIn, context: InContext, response: Response, key: Key = None
) -> PickTakenOut:
    """Post what the picker took, once per pick. A repeat has the same answer, and the header
    ``Idempotency-Replayed: true``."""
    taken = context.bridge.confirm_pick(
        PickId(pick), body.quantity, context.clock(), body.reason, key, body.lot, body.serials
    )
    if taken.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(taken, PickTakenOut)
