"""Seeded faults: short slots, freezes, silence."""

from itertools import islice, pairwise, takewhile
from statistics import mean

import pytest

from planner.warehouse.ids import RobotId, Sku, SlotId
from planner.warehouse.stock import Balance
from sim_worlds.faults import (
    NEVER_MS,
    Faults,
    Freezes,
    SilentRobot,
    SlowRobot,
    freeze_times_ms,
    outages,
    true_stock,
)

R1, R2 = RobotId("R1"), RobotId("R2")
BOOKS = tuple(Balance(SlotId(f"P001/A/1/{i}"), Sku("A"), i % 7) for i in range(2_000))


def test_without_faults_the_books_are_true() -> None:
    assert true_stock(BOOKS) == {balance.slot: balance.quantity for balance in BOOKS}


def test_some_slots_hold_less_than_the_books_say() -> None:
    stock = true_stock(BOOKS, Faults(short_slot_share=0.1), seed=3)
    short = [balance for balance in BOOKS if stock[balance.slot] != balance.quantity]
    assert all(0 <= stock[balance.slot] < balance.quantity for balance in short)
    filled = sum(balance.quantity > 0 for balance in BOOKS)
    assert len(short) / filled == pytest.approx(0.1, abs=0.03)


def test_the_seed_decides_which() -> None:
    faults = Faults(short_slot_share=0.1)
    assert true_stock(BOOKS, faults, 1) == true_stock(BOOKS, faults, 1)
    assert true_stock(BOOKS, faults, 1) != true_stock(BOOKS, faults, 2)


def test_freezes_come_at_their_rate() -> None:
    times = list(islice(freeze_times_ms(R1, Faults(freezes_per_h=4.0), 1), 500))
    assert all(a <= b for a, b in pairwise(times))
    assert mean(b - a for a, b in pairwise(times)) == pytest.approx(900_000, rel=0.15)
    assert times != list(islice(freeze_times_ms(R2, Faults(freezes_per_h=4.0), 1), 500))
    assert list(freeze_times_ms(R1, Faults(), 1)) == []


def test_every_freeze_is_told_once_when_it_is_due() -> None:
    faults = Faults(freezes_per_h=60.0)
    freezes = Freezes([R1, R2], faults, 1)
    told = [(robot, now) for now in range(0, 600_000, 100) for robot in freezes.due(now)]
    for robot in (R1, R2):
        times = [now for name, now in told if name == robot]
        due = list(takewhile(lambda at_ms: at_ms < 599_900, freeze_times_ms(robot, faults, 1)))
        assert times == [-(-at_ms // 100) * 100 for at_ms in due]
    assert Freezes([R1], Faults(), 1).due(10**9) == ()


def test_silence_has_a_start() -> None:
    faults = Faults(silent=(SilentRobot(R1, 500), SilentRobot(R1, 200)))
    assert [silent.from_ms for silent in faults.silences(R1)] == [500, 200]
    assert faults.silences(R1)[0].until_ms == NEVER_MS
    assert faults.silences(R2) == ()


def test_outages_come_about_as_often_and_last_about_as_long_as_told() -> None:
    robots = [RobotId(f"R{number:03}") for number in range(200)]
    found = outages(robots, mtbf_h=50.0, mttr_s=600.0, until_ms=50 * 3_600_000, seed=1)
    # 200 robots over their mean time between failures: 200 failures, give or take.
    assert 160 < len(found) < 240
    mean_s = sum(silent.until_ms - silent.from_ms for silent in found) / len(found) / 1000
    assert 500 < mean_s < 700
    assert all(silent.from_ms < 50 * 3_600_000 for silent in found)
    assert found == outages(robots, mtbf_h=50.0, mttr_s=600.0, until_ms=50 * 3_600_000, seed=1)


def test_faults_are_checked() -> None:
    with pytest.raises(ValueError, match="short_slot_share"):
        Faults(short_slot_share=1.5)
    with pytest.raises(ValueError, match="freezes_per_h"):
        Faults(freezes_per_h=-1.0)
    with pytest.raises(ValueError, match="R1: factor"):
        SlowRobot(R1, 0.0)
