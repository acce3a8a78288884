"""Concurrent picks and puts during counts never make a wrong adjustment.

A slot holds what it holds; its books may be wrong. Pickers and people who put goods away move
pieces some time between being asked and confirming. Robots look from afar, and their counts come
late, out of order and twice. Whatever the order of things, sound evidence makes the books right,
and no adjustment takes right books away from the truth.
"""

import hashlib
from dataclasses import dataclass
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount
from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import (
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.deciding import Decision
from wms_bridge.records.counts import CaseAction, CaseQuery, CaseStatus, CountCase, CountTaken
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

SLOT, RED = SlotId("P001/A/1/1"), Sku("RED")
VISIT, POD, S1, S2 = VisitId("v"), PodId("P001"), StationId("S1"), StationId("S2")
CAPACITY = 50
BOTH = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})


@dataclass
class Look:
    """A robot has begun to look at the slot when the fleet believed ``books``."""

    from_ms: int
    books: int
    pieces: int


@dataclass
class Task:
    """Pieces that somebody moves: asked for, then moved, then confirmed."""

    name: str
    pieces: int
    moved: int | None = None


class Warehouse:
    """One slot, a picker, somebody who puts goods away, robots, two people who count."""

    def __init__(self, site: Site, chance: Random):
        self.chance = chance
        self.now_ms = 100_000
        self.number = 0
        self.truth = max(0, 12 + chance.choice((0, 0, -2, -1, 1, 2)))
        self.picks: list[Task] = []
        self.puts: list[Task] = []
        self.look: Look | None = None
        self.waiting: list[SlotCount] = []
        self.sent: list[SlotCount] = []
        self.bridge = Bridge(site, MemoryStore())
        self.bridge.put_skus([SkuRecord(RED, piece_value=30.0)])
        self.bridge.load_stock([Balance(SLOT, RED, 12)], "opening", 1)

    def step(self) -> None:
        """Something happens, if it can."""
        steps = {
            self.time_passes: 6,
            self.something_unseen_happens: 2,
            self.a_pick_is_asked_for: 1,
            self.a_put_is_asked_for: 1,
            self.pieces_are_moved: 3,
            self.a_task_is_confirmed: 6,
            self.a_robot_begins_to_look: 4,
            self.a_robot_has_looked: 4,
            self.a_count_arrives: 2,
            self.a_count_arrives_again: 1,
            self.the_person_is_shown_the_count: 6,
            self.a_person_counts: 6,
            self.a_supervisor_decides: 2,
        }
        [step] = self.chance.choices(tuple(steps), tuple(steps.values()))
        step()
        assert 0 <= self.books <= CAPACITY

    @property
    def books(self) -> int:
        return sum(held.quantity for held in self.bridge.stock(slot=SLOT))

    @property
    def error(self) -> int:
        """By how much the books are wrong, what is under way left out."""
        taken = sum(task.moved or 0 for task in self.picks)
        put = sum(task.moved or 0 for task in self.puts)
        return self.books - (self.truth + taken - put)

    def fresh(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def open_cases(self) -> tuple[CountCase, ...]:
        return self.bridge.counts.cases(CaseQuery(open=True))

    def time_passes(self) -> None:
        self.now_ms += self.chance.choice((10, 1_000, 8_000, 30_000))

    def something_unseen_happens(self) -> None:
        """Pieces get lost or turn up, at a time when nothing is believed of the slot."""
        if self.look is None and not self.waiting and not self.open_cases():
            self.truth = min(CAPACITY, max(0, self.truth + self.chance.choice((-1, 1))))
            self.now_ms += 20_000

    def a_pick_is_asked_for(self) -> None:
        if len(self.picks) > 1 or self.books < 3:
            return
        name, pieces = self.fresh("O"), self.chance.randint(1, 3)
        line = line_id(OrderId(name), 1)
        self.bridge.receive_order(
            PickOrder(OrderId(name), (OrderLine(line, RED, pieces),)), self.now_ms
        )
        task = PickTask(PickId(name), VISIT, S1, POD, SLOT, OrderId(name), line, RED, pieces)
        self.apply(ShowPicks(VISIT, S1, POD, RobotId("R1"), (task,)))
        self.picks.append(Task(name, pieces))

    def a_put_is_asked_for(self) -> None:
        if self.puts or max(self.books, self.truth) > 30:
            return
        name, pieces = self.fresh("U"), self.chance.randint(1, 3)
        self.bridge.receive_goods(Receipt(ReceiptId(name), RED, pieces), self.now_ms)
        task = PutTask(PutId(name), VISIT, S2, POD, SLOT, ReceiptId(name), RED, pieces)
        self.apply(ShowPuts(VISIT, S2, POD, RobotId("R1"), (task,)))
        self.puts.append(Task(name, pieces))

    def apply(self, command: ShowPicks | ShowPuts | ShowCounts) -> None:
        assert self.bridge.apply([command], self.now_ms) == (None,)

    def pieces_are_moved(self) -> None:
        for task in self.picks:
            if task.moved is None:
                task.moved = min(task.pieces, self.truth)
                self.truth -= task.moved
        for task in self.puts:
            if task.moved is None:
                task.moved = task.pieces
                self.truth += task.moved

    def a_task_is_confirmed(self) -> None:
        for task in [task for task in self.picks if task.moved is not None]:
            more = min(task.pieces - (task.moved or 0), self.truth)
            # Something may have been put into the slot since it was found short.
            task.moved, self.truth = (task.moved or 0) + more, self.truth - more
            self.picks.remove(task)
            short = ShortReason.SLOT_SHORT if task.moved < task.pieces else None
            self.bridge.confirm_pick(PickId(task.name), task.moved, self.now_ms, short)
            return
        for task in [task for task in self.puts if task.moved is not None]:
            self.puts.remove(task)
            self.bridge.confirm_put(PutId(task.name), task.moved or 0, self.now_ms)

    def a_robot_begins_to_look(self) -> None:
        if self.look is None:
            self.look = Look(self.now_ms, self.books, self.truth)

    def a_robot_has_looked(self) -> None:
        """It saw what was there at the beginning; its clock is not quite that of the bridge."""
        if self.look is None:
            return
        skew_ms = self.chance.choice((-2_000, 0, 2_000))
        probability = self.chance.choice((0.9999, 0.9999, 0.8))
        self.waiting.append(self.seen(self.look, probability, skew_ms))
        self.look = None

    def seen(self, look: Look, probability: float, skew_ms: int = 0) -> SlotCount:
        probabilities = [(1 - probability) / CAPACITY] * (CAPACITY + 1)
        probabilities[look.pieces] = probability
        name = hashlib.sha256(self.fresh("look").encode()).hexdigest()
        kinds = BOTH if self.chance.random() < 0.8 else frozenset({EvidenceKind.RFID})
        begin_ms, end_ms = look.from_ms + skew_ms, self.now_ms + skew_ms
        return SlotCount(
            SLOT, RED, look.books, begin_ms, end_ms, tuple(probabilities), kinds, (name,)
        )

    def a_count_arrives(self) -> None:
        if self.waiting:
            self.send(self.waiting.pop(self.chance.randrange(len(self.waiting))))

    def a_count_arrives_again(self) -> None:
        if self.sent:
            self.send(self.chance.choice(self.sent))

    def send(self, count: SlotCount) -> None:
        before = self.error
        [answer] = self.bridge.counts.take([count], max(self.now_ms, count.until_ms))
        assert isinstance(answer, CountTaken)
        self.sent.append(count)
        self.check(before)

    def the_person_is_shown_the_count(self) -> None:
        for case in self.open_cases():
            if case.task is not None:
                task = CountTask(case.task, VISIT, S1, POD, SLOT, RED)
                self.apply(ShowCounts(VISIT, S1, POD, RobotId("R1"), (task,)))

    def a_person_counts(self) -> None:
        """Counts now, and tells a little later; meanwhile the picker goes on."""
        for shown in self.bridge.counts.open_counts(S1):
            [case] = self.open_cases()
            used = [person.by for person in case.people if person.used]
            found, by = self.truth, "BERT" if used == ["ANNA"] else "ANNA"
            self.time_passes()
            for _ in range(self.chance.randrange(3)):
                self.chance.choice((self.pieces_are_moved, self.a_task_is_confirmed))()
            before = self.error
            self.bridge.counts.confirm(shown.task.count, found, by, self.now_ms)
            self.check(before)

    def a_supervisor_decides(self, action: CaseAction | None = None) -> None:
        """Approves what the case says, or sends people; what is refused is counted again."""
        for case in self.open_cases():
            if case.status is CaseStatus.APPROVE:
                chosen = action or self.chance.choice(_DECISIONS)
                before = self.error
                decision = Decision(chosen, "so", "EVE", case.version)
                try:
                    self.bridge.counts.decide(case.case, decision, self.now_ms)
                except InvalidCount:
                    self.a_supervisor_decides(CaseAction.RECOUNT)
                self.check(before)

    def check(self, before: int) -> None:
        """Whatever was just taken changed the books to what is right, or not at all."""
        assert self.error in (0, before), f"books were {before} off and are {self.error} off"

    def come_to_rest(self) -> None:
        """All that is under way is done; then sound evidence makes the books right."""
        while self.picks or self.puts:
            self.pieces_are_moved()
            self.a_task_is_confirmed()
        for count in self.waiting:
            self.send(count)
        for _ in range(12):
            self.now_ms += 60_000
            self.send(self.seen(Look(self.now_ms - 1_000, self.books, self.truth), 0.9999))
            self.now_ms += 60_000
            self.a_supervisor_decides(CaseAction.APPROVE)
            self.the_person_is_shown_the_count()
            self.now_ms += 1_000
            self.a_person_counts()


_DECISIONS = (CaseAction.APPROVE, CaseAction.RECOUNT)


@given(st.integers(0, 2**32))
@settings(max_examples=200)
def test_no_adjustment_is_wrong_whatever_moves_meanwhile(site: Site, seed: int) -> None:
    floor = Warehouse(site, Random(seed))
    for _ in range(150):
        floor.step()
    floor.come_to_rest()
    assert floor.error == 0
    assert floor.open_cases() == ()
    assert floor.bridge.verify().sound
