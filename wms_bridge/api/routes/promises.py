"""What can be promised, reservations, and stock as a picture with everything that changed since."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from planner.codec.messages import encode
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import Sku
from wms_bridge.access.roles import Permission
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Limit, Wait
from wms_bridge.api.permitting import needs
from wms_bridge.promises.reserving import ReservationMade, ReservationWish
from wms_bridge.records.promises import Reservation

MOST_SKUS = 500
_SEE = [needs(Permission.SEE)]
_ORDER = [needs(Permission.ORDER)]

router = APIRouter(prefix="/v1", tags=["promises"])
Skus = Annotated[
    list[str], Query(alias="sku", min_length=1, max_length=MOST_SKUS, description="Which SKUs.")
]
NameAfter = Annotated[str, Query(max_length=100, description="Only those with a name above.")]


class ReservedIn(BaseModel):
    """Pieces of an SKU."""

    model_config = ConfigDict(extra="forbid")
    sku: StrictStr
    quantity: StrictInt


class ReservationIn(BaseModel):
    """What is to be reserved, until ``until_ms`` (ms of the bridge's clock) if that is given."""

    model_config = ConfigDict(extra="forbid")
    lines: list[ReservedIn] = Field(max_length=1_000)
    until_ms: StrictInt | None = None

    def wish(self, reservation: str) -> ReservationWish:
        """As the service takes it."""
        lines = tuple((Sku(line.sku), line.quantity) for line in self.lines)
        return ReservationWish(reservation, lines, self.until_ms)


class AvailableOut(BaseModel):
    """See :class:`wms_bridge.records.promises.Availability`."""

    sku: str
    available: int
    in_slots: int
    quarantined: int
    held: int
    ordered: int
    reserved: int
    on_dock: int


class AvailabilityOut(BaseModel):
    """What can be promised, by SKU."""

    availability: list[AvailableOut]


class ReservationsOut(BaseModel):
    """Reservations that are held, by name."""

    reservations: tuple[Reservation, ...]


@router.get("/stock/available", dependencies=_SEE)
def available(context: InContext, skus: Skus) -> AvailabilityOut:
    """What there is of SKUs, what of it is spoken for, and what can be promised."""
    found = context.bridge.promises.availability([Sku(sku) for sku in skus], context.clock())
    return AvailabilityOut(
        availability=[
            AvailableOut(
                sku=item.sku,
                available=item.available,
                in_slots=item.in_slots,
                quarantined=item.quarantined,
                held=item.held,
                ordered=item.ordered,
                reserved=item.reserved,
                on_dock=item.on_dock,
            )
            for item in found
        ]
    )


@router.get("/stock/snapshot", dependencies=_SEE)
def snapshot(context: InContext) -> Response:
    """All stock by the books, by account, as of the entry ``watermark``; read on from there with
    ``GET /v1/stock/deltas?after=<watermark>``."""
    body = encode(context.bridge.promises.stock())
    return Response(body, media_type="application/json")


@router.get("/stock/deltas", dependencies=_SEE)
async def deltas(
    context: InContext, after: After = 0, wait_s: Wait = 0, limit: Limit = 100
) -> Response:
    """Movements of the books above number ``after``, without gaps, as ``{"deltas": [{"number": 1,
    "movement": {...}}]}``. With ``wait_s`` the answer waits up to that long for one."""
    found = await wait_for_news(
        context.feed, lambda: context.bridge.promises.entries(after, limit), wait_s
    )
    listed = [{"number": entry.number, "movement": entry.movement} for entry in found]
    return Response(encode({"deltas": listed}), media_type="application/json")


@router.get("/reservations", dependencies=_SEE)
def reservations(context: InContext, after: NameAfter = "", limit: Limit = 100) -> ReservationsOut:
    """Reservations that are held, by name; some may be over."""
    return ReservationsOut(reservations=context.bridge.promises.reservations(limit, after))


@router.put("/reservations/{reservation:path}", status_code=HTTPStatus.CREATED, dependencies=_ORDER)
def reserve(
    reservation: str, body: ReservationIn, context: InContext, response: Response
) -> Reservation:
    """Promise what is available of what is asked for to the order of this name, once. A repeat has
    the same answer, and the header ``Idempotency-Replayed: true``."""
    made = context.bridge.promises.reserve(body.wish(reservation), context.clock())
    return _told(made, response)


@router.delete("/reservations/{reservation:path}", dependencies=_ORDER)
def release(reservation: str, context: InContext, response: Response) -> Reservation:
    """Promise nothing any more. Released again, it stays so."""
    return _told(context.bridge.promises.release(reservation, context.clock()), response)


@router.get("/reservations/{reservation:path}", dependencies=_SEE)
def one_reservation(reservation: str, context: InContext) -> Reservation:
    """One reservation, whatever has become of it."""
    found = context.bridge.promises.reservation(reservation)
    if found is None:
        raise NotFound("no such reservation", field="reservation", value=reservation)
    return found


def _told(made: ReservationMade, response: Response) -> Reservation:
    if made.repeated:
        response.headers["Idempotency-Replayed"] = "true"
        response.status_code = HTTPStatus.OK
    return made.reservation
