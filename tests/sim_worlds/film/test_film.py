"""Pictures of a run: what they are made from, and that they are there."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from podherd_bringup.cli import app
from sim_worlds.eventlog import EventLogWriter, Header
from sim_worlds.film.gif import Frames, write_gif
from sim_worlds.film.recording import Recording, read_recording, read_tracks
from sim_worlds.params import EXACT
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site

R01 = RobotId("R01")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five minutes of work on the tiny site, robots exact."""
    folder = tmp_path_factory.mktemp("run")
    shift = generated_shift(load_site("tiny"), 4, 1)
    early = tuple(replace(order, at_ms=0) for order in shift.orders)
    shift = replace(shift, orders=early, world=EXACT)
    with EventLogWriter(folder / "events.jsonl", Header.of(shift.site, shift.dispatch)) as log:
        shift_run = ShiftRun(shift, log)
        for _ in range(600):
            shift_run.tick()
    return folder


def recorded(run: Path, from_ms: int = 0, until_ms: int | None = None) -> Recording:
    return read_recording(run, from_ms=from_ms, until_ms=until_ms, tell=lambda at_ms: None)


def test_exact_robots_are_never_off_the_way_they_were_given(run: Path) -> None:
    recording = recorded(run)
    assert not recording.truth
    errors = recording.path_errors_m(R01)
    assert np.count_nonzero(~np.isnan(errors)) > 50
    assert np.nanmax(errors) < 1e-6


def test_what_the_world_wrote_counts_more_than_what_robots_say(run: Path, tmp_path: Path) -> None:
    recording = recorded(run)
    ways = recording.released[R01]
    way = next(row for row in ways if row[1] == row[3] and row[2] != row[4])
    beside = [float(way[1]) + 0.03, float(way[2] + way[4]) / 2, 0.0]
    (tmp_path / "events.jsonl").write_bytes((run / "events.jsonl").read_bytes())
    lines = [{"t": int(way[0]), "at": {"R01": beside}}]
    (tmp_path / "tracks.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    truth = recorded(tmp_path)
    assert truth.truth
    assert truth.driven[R01].shape == (1, 4)
    assert truth.path_errors_m(R01)[0] == pytest.approx(0.03)


def test_only_the_time_asked_for_is_shown(run: Path) -> None:
    recording = recorded(run, from_ms=60_000, until_ms=90_000)
    assert [recording.views[0].at_ms, recording.views[-1].at_ms] == [60_000, 90_000]
    rows = recording.driven[R01]
    assert (rows[1:, 0] >= 59_500).all()
    assert rows[0, 0] < 59_500, "where it was before is known, should it stand"
    assert rows[:, 0].max() <= 90_000


def test_a_torn_line_is_left_out(tmp_path: Path) -> None:
    tracks = tmp_path / "tracks.jsonl"
    tracks.write_text('{"t":100,"at":{"R01":[1,2,0]}}\n{"t":200,"at":{"R0')
    assert read_tracks(tracks)[R01].tolist() == [[100, 1, 2, 0]]


def test_every_frame_is_drawn_and_something_moves(run: Path, tmp_path: Path) -> None:
    recording = recorded(run, from_ms=30_000, until_ms=60_000)
    told: list[int] = []
    write_gif(recording, tmp_path / "film.gif", Frames(width_px=300, every=10), told.append)
    with Image.open(tmp_path / "film.gif") as picture:
        frames = []
        for number in range(picture.n_frames):
            picture.seek(number)
            frames.append(np.asarray(picture.convert("RGB")))
    assert told == list(range(1, 8))
    assert len(frames) == 7
    assert any((frame != frames[0]).any() for frame in frames[1:])


def test_the_command_writes_film_and_plot(run: Path, tmp_path: Path) -> None:
    film, plot = tmp_path / "a.gif", tmp_path / "a.png"
    words = ["film", str(run), "--out", str(film), "--plot", str(plot), "--seconds", "30"]
    done = CliRunner().invoke(app, [*words, "--begin", "60", "--faster", "50", "--width", "300"])
    assert done.exit_code == 0, done.output
    assert film.stat().st_size > 1000
    assert plot.stat().st_size > 1000
    assert "off the released way, the robots say: p50 0 mm" in done.output


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidMessage, match="no event log"):
        recorded(tmp_path)
    done = CliRunner().invoke(app, ["film", str(tmp_path)])
    assert done.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_beginning_after_the_end_is_explained(run: Path) -> None:
    with pytest.raises(InvalidMessage, match="the run ends before"):
        recorded(run, from_ms=10**9)
