"""Every oddity a site file can have is told by field, value and remedy."""

import dataclasses
from collections.abc import Callable

import pytest

from planner.roadmap.geometry import check_site, checked_roadmap
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import ChargerId, RobotId, StationId
from planner.warehouse.site import (
    Aisle,
    Charger,
    Direction,
    PickStation,
    Point,
    RobotType,
    Site,
    SiteRobot,
    StorageBlock,
    Zone,
    ZoneKind,
)
from sim_worlds.sites.catalogue import load_site, site_names

edit = dataclasses.replace
Edit = Callable[[Site], Site]


def station(site: Site, **changes: object) -> Site:
    return edit(site, stations=(edit(site.stations[0], **changes),))


def aisle(site: Site, number: int, **changes: object) -> Site:
    aisles = list(site.aisles)
    aisles[number] = edit(aisles[number], **changes)
    return edit(site, aisles=tuple(aisles))


def robot(site: Site, start_m: Point, **changes: object) -> Site:
    moved = edit(site.robots[1], start_m=start_m, **changes)
    return edit(site, robots=(site.robots[0], moved))


def kind(site: Site, **changes: float) -> Site:
    longer: RobotType = edit(site.robot_types[0], **changes)
    return edit(site, robot_types=(longer,))


def zone(site: Site, rule: ZoneKind, west: float, south: float, **changes: float) -> Site:
    corners = ((west, south), (west + 1, south), (west + 1, south + 1), (west, south + 1))
    return edit(site, zones=(Zone("Z1", rule, corners, **changes),))


def without_ring(site: Site) -> Site:
    return edit(site, aisles=tuple(a for a in site.aisles if a.id != "NS02"))


