"""Drones over `small`, whose pods all stand where they did at the start."""

from collections.abc import Mapping, Sequence

from planner.flight.airspace import AirspaceParams, Pad, Position
from planner.flight.drone import DroneType
from planner.flight.enclosure import over_stations, spread_pads
from planner.flight.mission import held
from planner.flight.traffic import shared
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from sim_worlds.drones.fleet import DroneFleet, FlightNews, SiteDrone, stored_at_start
from sim_worlds.drones.params import DroneFaults, DroneWorldParams
from sim_worlds.sites.catalogue import load_site

SMALL = load_site("small")
BOXES = over_stations(SMALL)
QUICK_CHARGE = DroneType(charge_w=4000.0, battery_wh=40.0)
"""A small battery that is full again soon: many flights in little time."""
FOUR_DRONES_HIGH = AirspaceParams(highest_m=9.9)
STORED: Mapping[PodId, Pose] = stored_at_start(compile_roadmap(SMALL))


def flown_site(
    drones: int = 1,
    kind: DroneType = QUICK_CHARGE,
    params: DroneWorldParams | None = None,
    faults: DroneFaults | None = None,
    seed: int = 0,
    crowded: bool = False,
) -> DroneFleet:
    """``D1``, ``D2`` ... on pads spread over the site, or, ``crowded``, all at the west wall."""
    if crowded:
        rows = (7, 3, 5, 1)[:drones]
        pads = tuple(Pad(f"PAD{y}", Position(1.2, 1.2 * y, 0.1)) for y in rows)
    else:
        pads = spread_pads(SMALL, drones, BOXES)
    fleet = [SiteDrone(RobotId(f"D{i}"), pad, kind) for i, pad in enumerate(pads, start=1)]
    return DroneFleet(
        SMALL, fleet, BOXES, FOUR_DRONES_HIGH, params=params, faults=faults, seed=seed
    )


def fly(
    fleet: DroneFleet, seconds: int, stored: Mapping[PodId, Pose] = STORED
) -> Sequence[FlightNews]:
    """The news of every half second; no cell of the air ever has two holders."""
    news = []
    for _ in range(2 * seconds):
        news.append(fleet.advance(fleet.now_ms + 500, stored))
        assert no_air_is_shared(fleet)
    return news


def no_air_is_shared(fleet: DroneFleet) -> bool:
    """Every cell has one holder, and every drone is in a cell it holds."""
    space, missions = fleet.sky.space, fleet.sky.missions
    holdings = {drone: held(space, mission) for drone, mission in missions.items()}
    inside = all(
        body.pilot.on_ground or space.cell_at(body.place) in holdings[drone]
        for drone, body in fleet.bodies.items()
    )
    return inside and not shared(holdings)
