import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from planner.codec.sitefile import schema_text
from sim_worlds.site_cli import app
from sim_worlds.sites.catalogue import load_site


def podherd_site(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_check_praises_a_good_site() -> None:
    result = podherd_site("check", "small")
    assert result.exit_code == 0
    assert "6 robots, 2 stations, 60 pods on 72 spots" in result.stdout


def test_check_tells_every_problem_and_fails(tmp_path: Path) -> None:
    data = json.loads((Path(__file__).parents[2] / "sim_worlds/sites/tiny.json").read_bytes())
    data["stations"][0]["queue_m"][0] = [3.7, 2.4]
    data["robots"][0]["start_m"] = [3.6, 6.1]
    file = tmp_path / "askew.json"
    file.write_text(json.dumps(data))
    result = podherd_site("check", file)
    assert result.exit_code == 1
    assert "stations[0].queue_m[0]: off the lattice" in result.stderr
    assert "robots[0].start_m: off the lattice" in result.stderr
    assert "The nearest cell is at [3.6, 2.4]." in result.stderr


@pytest.mark.parametrize("command", ["check", "draw"])
def test_an_unknown_site_is_told_in_one_line(command: str) -> None:
    result = podherd_site(command, "large")
    assert result.exit_code == 1
    assert "medium, one-lane, picking-cell, small, tiny" in result.stderr
    assert result.stderr.count("\n") == 1


def test_draw_writes_the_file(tmp_path: Path) -> None:
    out = tmp_path / "tiny.svg"
    assert podherd_site("draw", "tiny", "--out", out).exit_code == 0
    assert out.read_text().startswith("<?xml")


def test_draw_tells_where_it_cannot_write(tmp_path: Path) -> None:
    result = podherd_site("draw", "tiny", "--out", tmp_path / "no" / "tiny.svg")
    assert result.exit_code == 1
    assert "cannot write" in result.stderr


def test_grid_writes_a_site_that_checks(tmp_path: Path) -> None:
    out = tmp_path / "grid.json"
    assert podherd_site("grid", "--robots", 12, "--stations", 3, "--out", out).exit_code == 0
    assert podherd_site("check", out).exit_code == 0
    site = load_site(out)
    assert (len(site.robots), len(site.stations)) == (12, 3)


def test_grid_refuses_what_does_not_fit(tmp_path: Path) -> None:
    out = tmp_path / "grid.json"
    result = podherd_site("grid", "--blocks-east", 1, "--stations", 9, "--out", out)
    assert result.exit_code == 1
    assert "stations: does not fit on a grid floor (found 9)" in result.stderr
    assert not out.exists()


def test_schema_is_printed() -> None:
    assert podherd_site("schema").stdout == schema_text()
