"""Pick orders."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import OrderId
from wms_bridge.answers import BulkTaken, OrderProgress, OrderWithLines
from wms_bridge.api.answers import OrderAlteredOut, OrdersOut, OrderTaken, part_of
from wms_bridge.api.bulk import take_csv, take_json
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Before, Key, Limit
from wms_bridge.api.requests import ChangeIn, OrderIn, PriorityIn
from wms_bridge.changing import OrderAltered
from wms_bridge.records.work import OrderQuery, OrderStatus, Sort

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.post("", status_code=HTTPStatus.CREATED)
def post_order(
    body: OrderIn, context: InContext, response: Response, key: Key = None
) -> OrderTaken:
    """Take an order once per key; without a key the order id serves. A repeat has the same
    answer, and the header ``Idempotency-Replayed: true``."""
    accepted = context.bridge.receive_order(body.pick_order(), context.clock(), key)
    if accepted.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(accepted, OrderTaken)


@router.post("/bulk")
async def post_orders(request: Request, context: InContext) -> BulkTaken:
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
    order: Sort = Sort.NEWEST,
    after: After = 0,
    before: Before = None,
    limit: Limit = 100,
) -> OrdersOut:
    """Orders, newest or oldest first. For the next page send the number of the last one seen, as
    ``before`` if newest and as ``after`` if oldest come first."""
    found = context.bridge.orders(OrderQuery(status, order, after, before, limit))
    return OrdersOut(orders=tuple(part_of(record, OrderProgress) for record in found))


@router.post("/{order:path}/cancel")
def cancel(order: str, context: InContext, response: Response, key: Key = None) -> OrderAlteredOut:
    """Stop an order. Picks that are not confirmed are withdrawn; what is picked stays in its tote,
    and the WMS is told. A repeat has the same answer."""
    altered = context.bridge.cancel_order(OrderId(order), context.clock(), key)
    return _altered(altered, response)


@router.put("/{order:path}")
def change(
    order: str, body: ChangeIn, context: InContext, response: Response, key: Key = None
) -> OrderAlteredOut:
    """Give an open order new contents, all or nothing. Lines are matched by their numbers; none may
    ask for less than is picked of it."""
    altered = context.bridge.change_order(body.pick_order(order), context.clock(), key)
    return _altered(altered, response)


@router.post("/{order:path}/priority")
def prioritise(
    order: str, body: PriorityIn, context: InContext, response: Response, key: Key = None
) -> OrderAlteredOut:
    """Make an open order urgent (1 or more) or ordinary (0)."""
    altered = context.bridge.prioritise_order(
        OrderId(order), body.priority, context.clock(), body.due_ms, key
    )
    return _altered(altered, response)


def _altered(altered: OrderAltered, response: Response) -> OrderAlteredOut:
    if altered.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(altered, OrderAlteredOut)


@router.get("/{order:path}")
def order(order: str, context: InContext) -> OrderWithLines:
    """One order with its lines."""
    details = context.bridge.order(OrderId(order))
    if details is None:
        raise NotFound(
            "no such order",
            field="order",
            value=order,
            remedy="Ask for orders listed by GET /v1/orders.",
        )
    return part_of(details.order, OrderWithLines, order_lines=details.lines)
