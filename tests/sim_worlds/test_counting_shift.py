"""Whole shifts with robots that count beside those that pick: real bridge, physics, referee."""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

import pytest

from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.site import Scanner
from planner.warehouse.stock import pod_of
from sim_worlds.counter import PEOPLE
from sim_worlds.discrete import WorldNews
from sim_worlds.faults import Faults
from sim_worlds.run import Outcome, ShiftRun
from sim_worlds.shift import Shift, generated_shift, with_counters
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.counts import CaseQuery

SMALL = load_site("small")


def counted(shift: Shift, counters: int = 2) -> Shift:
    return replace(shift, site=with_counters(shift.site, counters))


class Eyes:
    """Sensors that never err where the books are right, and note what they look at; of the first
    slot of a pod ``unsure`` of they cannot tell whether a piece is missing."""

    def __init__(self, shift: Shift, unsure: PodId | None = None):
        self.unsure = unsure
        self.capacity = shift.site.pod_model.slot_capacity
        self.looked: set[PodId] = set()
        self.passed: set[PodId] = set()

    def __call__(self, run: ShiftRun, news: WorldNews) -> Iterable[SlotCount]:
        self.passed |= {one.pod for one in news.passes}
        for look in news.looks:
            self.looked.add(look.pod)
            slots = run.dispatcher.floor.slots_of_pod[look.pod]
            for slot in slots:
                stock = run.state.slots.get(slot)
                if stock is None or stock.quantity > self.capacity:
                    continue
                found = [float(n == stock.quantity) for n in range(self.capacity + 1)]
                if pod_of(slot) == self.unsure and slot.endswith("/1/1") and stock.quantity:
                    found[stock.quantity - 1] = found[stock.quantity] = 0.5
                kinds = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
                mark = sha256(f"{slot}/{look.until_ms}".encode()).hexdigest()
                yield SlotCount(
                    slot, stock.sku, stock.quantity, look.from_ms, look.until_ms,
                    tuple(found), kinds, (mark,),
                )  # fmt: skip


def played(shift: Shift, eyes: Eyes | None = None) -> tuple[ShiftRun, Outcome]:
    run = ShiftRun(shift, sensing=eyes)
    while not run.done:
        run.tick()
    return run, run.outcome()


def test_counting_robots_are_in_nobodys_way_and_settle_what_they_look_at() -> None:
    shift = generated_shift(SMALL, 5, seed=3)
    _, plain = played(shift)
    eyes = Eyes(counted(shift))
    run, outcome = played(counted(shift), eyes)
    assert outcome.violations == ()
    assert outcome.unfinished == ()
    assert outcome.refused_counts == ()
    assert outcome.ledger.sound
    assert outcome.kpis.lines_picked == plain.kpis.lines_picked
    # Sharing the floor costs next to nothing: orders are not later than without.
    assert outcome.kpis.order_age_p95_s <= 1.03 * plain.kpis.order_age_p95_s + 5
    assert outcome.kpis.elapsed_s <= 1.03 * plain.kpis.elapsed_s + 5
    assert len(eyes.looked) > 20
    assert len(eyes.passed | eyes.looked) > len(eyes.looked)
    assert run.state.tally.slots_settled > 100


def test_every_slot_with_a_trigger_is_looked_at() -> None:
    shift = replace(generated_shift(SMALL, 4, seed=3), faults=Faults(short_slot_share=0.3))
    shift = counted(shift)
    eyes = Eyes(shift)
    run = ShiftRun(shift, sensing=eyes)
    suspect = shift.dispatch.counting.zero
    triggered: set[PodId] = set()
    while not run.done or run.now_ms < 2_700_000:
        run.tick()
        doubts = run.state.doubts.items()
        triggered |= {pod_of(slot) for slot, doubt in doubts if doubt.wrong >= suspect}
    assert triggered
    assert triggered <= eyes.looked
    assert run.outcome().violations == ()


def test_what_sensors_cannot_tell_is_looked_at_again_and_then_counted_by_people() -> None:
    shift = counted(generated_shift(load_site("tiny"), 3, seed=1), 1)
    slot = next(balance.slot for balance in shift.stock if balance.slot.endswith("/1/1"))
    eyes = Eyes(shift, unsure=pod_of(slot))
    run = ShiftRun(shift, sensing=eyes)
    counted_by: list[str] = []
    looks = 0
    while run.now_ms < 1_200_000 and not counted_by:
        run.tick()
        cases = run.bridge.counts.cases(CaseQuery(slot=slot))
        counted_by = [one.by for case in cases for one in case.people]
        looks = max([looks, *(case.rescans for case in cases)])
    assert looks == 2
    assert counted_by == [PEOPLE[0]]
    assert run.outcome().refused_counts == ()


def test_the_same_shift_with_counting_gives_the_same_commands() -> None:
    shift = counted(generated_shift(load_site("tiny"), 3, seed=1), 1)
    runs = ShiftRun(shift), ShiftRun(shift)
    while not runs[0].done:
        for run in runs:
            run.tick()
        assert runs[0].commands == runs[1].commands
    assert runs[0].outcome() == runs[1].outcome()
    assert runs[0].state.tally.looks > 0


def test_counting_robots_are_added_behind_the_others() -> None:
    site = with_counters(SMALL, 3, Scanner((EvidenceKind.CAMERA,), dwell_s=1.0))
    assert site.robots[: len(SMALL.robots)] == SMALL.robots
    assert site.robot_types[: len(SMALL.robot_types)] == SMALL.robot_types
    added = site.robots[len(SMALL.robots) :]
    assert [robot.id for robot in added] == [RobotId(f"COUNT0{number}") for number in (1, 2, 3)]
    kind = site.type_of(added[0])
    assert (kind.carries, kind.scanner) == (False, Scanner((EvidenceKind.CAMERA,), 1.0))
    starts = {robot.start_m for robot in site.robots}
    assert len(starts) == len(site.robots)


@pytest.mark.parametrize("count", [-1, 1000])
def test_there_must_be_room_for_them(count: int) -> None:
    with pytest.raises(InvalidSite, match="counters"):
        with_counters(SMALL, count)
    with pytest.raises(InvalidSite, match="robots that count"):
        with_counters(with_counters(SMALL, 1), 1)
