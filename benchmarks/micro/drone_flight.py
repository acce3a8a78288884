"""Faces looked at per hour: a drone, a robot with a scanner, a person with a handheld scanner.

    python -m benchmarks.micro.drone_flight        # QUICK=1 for a short run

The drone is flown in the simulated world over `medium`, with gusts, charging and a referee. The
robot's and the person's times are models whose parameters are below: the robot drives the roadmap
to the nearest face left (one-way aisles, turns, stops), stops at each and charges for what it
spends. All three look at the same number of faces of `medium`. Also how long the planning takes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import median
from time import process_time

from benchmarks.report import ROOT, Row, publish, quick
from planner.flight.airspace import Airspace, Position
from planner.flight.drone import DroneType
from planner.flight.enclosure import over_stations, spread_pads
from planner.flight.route import route
from planner.flight.tour import tour
from planner.flight.views import views_of
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.lattice import STEPS
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.ids import RobotId
from planner.warehouse.site import RobotType
from sim_worlds.drones.draw import draw_flights, save_flights
from sim_worlds.drones.fleet import DroneFleet, SiteDrone, stored_at_start
from sim_worlds.looks import FlownLook
from sim_worlds.sites.catalogue import load_site

SEED = 3
SITE = load_site("medium")
ROADMAP = compile_roadmap(SITE)
BOXES = over_stations(SITE)
DWELL_S = 3.0
IMAGE = ROOT / "docs" / "images" / "drone-flights.png"


@dataclass(frozen=True)
class Person:
    """A handheld scanner: read the slot's label, count, key in the number. Our assumption; the one
    published figure found (Neurospace on ESA logistika: 22 people for two days for 8,000 pallet
    places) is 158 s for each place, here taken with days of 8 h."""

    slot_s: float = 10.0
    walk_mps: float = 1.0
    published_place_s: float = 22 * 2 * 8 * 3600 / 8_000

    def face_s(self, slots: int, apart_m: float) -> float:
        """Time for a face with so many slots, and to walk to the next."""
        return slots * self.slot_s + apart_m / self.walk_mps


def minutes() -> int:
    """Of the site's time that drones fly."""
    return 40 if quick() else 120


def flown(
    drones: int,
) -> tuple[Row, DroneFleet, list[FlownLook], dict[RobotId, list[tuple[int, Position]]]]:
    """Drones that look at all faces, as many as they get done."""
    pads = spread_pads(SITE, drones, BOXES)
    names = [RobotId(f"D{number}") for number in range(1, drones + 1)]
    fleet = DroneFleet(
        SITE, [SiteDrone(*pair) for pair in zip(names, pads, strict=True)], BOXES, seed=SEED
    )
    stored = stored_at_start(ROADMAP)
    fleet.want(dict.fromkeys(stored, 1.0))
    looks: list[FlownLook] = []
    tracks: dict[RobotId, list[tuple[int, Position]]] = {name: [] for name in names}
    air_ms = at_ms = 0
    begin = process_time()
    while fleet.wanted and at_ms < minutes() * 60_000:
        at_ms += 500
        looks += fleet.advance(at_ms, stored).looks
        for name, body in fleet.bodies.items():
            tracks[name].append((at_ms, body.place))
            air_ms += 0 if body.pilot.on_ground else 500
    spent = process_time() - begin
    hours = at_ms / 3_600_000
    row: Row = {
        "who": f"{drones} drone" + ("s" if drones > 1 else ""),
        "faces": len(looks),
        "faces/h": round(len(looks) / hours / drones, 1),
        "faces/h while it works": round(len(looks) / (air_ms / 3_600_000), 1),
        "s a face": round(air_ms / 1000 / len(looks), 1),
        "incidents": len(fleet.referee.incidents),
        "CPU s per h": round(spent / hours, 1),
    }
    return row, fleet, looks, tracks


def driven(kind: RobotType, faces: int) -> Row:
    """A robot that drives to the nearest cell with a face left, stops and looks."""
    cells = look_cells()
    at = ROADMAP.index[next(iter(ROADMAP.robots.values()))]
    seconds = drive_s = 0.0
    seen = 0
    while cells and seen < faces:
        way = to_nearest(ROADMAP, at, cells)
        at = way[-1]
        leg_s = drive_time_s(kind, way)
        count = cells.pop(at)
        drive_s += leg_s
        seconds += leg_s + count * DWELL_S
        seen += count
    wh = (drive_s * kind.drive_w + (seconds - drive_s) * kind.idle_w) / 3600
    charging_s = wh / kind.charge_w * 3600
    return _model("robot with a scanner (model)", seen, seconds, charging_s)


def look_cells() -> dict[int, int]:
    """How many faces are looked at from each aisle cell: the one south of a pod if there is one,
    else north, west, east."""
    cells: dict[int, int] = {}
    for node in ROADMAP.pods.values():
        column, row = (round(v / SITE.pitch_m) for v in ROADMAP.xy_m[ROADMAP.index[node]])
        for side in (3, 1, 2, 0):
            east, north = STEPS[side]
            cell = ROADMAP.index.get(f"c{column + east:03d}r{row + north:03d}")  # type: ignore[call-overload]
            if cell is not None and ROADMAP.kind[cell] == NodeKind.AISLE:
                cells[cell] = cells.get(cell, 0) + 1
                break
    return cells


