import dataclasses

import numpy as np
import pytest

from planner.roadmap import access
from planner.roadmap.compile import compile_roadmap
from planner.roadmap.lattice import STEPS
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import NodeId
from planner.warehouse.site import Aisle, Direction, Site, Zone, ZoneKind
from sim_worlds.sites.catalogue import load_site


def leads_to(roadmap: Roadmap, node: str) -> str:
    """Where one may drive from a node, as letters of E, N, W, S."""
    links = roadmap.neighbours[roadmap.index[NodeId(node)]]
    return "".join(letter for letter, end in zip("ENWS", links, strict=True) if end >= 0)


@pytest.mark.parametrize(
    ("node", "ways"),
    [
        ("c002r003", "E"),  # corner of the ring
        ("c003r003", "ES"),  # on, or into the lane
        ("c005r003", "E"),  # where the lane comes out
        ("c003r002", "S"),  # queue: no way back
        ("c003r001", "E"),
        ("c004r001", "E"),  # station
        ("c005r001", "N"),
        ("c005r002", "N"),  # exit
        ("c003r004", "NW"),  # inner lane and the spot above it; the outer lane is not joined
        ("c007r004", "NW"),  # aisles cross
        ("c003r005", "ENWS"),  # spot between two spots and two aisles
        ("c004r006", "ENWS"),
        ("c001r006", "E"),  # charger
        ("c002r006", "EWS"),  # ring beside a charger and a spot
    ],
)
def test_ways_of_the_tiny_site(tiny_roadmap: Roadmap, node: str, ways: str) -> None:
    assert leads_to(tiny_roadmap, node) == ways


def test_places_of_the_tiny_site(tiny_roadmap: Roadmap) -> None:
    assert dict(tiny_roadmap.station_nodes) == {"S01": "c004r001"}
    assert dict(tiny_roadmap.queue_nodes) == {"S01": ("c003r002", "c003r001")}
    assert dict(tiny_roadmap.charger_nodes) == {"C01": "c001r006"}
    assert dict(tiny_roadmap.robots) == {"R01": "c003r005", "R02": "c004r006"}
    assert list(tiny_roadmap.pods) == ["P001", "P002", "P003", "P004", "P005", "P006"]
    free = set(tiny_roadmap.spots) - set(tiny_roadmap.pods.values())
    assert free == {"c005r006", "c006r005"}


def test_kinds_and_stations_of_the_tiny_site(tiny_roadmap: Roadmap) -> None:
    counts = {kind: int((tiny_roadmap.kind == kind).sum()) for kind in NodeKind}
    assert counts == {
        NodeKind.AISLE: 22,
        NodeKind.SPOT: 8,
        NodeKind.QUEUE: 2,
        NodeKind.STATION: 1,
        NodeKind.EXIT: 2,
        NodeKind.CHARGER: 1,
    }
    in_lane = np.isin(tiny_roadmap.kind, [NodeKind.QUEUE, NodeKind.STATION, NodeKind.EXIT])
    assert np.array_equal(tiny_roadmap.station_of == 0, in_lane)
    assert np.array_equal(tiny_roadmap.station_of == -1, ~in_lane)


def test_the_kernels_know_the_kinds_by_the_same_numbers() -> None:
    assert access.SPOT == NodeKind.SPOT
    assert access.CHARGER == NodeKind.CHARGER


@pytest.mark.parametrize("name", ["tiny", "small", "medium"])
def test_arrays_agree_with_each_other(name: str) -> None:
    site = load_site(name)
    roadmap = compile_roadmap(site)
    assert [roadmap.index[node] for node in roadmap.nodes] == list(range(len(roadmap.nodes)))
    order = np.lexsort((roadmap.xy_m[:, 0], roadmap.xy_m[:, 1]))
    assert np.array_equal(order, np.arange(len(roadmap.nodes)))
    for heading, (east, north) in enumerate(STEPS):
        (starts,) = np.nonzero(roadmap.neighbours[:, heading] >= 0)
        ends = roadmap.neighbours[starts, heading]
        offset = roadmap.xy_m[ends] - roadmap.xy_m[starts]
        assert np.allclose(offset, np.array([east, north]) * site.pitch_m)
    for array in (roadmap.xy_m, roadmap.neighbours, roadmap.speed_mps, roadmap.kind):
        assert not array.flags.writeable
    assert len(set(roadmap.pods.values())) == site.pod_count
    assert set(roadmap.pods.values()) <= set(roadmap.spots)


def test_mappings_cannot_be_changed(tiny_roadmap: Roadmap) -> None:
    with pytest.raises(TypeError):
        tiny_roadmap.index["c000r000"] = 0  # type: ignore[index]


def test_edges_are_named_by_their_ends(tiny_roadmap: Roadmap) -> None:
    start = tiny_roadmap.index[NodeId("c003r003")]
    end = tiny_roadmap.neighbours[start, 0]
    assert tiny_roadmap.edge_id(start, int(end)) == "c003r003-c004r003"


