"""Pick orders."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import OrderId
from wms_bridge.api.answers import (
    LineOut,
    OrderDetailsOut,
    OrderOut,
    OrdersOut,
    OrdersTaken,
    OrderTaken,
)
from wms_bridge.api.bulk import take_csv, take_json
from wms_bridge.api.context import InContext
from wms_bridge.api.requests import OrderIn
from wms_bridge.records import OrderStatus

router = APIRouter(prefix="/v1/orders", tags=["orders"])
Key = Annotated[str | None, Header(alias="Idempotency-Key")]


@router.post("", status_code=HTTPStatus.CREATED)
def post_order(
    body: OrderIn, context: InContext, response: Response, key: Key = None
) -> OrderTaken:
    """Take an order once per key; without a key the order id serves. A repeat has the same
    answer, and the header ``Idempotency-Replayed: true``."""
    accepted = context.bridge.receive_order(body.pick_order(), context.clock(), key)
    if accepted.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return OrderTaken.model_validate(accepted)


@router.post("/bulk")
async def post_orders(request: Request, context: InContext) -> OrdersTaken:
    """Take many orders: a JSON array of orders, or ``text/csv`` with the columns ``order_id``,
    ``ts``, ``sku`` and ``qty``. What is wrong with one order does not hold up the others."""
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    take = take_csv if kind == "text/csv" else take_json
    return await run_in_threadpool(take, context.bridge, body, context.clock())


@router.get("")
def orders(
    context: InContext,
    status: OrderStatus | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> OrdersOut:
    """Orders, newest first; ``before`` is the number of the last one seen."""
    found = context.bridge.orders(status, before, limit)
    return OrdersOut(orders=[OrderOut.model_validate(record) for record in found])


@router.get("/{order:path}")
def order(order: str, context: InContext) -> OrderDetailsOut:
    """One order with its lines."""
    details = context.bridge.order(OrderId(order))
    if details is None:
        raise NotFound(
            "no such order",
            field="order",
            value=order,
            remedy="Ask for orders listed by GET /v1/orders.",
        )
    lines = [LineOut.model_validate(line) for line in details.lines]
    summary = OrderOut.model_validate(details.order)
    return OrderDetailsOut(**summary.model_dump(), order_lines=lines)
