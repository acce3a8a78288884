"""``podherd site tune`` and ``podherd simulate --guidance`` as a person types them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from planner.mapf.guidance import Guidance, plain
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.errors import InvalidGuidance
from planner.warehouse.site import Site
from sim_worlds import cli, site_cli
from sim_worlds.eventlog import Header, read_log
from sim_worlds.run import run_shift
from sim_worlds.shift import generated_shift, with_robots
from sim_worlds.site_guidance import read_site_guidance, write_site_guidance
from sim_worlds.site_race import RaceParams, Tried, Verdict
from sim_worlds.site_tune import lanes_of, trial, tuned_within
from sim_worlds.sites.catalogue import load_site


@pytest.fixture(scope="module")
def small() -> Site:
    return load_site("small")


@pytest.fixture(scope="module")
def lanes(small: Site) -> Guidance:
    return lanes_of(small, 1_000.0, seed=1)


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    found = typer.Typer()
    cli.add_to(found)
    found.add_typer(site_cli.app, name="site")
    return found


def verdict_of(guidance: Guidance | None) -> Verdict:
    return Verdict(guidance, 1_000.0, 0.03, 0.01, (Tried(0.0, 4, 610.0, 31.5),))


def test_a_shift_on_lanes_is_sound_and_drives_other_ways(small: Site, lanes: Guidance) -> None:
    shift = generated_shift(small, 4, seed=2)
    without, outcome = run_shift(shift), run_shift(replace(shift, guidance=lanes))
    assert outcome.violations == ()
    assert outcome.unfinished == ()
    assert outcome.ledger.sound
    assert outcome.kpis.metres_per_line != without.kpis.metres_per_line


def test_plain_guidance_is_none(small: Site) -> None:
    shift = generated_shift(small, 2, seed=2)
    nodes = len(compile_roadmap(small).nodes)
    assert run_shift(replace(shift, guidance=plain(nodes))) == run_shift(shift)


def test_files_keep_what_is_written(small: Site, lanes: Guidance, tmp_path: Path) -> None:
    file = tmp_path / "lanes.json"
    write_site_guidance(verdict_of(lanes), small, file)
    assert np.array_equal(read_site_guidance(file, small).drive, lanes.drive)
    assert np.array_equal(read_site_guidance(file, with_robots(small, 3)).drive, lanes.drive)
    document = json.loads(file.read_bytes())
    assert document["tried"][0]["lines_per_h"] == 610.0
    write_site_guidance(verdict_of(None), small, file)
    assert read_site_guidance(file, small).is_plain
    assert [path.name for path in tmp_path.iterdir()] == ["lanes.json"]


def changed(document: dict[str, Any], field: str, value: object) -> bytes:
    return json.dumps({**document, field: value}).encode()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("floor", "medium", "made for medium with 190 nodes, this is small"),
        ("drive", [[1.0] * 4], "made for small with 1 nodes, this is small with 190"),
        ("drive", [[1.0, 0.5, 1.0, 1.0]] * 190, r"drive\[0\]\[1\]"),
        ("drive", [[1.0, 99.0, 1.0, 1.0]] * 190, r"drive\[0\]\[1\]"),
        ("turn", 2.0, "turn"),
        ("format", "podherd-guidance-9", "format"),
        ("lanes", 1, "lanes"),
    ],
)
def test_files_that_do_not_fit_are_refused(
    small: Site, tmp_path: Path, field: str, value: object, says: str
) -> None:
    file = tmp_path / "lanes.json"
    write_site_guidance(verdict_of(None), small, file)
    file.write_bytes(changed(json.loads(file.read_bytes()), field, value))
    with pytest.raises(InvalidGuidance, match=says) as found:
        read_site_guidance(file, small)
    assert str(file) in str(found.value)


def test_an_event_log_keeps_the_lanes(
    app: typer.Typer, small: Site, lanes: Guidance, tmp_path: Path
) -> None:
    file, log = tmp_path / "lanes.json", tmp_path / "run.jsonl"
    write_site_guidance(verdict_of(lanes), small, file)
    line = f"simulate --site small --orders 2 --seed 3 --guidance {file} --log {log}"
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, done.output
    file.unlink()
    again = CliRunner().invoke(app, ["replay", str(log)])
    assert again.exit_code == 0, again.output
    header, _ = read_log(log)
    assert header == Header.of(small, header.params, lanes)
    without = tmp_path / "without.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    head = json.loads(lines[0])
    without.write_bytes(
        b"".join([json.dumps({**head, "guidance": None}).encode() + b"\n", *lines[1:]])
    )
    assert "differ" in CliRunner().invoke(app, ["replay", str(without)]).output


def test_tune_ends_and_writes_what_simulate_reads(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "lanes.json"
    line = f"site tune tiny --robots 2 --orders 1 --seconds 0.001 --output {file}"
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, done.output
    assert "no lanes" in done.output
    tried = json.loads(file.read_bytes())["tried"]
    assert [row["repulsion"] for row in tried][:2] == [0.0, 100.0]
    assert all(row["lines_per_h"] > 0 and row["trials"] >= 1 for row in tried)
    line = f"simulate --site tiny --orders 1 --guidance {file}"
    assert CliRunner().invoke(app, line.split()).exit_code == 0


def test_tuning_stops_when_time_is_up() -> None:
    """A clock that leaps: the first heat and, if lanes lead, the proof are all there is."""
    readings = iter(range(0, 1_000_000, 1_000))
    params = RaceParams(heats=3, proofs=2)
    tiny = load_site("tiny")
    verdict = tuned_within(tiny, 1, 1.0, 1, lambda: float(next(readings)), params=params)
    assert sum(row.trials for row in verdict.tried) in (5, 9)


def test_trials_are_told_apart_by_seed_and_lanes_alone(small: Site, lanes: Guidance) -> None:
    without = trial(small, 2, None, 1)
    assert trial(small, 2, plain(len(lanes.drive)), 1) == without
    assert trial(small, 2, lanes, 1) != without
    assert trial(small, 2, None, 2) != without


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("site tune nowhere", "nowhere"),
        ("site tune tiny --seconds 0", "seconds"),
        ("site tune tiny --output missing/lanes.json", "output"),
        ("site tune tiny --robots 0", "robots"),
        ("simulate --site tiny --orders 1 --guidance missing.json", "missing.json"),
    ],
)
def test_bad_input_is_named(app: typer.Typer, line: str, says: str) -> None:
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output
