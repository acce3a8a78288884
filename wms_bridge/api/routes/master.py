"""The site, its catalogue and its stock."""

from typing import Annotated

from fastapi import APIRouter, Header, Response

from planner.codec.messages import encode
from planner.warehouse.ids import PodId, Sku, SlotId
from wms_bridge.api.answers import SkusTaken, StockOut
from wms_bridge.api.context import InContext
from wms_bridge.api.requests import OpeningStockIn, SkusIn
from wms_bridge.stocking import StockLoaded

router = APIRouter(prefix="/v1", tags=["site and stock"])
Key = Annotated[str, Header(alias="Idempotency-Key")]


@router.get("/site")
def site(context: InContext) -> Response:
    """The site document."""
    return Response(encode(context.bridge.site), media_type="application/json")


@router.put("/skus")
def put_skus(body: SkusIn, context: InContext) -> SkusTaken:
    """Add articles to the catalogue, or replace what is said of them."""
    records = body.records()
    context.bridge.put_skus(records, context.clock())
    return SkusTaken(skus=len(records))


@router.get("/skus")
def skus(context: InContext) -> Response:
    """The catalogue, by SKU."""
    body = encode({"skus": context.bridge.catalogue()})
    return Response(body, media_type="application/json")


@router.put("/stock")
def put_stock(body: OpeningStockIn, context: InContext, key: Key) -> StockLoaded:
    """Post opening stock: all records or none, once per key."""
    return context.bridge.load_stock(body.balances(), key, context.clock())


@router.get("/stock")
def stock(
    context: InContext, sku: str | None = None, slot: str | None = None, pod: str | None = None
) -> StockOut:
    """What lies in the slots by the books, narrowed by what is given."""
    found = context.bridge.stock(
        None if sku is None else Sku(sku),
        None if slot is None else SlotId(slot),
        None if pod is None else PodId(pod),
    )
    return StockOut(stock=found)
