"""Verdicts and the time model of the counting benchmark, by hand."""

from collections.abc import Sequence

import pytest

from benchmarks.macro.counting_goals import NOT_MEASURED, verdicts
from benchmarks.macro.counting_time import load_time_model
from benchmarks.report import Row

TIMES = load_time_model()


def accuracy(before: float, after: float, wrong: float, people: str) -> list[Row]:
    ours: Row = {
        "way": "fused, ladder",
        "right before": before,
        "right after": f"{after}",
        "wrong adjustments /1,000": wrong,
        "slots for people": people,
        "counts per slot": 0.05,
        "decisions per slot": 0.0,
        "looks per slot": 2.0,
    }
    return [ours, {**ours, "way": "last read wins", "right after": "0.5"}]


def test_nothing_measured_holds_nothing() -> None:
    found = verdicts(lambda name: (), {}, TIMES)
    assert {verdict.holds for verdict in found} == {None}
    assert {verdict.found for verdict in found} == {NOT_MEASURED}


@pytest.mark.parametrize(
    ("after", "wrong", "people", "holds"),
    [
        (0.9992, 0.0, "5.0%", True),
        (0.9989, 0.0, "5.0%", False),
        (0.9992, 0.6, "5.0%", False),
        (0.9992, 0.0, "6.1%", False),
    ],
)
def test_record_accuracy_needs_all_three(
    after: float, wrong: float, people: str, holds: bool
) -> None:
    rows = [row for before in (0.97, 0.86, 0.55) for row in accuracy(before, after, wrong, people)]

    def results(name: str) -> Sequence[Row]:
        return rows if name == "record_accuracy" else ()

    first = next(v for v in verdicts(results, {}, TIMES) if v.what.startswith("record accuracy"))
    assert first.holds is holds


def test_llrp_is_held_against_the_peer_of_the_same_run() -> None:
    rows = {
        "llrp": [{"reports": "dx101_c", "fast_tags_s": 240_000.0}],
        "llrp_round_trip": [{"byte_exact": 1719, "frames": 1719}],
    }
    peers = {"sllurp": {"frames": 1349, "of": 1719, "tags_per_s": 41_000.0}}
    found = verdicts(lambda name: rows.get(name, ()), peers, TIMES)
    frames, reports = (verdict for verdict in found if verdict.what.startswith("LLRP"))
    assert (frames.holds, reports.holds) == (True, False)
    assert "5.9 x" in reports.found


def test_people_alone_count_every_slot() -> None:
    assert TIMES.people_alone_s(1000) == pytest.approx(
        1000 * (TIMES.count_s + TIMES.person_pod_s / TIMES.slots_per_face)
    )
    assert TIMES.people_last_s(1000, 0.05, 0.01) == pytest.approx(
        1000 * (0.05 * TIMES.count_s + 0.01 * TIMES.supervisor_decision_s)
        + 50 * (1 - 0.95**20) * TIMES.person_pod_s
    )
    assert TIMES.robots_s(1000, 2.0) == pytest.approx(
        1000 / TIMES.slots_per_face * 2 * (TIMES.robot_drive_s + TIMES.robot_look_s)
    )
