"""Receipts, puts, picks, holds, releases, recalls and counts in any order: no piece of a lot that
is not free goes into the tote of an order, books balance by lot, the fleet knows all terms."""

from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import PodherdError
from planner.warehouse.events import TermsStated
from planner.warehouse.ids import (
    LineId,
    Lot,
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
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import SlotTerms
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.count_steps import adjust
from wms_bridge.ledger import slot_account
from wms_bridge.lots.naming import rotation_of
from wms_bridge.lots.shares import shares_of
from wms_bridge.lots.terms import terms_of
from wms_bridge.reconciling import CountReason
from wms_bridge.records.counts import CaseStatus, CountCase
from wms_bridge.records.lots import LotQuery, LotState, Rotation, RotationRule
from wms_bridge.records.work import OrderQuery, OrderStatus, PickRecord, SkuRecord
from wms_bridge.service import Bridge

SKU = Sku("MILK")
S1 = StationId("S1")
SLOTS = [SlotId(f"P001/A/1/{column}") for column in (1, 2, 3)]
CAPACITY = 9
INDEX = st.integers(0, 50)


def small_site() -> Site:
    roles = (StationRole.PICK, StationRole.REPLENISH)
    return Site(
        format="podherd-site/1",
        name="one pod",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),
        storage_blocks=(),
        aisles=(),
        stations=(PickStation(S1, (0.0, 0.0), (), (), order_slots=4, roles=roles),),
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=1, columns=3, slot_capacity=CAPACITY),
        pod_count=1,
        robot_types=(),
        robots=(),
    )


