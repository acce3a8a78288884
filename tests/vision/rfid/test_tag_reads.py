"""Reads are merged once per tag, antenna and 100 ms, in the site's time, with bounded memory."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidTag
from planner.warehouse.robot import Pose
from vision.rfid.llrp.reads import TagRead
from vision.rfid.reads import (
    WINDOW_MS,
    Deduplication,
    MergedRead,
    Read,
    ReaderClock,
    read_in_site_time,
)

EPC = bytes.fromhex("3074257BF7194E4000001A85")


def read(at_ms: int, antenna: int = 1, rssi_dbm: float = -60.0, epc: bytes = EPC) -> Read:
    return Read(epc, antenna, rssi_dbm, at_ms, "reader-1")


def keys(merged: list[MergedRead]) -> list[tuple[int, int, bytes]]:
    return [(one.read.at_ms // WINDOW_MS, one.read.antenna, one.read.epc) for one in merged]


reads = st.lists(
    st.builds(
        read,
        st.integers(0, 3_000),
        st.integers(1, 2),
        st.floats(-80, -30),
        st.sampled_from([b"\x01", b"\x02"]),
    ),
    max_size=60,
)


@given(reads)
def test_every_tag_is_told_once_per_antenna_and_window(stream: list[Read]) -> None:
    merging = Deduplication(lateness_ms=10_000)
    told = [one for each in stream for one in merging.add(each)] + list(merging.flush())
    expected = {(each.at_ms // WINDOW_MS, each.antenna, each.epc) for each in stream}
    assert sorted(keys(told)) == sorted(expected)
    assert sum(one.count for one in told) == len(stream)
    strongest = max((each.rssi_dbm for each in stream), default=None)
    assert max((one.read.rssi_dbm for one in told), default=None) == strongest


@given(reads, st.integers(0, 1_000))
def test_windows_are_told_in_order_and_nothing_is_lost_uncounted(
    stream: list[Read], lateness_ms: int
) -> None:
    merging = Deduplication(lateness_ms)
    told = [one for each in stream for one in merging.add(each)] + list(merging.flush())
    assert len(set(keys(told))) == len(told)
    windows = [window for window, _, _ in keys(told)]
    assert windows == sorted(windows)
    assert sum(one.count for one in told) + merging.dropped == len(stream)


def test_reads_out_of_order_count_as_long_as_their_window_is_open() -> None:
    merging = Deduplication(lateness_ms=500)
    assert merging.add(read(1_000)) == ()
    assert merging.add(read(1_450)) == ()
    assert merging.add(read(1_010, rssi_dbm=-50.0)) == ()
    (merged,) = merging.add(read(1_600))
    assert (merged.count, merged.read.rssi_dbm) == (2, -50.0)
    assert merging.add(read(1_020)) == ()
    assert merging.dropped == 1


def test_a_silent_reader_holds_nothing_back() -> None:
    merging = Deduplication(lateness_ms=500)
    merging.add(read(1_000))
    assert merging.closed_at(1_500) == ()
    assert len(merging.closed_at(1_600)) == 1


def test_memory_is_bounded() -> None:
    merging = Deduplication(lateness_ms=10**9, most_open=50)
    told = 0
    for number in range(1_000):
        told += len(merging.add(read(100 * number, epc=number.to_bytes(2, "big"))))
        assert merging.open_windows <= 50
    assert told + len(merging.flush()) == 1_000


def test_the_offset_of_a_clock_is_found_in_spite_of_delays() -> None:
    dice = random.Random(1)
    clock = ReaderClock(limit_ms=5_000)
    errors = []
    for step in range(200):
        site = 1_000_000 + 50 * step
        placed = clock.site_ms(site - 1_234, site + dice.randint(3, 400))
        errors.append(abs(placed - site))
    assert max(errors[30:]) <= 20
    assert clock.offset_ms == pytest.approx(1_234, abs=20)


def test_a_drifting_clock_is_followed() -> None:
    clock = ReaderClock(kept=32)
    for step in range(2_000):
        site = 100_000 + 50 * step
        placed = clock.site_ms(site + round(step * 0.05) * 50 // 50, site + 4)
        assert abs(placed - site) <= 8


def test_clocks_too_far_apart_are_refused_and_nothing_is_learnt() -> None:
    clock = ReaderClock(limit_ms=1_000)
    clock.site_ms(5_000, 5_010)
    for reader_ms in (50_000, 7_000):
        with pytest.raises(InvalidTag, match="clock offset") as refused:
            clock.site_ms(reader_ms, 5_020)
        assert "NTP" in str(refused.value)
    assert clock.offset_ms == 10
    assert clock.site_ms(5_000, 9_000) == 5_010  # a late report, not another offset
    with pytest.raises(InvalidTag):
        ReaderClock(limit_ms=1_000).site_ms(0, 1_001)


def test_a_given_offset_is_used_or_refused() -> None:
    assert ReaderClock(given_ms=-250).site_ms(1_000, 99_999) == 750
    with pytest.raises(InvalidTag, match="clock offset"):
        ReaderClock(limit_ms=100, given_ms=101)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"epc": b""}, "epc"),
        ({"epc": bytes(63)}, "epc"),
        ({"antenna": -1}, "antenna"),
        ({"rssi_dbm": float("nan")}, "rssi_dbm"),
        ({"rssi_dbm": 90.0}, "rssi_dbm"),
        ({"at_ms": -1}, "at_ms"),
        ({"phase_rad": float("inf")}, "phase_rad"),
    ],
)
def test_reads_that_no_reader_can_mean_are_refused(change: dict[str, object], field: str) -> None:
    good = {"epc": EPC, "antenna": 1, "rssi_dbm": -60.0, "at_ms": 0, "reader": "a"}
    with pytest.raises(InvalidTag) as refused:
        Read(**(good | change))  # type: ignore[arg-type]
    assert refused.value.field == field


def reported(**changes: object) -> TagRead:
    told = TagRead(EPC, 2, -55.0, 1.5, at_ms=10_000, received_ms=12_030)
    return replace(told, **changes)  # type: ignore[arg-type]


def test_a_reported_read_gets_the_time_of_the_site() -> None:
    clock, pose = ReaderClock(), Pose(1.0, 2.0, 0.0)
    assert read_in_site_time(reported(), "R7", clock, pose) == Read(
        EPC, 2, -55.0, 12_030, "R7", 1.5, pose
    )
    faster = read_in_site_time(reported(at_ms=10_100, received_ms=12_110), "R7", clock)
    assert faster.at_ms == 12_110, "the fastest report tells the offset"
    late = read_in_site_time(reported(at_ms=10_200, received_ms=13_000), "R7", clock)
    assert late.at_ms == 12_210
    assert late.pose is None


def test_a_clock_that_counts_from_switching_on_may_be_far_off() -> None:
    clock = ReaderClock(limit_ms=None)
    far = reported(at_ms=500, received_ms=1_700_000_000_000, utc=False)
    assert read_in_site_time(far, "R7", clock).at_ms == 1_700_000_000_000
    with pytest.raises(InvalidTag, match="apart"):
        read_in_site_time(far, "R7", ReaderClock())


def test_a_reader_without_a_clock_has_read_when_its_report_came() -> None:
    assert read_in_site_time(reported(at_ms=None), "R7", ReaderClock()).at_ms == 12_030


@pytest.mark.parametrize("field", ["antenna", "rssi_dbm"])
def test_a_read_from_nowhere_is_refused(field: str) -> None:
    with pytest.raises(InvalidTag) as caught:
        read_in_site_time(reported(**{field: None}), "R7", ReaderClock())
    assert caught.value.field == field