ODDITIES: dict[str, tuple[Edit, str, str]] = {
    # name: (edit of tiny, field, part of the problem)
    "pitch_zero": (lambda s: edit(s, pitch_m=0.0), "pitch_m", "out of bounds"),
    "pitch_not_a_number": (lambda s: edit(s, pitch_m=float("nan")), "pitch_m", "out of bounds"),
    "no_pods": (lambda s: edit(s, pod_count=0), "pod_count", "out of bounds"),
    "no_stations": (lambda s: edit(s, stations=()), "stations", "out of bounds"),
    "battery_overfull": (
        lambda s: robot(s, (6.0, 7.2), battery=1.5),
        "robots[1].battery",
        "out of bounds",
    ),
    "station_name_with_slash": (
        lambda s: station(s, id=StationId("S/1")),
        "stations[0].id",
        "out of bounds",
    ),
    "face_with_slash": (
        lambda s: edit(s, pod_model=edit(s.pod_model, faces=("A/B",))),
        "pod_model.faces[0]",
        "out of bounds",
    ),
    "name_twice": (
        lambda s: robot(s, (6.0, 7.2), id=RobotId("R01")),
        "robots[1].id",
        "robots[0] has the same name",
    ),
    "faces_twice": (
        lambda s: edit(s, pod_model=edit(s.pod_model, faces=("A", "A"))),
        "pod_model.faces",
        "two faces have one name",
    ),
    "board_missing": (
        lambda s: edit(s, pod_model=edit(s.pod_model, boards_z_m=(0.3, 0.6))),
        "pod_model.boards_z_m",
        "not the heights of the boards",
    ),
    "boards_from_above": (
        lambda s: edit(s, pod_model=edit(s.pod_model, boards_z_m=s.pod_model.boards_z_m[::-1])),
        "pod_model.boards_z_m",
        "not the heights of the boards",
    ),
    "robot_type_unknown": (
        lambda s: robot(s, (6.0, 7.2), type="forklift"),
        "robots[1].type",
        "no such robot type",
    ),
    "slow_zone_without_speed": (
        lambda s: zone(s, ZoneKind.SLOW, 4, 3),
        "zones[0].max_speed_mps",
        "missing",
    ),
    "one_way_zone_without_heading": (
        lambda s: zone(s, ZoneKind.ONE_WAY, 4, 3),
        "zones[0].heading_rad",
        "missing",
    ),
    "no_go_zone_with_speed": (
        lambda s: zone(s, ZoneKind.NO_GO, 4, 3, max_speed_mps=1.0),
        "zones[0].max_speed_mps",
        "means nothing in a no_go zone",
    ),
    "pod_wider_than_it_can_turn": (
        lambda s: edit(s, pod_model=edit(s.pod_model, size_m=0.9)),
        "pod_model.size_m",
        "would touch its neighbour",
    ),
    "robot_longer_than_it_can_turn": (
        lambda s: kind(s, length_m=1.1),
        "robot_types[0].length_m",
        "diagonal of 1.253 m",
    ),
    "floor_crosses_itself": (
        lambda s: edit(s, floor_m=((0, 0), (9.6, 9.6), (9.6, 0), (0, 9.6))),
        "floor_m",
        "Self-intersection",
    ),
    "floor_without_area": (
        lambda s: edit(s, floor_m=((0, 0), (9.6, 0), (4.8, 0))),
        "floor_m",
        "not a polygon",
    ),
    "zone_crosses_itself": (
        lambda s: edit(s, zones=(Zone("Z1", ZoneKind.NO_GO, ((0, 0), (1, 1), (1, 0), (0, 1))),)),
        "zones[0].polygon_m",
        "Self-intersection",
    ),
    "block_reaches_out": (
        lambda s: edit(s, storage_blocks=(edit(s.storage_blocks[0], columns=40),)),
        "storage_blocks[0].columns",
        "outside the floor",
    ),
    "block_without_end": (
        lambda s: edit(s, storage_blocks=(edit(s.storage_blocks[0], rows=10**9),)),
        "storage_blocks[0].rows",
        "outside the floor",
    ),
    "aisle_without_end": (
        lambda s: aisle(s, 0, points_m=((2.4, 3.6), (1.2e12, 3.6))),
        "aisles[0].points_m[1]",
        "outside the floor",
    ),
    "station_off_lattice": (
        lambda s: station(s, position_m=(4.9, 1.2)),
        "stations[0].position_m",
        "off the lattice of 1.2 m",
    ),
    "robot_off_lattice": (
        lambda s: robot(s, (6.0, 7.3)),
        "robots[1].start_m",
        "off the lattice of 1.2 m",
    ),
    "aisle_skew": (
        lambda s: aisle(s, 0, points_m=((2.4, 3.6), (8.4, 4.8))),
        "aisles[0].points_m[1]",
        "not straight",
    ),
    "aisle_of_one_cell": (
        lambda s: aisle(s, 0, points_m=((2.4, 3.6), (2.4, 3.6))),
        "aisles[0].points_m[1]",
        "not straight",
    ),
    "station_on_a_spot": (
        lambda s: station(s, position_m=(4.8, 6.0)),
        "stations[0].position_m",
        "overlaps storage_blocks[0]",
    ),
    "charger_on_an_aisle": (
        lambda s: edit(s, chargers=(Charger(ChargerId("C01"), (2.4, 6.0)),)),
        "chargers[0].position_m",
        "overlaps aisles[3]",
    ),
    "lane_through_itself": (
        lambda s: station(s, exit_m=((3.6, 1.2), (6.0, 2.4))),
        "stations[0].exit_m[0]",
        "overlaps stations[0].queue_m[1]",
    ),
    "aisle_along_the_wall": (
        lambda s: edit(s, aisles=(*s.aisles, Aisle("W", ((9.6, 3.6), (9.6, 6.0))))),
        "aisles[5]",
        "would touch the wall",
    ),
    "no_go_over_a_station": (
        lambda s: zone(s, ZoneKind.NO_GO, 4.3, 0.7),
        "zones[0].polygon_m",
        "no-go zone Z1 covers stations[0].position_m",
    ),
    "more_pods_than_spots": (lambda s: edit(s, pod_count=9), "pod_count", "only 8 pod spots"),
    "lane_with_a_gap": (
        lambda s: station(s, queue_m=((3.6, 2.4),)),
        "stations[0].position_m",
        "not a neighbour of stations[0].queue_m[0]",
    ),
    "lane_from_nowhere": (
        lambda s: station(s, queue_m=((3.6, 1.2),)),
        "stations[0].queue_m[0]",
        "station S01 is walled in: no aisle leads into the lane",
    ),
    "lane_to_nowhere": (
        lambda s: station(s, exit_m=((6.0, 1.2),)),
        "stations[0].exit_m[0]",
        "station S01 is walled in: the lane leads into no aisle",
    ),
    "ring_broken": (
        without_ring,
        "stations[0]",
        "station S01 is cut off: with a pod, every pod spot cannot be reached from it",
    ),
    "charger_in_the_corner": (
        lambda s: edit(s, chargers=(Charger(ChargerId("C01"), (1.2, 1.2)),)),
        "chargers[0].position_m",
        "charger C01 is cut off",
    ),
    "robot_in_the_corner": (
        lambda s: robot(s, (1.2, 1.2)),
        "robots[1].start_m",
        "starts where nothing drives",
    ),
    "robot_in_a_lane": (
        lambda s: robot(s, (3.6, 2.4)),
        "robots[1].start_m",
        "starts in a station lane",
    ),
    "robots_on_one_cell": (
        lambda s: robot(s, s.robots[0].start_m),
        "robots[1].start_m",
        "robots R01 and R02 start on one cell",
    ),
}