class Lots(RuleBasedStateMachine):
    """What may happen to lots, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge = Bridge(small_site(), MemoryStore())
        self.bridge.put_skus([SkuRecord(SKU)])
        self.now_ms = 0
        self.made = 0
        self.frozen: dict[Lot, int] = {}
        """Pieces in totes of orders when a lot was frozen."""
        self.told: dict[SlotId, SlotTerms] = {}
        self.heard = 0

    def next(self) -> int:
        self.now_ms += 1
        self.made += 1
        return self.made

    @initialize(codes=st.lists(st.sampled_from(["A", "B", ""]), min_size=2, max_size=5))
    def begin_with_goods(self, codes: list[str]) -> None:
        for number, code in enumerate(codes):
            self.goods_are_put_away(code, 4, number, 4)

    @rule(code=st.sampled_from(["A", "B", ""]), pieces=st.integers(1, 6), slot=INDEX, put=INDEX)
    def goods_are_put_away(self, code: str, pieces: int, slot: int, put: int) -> None:
        name = ReceiptId(f"R{self.next()}")
        expires_ms = {"A": 100, "B": 200}.get(code)
        goods = Receipt(name, SKU, pieces, code, expires_ms)
        self.bridge.receive_goods(goods, self.now_ms)
        where = SLOTS[slot % len(SLOTS)]
        put_id = PutId(f"u{self.made}")
        task = PutTask(put_id, VisitId("v"), S1, PodId("P001"), where, name, SKU, pieces)
        command = ShowPuts(VisitId("v"), S1, PodId("P001"), RobotId("R"), (task,))
        assert self.bridge.apply([command], self.now_ms) == (None,)
        with suppress(PodherdError):
            self.bridge.confirm_put(put_id, min(put, pieces), self.now_ms)

    @rule(pieces=st.integers(1, 6))
    def an_order_comes(self, pieces: int) -> None:
        name = OrderId(f"O{self.next()}")
        self.bridge.receive_order(
            PickOrder(name, (OrderLine(line_id(name, 1), SKU, pieces),)), self.now_ms
        )

    @rule(slot=INDEX, order=INDEX, pieces=st.integers(1, 6))
    def a_pick_is_shown(self, slot: int, order: int, pieces: int) -> None:
        """By a fleet that knows nothing of terms."""
        orders = self.bridge.orders(OrderQuery(OrderStatus.OPEN))
        if not orders:
            return
        name = orders[order % len(orders)].order
        pick, line = PickId(f"p{self.next()}"), LineId(f"{name}#1")
        where = SLOTS[slot % len(SLOTS)]
        task = PickTask(pick, VisitId("v"), S1, PodId("P001"), where, name, line, SKU, pieces)
        command = ShowPicks(VisitId("v"), S1, PodId("P001"), RobotId("R"), (task,))
        self.bridge.apply([command], self.now_ms)

    def open_picks(self) -> tuple[PickRecord, ...]:
        return self.bridge.open_picks(S1)

    @precondition(lambda self: self.open_picks())
    @rule(
        index=INDEX,
        more=st.integers(-2, 1),
        code=st.sampled_from(["", "", "A", "B"]),
        reason=st.sampled_from([ShortReason.SLOT_SHORT, ShortReason.DAMAGED]),
    )
    def a_pick_is_confirmed(self, index: int, more: int, code: str, reason: ShortReason) -> None:
        self.next()
        picks = self.open_picks()
        task = picks[index % len(picks)].task
        quantity = max(0, task.quantity + more)
        why = None if quantity == task.quantity else reason
        if quantity > task.quantity:
            why = ShortReason.OVER_FOUND
        with suppress(PodherdError):
            self.bridge.confirm_pick(task.pick, quantity, self.now_ms, why, lot=code)

    def some_lot(self, index: int) -> Lot | None:
        lots = self.bridge.lots.lots(LotQuery())
        return lots[index % len(lots)].lot if lots else None

    @rule(index=INDEX, state=st.sampled_from(["hold", "hold", "release", "recall"]))
    def somebody_decides(self, index: int, state: str) -> None:
        self.next()
        lot = self.some_lot(index)
        if lot is None:
            return
        with suppress(PodherdError):
            if state == "hold":
                self.bridge.lots.hold(lot, "ann", "why", self.now_ms)
            elif state == "release":
                self.bridge.lots.release(lot, "ann", "why", self.now_ms)
            else:
                self.bridge.lots.recall([lot], "why", "ann", self.now_ms)
        free = self.bridge.lots.lot(lot).lot.state is LotState.RELEASED
        if free:
            self.frozen.pop(lot, None)
        else:
            self.frozen.setdefault(lot, self.in_totes_of_orders(lot))

    @rule(rule_=st.sampled_from(list(RotationRule)), window=st.integers(0, 100))
    def rotation_changes(self, rule_: RotationRule, window: int) -> None:
        self.next()
        self.bridge.lots.rotate(Rotation(SKU, rule_, window), self.now_ms)

    @rule(slot=INDEX, found=st.integers(0, CAPACITY))
    def a_slot_is_counted(self, slot: int, found: int) -> None:
        number, where = self.next(), SLOTS[slot % len(SLOTS)]
        with self.bridge.store.writing() as tx:
            books = tx.balance(slot_account(where), SKU)
            if books == found:
                return
            chances = tuple(float(n == found) for n in range(CAPACITY + 1))
            evidence = frozenset({EvidenceKind.CAMERA})
            seen = SlotCount(where, SKU, books, 0, self.now_ms, chances, evidence, ("0" * 64,))
            case = CountCase(
                number,
                f"C{number}",
                where,
                SKU,
                CaseStatus.ADJUSTED,
                CountReason.UNSURE,
                found - books,
                seen,
                sound=True,
                piece_value=0.0,
                rescans=0,
                people=(),
                task=None,
                asked=0,
                quarantined=False,
                opened_ms=0,
                changed_ms=0,
                version=0,
                entry=0,
            )
            adjust(tx, case, self.now_ms)

    def in_totes_of_orders(self, lot: Lot) -> int:
        held = self.bridge.lots.lot(lot).held
        own = "tote:recall/"
        totes = [p for p in held if p.account.startswith("tote:") and not p.account.startswith(own)]
        return sum(place.quantity for place in totes)

    @invariant()
    def nothing_of_a_frozen_lot_leaves(self) -> None:
        for lot, before in self.frozen.items():
            assert self.in_totes_of_orders(lot) == before, lot

    @invariant()
    def the_books_balance(self) -> None:
        report = self.bridge.verify()
        assert report.sound, report
        for record in self.bridge.lots.lots(LotQuery()):
            assert sum(p.quantity for p in self.bridge.lots.lot(record.lot).held) == 0

    @invariant()
    def the_fleet_knows_the_terms(self) -> None:
        for numbered in self.bridge.feed(self.heard):
            self.heard = numbered.number
            if isinstance(numbered.event, TermsStated):
                self.told.update({terms.slot: terms for terms in numbered.event.terms})
        with self.bridge.store.reading() as tx:
            for slot in SLOTS:
                shares = shares_of(tx, slot, SKU)
                if shares and any(share.record for share in shares):
                    now = terms_of(slot, SKU, shares, rotation_of(tx, SKU))
                    assert self.told.get(slot, SlotTerms(slot, SKU)) == now

    @invariant()
    def no_pick_is_open_that_may_take_nothing(self) -> None:
        picks = self.open_picks()
        with self.bridge.store.reading() as tx:
            for pick in picks:
                line = tx.line(pick.task.line)
                assert line is not None
                shares = shares_of(tx, pick.task.slot, SKU)
                frozen = [share for share in shares if share.state is not LotState.RELEASED]
                assert line.lot or len(frozen) < len(shares) or not shares


TestLots = Lots.TestCase
TestLots.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
