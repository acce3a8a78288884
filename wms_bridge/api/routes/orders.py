"""Pick orders."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import OrderId
from wms_bridge.access.roles import Permission
from wms_bridge.answers import OrderProgress, OrderWithLines
from wms_bridge.api.answers import OrderAlteredOut, OrdersOut, OrderTaken, part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Before, Key, Limit, Seen
from wms_bridge.api.permitting import needs
from wms_bridge.api.requests import OrderIn, PriorityIn
from wms_bridge.api.sites import SiteName, of_this_site
from wms_bridge.changing import OrderAltered
from wms_bridge.records.work import OrderQuery, OrderStatus, Sort

router = APIRouter(prefix="/v1/orders/{site}", tags=["orders"], dependencies=[of_this_site()])
ExternalId = Annotated[str, Path(description="The order's id at the WMS, percent-encoded.")]
Search = Annotated[
    str, Query(max_length=200, description="A part of the order's id, or a whole SKU.")
]
SEE, ORDER = needs(Permission.SEE), needs(Permission.ORDER)
REPLAYED = "Idempotency-Replayed"


@router.get("", dependencies=[SEE])
def orders(
    site: SiteName,
    context: InContext,
    status: OrderStatus | None = None,
    order: Sort = Sort.NEWEST,
    after: After = 0,
    before: Before = None,
    limit: Limit = 100,
    search: Search = "",
) -> OrdersOut:
    """Orders, newest or oldest first. For the next page send the number of the last one seen, as
    ``before`` if newest and as ``after`` if oldest come first."""
    found = context.bridge.orders(OrderQuery(status, order, after, before, limit, search.strip()))
    return OrdersOut(orders=tuple(part_of(record, OrderProgress) for record in found))


@router.put(
    "/{external_id:path}",
    status_code=HTTPStatus.CREATED,
    responses={200: {"model": OrderTaken, "description": "It came before; nothing is done."}},
    dependencies=[ORDER],
)
def put_order(
    site: SiteName, external_id: ExternalId, body: OrderIn, context: InContext, response: Response
) -> OrderTaken:
    """Take an order, once. The same again is answered with 200 and the header
    ``Idempotency-Replayed: true``; another body under the same id is a conflict."""
    accepted = context.bridge.receive_order(body.pick_order(external_id), context.clock())
    if accepted.repeated:
        response.status_code = HTTPStatus.OK
        response.headers[REPLAYED] = "true"
    return part_of(accepted, OrderTaken)


@router.post("/{external_id:path}/change", dependencies=[ORDER])
def change(
    site: SiteName,
    external_id: ExternalId,
    body: OrderIn,
    context: InContext,
    response: Response,
    key: Key = None,
    seen: Seen = None,
) -> OrderAlteredOut:
    """Give an open order new contents, all or nothing. Lines are matched by their numbers; none may
    ask for less than is picked of it."""
    altered = context.bridge.change_order(
        body.pick_order(external_id), context.clock(), key, context.pods_under_way(), _tag(seen)
    )
    return _altered(altered, response)


@router.post("/{external_id:path}/cancel", dependencies=[ORDER])
def cancel(
    site: SiteName,
    external_id: ExternalId,
    context: InContext,
    response: Response,
    key: Key = None,
    seen: Seen = None,
) -> OrderAlteredOut:
    """Stop an order. Picks that are not confirmed are withdrawn; what is picked stays in its tote,
    and the WMS is told. A repeat has the same answer."""
    altered = context.bridge.cancel_order(
        OrderId(external_id), context.clock(), key, context.pods_under_way(), _tag(seen)
    )
    return _altered(altered, response)


@router.post("/{external_id:path}/priority", dependencies=[needs(Permission.OPERATE)])
def prioritise(
    site: SiteName,
    external_id: ExternalId,
    body: PriorityIn,
    context: InContext,
    response: Response,
    key: Key = None,
    seen: Seen = None,
) -> OrderAlteredOut:
    """Make an open order urgent (1 or more) or ordinary (0)."""
    altered = context.bridge.prioritise_order(
        OrderId(external_id),
        body.priority,
        context.clock(),
        body.due_ms,
        key,
        context.pods_under_way(),
        _tag(seen),
    )
    return _altered(altered, response)


@router.get("/{external_id:path}", dependencies=[SEE])
def order(site: SiteName, external_id: ExternalId, context: InContext) -> OrderWithLines:
    """One order with its lines, and how far it is."""
    details = context.bridge.order(OrderId(external_id), context.pods_under_way())
    if details is None:
        raise NotFound(
            "no such order",
            field="order",
            value=external_id,
            remedy="Ask for orders listed by GET /v1/orders/{site}.",
        )
    return part_of(
        details.order,
        OrderWithLines,
        phase=details.phase,
        order_lines=details.lines,
        etag=details.order.etag,
    )


def _tag(seen: str | None) -> str | None:
    """An entity tag without its quotes."""
    return None if seen is None else seen.strip().strip('"')


def _altered(altered: OrderAltered, response: Response) -> OrderAlteredOut:
    if altered.repeated:
        response.headers[REPLAYED] = "true"
    return part_of(altered, OrderAlteredOut)