@pytest.mark.parametrize("oddity", ODDITIES)
def test_oddity_is_told(tiny: Site, oddity: str) -> None:
    spoil, field, problem = ODDITIES[oddity]
    problems = check_site(spoil(tiny))
    assert any(p.field == field and problem in p.problem for p in problems), problems
    assert all(p.remedy for p in problems)
    with pytest.raises(InvalidSite) as caught:
        checked_roadmap(spoil(tiny))
    assert caught.value.field == problems[0].field


@pytest.mark.parametrize("name", site_names())
def test_shipped_sites_have_no_problems(name: str) -> None:
    assert check_site(load_site(name)) == ()


def test_pods_in_the_middle_of_a_block_cannot_come_out_loaded(tiny: Site) -> None:
    """Three rows deep: a loaded robot may not drive beneath the outer two."""
    deep = StorageBlock("B01", (3.6, 6.0), columns=4, rows=3)
    moved = {8.4: 9.6}
    aisles = tuple(
        edit(a, points_m=tuple((x, moved.get(y, y)) for x, y in a.points_m)) for a in tiny.aisles
    )
    floor_m = ((0.0, 0.0), (9.6, 0.0), (9.6, 10.8), (0.0, 10.8))
    site = edit(tiny, storage_blocks=(deep,), aisles=aisles, floor_m=floor_m)
    problems = check_site(site)
    assert [p.field for p in problems] == ["stations[0]", "stations[0]"]
    assert "spots c004r006, c005r006 cannot reach it" in problems[0].problem


def test_all_problems_of_a_stage_are_told_at_once(tiny: Site) -> None:
    site = station(tiny, position_m=(4.9, 1.2), queue_m=((3.7, 2.4), (3.6, 1.3)))
    fields = [p.field for p in check_site(site)]
    assert fields == [
        "stations[0].queue_m[0]",
        "stations[0].queue_m[1]",
        "stations[0].position_m",
    ]
    with pytest.raises(InvalidSite, match=r"2 more problems"):
        checked_roadmap(site)


def test_a_two_way_dead_end_is_fine(tiny: Site) -> None:
    spur = Aisle("Spur", ((8.4, 3.6), (8.4, 1.2)), Direction.BOTH)
    assert check_site(edit(tiny, aisles=(*tiny.aisles, spur))) == ()


def test_robots_that_start_in_a_one_way_dead_end_are_told(tiny: Site) -> None:
    spur = Aisle("Spur", ((8.4, 3.6), (8.4, 1.2)), Direction.FORWARD)
    parked = SiteRobot(RobotId("R03"), "lifter", (8.4, 1.2))
    site = edit(tiny, aisles=(*tiny.aisles, spur), robots=(*tiny.robots, parked))
    assert [p.field for p in check_site(site)] == ["robots[2].start_m"]


def test_a_second_station_is_checked_on_its_own(tiny: Site) -> None:
    """Its lane starts and ends at one cell of the aisle: allowed, if clumsy."""
    bare = PickStation(StationId("S02"), (7.2, 2.4), (), (), 4)
    assert check_site(edit(tiny, stations=(*tiny.stations, bare))) == ()
