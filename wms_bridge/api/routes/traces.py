"""Tracing: serials and packs in, what gates and cameras read, where things are and were."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from starlette.concurrency import run_in_threadpool

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import Sku
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import OBJECT, sends
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, Before, Limit, Number
from wms_bridge.api.permitting import needs
from wms_bridge.epcis.read import read_document
from wms_bridge.ledger import Account
from wms_bridge.records.tracing import MendQuery, MendState, SerialDoubt
from wms_bridge.serials.mending import Seen
from wms_bridge.serials.packing import ClassQuantity, PackAction, Packing
from wms_bridge.traces.answers import History, Subject, Where
from wms_bridge.traces.service import AggregationsTaken, MendShown, Traces

MAX_LISTED = 10_000
router = APIRouter(prefix="/v1/traces", tags=["traces"])
AtMs = Annotated[
    int | None, Query(ge=0, le=MAX_NUMBER, description="As it was then (ms since 1970 UTC).")
]
Name = Annotated[str | None, Query(max_length=200)]
Text = Annotated[StrictStr, Field(max_length=200)]


def traces_of(context: InContext) -> Traces:
    """Tracing of the bridge that is asked."""
    return context.bridge.traces


InTraces = Annotated[Traces, Depends(traces_of)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be traced; ``sku`` is that of a plain serial, or narrows a lot."""

    subject: Subject
    value: str
    sku: Sku | None


def asked(
    item: Name = None,
    pack: Name = None,
    lot: Name = None,
    sku: Name = None,
    pod: Name = None,
    tote: Name = None,
) -> Asked:
    """One subject; :class:`InvalidMessage` on none or several."""
    given = {
        Subject.ITEM: item,
        Subject.PACK: pack,
        Subject.LOT: lot,
        Subject.POD: pod,
        Subject.TOTE: tote,
    }
    chosen = [(subject, value) for subject, value in given.items() if value is not None]
    narrowed = None if sku is None else Sku(sku)
    if len(chosen) == 1 and (sku is None or chosen[0][0] in (Subject.ITEM, Subject.LOT)):
        return Asked(*chosen[0], narrowed)
    if not chosen and sku is not None:
        return Asked(Subject.SKU, sku, None)
    raise InvalidMessage(
        "not one thing to trace",
        field="query",
        value=", ".join(subject for subject, _ in chosen),
        remedy="Send one of item, pack, lot, sku, pod and tote; sku may go with item or lot.",
    )


