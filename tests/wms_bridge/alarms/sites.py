"""A site to have alarms about."""

from planner.warehouse.ids import StationId
from planner.warehouse.site import PickStation, PodModel, Site, StationRole


def empty_site() -> Site:
    """One station and one pod."""
    roles = (StationRole.PICK,)
    return Site(
        format="podherd-site/1",
        name="one pod",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),
        storage_blocks=(),
        aisles=(),
        stations=(PickStation(StationId("S1"), (0.0, 0.0), (), (), order_slots=4, roles=roles),),
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=1, columns=3, slot_capacity=9),
        pod_count=1,
        robot_types=(),
        robots=(),
    )
