"""Walls, desks, chargers and blocks stand where nobody drives."""

import math
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.site import Point, RobotType, Site, Zone, ZoneKind
from sim_worlds.sdf.elements import document
from sim_worlds.sdf.statics import add_floor, add_site
from sim_worlds.sites.catalogue import load_site, site_names
from sim_worlds.sites.grid import COMPACT_ROBOT, ROBOT, GridPlan, grid_site


def blocks(site: Site) -> dict[str, shapely.Polygon]:
    """Outline of every solid thing of the static model, by name."""
    root = document()
    add_site(root, site, compile_roadmap(site))
    return dict(_outlines(root))


def _outlines(root: ET.Element) -> Iterator[tuple[str, shapely.Polygon]]:
    for collision in root.iter("collision"):
        size = [float(word) for word in (collision.findtext("geometry/box/size") or "").split()]
        pose = [float(word) for word in (collision.findtext("pose") or "").split()]
        flat = shapely.box(-size[0] / 2, -size[1] / 2, size[0] / 2, size[1] / 2)
        turned = affinity.rotate(flat, pose[5], origin=(0, 0), use_radians=True)
        yield collision.get("name", ""), affinity.translate(turned, pose[0], pose[1])


def clearance_m(site: Site) -> float:
    """The smallest gap between what stands still and what turns on a node or drives an edge."""
    roadmap = compile_roadmap(site)
    solid = shapely.union_all(list(blocks(site).values()))
    pod_m = site.pod_model.size_m / math.sqrt(2)
    robot_m = max(math.hypot(kind.length_m, kind.width_m) for kind in site.robot_types) / 2
    return min(
        solid.distance(shapely.Point(xy)) - (robot_m if kind == NodeKind.CHARGER else pod_m)
        for xy, kind in zip(roadmap.xy_m.tolist(), roadmap.kind.tolist(), strict=True)
    )


@pytest.mark.parametrize("name", site_names())
def test_whatever_turns_on_a_node_clears_what_stands_still(name: str) -> None:
    assert clearance_m(load_site(name)) > 0.02


@settings(max_examples=25, deadline=None)
@given(
    blocks_east=st.integers(1, 4),
    blocks_north=st.integers(1, 3),
    stations=st.integers(1, 6),
    chargers=st.integers(1, 6),
    pitch_mm=st.integers(1150, 2000),
    robot=st.sampled_from([ROBOT, COMPACT_ROBOT]),
)
def test_so_it_is_on_any_grid_floor(
    blocks_east: int,
    blocks_north: int,
    stations: int,
    chargers: int,
    pitch_mm: int,
    robot: RobotType,
) -> None:
    site = grid_site(
        GridPlan(
            blocks_east=blocks_east,
            blocks_north=blocks_north,
            stations=min(stations, 2 * blocks_east),
            chargers=min(chargers, 4 * blocks_north),
            robots=2,
            pitch_m=pitch_mm / 1000,
            robot=robot,
        )
    )
    assert clearance_m(site) > 0.01
    names = set(blocks(site))
    assert {f"desk_{station.id}" for station in site.stations} <= names


def test_every_station_has_a_desk_and_every_charger_a_post() -> None:
    for name in ("tiny", "picking-cell", "one-lane"):
        site = load_site(name)
        names = set(blocks(site))
        assert {f"desk_{station.id}" for station in site.stations} <= names
        assert {f"charger_{charger.id}" for charger in site.chargers} <= names


L_SHAPE = ((0.0, 0.0), (9.6, 0.0), (9.6, 12.0), (4.8, 12.0), (4.8, 9.6), (0.0, 9.6))


@pytest.mark.parametrize("corners", [L_SHAPE, L_SHAPE[::-1]], ids=["left", "right"])
def test_walls_go_round_any_floor_without_a_gap(corners: tuple[Point, ...]) -> None:
    site = replace(load_site("tiny"), floor_m=corners)
    floor = shapely.Polygon(corners)
    walls = [shape for name, shape in blocks(site).items() if name.startswith("wall_")]
    assert len(walls) == 6
    assert shapely.union_all(walls).intersection(floor).area < 1e-4
    ring = floor.exterior.buffer(0.05).difference(floor)
    assert ring.difference(shapely.union_all(walls).buffer(1e-6)).area < 1e-4


def test_no_go_zones_become_blocks_within_them() -> None:
    tiny = load_site("tiny")
    square = ((8.0, 0.4), (9.4, 0.4), (9.4, 1.4), (8.0, 1.4))
    triangle = ((6.6, 0.2), (9.5, 0.2), (9.5, 2.9))
    zones = (
        Zone("Z1", ZoneKind.NO_GO, square),
        Zone("Z2", ZoneKind.NO_GO, triangle),
        Zone("Z3", ZoneKind.SLOW, square, max_speed_mps=0.5),
    )
    solid = blocks(replace(tiny, zones=zones))
    assert solid["no_go_Z1_0"].equals_exact(shapely.Polygon(square), 1e-6) or (
        solid["no_go_Z1_0"].symmetric_difference(shapely.Polygon(square)).area < 1e-6
    )
    columns = [shape for name, shape in solid.items() if name.startswith("no_go_Z2")]
    assert columns
    assert all(shapely.Polygon(triangle).buffer(1e-6).covers(column) for column in columns)
    assert not any(name.startswith("no_go_Z3") for name in solid)


def test_the_floor_is_one_endless_plane() -> None:
    root = document()
    add_floor(root, load_site("one-lane"))
    (model,) = root.findall("model")
    assert model.get("name") == "floor"
    assert model.findtext("static") == "true"
    assert len(list(model.iter("collision"))) == 1
    assert model.find("link/collision/geometry/plane") is not None


def test_all_that_stands_still_is_one_model() -> None:
    """Each model costs megabytes."""
    site = load_site("one-lane")
    root = document()
    add_site(root, site, compile_roadmap(site))
    assert names(root, "model") == ["site"]
    assert len(list(root.iter("collision"))) == 4 + len(site.stations) + len(site.chargers)


def names(root: ET.Element, tag: str) -> list[str]:
    return [element.get("name", "") for element in root.iter(tag)]