AskedFor = Annotated[Asked, Depends(asked)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SerialsIn(_Body):
    """Serials (or packs) that went with a movement of the books."""

    movement: Text
    serials: list[Text] = Field(min_length=1, max_length=MAX_LISTED)
    sensed: StrictBool = False


class ClassIn(_Body):
    """Pieces by class."""

    what: Text
    quantity: StrictInt


class PackingIn(_Body):
    """What goes into a pack, or out of it."""

    key: Text
    action: PackAction
    parent: Text
    at_ms: StrictInt | None = None
    children: list[Text] = Field(default=[], max_length=MAX_LISTED)
    contents: list[ClassIn] = Field(default=[], max_length=1000)
    repack: StrictBool = False
    announced: StrictBool = False
    place: Text | None = None

    def packing(self, now_ms: int) -> Packing:
        """As the rules take it."""
        return Packing(
            self.key,
            self.action,
            self.parent,
            now_ms if self.at_ms is None else self.at_ms,
            tuple(self.children),
            tuple(ClassQuantity(each.what, each.quantity) for each in self.contents),
            self.repack,
            self.announced,
            None if self.place is None else Account(self.place),
        )


class SeenIn(_Body):
    """Things read together by a gate or a camera."""

    evidence: Text
    at_ms: StrictInt
    read_point: Text
    children: list[Text] = Field(min_length=1, max_length=500)
    parent: Text | None = None

    def seen(self) -> Seen:
        """As the rules take it."""
        children = tuple(self.children)
        return Seen(self.evidence, self.at_ms, self.read_point, children, self.parent)


class MendDecisionIn(_Body):
    """What a supervisor says of a mend."""

    apply: StrictBool
    by: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """Serials that went along; of ``doubts`` it is not clear."""

    movement: str
    moved: tuple[str, ...]
    doubts: int


@dataclass(frozen=True, slots=True)
class PackedOut:
    """The packing is done, and this stays its answer."""

    key: str
    action: PackAction
    parent: str
    children: tuple[str, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class SeenOut:
    """The reading is kept; ``mends`` of links came of it, ``unknown`` names were never received."""

    evidence: str
    mends: tuple[int, ...]
    unknown: int


class MendsOut(BaseModel):
    """Mends, the latest first."""

    mends: tuple[MendShown, ...]


class DoubtsOut(BaseModel):
    """Doubts, the latest first."""

    doubts: tuple[SerialDoubt, ...]


@router.get("/where", dependencies=[needs(Permission.SEE)])
def where(traces: InTraces, what: AskedFor, at_ms: AtMs = None) -> Where:
    """Where something is: one of ``item``, ``pack``, ``lot``, ``sku``, ``pod`` and ``tote`` (an
    order); with ``at_ms`` where it was."""
    return traces.where(what.subject, what.value, at_ms, what.sku)


@router.get("/history", dependencies=[needs(Permission.SEE)])
def history(traces: InTraces, what: AskedFor, at_ms: AtMs = None) -> History:
    """How it came to where it is (or was at ``at_ms``), step by step; of a lot where it came from
    and went to."""
    return traces.history(what.subject, what.value, at_ms, what.sku)


@router.post("/serials", dependencies=[needs(Permission.WORK_STATION)])
def serials(traces: InTraces, body: SerialsIn, response: Response) -> CarriedOut:
    """Tell all serials of a movement of the books: ``receipt/<receipt>``, ``put/<put>``,
    ``pick/<pick>`` ... Those a sensor read (``sensed``) become doubts where they do not fit."""
    carried = traces.tell_serials(body.movement, body.serials, sensed=body.sensed)
    _replayed(response, carried.repeated)
    return CarriedOut(carried.key, carried.moved, carried.doubts)


@router.post("/packings", dependencies=[needs(Permission.WORK_STATION)])
def packings(
    traces: InTraces, body: PackingIn, context: InContext, response: Response
) -> PackedOut:
    """Put things into a pack (ADD) or take them out (DELETE; all, if none is named), once per
    ``key``."""
    now_ms = context.clock()
    packed = traces.pack(body.packing(now_ms), now_ms)
    _replayed(response, packed.repeated)
    return PackedOut(packed.key, packed.action, packed.parent, packed.children, packed.at_ms)


@router.post("/sightings", dependencies=[needs(Permission.OPERATE)])
def sightings(traces: InTraces, body: SeenIn, context: InContext, response: Response) -> SeenOut:
    """Take what was read together, once per ``evidence``. Links that it speaks against are mended,
    or proposed for a supervisor."""
    taken = traces.see(body.seen(), context.clock())
    _replayed(response, taken.repeated)
    return SeenOut(taken.evidence, tuple(mend.number for mend in taken.mends), taken.unknown)


@router.get("/mends", dependencies=[needs(Permission.SEE)])
def mends(
    traces: InTraces, state: MendState | None = None, before: Before = None, limit: Limit = 100
) -> MendsOut:
    """Mends of links between packs and what is in them, the latest first."""
    return MendsOut(mends=traces.mends(MendQuery(state, before, limit)))


@router.post("/mends/{mend}/decision", dependencies=[needs(Permission.DECIDE)])
def decide(traces: InTraces, mend: Number, body: MendDecisionIn, context: InContext) -> MendShown:
    """Do or reject what is proposed; the same again changes nothing."""
    return traces.decide(mend, body.apply, body.by, body.reason, context.clock())


@router.get("/doubts", dependencies=[needs(Permission.SEE)])
def doubts(traces: InTraces, before: Before = None, limit: Limit = 100) -> DoubtsOut:
    """Serials that did not go with the books, the latest first."""
    return DoubtsOut(doubts=traces.doubts(before, limit))


@router.post(
    "/epcis",
    openapi_extra=sends(OBJECT, "application/ld+json", "application/json"),
    dependencies=[needs(Permission.ORDER)],
)
async def epcis(
    traces: InTraces, request: Request, context: InContext, announced: bool = False
) -> AggregationsTaken:
    """Do what the AggregationEvents of an EPCIS 2.0 document say, all or nothing: ADD and DELETE
    pack and unpack, OBSERVE is a sighting. ``announced`` goods are named before they come. The same
    event again (by its eventID, or else its hash) changes nothing."""
    document = read_document(await request.body())
    return await run_in_threadpool(
        traces.take_events, document.events, context.clock(), announced=announced
    )


def _replayed(response: Response, repeated: bool) -> None:
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
