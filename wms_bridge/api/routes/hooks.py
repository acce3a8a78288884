"""Webhooks in: what other systems tell us, signed by them, each delivery taken once."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StrictStr, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import OrderId
from wms_bridge.access.roles import Permission
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.permitting import anybody, needs
from wms_bridge.api.problems import field_path
from wms_bridge.api.requests import NamedOrderIn, ReceiptIn, SkuIn, SkusIn
from wms_bridge.inbox.documents import item_document, order_document, receipt_document
from wms_bridge.records.links import DocumentKind, InboxState, Incoming, OrderTold, WmsOrderState
from wms_bridge.records.promises import HookSource
from wms_bridge.signing import new_secret

router = APIRouter(prefix="/v1/hooks", tags=["webhooks"])
_ORDER = [needs(Permission.ORDER)]


class _Hook(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: StrictStr = Field("", max_length=200)


class OrderHook(_Hook):
    """An order as it is now, new or changed."""

    type: Literal["order"]
    data: NamedOrderIn

    def document(self) -> Incoming:
        """As the inbox takes it."""
        order = self.data.named()
        told = OrderTold(order.order, WmsOrderState.OPEN, order)
        return order_document(told, self.version)


class CancelledIn(BaseModel):
    """An order that is wanted no more."""

    model_config = ConfigDict(extra="forbid")
    order: StrictStr


class CancelHook(_Hook):
    """An order is cancelled."""

    type: Literal["order.cancelled"]
    data: CancelledIn

    def document(self) -> Incoming:
        """As the inbox takes it."""
        told = OrderTold(OrderId(self.data.order), WmsOrderState.CANCELLED, None)
        return order_document(told, self.version)


class ReceiptHook(_Hook):
    """Goods have come in."""

    type: Literal["receipt"]
    data: ReceiptIn

    def document(self) -> Incoming:
        """As the inbox takes it."""
        return receipt_document(self.data.goods(), self.version)


class ItemHook(_Hook):
    """An article is new or has changed."""

    type: Literal["item"]
    data: SkuIn

    def document(self) -> Incoming:
        """As the inbox takes it."""
        [record] = SkusIn(skus=[self.data]).records()
        return item_document(record)


Hook = Annotated[OrderHook | CancelHook | ReceiptHook | ItemHook, Field(discriminator="type")]
_HOOK: TypeAdapter[OrderHook | CancelHook | ReceiptHook | ItemHook] = TypeAdapter(Hook)


class SourceIn(BaseModel):
    """The secret a source signs with; without one the bridge makes one."""

    model_config = ConfigDict(extra="forbid")
    secret: StrictStr | None = Field(None, max_length=500)


@dataclass(frozen=True, slots=True)
class SourceOut:
    """A source that may send us webhooks."""

    source: str
    created_ms: int


@dataclass(frozen=True, slots=True)
class SourceAllowed(SourceOut):
    """The only answer that shows the secret."""

    secret: str


class SourcesOut(BaseModel):
    """All sources, by name."""

    sources: tuple[SourceOut, ...]


@dataclass(frozen=True, slots=True)
class HookTaken:
    """What became of a document: ``taken``, ``late``, or ``rejected`` and kept in the inbox for
    somebody to look at. Any of them means that it need not be sent again."""

    kind: DocumentKind
    key: str
    state: InboxState
    outcome: str
    error: str
    repeated: bool


@router.put("/{source}", status_code=HTTPStatus.CREATED, dependencies=_ORDER)
def allow(source: str, context: InContext, body: SourceIn | None = None) -> SourceAllowed:
    """Take webhooks of this source from now on. A source of this name gets the new secret."""
    secret = new_secret() if body is None or body.secret is None else body.secret
    kept = context.bridge.hooks.allow(source, secret, context.clock())
    return SourceAllowed(kept.source, kept.created_ms, kept.secret)


@router.get("", dependencies=_ORDER)
def listed(context: InContext) -> SourcesOut:
    """All sources, without their secrets."""
    return SourcesOut(sources=tuple(map(_shown, context.bridge.hooks.sources())))


@router.delete("/{source}", status_code=HTTPStatus.NO_CONTENT, dependencies=_ORDER)
def forbid(source: str, context: InContext) -> None:
    """Take nothing more of this source."""
    context.bridge.hooks.forbid(source)


@router.post("/{source}/deliveries", dependencies=[anybody()])
async def deliver(source: str, request: Request, context: InContext) -> HookTaken:
    """Take a webhook: ``{"type": "order", "data": {...}}``, or ``order.cancelled``, ``receipt``,
    ``item``, signed as in Standard Webhooks with the secret of this source. The same
    ``webhook-id`` again is answered and not done again."""
    body = await request.body()
    headers = dict(request.headers)
    return await run_in_threadpool(_take, context, source, headers, body)


def _take(context: Context, source: str, headers: dict[str, str], body: bytes) -> HookTaken:
    now_ms, hooks = context.clock(), context.bridge.hooks
    delivery = hooks.verified(source, headers, body, now_ms)
    entry, repeated = hooks.take(source, delivery, _document(body), now_ms)
    return HookTaken(entry.kind, entry.key, entry.state, entry.outcome, entry.error, repeated)


def _document(body: bytes) -> Incoming:
    try:
        return _HOOK.validate_python(decode(body)).document()
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidMessage(
            first["msg"],
            field=field_path([part for part in first["loc"] if part not in _TYPES]),
            value=first["input"],
            remedy="See docs/reference/api-promises.md for the shape of a webhook.",
        ) from error


_TYPES = ("order", "order.cancelled", "receipt", "item")


def _shown(source: HookSource) -> SourceOut:
    return SourceOut(source.source, source.created_ms)