def test_nearest_node(tiny_roadmap: Roadmap) -> None:
    assert tiny_roadmap.nodes[tiny_roadmap.nearest(2.9, 3.7)] == "c002r003"
    # The middle between two nodes belongs to the first of them.
    assert tiny_roadmap.nodes[tiny_roadmap.nearest(3.0, 3.6)] == "c002r003"


def test_an_aisle_for_both_ways(tiny: Site) -> None:
    first = dataclasses.replace(tiny.aisles[0], direction=Direction.BOTH)
    roadmap = compile_roadmap(dataclasses.replace(tiny, aisles=(first, *tiny.aisles[1:])))
    assert leads_to(roadmap, "c004r003") == "EW"


def test_an_aisle_round_a_corner(tiny: Site) -> None:
    around = Aisle("Ring", ((2.4, 3.6), (8.4, 3.6), (8.4, 8.4)), Direction.FORWARD)
    kept = tuple(aisle for aisle in tiny.aisles if aisle.id not in ("EW01", "NS02"))
    roadmap = compile_roadmap(dataclasses.replace(tiny, aisles=(around, *kept)))
    assert np.array_equal(roadmap.neighbours, compile_roadmap(tiny).neighbours)


def test_a_station_without_a_queue_is_entered_from_the_aisle(tiny: Site) -> None:
    bare = dataclasses.replace(tiny.stations[0], position_m=(4.8, 2.4), queue_m=(), exit_m=())
    roadmap = compile_roadmap(dataclasses.replace(tiny, stations=(bare,)))
    assert leads_to(roadmap, "c004r003") == "ES"
    assert leads_to(roadmap, "c004r002") == "N"
    assert roadmap.queue_nodes[bare.id] == ()


def test_a_no_go_zone_takes_aisle_cells_away(tiny: Site) -> None:
    zone = Zone("Hole", ZoneKind.NO_GO, ((5.5, 8.0), (6.5, 8.0), (6.5, 9.0), (5.5, 9.0)))
    roadmap = compile_roadmap(dataclasses.replace(tiny, zones=(zone,)))
    assert "c005r007" not in roadmap.index
    assert leads_to(roadmap, "c006r007") == "S"
    assert leads_to(roadmap, "c005r006") == "EWS"


def test_a_no_go_zone_between_two_cells_cuts_the_edge_only(tiny: Site) -> None:
    zone = Zone("Post", ZoneKind.NO_GO, ((5.3, 8.3), (5.5, 8.3), (5.5, 8.5), (5.3, 8.5)))
    roadmap = compile_roadmap(dataclasses.replace(tiny, zones=(zone,)))
    assert leads_to(roadmap, "c005r007") == "S"
    assert leads_to(roadmap, "c004r007") == "WS"


def test_a_slow_zone_limits_every_edge_it_touches(tiny: Site) -> None:
    here = ((4.5, 3.3), (5.1, 3.3), (5.1, 3.9), (4.5, 3.9))
    zones = (
        Zone("Slow", ZoneKind.SLOW, here, max_speed_mps=0.5),
        Zone("Slower", ZoneKind.SLOW, here, max_speed_mps=0.3),
        Zone("Fast", ZoneKind.SLOW, here, max_speed_mps=0.9),
    )
    roadmap = compile_roadmap(dataclasses.replace(tiny, zones=zones))
    slowed = {
        roadmap.edge_id(start, int(roadmap.neighbours[start, heading]))
        for start, heading in np.argwhere(roadmap.speed_mps < np.inf).tolist()
    }
    assert slowed == {"c003r003-c004r003", "c004r003-c005r003"}
    assert roadmap.speed_mps[roadmap.index[NodeId("c004r003")], 0] == pytest.approx(0.3)


def test_a_one_way_zone_binds_aisles_but_not_the_ways_of_pods(tiny: Site) -> None:
    both = tuple(dataclasses.replace(aisle, direction=Direction.BOTH) for aisle in tiny.aisles)
    here = ((3.0, 8.0), (7.8, 8.0), (7.8, 8.8), (3.0, 8.8))
    zone = Zone("West", ZoneKind.ONE_WAY, here, heading_rad=float(np.pi))
    roadmap = compile_roadmap(dataclasses.replace(tiny, aisles=both, zones=(zone,)))
    assert leads_to(roadmap, "c004r007") == "WS"
    assert leads_to(roadmap, "c004r006") == "ENWS"
    assert leads_to(roadmap, "c004r004") == "ENW"


def test_robots_start_where_something_drives(tiny: Site) -> None:
    lost = dataclasses.replace(tiny.robots[1], start_m=(1.2, 1.2))
    with pytest.raises(InvalidSite, match="starts where nothing drives") as caught:
        compile_roadmap(dataclasses.replace(tiny, robots=(tiny.robots[0], lost)))
    assert caught.value.field == "robots[1].start_m"
