"""What rules do to a floor, and which rules it cannot bear."""

from collections import deque
from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.roadmap.rules import RuleCheck, blocked_nodes, check_on_floor, under_rules
from planner.warehouse.errors import InvalidRule
from planner.warehouse.events import RuleSet
from planner.warehouse.ids import NodeId, RuleId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Direction, Site
from sim_worlds.edits import random_edits
from sim_worlds.sites.catalogue import load_site

ONE_WAY, LIMIT, BLOCKED = RuleKind.ONE_WAY, RuleKind.SPEED_LIMIT, RuleKind.BLOCKED
R, Q = RuleId("r"), RuleId("q")
EAST, NORTH, WEST = 0.0, pi / 2, pi
MIDDLE = ((2.0, 8.0), (28.0, 8.0), (28.0, 8.8), (2.0, 8.8))
"""The aisle from west to east through the middle of the small site."""


def two_way() -> Site:
    """The small site with every aisle open to both directions."""
    site = load_site("small")
    return replace(site, aisles=tuple(replace(a, direction=Direction.BOTH) for a in site.aisles))


@pytest.fixture(scope="module")
def drawn() -> Roadmap:
    return compile_roadmap(two_way())


def refusal(drawn: Roadmap, rule: FloorRule, *in_force: FloorRule) -> InvalidRule:
    with pytest.raises(InvalidRule) as error:
        check_on_floor(drawn, in_force, rule)
    return error.value


def test_a_one_way_takes_the_other_direction_between_aisles_and_nothing_else(
    drawn: Roadmap,
) -> None:
    rule = FloorRule(R, ONE_WAY, MIDDLE, heading_rad=EAST)
    check_on_floor(drawn, (), rule)
    ruled = under_rules(drawn, [rule])
    gone = np.argwhere(ruled.neighbours != drawn.neighbours).tolist()
    assert gone
    for node, heading in gone:
        there = drawn.neighbours[node, heading]
        assert heading == 2, "west"
        assert drawn.kind[node] == drawn.kind[there] == NodeKind.AISLE
        assert ruled.neighbours[there, 0] == node, "the way east is left"
    assert ruled.nodes == drawn.nodes


def test_a_speed_limit_slows_and_never_quickens(drawn: Roadmap) -> None:
    slow = FloorRule(R, LIMIT, MIDDLE, max_speed_mps=0.5)
    check_on_floor(drawn, (), slow)
    ruled = under_rules(drawn, [slow, FloorRule(Q, LIMIT, MIDDLE, max_speed_mps=0.9)])
    touched = ruled.speed_mps < drawn.speed_mps
    assert touched.any()
    assert set(ruled.speed_mps[touched].tolist()) == {0.5}
    assert np.array_equal(ruled.neighbours, drawn.neighbours)


def test_two_one_ways_against_each_other_are_refused_by_name(drawn: Roadmap) -> None:
    first = FloorRule(R, ONE_WAY, MIDDLE, heading_rad=EAST)
    second = FloorRule(Q, ONE_WAY, MIDDLE, heading_rad=WEST)
    error = refusal(drawn, second, first)
    assert error.field == "heading_rad"
    assert "rule r" in error.problem
    check_on_floor(drawn, (first,), replace(second, rule=R))  # turned round, not added


def test_a_one_way_against_the_site_file_is_refused() -> None:
    rule = FloorRule(R, ONE_WAY, MIDDLE, heading_rad=WEST)
    error = refusal(compile_roadmap(load_site("small")), rule)
    assert "the site file" in error.problem


def test_what_would_be_cut_off_is_named() -> None:
    site = load_site("tiny")  # one ring of one-way aisles around four pods
    drawn = compile_roadmap(site)
    north = ((2.0, 8.0), (8.8, 8.0), (8.8, 8.8), (2.0, 8.8))
    error = refusal(drawn, FloorRule(R, BLOCKED, north))
    assert error.field == "area_m"
    assert "charger C01" in error.problem
    assert "pod spots" in error.problem


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (FloorRule(R, BLOCKED, nodes=(NodeId("c099r099"),)), "nodes[0]"),
        (FloorRule(R, BLOCKED, ((90.0, 90.0), (91.0, 90.0), (91.0, 91.0))), "area_m"),
        (
            FloorRule(R, LIMIT, ((90.0, 90.0), (91.0, 90.0), (91.0, 91.0)), max_speed_mps=1),
            "area_m",
        ),
        (FloorRule(R, BLOCKED, ((-1.0, -1.0), (99.0, -1.0), (99.0, 99.0), (-1.0, 99.0))), "area_m"),
    ],
)
def test_rules_for_nothing_or_for_everything_are_refused(
    drawn: Roadmap, rule: FloorRule, field: str
) -> None:
    assert refusal(drawn, rule).field == field


def test_a_station_and_the_last_charger_cannot_be_blocked(drawn: Roadmap) -> None:
    station = next(iter(drawn.station_nodes.values()))
    assert "station S01" in refusal(drawn, FloorRule(R, BLOCKED, nodes=(station,))).problem
    chargers = tuple(drawn.charger_nodes.values())
    assert "no charger" in refusal(drawn, FloorRule(R, BLOCKED, nodes=chargers)).problem
    check_on_floor(drawn, (), FloorRule(R, BLOCKED, nodes=chargers[1:]))


def test_the_check_for_those_without_a_roadmap_says_the_same() -> None:
    check = RuleCheck(two_way())
    first = FloorRule(R, ONE_WAY, MIDDLE, heading_rad=EAST)
    check((), first)
    with pytest.raises(InvalidRule, match="rule r"):
        check((first,), FloorRule(Q, ONE_WAY, MIDDLE, heading_rad=WEST))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), both=st.booleans())
def test_under_rules_that_were_not_refused_every_pod_gets_everywhere(seed: int, both: bool) -> None:
    site = two_way() if both else load_site("small")
    drawn = compile_roadmap(site)
    rules: dict[RuleId, FloorRule] = {}
    for timed in random_edits(site, 15, seed, 1000):
        if isinstance(timed.edit, RuleSet):
            try:
                check_on_floor(drawn, tuple(rules.values()), timed.edit.rule)
            except InvalidRule:
                continue
            rules[timed.edit.rule.rule] = timed.edit.rule
    ruled = under_rules(drawn, rules.values())
    shut = {
        node
        for rule in rules.values()
        if rule.kind is BLOCKED
        for node in blocked_nodes(drawn, rule)
    }
    everything = {node for node in range(len(drawn.nodes)) if node not in shut}
    spots = {n for n in everything if drawn.kind[n] == NodeKind.SPOT}
    for station in drawn.station_nodes.values():
        for forward in (True, False):
            assert spots <= driven(ruled, drawn.index[station], shut, forward=forward), rules


def driven(roadmap: Roadmap, start: int, shut: set[int], *, forward: bool) -> set[int]:
    """Where a robot with a pod gets from ``start``, or comes from to get there: over aisles and
    lanes, spots only as ends."""
    ways: dict[int, list[int]] = {node: [] for node in range(len(roadmap.nodes))}
    for node, row in enumerate(roadmap.neighbours.tolist()):
        for there in row:
            if there >= 0:
                ways[node if forward else there].append(there if forward else node)
    seen, waiting = {start}, deque([start])
    while waiting:
        for there in ways[waiting.popleft()]:
            if there in seen or there in shut:
                continue
            seen.add(there)
            if roadmap.kind[there] not in (NodeKind.SPOT, NodeKind.CHARGER):
                waiting.append(there)
    return seen
