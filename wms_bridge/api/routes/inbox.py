"""What came from the WMS, how the link to it is, and whether its stock agrees with ours."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from planner.warehouse.errors import NotFound, Unavailable
from wms_bridge.access.roles import Permission
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.params import Before, Limit, Number
from wms_bridge.api.permitting import needs
from wms_bridge.link_answers import InboxDocument, LinkState, StockDifference, StockState
from wms_bridge.ports.store import DeliveryFailed, NoStockTold
from wms_bridge.records.links import (
    ForeignMove,
    InboxEntry,
    InboxQuery,
    InboxState,
    StockCheck,
)

_SEE = [needs(Permission.SEE)]
_OPERATE = [needs(Permission.OPERATE)]

router = APIRouter(tags=["links"])


class InboxOut(BaseModel):
    """Documents, the latest first."""

    documents: tuple[InboxDocument, ...]


class ForeignMovesOut(BaseModel):
    """Moves, the latest first."""

    moves: tuple[ForeignMove, ...]


@router.get("/inbox", dependencies=_SEE)
def documents(
    context: InContext,
    state: Annotated[InboxState | None, Query(description="Only those in this state.")] = None,
    before: Before = None,
    limit: Limit = 100,
) -> InboxOut:
    """Documents of the WMS and what became of them, the latest first, without their bodies."""
    found = context.bridge.inbox.entries(InboxQuery(state, before, limit))
    return InboxOut(documents=tuple(part_of(entry, InboxDocument) for entry in found))


@router.get("/inbox/{number}", dependencies=_SEE)
def document(number: Number, context: InContext) -> InboxEntry:
    """One document with its body (JSON as text)."""
    with context.bridge.store.reading() as tx:
        entry = tx.inbox_entry(number)
    if entry is None:
        raise NotFound(
            "no such document",
            field="number",
            value=number,
            remedy="Name a document listed by GET /v1/inbox.",
        )
    return entry


@router.post("/inbox/{number}/retry", dependencies=_OPERATE)
def retry(number: Number, context: InContext) -> InboxDocument:
    """Try a rejected document again; any other is left as it is. The answer tells what became of
    it."""
    return part_of(context.bridge.inbox.retry(number, context.clock()), InboxDocument)


@router.get("/links", dependencies=_SEE)
def link_state(context: InContext) -> LinkState:
    """How telling the WMS and reading from it go, how far it is read and what waits."""
    link, delivery = context.link, context.delivery
    now = delivery.status if delivery else None
    with context.bridge.store.reading() as tx:
        return LinkState(
            reading=link.status if link else None,
            telling=now.circuit.value if now else None,
            under_way=now.under_way if now else 0,
            backlog=tx.backlog(),
            cursors=tx.cursors(),
            rejected=tx.inbox_count(InboxState.REJECTED),
            late=tx.inbox_count(InboxState.LATE),
            foreign_moves=tx.foreign_move_count(),
        )


@router.get("/links/moves", dependencies=_SEE)
def foreign_moves(context: InContext, before: Before = None, limit: Limit = 100) -> ForeignMovesOut:
    """Stock that the WMS moved on its own account, so that its books and ours differ by it."""
    with context.bridge.store.reading() as tx:
        return ForeignMovesOut(moves=tx.foreign_moves(before, limit))


@router.get("/links/stock", dependencies=_SEE)
def stock_check(context: InContext) -> StockState:
    """The latest check of the WMS's stock against our books; see ``POST /v1/links/stock``."""
    with context.bridge.store.reading() as tx:
        check = tx.last_stock_check()
    if check is None:
        raise NotFound(
            "the stock of the WMS was never checked",
            field="stock",
            remedy="Have it checked by POST /v1/links/stock.",
        )
    return _stock_state(check)


@router.post("/links/stock", dependencies=_OPERATE)
async def check_stock(context: InContext) -> StockState:
    """Hold all stock of the WMS against our books now, considering what it has not been told.
    Nothing is adjusted on either side."""
    link = context.link
    if link is None:
        raise NotFound(
            "this bridge reads no WMS",
            field="link",
            remedy="Start it with --wms and the address of a connector.",
        )
    try:
        return _stock_state(await link.check_stock())
    except NoStockTold as without:
        raise NotFound(
            f"the WMS tells no stock: {without.reason}",
            field="stock",
            remedy="Have it told (a drop folder: by a stock file), if it can be.",
        ) from without
    except DeliveryFailed as failure:
        raise Unavailable(
            f"the WMS cannot be asked: {failure.reason}",
            field="wms",
            remedy="Try again once GET /v1/links says that it is well.",
        ) from failure


def _stock_state(check: StockCheck) -> StockState:
    rows = tuple(
        part_of(row, StockDifference, difference=row.difference) for row in check.differences
    )
    return part_of(check, StockState, differences=rows)
