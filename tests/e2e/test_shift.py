"""A shift from WMS to WMS, undisturbed and with processes killed in the middle."""

import contextlib
import json
import os
import signal
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from planner.dispatch.step import Dispatcher
from podherd_bringup.shift import Progress
from sim_worlds.eventlog import read_log, replay
from sim_worlds.shift import generated_shift, receiving, with_arms
from wms_bridge.records.work import Tally

from .conftest import ShiftRig

pytestmark = [pytest.mark.ros, pytest.mark.timeout(300)]


def test_every_order_is_picked_confirmed_and_booked(shift: ShiftRig) -> None:
    verdict = shift.run()
    assert verdict.complaints == ()
    assert verdict.world is not None
    assert verdict.world.violations == ()
    wanted = sum(len(timed.order.lines) for timed in shift.plan.orders)
    counts = verdict.end.progress.counts
    assert counts[Tally.LINES_CLOSED] == wanted
    assert counts[Tally.PIECES_PICKED] + counts[Tally.PIECES_SHORT] == counts[Tally.PIECES_ORDERED]
    assert verdict.end.ledger.pieces_picked == counts[Tally.PIECES_PICKED]
    assert told_to_the_wms(shift.wiring.folder.confirmations) == {
        timed.order.order: 1 for timed in shift.plan.orders
    }
    header, ticks = read_log(shift.wiring.folder.events)
    again = replay(Dispatcher(header.site, header.params), ticks)
    assert len(again.state.finished) == len(shift.plan.orders)


@pytest.mark.parametrize("victim", ["bridge", "fleet", "robot-R01"])
def test_a_process_killed_twice_costs_no_order_and_no_pick(shift: ShiftRig, victim: str) -> None:
    lines = sum(len(timed.order.lines) for timed in shift.plan.orders)
    at_lines = [lines // 4, lines // 2]

    def kill(progress: Progress) -> None:
        if at_lines and progress.counts.get(Tally.LINES_CLOSED, 0) >= at_lines[0]:
            at_lines.pop(0)
            os.kill(shift.supervisor.pid(victim), signal.SIGKILL)

    verdict = shift.run(kill)
    assert at_lines == [], "the shift was over before the second kill"
    assert verdict.complaints == ()
    assert verdict.end.progress.restarts == 2
    assert lines_not_exactly_filled(shift.wiring.folder.books) == []
    assert told_to_the_wms(shift.wiring.folder.confirmations) == {
        timed.order.order: 1 for timed in shift.plan.orders
    }


@pytest.mark.parametrize("victim", [None, "bridge"])
def test_goods_come_in_an_arm_fails_and_every_piece_is_booked(
    shift: ShiftRig, victim: str | None
) -> None:
    """One combi-station with an arm that needs help; orders wait for goods at the dock."""
    made = generated_shift(with_arms(shift.plan.site, 1), 4, 5)
    shift.plan = receiving(made, 0.3)
    shift.wiring = replace(shift.wiring, arm_failure_rate=0.6)
    lines = sum(len(timed.order.lines) for timed in made.orders)
    victims = [victim] if victim else []

    def kill(progress: Progress) -> None:
        if victims and progress.counts.get(Tally.LINES_CLOSED, 0) > lines // 3:
            os.kill(shift.supervisor.pid(victims.pop()), signal.SIGKILL)

    verdict = shift.run(kill)
    assert victims == []
    assert verdict.complaints == ()
    counts, ledger = verdict.end.progress.counts, verdict.end.ledger
    received = sum(timed.receipt.quantity for timed in shift.plan.receipts)
    assert received > 0
    assert counts[Tally.PICKS_FAILED] > 0, "the arm took everything"
    assert counts[Tally.RECEIPTS_PUT_AWAY] == len(shift.plan.receipts)
    assert (ledger.pieces_received, ledger.pieces_put_away) == (received, received)
    assert verdict.world is not None
    assert verdict.world.pieces_put == received
    assert lines_not_exactly_filled(shift.wiring.folder.books) == []


def told_to_the_wms(log: Path) -> Counter[str]:
    """How often the WMS kept a confirmation of each order."""
    told = (json.loads(line)["body"] for line in log.read_text().splitlines())
    return Counter(body["order"] for body in told if "order" in body)


def lines_not_exactly_filled(books: Path) -> list[tuple[object, ...]]:
    """Order lines of which pieces are missing or were picked twice, straight from the database."""
    with contextlib.closing(sqlite3.connect(books)) as database:
        return database.execute(
            "SELECT line, quantity, picked, short FROM order_line"
            " WHERE picked + short <> quantity"
            " OR picked <> (SELECT coalesce(sum(pick.quantity), 0) FROM pick"
            " WHERE pick.line = order_line.line)"
        ).fetchall()
