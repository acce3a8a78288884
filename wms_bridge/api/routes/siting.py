"""The draft of the site file, and what this bridge is."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from planner.codec.messages import encode
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import answers, ref
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER
from wms_bridge.api.permitting import needs
from wms_bridge.records.siting import DraftTold, SiteFault

router = APIRouter(prefix="/v1", tags=["site draft"])
_SEE = [needs(Permission.SEE)]
_DECIDE = [needs(Permission.DECIDE)]
# A large site has more spots and aisles than an ordinary body may hold.
_DECIDE_BULK = [needs(Permission.DECIDE, bulk=True)]
_DRAFT = answers(ref("DraftTold"))
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {"schema": ref("Site")}},
        "description": "The file, to be saved.",
    }
}
Version = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="Version that was looked at.")]


class SiteIn(BaseModel):
    """A site document, as a site file holds it (docs/reference/site-format.md)."""

    model_config = ConfigDict(extra="forbid")
    site: dict[str, Any]


class DraftIn(SiteIn):
    """A changed draft; ``version`` is that of the draft it was made from, 0 without one."""

    version: StrictInt = Field(ge=0, le=MAX_NUMBER)
    reason: StrictStr = Field("", max_length=1_000)


class SiteCheckOut(BaseModel):
    """What is wrong with a site; nothing if it can be started with."""

    faults: tuple[SiteFault, ...]


@dataclass(frozen=True, slots=True)
class AboutOut:
    """The bridge: its version, the kind of its database (``sqlite``, ``postgresql``, ``memory``),
    the site it runs and the SHA-256 of its file, when it was started and what time it has (ms)."""

    product: str
    version: str
    licence: str
    database: str
    site: str
    site_hash: str
    started_ms: int
    now_ms: int


@router.get("/site/draft", responses=_DRAFT, dependencies=_SEE)
def draft(context: InContext) -> Response:
    """The draft of the site file; the running site as long as there is none."""
    return _told(context.bridge.siting.draft())


@router.put("/site/draft", responses=_DRAFT, dependencies=_DECIDE_BULK)
def save_draft(body: DraftIn, context: InContext) -> Response:
    """Keep a draft, faults of its geometry included; the floor that runs is not changed by it.
    Refused if somebody has changed the draft since the version it was made from."""
    desk = context.bridge.siting
    return _told(desk.save(body.site, body.version, context.clock()))


@router.delete("/site/draft", responses=_DRAFT, dependencies=_DECIDE)
def discard_draft(context: InContext, version: Version) -> Response:
    """Forget the draft; refused if somebody has changed it since."""
    return _told(context.bridge.siting.discard(version, context.clock()))


@router.post("/site/draft/check", dependencies=_DECIDE_BULK)
def check_draft(body: SiteIn, context: InContext) -> SiteCheckOut:
    """What is wrong with a site document, as ``podherd site check`` tells it; nothing is kept."""
    return SiteCheckOut(faults=context.bridge.siting.check(body.site))


@router.get("/site/draft/file", responses=_FILE, dependencies=_SEE)
def draft_file(context: InContext) -> Response:
    """The site file of the draft, to start the bridge, the fleet and the worlds with. Refused as
    long as the draft has faults."""
    headers = {"Content-Disposition": 'attachment; filename="site.json"'}
    return Response(context.bridge.siting.file(), media_type="application/json", headers=headers)


@router.get("/about", tags=["overview"], dependencies=_SEE)
def about(context: InContext) -> AboutOut:
    """What this bridge is."""
    bridge = context.bridge
    return AboutOut(
        product="Podherd",
        version=version("podherd"),
        licence="Apache-2.0",
        database=bridge.store.kind,
        site=bridge.site.name,
        site_hash=bridge.siting.running_hash,
        started_ms=context.started_ms,
        now_ms=context.clock(),
    )


def _told(draft: DraftTold) -> Response:
    return Response(encode(draft), media_type="application/json")
