"""The site, its catalogue and its stock."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from planner.codec.messages import encode
from planner.warehouse.ids import PodId, Sku, SlotId
from wms_bridge.access.roles import Permission
from wms_bridge.api.answers import SkusTaken, StockOut
from wms_bridge.api.bodies import answers, list_of, ref
from wms_bridge.api.context import InContext
from wms_bridge.api.permitting import needs
from wms_bridge.api.requests import OpeningStockIn, SkusIn
from wms_bridge.stocking import StockLoaded

AfterSlot = Annotated[str, Query(description="Only slots whose names come after this one.")]
MostSlots = Annotated[int, Query(ge=1, le=10_000, description="How many at most.")]
router = APIRouter(prefix="/v1", tags=["site and stock"])
Key = Annotated[str, Header(alias="Idempotency-Key")]
SkuLimit = Annotated[int, Query(ge=1, le=10_000, description="How many at most.")]


@router.get("/site", responses=answers(ref("Site")), dependencies=[needs(Permission.SEE_STATION)])
def site(context: InContext) -> Response:
    """The site document."""
    return Response(encode(context.bridge.site), media_type="application/json")


@router.put("/skus", dependencies=[needs(Permission.ORDER, bulk=True)])
def put_skus(body: SkusIn, context: InContext) -> SkusTaken:
    """Add articles to the catalogue, or replace what is said of them."""
    records = body.records()
    context.bridge.put_skus(records, context.clock())
    return SkusTaken(skus=len(records))


@router.get(
    "/skus",
    responses=answers(list_of("skus", ref("SkuRecord"))),
    dependencies=[needs(Permission.SEE)],
)
def skus(
    context: InContext,
    sku: str | None = None,
    after: Annotated[str | None, Query(description="Only SKUs sorted behind this one.")] = None,
    limit: SkuLimit = 1_000,
) -> Response:
    """The catalogue, by SKU and page by page; or what it says of one SKU."""
    bridge = context.bridge
    if sku is None:
        found = bridge.catalogue(None if after is None else Sku(after), limit)
    else:
        found = bridge.sku_records([Sku(sku)])
    return Response(encode({"skus": found}), media_type="application/json")


@router.put("/stock", dependencies=[needs(Permission.ORDER, bulk=True)])
def put_stock(body: OpeningStockIn, context: InContext, key: Key) -> StockLoaded:
    """Post opening stock: all records or none, once per key."""
    return context.bridge.load_stock(
        body.balances(), key, context.clock(), body.lots(), body.serials()
    )


@router.get("/stock", dependencies=[needs(Permission.SEE)])
def stock(
    context: InContext,
    sku: str | None = None,
    slot: str | None = None,
    pod: str | None = None,
    after: AfterSlot = "",
    limit: MostSlots = 1000,
) -> StockOut:
    """What lies in the slots by the books, narrowed by what is given. For the next page send
    ``next`` as ``after``; it is null on the last one."""
    page, following = context.bridge.stock_page(
        SlotId(after),
        limit,
        None if sku is None else Sku(sku),
        None if slot is None else SlotId(slot),
        None if pod is None else PodId(pod),
    )
    return StockOut(stock=page, next=following)
