"""Whatever was told, and however the clock went: the floor at a moment is the view told last at or
before it, and a file that is cut anywhere still reads up to there."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.ids import NodeId
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from sim_worlds.sites.catalogue import load_site
from tests.fakes.played_shift import PlayedShift
from tests.wms_bridge.floor.views import views
from tests.wms_bridge.recording.recorded import Tape, Told, client_of, played
from wms_bridge.recording.errors import InvalidMoment
from wms_bridge.recording.journal import sealed
from wms_bridge.recording.recorder import SLACK_MS

START_MS = 1_750_000_000_000


@st.composite
def series(draw: st.DrawFn, back: bool = False, least_ms: int = 0) -> list[Told]:
    """Views a while apart (``least_ms``), by both clocks; with ``back`` the bridge's may be set
    back."""
    found: list[Told] = []
    at_ms, site_ms = START_MS, draw(st.integers(0, 10**9))
    steps = st.sampled_from([least_ms, 1, 40, 700, 2_500, 9_000, 15_000])
    jumps = st.sampled_from([-60_000, -SLACK_MS - 1]) if back else steps
    for view in draw(st.lists(views(), min_size=1, max_size=14)):
        at_ms += draw(steps | jumps)
        site_ms += draw(st.sampled_from([0, 50, 1_000]))
        found.append((replace(view, at_ms=site_ms), at_ms))
    return found


def expected(told: list[Told], at_ms: int) -> Told | None:
    """The view that counts at a moment: of runs between which the clock was set back the latest one
    that has begun."""
    runs: list[list[Told]] = []
    for one in told:
        if not runs or one[1] < runs[-1][-1][1]:
            runs.append([])
        runs[-1].append(one)
    begun = [run for run in runs if run[0][1] <= at_ms]
    return [one for one in begun[-1] if one[1] <= at_ms][-1] if begun else None


@settings(max_examples=30, deadline=None)
@given(series(), st.data())
def test_the_floor_at_a_moment_is_the_view_told_last(
    site: Site, told: list[Told], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        tape = Tape(Path(folder), site)
        tape.record(told, every=data.draw(st.integers(1, 5)))
        last_ms = told[-1][1]
        for at_ms in [one[1] for one in told] + [data.draw(st.integers(START_MS, last_ms + 99))]:
            view = expected(told, at_ms)
            if view is None:
                with pytest.raises(InvalidMoment):
                    tape.desk.floor(at_ms)
                continue
            floor = tape.desk.floor(at_ms)
            client_of(floor, at_ms).check_knows(view[0])
            assert floor.recorded_ms == view[1]
            assert floor.snapshot(at_ms)["age_ms"] == at_ms - view[1]


@settings(max_examples=30, deadline=None)
@given(series(back=True))
def test_a_clock_that_is_set_back_does_no_harm(site: Site, told: list[Told]) -> None:
    with TemporaryDirectory() as folder:
        tape = Tape(Path(folder), site)
        tape.record(told)
        for at_ms in {one[1] for one in told}:
            view = expected(told, at_ms)
            assert view is not None
            client_of(tape.desk.floor(at_ms), at_ms).check_knows(view[0])
        times = [one[1] for one in told]
        first = min(times)
        last = min(max(times), first + 500_000)
        body = tape.desk.stream(first, last, whole=True).body
        ended = expected(told, last)
        assert ended is not None
        played(body).check_knows(ended[0])


@settings(max_examples=20, deadline=None)
@given(series(), st.data())
def test_playing_on_from_any_moment_ends_where_looking_does(
    site: Site, told: list[Told], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        tape = Tape(Path(folder), site)
        tape.record(told)
        times = [one[1] for one in told]
        begin = data.draw(st.sampled_from(times))
        ends = [at_ms for at_ms in times if begin <= at_ms]
        middle, end = sorted((data.draw(st.sampled_from(ends)), data.draw(st.sampled_from(ends))))
        first = tape.desk.stream(begin, middle, whole=True)
        then = tape.desk.stream(middle, end, whole=False)
        assert (first.until_ms, then.until_ms) == (middle, end)
        view = expected(told, end)
        assert view is not None
        played(first.body + then.body).check_knows(view[0])


@settings(max_examples=20, deadline=None)
@given(series(least_ms=1), st.data())
def test_a_moment_is_found_by_the_clock_of_the_site(
    site: Site, told: list[Told], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        tape = Tape(Path(folder), site)
        tape.record(told)
        view, _ = data.draw(st.sampled_from(told))
        at_ms = tape.desk.moment(None, view.at_ms)
        assert tape.desk.floor(at_ms).snapshot(at_ms)["at_ms"] <= view.at_ms
        later = [at for one, at in told if one.at_ms > view.at_ms]
        assert all(at_ms <= at for at in later)
        assert at_ms == max(at for one, at in told if one.at_ms <= view.at_ms)


@settings(max_examples=25, deadline=None)
@given(series(), st.data())
def test_a_file_cut_anywhere_reads_up_to_there(
    site: Site, told: list[Told], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        tape = Tape(whole, site, segment_ms=10**9)
        tape.record(told, every=1)
        cut = Path(folder) / "cut"
        shutil.copytree(whole, cut)
        newest = max(cut.glob("*.open"))
        # As a crash leaves it: the end is missing, or was never filled in.
        length = data.draw(st.integers(0, newest.stat().st_size))
        torn = newest.read_bytes()[:length] + data.draw(st.sampled_from([b"", b"\0" * 90, b"PHx"]))
        newest.write_bytes(torn)
        check_is_a_beginning(tape, Tape(cut, site), told)
        # A bridge that starts goes on behind it.
        again = Tape(cut, site)
        late_ms = told[-1][1] + 60_000
        again.show(replace(told[0][0], at_ms=10**10), late_ms)
        again.recorder.close()
        assert not list(cut.glob("*.open"))
        client_of(again.desk.floor(late_ms), late_ms).check_knows(replace(told[0][0], at_ms=10**10))
        check_is_a_beginning(tape, again, told)


def check_is_a_beginning(whole: Tape, cut: Tape, told: list[Told]) -> None:
    """Of what is there, all is as it was told."""
    for _, at_ms in told:
        try:
            floor = cut.desk.floor(at_ms)
        except InvalidMoment:
            continue
        recorded_ms = floor.recorded_ms
        assert recorded_ms is not None
        as_told = [view for view, at in told if at == recorded_ms]
        assert as_told or recorded_ms > told[-1][1]
        if len(as_told) == 1:
            client_of(floor, at_ms).check_knows(as_told[0])


def some_view() -> FloorView:
    """A floor with robots on it."""
    return PlayedShift(load_site("small"), seed=1).frame()


def test_poses_are_thinned_and_changes_are_not(tmp_path: Path, site: Site) -> None:
    view = some_view()
    tape = Tape(tmp_path, site, poses_ms=1_000, block_ms=10**9)
    told = []
    for i in range(40):
        robot = replace(view.robots[0], goal=NodeId(f"n{i}"), x_m=float(i))
        seen = replace(view, at_ms=i * 100, robots=(robot, *view.robots[1:]))
        told.append((seen, START_MS + i * 100))
    tape.record(told)
    body = tape.desk.stream(START_MS, START_MS + 3_900, whole=True).body
    client = played(body)
    assert client.robots[view.robots[0].robot]["goal"] == "n39"
    assert len(client.numbers) == 39
    assert client.poses is not None
    assert client.poses.at_ms == 3_000


def test_the_oldest_segments_go(tmp_path: Path, site: Site) -> None:
    from wms_bridge.recording.journal import Retention

    view = some_view()
    tape = Tape(tmp_path, site, retention=Retention(days=1, most_bytes=3_000))
    for i in range(60):
        tape.show(replace(view, at_ms=i * 2_000), START_MS + i * 2_000)
        tape.recorder.flush()
    size = sum((tmp_path / span.name).stat().st_size for span in sealed(tmp_path))
    assert 0 < size <= 3_000
    with pytest.raises(InvalidMoment, match="nothing was recorded"):
        tape.desk.floor(START_MS)
    two_days = START_MS + 2 * 24 * 3600 * 1000
    tape.show(replace(view, at_ms=10**9), two_days)
    tape.recorder.flush()
    assert sealed(tmp_path) == []
    assert tape.desk.floor(two_days).recorded_ms == two_days


def test_a_disk_that_refuses_stops_the_recording_only(
    tmp_path: Path, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "recording"
    folder.write_text("a file where the folder should be")
    view = some_view()
    tape = Tape(folder, site)
    tape.show(replace(view, at_ms=0), START_MS)
    tape.recorder.flush()
    assert "exists" in tape.recorder.trouble
    assert "not recorded" in caplog.text
    os.unlink(folder)
    for i in range(1, 70):
        tape.show(replace(view, at_ms=i * 1_000), START_MS + i * 1_000)
        tape.recorder.flush()
    assert tape.recorder.trouble == ""
    assert tape.desk.stretches()[0].from_ms == START_MS + 60_000
