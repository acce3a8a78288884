"""Moving pictures: what is shown when, and that the files hold it."""

from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
from fakes.league_floors import drawn
from fakes.one_by_one import OneByOne
from matplotlib import image

from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.animation import save_animation
from sim_worlds.league.film import Film, TaskState, film
from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Output
from sim_worlds.league.run import run_league
from sim_worlds.league.world import LeagueWorld

STEPS = 40
FREE, ASSIGNED, OPENED = TaskState.FREE, TaskState.ASSIGNED, TaskState.OPENED


@pytest.fixture(scope="module")
def instance() -> Instance:
    return drawn(["E...S", ".@...", "....."], [0, 12, 4], [[3, 10], [8], [14, 0]])


@pytest.fixture(scope="module")
def output(instance: Instance) -> Output:
    team = OneByOne(instance.map.neighbours())
    return run_league(instance, team.decide, STEPS, lambda: 0.0).output


def test_places_and_headings_are_those_of_the_run(instance: Instance, output: Output) -> None:
    shown = film(instance.map, output)
    world, team = LeagueWorld(instance), OneByOne(instance.map.neighbours())
    for frame in range(STEPS + 1):
        seen = world.observe()
        cells = shown.place[frame, :, 1] * instance.map.width + shown.place[frame, :, 0]
        assert cells.tolist() == seen.cell.tolist()
        assert (shown.quarters[frame] % 4).tolist() == seen.heading.tolist()
        opened = seen.errands_done > 0
        assert ((shown.state[frame] == OPENED) == opened).all()
        assert ((shown.state[frame] == FREE) == (seen.task < 0)).all()
        world.apply(team.decide(seen))


def test_quarters_add_up(instance: Instance) -> None:
    """So that a turn from north to east goes the short way round."""
    shown = film(
        instance.map,
        Output("MAPF_T", 1, 0, ["C,C,R,R,R"], ["1:-1"], start=[(0, 0, "E")]),
    )
    assert shown.quarters[:, 0].tolist() == [0, -1, -2, -1, 0, 1]


def test_a_part_of_a_film(instance: Instance, output: Output) -> None:
    whole = film(instance.map, output)
    part = whole.cut(10, 5)
    assert (part.first, len(part.place)) == (10, 6)
    assert part.place[0].tolist() == whole.place[10].tolist()
    assert len(whole.cut(STEPS, 5).place) == 1
    with pytest.raises(InvalidPlan, match="from-step: the plan has steps 0 to 40"):
        whole.cut(STEPS + 1, 5)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"start": None}, "start: should name the start"),
        ({"start": [(0, 0, "E")]}, "start: should name the start"),
        ({"actual_paths": ["W", "W,W", "W"]}, "plan: wrong_length: actualPaths"),
        ({"actual_schedule": ["1:0", "one", "1:-1"]}, "plan: malformed: actualSchedule: 'one'"),
        ({"actual_paths": ["F,F,F,F,F", *["W,W,W,W,W"] * 2]}, "actualPaths: leaves the map"),
    ],
)
def test_a_plan_that_cannot_be_shown(
    instance: Instance, output: Output, changed: dict[str, object], says: str
) -> None:
    with pytest.raises(InvalidPlan) as caught:
        film(instance.map, msgspec.structs.replace(output, **changed))
    assert says in str(caught.value)


@pytest.fixture(scope="module")
def short(instance: Instance, output: Output) -> Film:
    return film(instance.map, output).cut(0, 6)


def test_svg(short: Film, tmp_path: Path) -> None:
    path = tmp_path / "run.svg"
    frames: list[int] = []
    save_animation(short, path, 4, frames.append)
    root = ET.fromstring(path.read_text())
    space = "{http://www.w3.org/2000/svg}"
    groups = root.findall(f"{space}g")
    assert len(groups) == 3
    for agent, group in enumerate(groups):
        moves = group.find(f"{space}animateTransform")
        assert moves is not None
        places = [
            tuple(float(part) - 0.5 for part in value.split(","))
            for value in moves.attrib["values"].split(";")
        ]
        assert places == [tuple(place) for place in short.place[:, agent].tolist()]
        assert moves.attrib["dur"] == "1.5s"
    assert frames[-1] == len(short.place)


def test_gif(short: Film, tmp_path: Path) -> None:
    path = tmp_path / "run.gif"
    frames: list[int] = []
    save_animation(short, path, 4, frames.append)
    assert path.read_bytes()[:6] == b"GIF89a"
    assert frames == [1, 2, 3, 4, 5, 6, 7]
    assert image.imread(path).shape[1] == 700
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_drawn(short: Film, tmp_path: Path) -> None:
    with pytest.raises(InvalidPlan, match="output: cannot draw this kind of file"):
        save_animation(short, tmp_path / "run.mp4", 8)
    with pytest.raises(InvalidPlan, match="fps: should be 1 to 60"):
        save_animation(short, tmp_path / "run.svg", 0)
    with pytest.raises(InvalidPlan, match="output: cannot be written"):
        save_animation(short, tmp_path / "nowhere" / "run.svg", 8)
    assert list(tmp_path.iterdir()) == []
