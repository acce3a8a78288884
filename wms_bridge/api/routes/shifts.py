"""The shifts of a site: times of day that key figures are told by."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictStr

from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.permitting import needs
from wms_bridge.kpis.shift_times import MOST_SHIFTS
from wms_bridge.records.kpis import Shift, ShiftPlan

router = APIRouter(prefix="/v1/shifts", tags=["key figures"])


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShiftIn(_Request):
    """A shift: times of day by the site's wall clock, as ``06:00``; over midnight if it ends at or
    before its start."""

    name: StrictStr
    starts: StrictStr
    ends: StrictStr


class ShiftPlanIn(_Request):
    """All shifts, and the time zone (IANA) of the site's wall clock."""

    zone: StrictStr
    shifts: list[ShiftIn] = Field(min_length=1, max_length=MOST_SHIFTS)

    def plan(self) -> ShiftPlan:
        """As the desk takes it."""
        shifts = (Shift(one.name, one.starts, one.ends) for one in self.shifts)
        return ShiftPlan(self.zone, tuple(shifts))


@router.get("", dependencies=[needs(Permission.SEE)])
def get_plan(context: InContext) -> ShiftPlan:
    """The shifts of the site; until somebody has set them three of eight hours, in UTC."""
    return context.bridge.kpis.plan()


@router.put("", dependencies=[needs(Permission.DECIDE)])
def put_plan(body: ShiftPlanIn, context: InContext) -> ShiftPlan:
    """Replace the shifts of the site. They must not overlap; there may be time between them. What
    was measured before is told by the new ones, too."""
    return context.bridge.kpis.set_plan(body.plan(), context.clock())
