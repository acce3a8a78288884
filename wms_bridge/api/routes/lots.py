"""Lots, quality holds, rotation and recalls."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Lot, Sku
from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Key, Limit
from wms_bridge.api.permitting import needs
from wms_bridge.holds.holding import LotChanged
from wms_bridge.lots.naming import LotName
from wms_bridge.recalls.desk import LotDetails
from wms_bridge.recalls.recalling import RecallProgress
from wms_bridge.records.lots import (
    LotQuery,
    LotRecord,
    LotState,
    RecallRecord,
    Rotation,
    RotationRule,
)

router = APIRouter(prefix="/v1", tags=["lots"])
SEE, ORDER, DECIDE = (
    [needs(permission)] for permission in (Permission.SEE, Permission.ORDER, Permission.DECIDE)
)
OfSku = Annotated[str | None, Query(alias="sku", description="Only lots of this SKU.")]
OfCode = Annotated[str | None, Query(alias="code", description="Only lots of this code.")]
OfOwner = Annotated[str | None, Query(alias="owner", description="Only lots of this owner.")]
InState = Annotated[LotState | None, Query(alias="state", description="Only lots in this state.")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LotIn(_Request):
    """A lot by the maker's code (GS1 AI 10); ``expires_ms`` is when it expires (AI 17)."""

    sku: StrictStr
    lot: StrictStr
    owner: StrictStr = ""
    expires_ms: StrictInt | None = None


class DecisionOnLotIn(_Request):
    """Who decides, and why."""

    by: StrictStr
    reason: StrictStr


class RotationIn(_Request):
    """How an SKU is rotated; the whole site if ``sku`` is empty."""

    rule: RotationRule
    sku: StrictStr = ""
    window_ms: StrictInt = 0


class RecallIn(_Request):
    """What is recalled: lots by their keys, or all lots of a code of an SKU."""

    by: StrictStr
    reason: StrictStr
    lots: list[StrictStr] = []
    sku: StrictStr | None = None
    code: StrictStr | None = None


class LotsOut(BaseModel):
    """Lots as asked for, oldest first."""

    lots: tuple[LotRecord, ...]


class RotationsOut(BaseModel):
    """All that was said of rotation, by SKU."""

    rotations: tuple[Rotation, ...]


@dataclass(frozen=True, slots=True)
class LotChangedOut:
    """The lot after a decision, and how many picks were taken back for it."""

    lot: LotRecord
    withdrawn: int


class RecallsOut(BaseModel):
    """Recalls, oldest first."""

    recalls: tuple[RecallRecord, ...]


@router.get("/lots", dependencies=SEE)
def lots(
    context: InContext,
    sku: OfSku = None,
    code: OfCode = None,
    owner: OfOwner = None,
    state: InState = None,
    after: After = 0,
    limit: Limit = 100,
) -> LotsOut:
    """Lots, oldest first. For the next page send the number of the last one seen as ``after``."""
    query = LotQuery(None if sku is None else Sku(sku), code, owner, state, after, limit)
    return LotsOut(lots=context.bridge.lots.lots(query))


@router.put("/lots", dependencies=ORDER)
def put_lot(body: LotIn, context: InContext) -> LotRecord:
    """Keep a lot before its goods come, or correct when it expires."""
    name = LotName(body.lot, body.owner, body.expires_ms)
    return context.bridge.lots.name(Sku(body.sku), name, context.clock())


@router.get("/lots/{lot}", dependencies=SEE)
def lot(lot: str, context: InContext) -> LotDetails:
    """One lot, where its pieces are, and who put it into which state."""
    return context.bridge.lots.lot(Lot(lot))


@router.post("/lots/{lot}/hold", dependencies=DECIDE)
def hold(lot: str, body: DecisionOnLotIn, context: InContext, response: Response) -> LotChangedOut:
    """Put a lot on hold: open picks that might take of it are withdrawn, and nothing of it is
    picked until it is released. A lot that is on hold stays so."""
    changed = context.bridge.lots.hold(Lot(lot), body.by, body.reason, context.clock())
    return _changed(changed, response)


@router.post("/lots/{lot}/release", dependencies=DECIDE)
def release(
    lot: str, body: DecisionOnLotIn, context: InContext, response: Response
) -> LotChangedOut:
    """Let a lot go again. One that is free stays so."""
    changed = context.bridge.lots.release(Lot(lot), body.by, body.reason, context.clock())
    return _changed(changed, response)


@router.get("/rotation", dependencies=SEE)
def rotations(context: InContext) -> RotationsOut:
    """How SKUs are rotated, and under an empty SKU the site."""
    return RotationsOut(rotations=context.bridge.lots.rotations())


@router.put("/rotation", dependencies=DECIDE)
def put_rotation(body: RotationIn, context: InContext) -> Rotation:
    """Rotate an SKU, or the site, by ``fefo``, ``fifo`` or ``none``. Stock that is at most
    ``window_ms`` younger than the oldest may be picked as well."""
    rotation = Rotation(Sku(body.sku), body.rule, body.window_ms)
    return context.bridge.lots.rotate(rotation, context.clock())


@router.post("/recalls", status_code=HTTPStatus.CREATED, dependencies=DECIDE)
def post_recall(
    body: RecallIn, context: InContext, response: Response, key: Key = None
) -> RecallProgress:
    """Recall lots, once per key; without a key the lots serve. They are frozen at once, open picks
    of them are withdrawn, and a pick order takes what is left out of the pods. A repeat has the
    header ``Idempotency-Replayed: true``."""
    desk = context.bridge.lots
    made = desk.recall(_lots(body, context), body.reason, body.by, context.clock(), key)
    if made.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return made.progress


@router.get("/recalls", dependencies=SEE)
def recalls(context: InContext, after: After = 0, limit: Limit = 100) -> RecallsOut:
    """Recalls, oldest first. For the next page send the number of the last one seen as
    ``after``."""
    return RecallsOut(recalls=context.bridge.lots.recalls(after, limit))


@router.get("/recalls/{recall}", dependencies=SEE)
def recall(recall: str, context: InContext) -> RecallProgress:
    """How far a recall is: where its pieces are, and which orders had some before."""
    return context.bridge.lots.progress(recall)


@router.post("/recalls/{recall}/retrieve", dependencies=DECIDE)
def retrieve(recall: str, context: InContext) -> RecallProgress:
    """Have taken out what has been found in slots since."""
    return context.bridge.lots.retrieve(recall, context.clock())


def _lots(body: RecallIn, context: InContext) -> tuple[Lot, ...]:
    if body.sku is not None and body.code is not None and not body.lots:
        return context.bridge.lots.lots_of(Sku(body.sku), body.code)
    if body.lots and body.sku is None and body.code is None:
        return tuple(Lot(lot) for lot in body.lots)
    raise InvalidStock(
        "a recall needs lots, or an SKU and a code",
        field="lots",
        value=len(body.lots),
        remedy="Send lots (keys as L000001), or sku and code.",
    )


def _changed(changed: LotChanged, response: Response) -> LotChangedOut:
    if changed.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return LotChangedOut(changed.lot, changed.withdrawn)
