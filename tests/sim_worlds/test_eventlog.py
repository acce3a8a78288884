"""Logs replay to the same commands, survive being torn, and tell when they do not fit."""

from pathlib import Path

import pytest

from planner.dispatch.params import DispatchParams
from planner.dispatch.step import Dispatcher
from planner.warehouse.errors import InvalidMessage, ReplayMismatch
from sim_worlds.eventlog import EventLogWriter, Header, read_log, replay
from sim_worlds.run import run_shift
from sim_worlds.shift import Shift, generated_shift
from sim_worlds.sites.catalogue import load_site


@pytest.fixture(scope="module")
def shift() -> Shift:
    return generated_shift(load_site("tiny"), 5, seed=1)


def logged(shift: Shift, path: Path) -> Path:
    with EventLogWriter(path, Header(shift.site, shift.dispatch)) as writer:
        run_shift(shift, writer)
    return path


@pytest.fixture(scope="module")
def log(shift: Shift, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return logged(shift, tmp_path_factory.mktemp("logs") / "shift.jsonl")


def dispatcher_of(path: Path) -> Dispatcher:
    header, _ = read_log(path)
    return Dispatcher(header.site, header.params)


def test_a_log_replays_to_the_same_commands(log: Path) -> None:
    done = replay(dispatcher_of(log), read_log(log)[1])
    assert done.ticks > 100
    assert done.state.orders == {}
    assert done.feed > 0


def test_packed_logs_hold_the_same(shift: Shift, log: Path, tmp_path: Path) -> None:
    packed = logged(shift, tmp_path / "shift.jsonl.gz")
    assert packed.stat().st_size < log.stat().st_size / 5
    assert list(read_log(packed)[1]) == list(read_log(log)[1])


def test_another_seed_gives_another_log(shift: Shift, log: Path, tmp_path: Path) -> None:
    other = logged(generated_shift(shift.site, 5, seed=2), tmp_path / "other.jsonl")
    assert other.read_bytes() != log.read_bytes()


def test_the_same_seed_gives_the_same_bytes(shift: Shift, log: Path, tmp_path: Path) -> None:
    assert logged(shift, tmp_path / "again.jsonl").read_bytes() == log.read_bytes()


def test_other_parameters_are_noticed_at_the_first_difference(shift: Shift, log: Path) -> None:
    hasty = Dispatcher(shift.site, DispatchParams(base_nodes=2))
    with pytest.raises(ReplayMismatch, match=r"tick \d+"):
        replay(hasty, read_log(log)[1])


def test_a_torn_last_line_is_left_out_and_writing_goes_on(log: Path, tmp_path: Path) -> None:
    content = log.read_bytes()
    whole = content[: content.rfind(b"\n", 0, len(content) // 2) + 1]
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(whole + b'{"t": 12, "ev')
    header, ticks = read_log(torn)
    before = list(ticks)
    with EventLogWriter(torn, header) as writer:
        writer.before_step(10**9, 7, [])
    after = list(read_log(torn)[1])
    assert after[:-1] == before
    assert (after[-1].now_ms, after[-1].commands) == (10**9, None)


def test_a_tick_without_an_answer_still_counts(log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(lines[:-1]))
    assert replay(dispatcher_of(log), read_log(cut)[1]).ticks == (len(lines) - 1) // 2


def test_a_tick_without_an_answer_in_the_middle_is_not_lost(log: Path, tmp_path: Path) -> None:
    lines = log.read_bytes().splitlines(keepends=True)
    killed = tmp_path / "killed.jsonl"
    killed.write_bytes(b"".join(lines[:200] + lines[201:]))
    assert b'"commands"' in lines[200]
    done = replay(dispatcher_of(log), read_log(killed)[1])
    assert done.ticks == (len(lines) - 1) // 2


@pytest.mark.parametrize("content", ["", "{}\n", '{"format": "something-else/9"}\n', "junk\n"])
def test_what_is_no_log_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "no.jsonl"
    path.write_text(content)
    with pytest.raises(InvalidMessage, match=r"not an event log|not JSON"):
        read_log(path)
