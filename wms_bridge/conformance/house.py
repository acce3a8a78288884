"""The house that cases are played in, and how they fail."""

import hashlib
from collections.abc import Awaitable

from planner.warehouse.ids import StationId
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from wms_bridge.ports.store import DeliveryFailed

PODS = 9


class CaseFailed(AssertionError):
    """The case shows that something is not as it has to be."""


class NotApplicable(Exception):
    """The WMS, or its connector, cannot do what the case needs."""


def expect(condition: bool, otherwise: str) -> None:
    """:class:`CaseFailed` unless the condition holds."""
    if not condition:
        raise CaseFailed(otherwise)


def kit_site() -> Site:
    """Nine pods of four slots, a station to pick at and one to put away at."""
    stations = tuple(
        PickStation(StationId(name), (x_m, 0.0), (), (), order_slots=4, roles=(role,))
        for name, x_m, role in (("S1", 0.0, StationRole.PICK), ("S2", 6.0, StationRole.REPLENISH))
    )
    return Site(
        format="podherd-site/1",
        name="conformance",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=stations,
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=4, columns=8, slot_capacity=200),
        pod_count=PODS,
        robot_types=(),
        robots=(),
    )


def digest(text: str) -> str:
    """A name for evidence."""
    return hashlib.sha256(text.encode()).hexdigest()


async def taken_by_wms(said: Awaitable[object], what: str) -> None:
    """:class:`NotApplicable` if the WMS refuses what a clerk does."""
    try:
        await said
    except DeliveryFailed as failure:
        if failure.refused:
            raise NotApplicable(f"the WMS does not take {what}: {failure.reason[:200]}") from None
        raise