def to_nearest(roadmap: Roadmap, start: int, goals: dict[int, int]) -> list[int]:
    """The way with fewest cells to any goal, breadth first."""
    came = {start: start}
    for node in _outward(roadmap, start, came):
        if node in goals:
            way = [node]
            while came[way[-1]] != way[-1]:
                way.append(came[way[-1]])
            return way[::-1]
    raise ValueError("no way to any face left")


def _outward(roadmap: Roadmap, start: int, came: dict[int, int]) -> Iterator[int]:
    ring = [start]
    while ring:
        yield from ring
        after: list[int] = []
        for node in ring:
            for link in map(int, roadmap.neighbours[node]):
                if link >= 0 and link not in came:
                    came[link] = node
                    after.append(link)
        ring = after


def drive_time_s(kind: RobotType, way: list[int]) -> float:
    """Straight stretches from standstill to standstill, and a quarter turn between them."""
    seconds, cells, heading = 0.0, 0, None
    for before, after in pairwise(way):
        turn = int((ROADMAP.neighbours[before] == after).argmax())
        if heading not in (None, turn):
            seconds += _straight_s(kind, cells * SITE.pitch_m) + 1.5708 / kind.turn_rate_radps
            cells = 0
        heading, cells = turn, cells + 1
    return seconds + _straight_s(kind, cells * SITE.pitch_m)


def _straight_s(kind: RobotType, metres: float) -> float:
    top, grip = kind.speed_mps, kind.acceleration_mps2
    if metres >= top * top / grip:
        return metres / top + top / grip
    return 2 * sqrt(metres / grip)


def walked(faces: int) -> list[Row]:
    """A person, at our pace for slots and at the published one for places."""
    person, slots = Person(), SITE.pod_model.levels * SITE.pod_model.columns
    own_s = faces * person.face_s(slots, SITE.pitch_m)
    published_s = faces * person.published_place_s
    return [
        _model(f"person, {person.slot_s:g} s a slot (model)", faces, own_s, 0.0),
        _model("person, a face as one pallet place (published)", faces, published_s, 0.0),
    ]


def _model(who: str, faces: int, working_s: float, resting_s: float) -> Row:
    return {
        "who": who,
        "faces": faces,
        "faces/h": round(faces / (working_s + resting_s) * 3600, 1),
        "faces/h while it works": round(faces / working_s * 3600, 1),
        "s a face": round(working_s / faces, 1),
        "incidents": 0,
        "CPU s per h": "",
    }


def planning_ms(space: Airspace) -> dict[str, float]:
    """Median CPU time of a way across the hall, and of the tour over all faces."""
    layer = [cell for cell in sorted(space.open) if cell[2] == 1]
    pairs = list(zip(layer[::37], reversed(layer[::37]), strict=True))
    times = []
    for start, goal in pairs:
        begin = process_time()
        route(space, start, goal, space.open)
        times.append(process_time() - begin)
    pods = {pod: (pose.x_m, pose.y_m) for pod, pose in stored_at_start(ROADMAP).items()}
    views = views_of(space, SITE, ROADMAP, pods)
    begin = process_time()
    tour(space, DroneType(), 1, (1, 3, -1), views, 700.0)
    toured = process_time() - begin
    return {
        "way ms, median": round(1000 * median(times), 2),
        "way ms, worst": round(1000 * max(times), 1),
        "ways": len(times),
        "tour ms": round(1000 * toured, 1),
        "seen from across the aisle": round(sum(v.tilt_rad < 1 for v in views) / len(views), 3),
    }


def main() -> None:
    """All rows, and the picture of the first flights of three drones."""
    alone, fleet, _, _ = flown(1)
    together, _, looks, tracks = flown(3)
    planning = planning_ms(fleet.sky.space)
    rows = [
        alone,
        together,
        driven(SITE.robot_types[0], int(alone["faces"])),
        *walked(int(alone["faces"])),
    ]
    base = float(rows[3]["s a face"])
    rows = [
        {**row, "working time against the person": f"{float(row['s a face']) / base - 1:+.0%}"}
        for row in rows
    ]
    kind, person = DroneType(), Person()
    publish(
        "drone_flight",
        rows,
        seed=SEED,
        packages=("numpy",),
        parameters={
            "minutes": minutes(),
            "drone": str(kind),
            "robot dwell s": DWELL_S,
            "person slot s": person.slot_s,
            "person walk m/s": person.walk_mps,
            **planning,
        },
        notes=[
            "Time of the drones, robot and person alike is that of the simulated site.",
            "faces/h is per drone and includes charging; a face has 20 slots.",
            "Looks are not counts: what doubtful ones cost more is in the counting benchmarks.",
            "The robot has the floor to itself; in traffic it waits.",
        ],
    )
    print("planning:", planning)
    first = {name: track[: 2 * 60 * 15] for name, track in tracks.items()}
    seen = [look for look in looks if look.until_ms <= 15 * 60_000]
    if not quick():
        pads = spread_pads(SITE, 3, BOXES)
        save_flights(draw_flights(SITE, BOXES, pads, first, seen), IMAGE)


if __name__ == "__main__":
    main()
