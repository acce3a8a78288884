"""One-shot scenarios: columns are x, rows y; what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes.league_floors import map_text

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.scenario import OneShotInstance, load_scenario

ROWS = ["...", ".@.", "..."]


def read(
    folder: Path, points: Sequence[Sequence[int]], agents: int, size: str = "3\t3"
) -> OneShotInstance:
    """A scenario with ``points`` of (start x, start y, goal x, goal y)."""
    lines = [f"0\ta.map\t{size}\t" + "\t".join(map(str, p)) + "\t1.5" for p in points]
    (folder / "a.map").write_text(map_text(ROWS))
    (folder / "a.scen").write_text("\n".join(["version 1", *lines]) + "\n")
    return load_scenario(folder / "a.map", folder / "a.scen", agents)


def test_the_first_agents(tmp_path: Path) -> None:
    instance = read(tmp_path, [(0, 0, 2, 1), (1, 2, 0, 0), (1, 1, 1, 1)], agents=2)
    assert instance.name == "a"
    assert instance.starts.tolist() == [0, 7]
    assert instance.goals.tolist() == [5, 0]


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ([(0, 0, 3, 0)], "a.scen:2: goal off the map (found (3, 0))"),
        ([(0, 3, 0, 0)], "a.scen:2: start off the map (found (0, 3))"),
        ([(0, 0, 1, 1)], "a.scen:2: goal in a wall (found (1, 1))"),
        ([(0, 0, 1, 0), (0, 0, 2, 0)], "a.scen:3: the same start as in line 2"),
        ([(0, 0, 1, 0), (2, 0, 1, 0)], "a.scen:3: the same goal as in line 2"),
        ([(0, 0, 1)], "a.scen:2: should be 9 columns"),
        ([(0, 0, 1, -1)], "a.scen:2: should be 9 columns"),
    ],
)
def test_a_bad_line(tmp_path: Path, points: Sequence[Sequence[int]], says: str) -> None:
    with pytest.raises(InvalidInstance) as caught:
        read(tmp_path, points, agents=len(points))
    assert says in str(caught.value)


@pytest.mark.parametrize("agents", [0, -1, 2])
def test_other_agents_than_there_are(tmp_path: Path, agents: int) -> None:
    with pytest.raises(InvalidInstance, match=r"agents: the scenario a.scen has 1 agents"):
        read(tmp_path, [(0, 0, 1, 0)], agents=agents)


def test_a_map_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(InvalidInstance, match=r"a.scen:2: made for a map of 4 x 3"):
        read(tmp_path, [(0, 0, 1, 0)], agents=1, size="4\t3")


def test_a_goal_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "b.map").write_text(map_text([".@."]))
    (tmp_path / "b.scen").write_text("version 1\n0 b.map 3 1 0 0 2 0 2\n")
    with pytest.raises(InvalidInstance, match=r"b.scen:2: no path leads from start to goal"):
        load_scenario(tmp_path / "b.map", tmp_path / "b.scen", 1)


def test_no_scenario(tmp_path: Path) -> None:
    (tmp_path / "a.map").write_text(map_text(ROWS))
    (tmp_path / "a.scen").write_text("0 a.map 3 3 0 0 1 0 1\n")
    with pytest.raises(InvalidInstance, match="not a scenario"):
        load_scenario(tmp_path / "a.map", tmp_path / "a.scen", 1)
    with pytest.raises(InvalidInstance, match="scenario: cannot be read"):
        load_scenario(tmp_path / "a.map", tmp_path / "b.scen", 1)


@pytest.mark.shared
def test_a_public_scenario(shared_data: Path) -> None:
    folder = shared_data / "mapf" / "oneshot"
    name = "warehouse-10-20-10-2-1"
    instance = load_scenario(folder / f"{name}.map", folder / f"{name}-random-1.scen", 1000)
    assert instance.map.free_cells == 5699
    assert len(set(instance.goals.tolist())) == 1000
    assert divmod(int(instance.starts[0]), instance.map.width) == (57, 143)
