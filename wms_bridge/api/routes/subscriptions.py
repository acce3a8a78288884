"""Webhooks out: who is told what the WMS is told."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr
from starlette.concurrency import run_in_threadpool

from wms_bridge.access.roles import Permission
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.permitting import needs
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.promises import Subscription
from wms_bridge.signing import new_secret

router = APIRouter(
    prefix="/v1/subscriptions", tags=["webhooks"], dependencies=[needs(Permission.ORDER)]
)


class SubscriptionIn(BaseModel):
    """Where to tell which kinds of message (none: all). ``secret`` is ``whsec_`` and the base64 of
    24 bytes or more; without one the bridge makes one."""

    model_config = ConfigDict(extra="forbid")
    url: StrictStr
    kinds: list[StrictStr] = Field(default_factory=list, max_length=20)
    secret: StrictStr | None = Field(None, max_length=500)


class ResumeIn(BaseModel):
    """Whether to leave out the message that was refused."""

    model_config = ConfigDict(extra="forbid")
    skip: StrictBool = False


@dataclass(frozen=True, slots=True)
class SubscriptionOut:
    """How far a subscriber has been told: ``cursor`` is the number of the last message done with.
    One that is ``paused`` was refused too often and waits to be resumed."""

    subscription: str
    url: str
    kinds: tuple[str, ...]
    cursor: int
    created_ms: int
    delivered: int
    failures: int
    refusals: int
    next_ms: int
    error: str
    paused: bool


@dataclass(frozen=True, slots=True)
class SubscribedOut(SubscriptionOut):
    """The only answer that shows the secret."""

    secret: str


class SubscriptionsOut(BaseModel):
    """All subscriptions, by name."""

    subscriptions: tuple[SubscriptionOut, ...]


class SubscriptionTested(BaseModel):
    """Whether a subscriber took a test message, and if not, why."""

    taken: bool
    error: str


@router.put("/{subscription}", status_code=HTTPStatus.CREATED)
def subscribe(subscription: str, body: SubscriptionIn, context: InContext) -> SubscribedOut:
    """Tell this address from now on. A subscription of this name keeps its place and gets the new
    address, kinds and secret."""
    secret = new_secret() if body.secret is None else body.secret
    context.outbound.check(body.url)
    kept = context.bridge.promises.subscribe(
        subscription, body.url, body.kinds, secret, context.clock()
    )
    return part_of(kept, SubscribedOut)


@router.get("")
def listed(context: InContext) -> SubscriptionsOut:
    """All subscriptions, without their secrets."""
    found = context.bridge.promises.subscriptions()
    return SubscriptionsOut(subscriptions=tuple(map(_shown, found)))


@router.get("/{subscription}")
def one(subscription: str, context: InContext) -> SubscriptionOut:
    """How far a subscriber has been told."""
    return _shown(context.bridge.promises.subscription(subscription))


@router.delete("/{subscription}", status_code=HTTPStatus.NO_CONTENT)
def unsubscribe(subscription: str, context: InContext) -> None:
    """Tell them nothing more."""
    context.bridge.promises.unsubscribe(subscription)


@router.post("/{subscription}/resume")
def resume(subscription: str, context: InContext, body: ResumeIn | None = None) -> SubscriptionOut:
    """Try again, with the message that was refused or (``skip``) with the next one."""
    skip = body is not None and body.skip
    kept = context.bridge.promises.resume(subscription, context.clock(), skip=skip)
    return _shown(kept)


@router.post("/{subscription}/pause")
def pause(subscription: str, context: InContext) -> SubscriptionOut:
    """Tell them nothing until they are resumed; what comes meanwhile is told then."""
    return _shown(context.bridge.promises.pause(subscription))


@router.post("/{subscription}/test")
async def test(subscription: str, context: InContext) -> SubscriptionTested:
    """Send them a signed message that tells nothing (kind ``test``), at once and this once, and say
    what became of it."""
    known = await run_in_threadpool(context.bridge.promises.subscription, subscription)
    if context.posting is None:
        return SubscriptionTested(taken=False, error="this bridge was started without posting")
    try:
        await context.posting.test(known)
    except DeliveryFailed as failure:
        return SubscriptionTested(taken=False, error=failure.reason)
    return SubscriptionTested(taken=True, error="")


def _shown(subscription: Subscription) -> SubscriptionOut:
    return part_of(subscription, SubscriptionOut)
