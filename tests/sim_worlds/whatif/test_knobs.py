"""What can be varied, and on which site."""

import pytest

from planner.assign.release import ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.roadmap.geometry import checked_roadmap
from planner.warehouse.errors import InvalidStudy
from sim_worlds.sites.catalogue import load_site
from sim_worlds.whatif.knobs import check_axes, param_names, with_param, with_stations
from sim_worlds.whatif.vary import parse_axes

PARAMS = DispatchParams()


def check(text: str, *, live: bool = False) -> None:
    check_axes(parse_axes([text]), load_site("small"), PARAMS, live=live)


@pytest.mark.parametrize(
    "text",
    [
        "robots=1..20:5",
        "stations=1..2",
        "pods=20..60:20",
        "seed=0,7",
        "volume=0.5,2",
        "speed_up=1..4:1",
        "pick_s=4.5",
        "base_nodes=2..6",
        "battery_low=0.2,0.3",
        "release.rule=joint,pod_match",
    ],
)
def test_what_can_be_varied(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("robots=0", "robots: .*1 or more"),
        ("robots=2.5", "robots: .*whole numbers"),
        ("robots=many", "robots: .*whole numbers"),
        ("robots=100000", "robots: small has .* places to start from"),
        ("stations=1..4:1", r"stations: small has 2 stations \(found 3\).*site grid"),
        ("pods=10000", "pods: small has .* spots"),
        ("volume=0", "volume: .*above 0"),
        ("pick_s=fast", "pick_s: .*above 0"),
        ("robot=3", "Did you mean robots"),
        ("bate_nodes=3", "Did you mean base_nodes"),
        ("release.rul=joint", r"Did you mean release\.rule"),
        ("release=joint", r"nothing of this name.*Known: robots, .*battery_low.*release\.rule"),
        ("release.rule=best", r"release\.rule: no such choice .*pod_match"),
        ("base_nodes=0", "base_nodes: .*at least 1"),
        ("base_nodes=1.5", "base_nodes: a whole number"),
        ("battery_low=0.99", "battery_low: .*must rise"),
        ("depth=x", "depth: a number"),
    ],
)
def test_what_cannot_be_is_told_with_a_remedy(text: str, said: str) -> None:
    with pytest.raises(InvalidStudy, match=said):
        check(text)


def test_stations_stay_as_they_are_in_the_middle_of_a_run() -> None:
    check("robots=3", live=True)
    with pytest.raises(InvalidStudy, match="stations: cannot be varied in the middle"):
        check("stations=1", live=True)


def test_a_parameter_is_set_by_its_dotted_name() -> None:
    assert with_param(PARAMS, "release.rule", "pod_match").release.rule is ReleaseRule.POD_MATCH
    assert with_param(PARAMS, "battery_full", 1).battery_full == 1.0
    assert "release.rule" in param_names(PARAMS)


def test_open_stations_are_spread_evenly_and_the_floor_stays_sound() -> None:
    site = load_site("medium")
    some = with_stations(site, 4)
    assert [station.id for station in some.stations] == ["S01", "S03", "S06", "S08"]
    assert set(checked_roadmap(some).station_nodes) == {"S01", "S03", "S06", "S08"}
    assert with_stations(site, 10) == site


def test_stations_are_closed_from_a_moment_on() -> None:
    check("closed=none,S01", live=True)
    for text, said in (
        ("closed=S99", "no such station"),
        ("closed=S01+S02", "nobody could pick"),
    ):
        with pytest.raises(InvalidStudy, match=said):
            check(text, live=True)
    with pytest.raises(InvalidStudy, match="middle of a run only"):
        check("closed=S01")
