"""What every store must do: whole transactions or none, one writer at a time."""

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import wms_bridge.adapters.sql
from planner.warehouse.commands import (
    AlarmKind,
    AnswerIntervention,
    RaiseAlarm,
    RouteLine,
    ShowCounts,
    ShowPicks,
    ShowPuts,
)
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import InvalidStock, Unavailable
from planner.warehouse.flows import Flow, RoutingPolicy
from planner.warehouse.ids import (
    CountId,
    InterventionId,
    LineId,
    OrderId,
    PickId,
    PutId,
    ReceiptId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.interventions import Intervention, InterventionKind, InterventionOutcome
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.sql.store import SqlStore, migrate, sqlite_url
from wms_bridge.adapters.sql.tables import METADATA
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.alarms.shelving import ShelfWanted
from wms_bridge.deciding import Decision
from wms_bridge.interventions.asking import Asked
from wms_bridge.ledger import (
    OPENING,
    Movement,
    MovementReason,
    dock_account,
    slot_account,
    tote_account,
)
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.records.alarms import AlarmQuery, AlarmSort, ChangeQuery
from wms_bridge.records.counts import CaseAction, CaseQuery, EpcisRecord
from wms_bridge.records.interventions import InterventionQuery
from wms_bridge.records.tracing import MendQuery
from wms_bridge.records.work import OrderQuery, OutboxMessage, ReceiptQuery, SkuRecord, Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
CountMaker = Callable[..., SlotCount]
ShowCountMaker = Callable[..., ShowCounts]
STOP = Intervention(InterventionId("k1"), InterventionKind.STOP, "s")
PHOTO = b"\xff\xd8\xff of a slot"
PHOTO_HASH = hashlib.sha256(PHOTO).hexdigest()
R1 = Receipt(ReceiptId("R1"), Sku("RED"), 6)


class PowerCut(Exception):
    """Stops a transaction in the middle."""


class Borrowed:
    """A store whose transactions are parts of one that is open already."""

    def __init__(self, tx: Writing):
        self._tx = tx

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        yield self._tx

    reading = writing

    def close(self) -> None:
        """Nothing to let go of."""


def everything(tx: Reading) -> tuple[object, ...]:
    """All that a store can be asked."""
    orders = tx.orders(OrderQuery(limit=1000))
    return (
        tx.catalogue(),
        tx.sku_records([Sku("RED"), Sku("NEW"), Sku("NONE")]),
        tx.rules(),
        tx.policy(),
        orders,
        [tx.lines(record.order) for record in orders],
        tx.holdings(),
        list(tx.entries()),
        [tx.pick(PickId(name)) for name in ("p1", "p2", "p3")],
        tx.open_picks(StationId("S1"), 0),
        tx.receipts(ReceiptQuery()),
        tx.receipts(ReceiptQuery(open_only=True, after=1, limit=5)),
        [tx.put(PutId(name)) for name in ("u1", "u2")],
        tx.puts_of(ReceiptId("R1")),
        tx.open_puts(StationId("S2"), 0),
        tx.events(0, 1000),
        tx.last_event(),
        tx.pending(10**12, 1000),
        tx.next_pending_ms(),
        tx.backlog(),
        tx.message(1),
        tx.dead(1000),
        tx.dead_count(),
        tx.discrepancies(1000),
        tx.alarms(AlarmQuery()),
        tx.alarms(AlarmQuery(sort=AlarmSort.SEVERITY, shelved=False, limit=2)),
        [tx.alarm(1), tx.alarms_about(AlarmKind.LINE_SHORT, ["A#1"]), tx.numbered_alarms([2, 1])],
        [tx.alarm_counts(), tx.shelves_over(10**12, 9), tx.last_alarm(), tx.last_alarm_change()],
        tx.alarm_changes(ChangeQuery()),
        tx.interventions(InterventionQuery()),
        [tx.intervention(1), tx.intervention_named(InterventionId("k1"))],
        [tx.last_intervention(), tx.last_intervention_change()],
        tx.last_intervention_about(["stop/s", "robot/R1"]),
        [tx.interventions_in_force(["stop/s"]), tx.interventions_changed(0, 10)],
        tx.tallies(),
        tx.cases(CaseQuery()),
        [tx.slot_case(SlotId(name)) for name in ("P001/A/1/1", "P002/A/1/1", "P003/A/1/1")],
        [tx.case(name) for name in ("C000001", "C000002")],
        tx.cases(CaseQuery(open=False, slot=SlotId("P001/A/1/1"), before=9, limit=2)),
        tx.settled_cases(0),
        tx.last_case(),
        [tx.seen_counts(name) for name in ("C000001", "C000002", "C000003")],
        [tx.count_task(CountId(name)) for name in ("C000001.1", "C000002.1")],
        tx.open_counts(StationId("S1"), 0),
        [tx.decisions(name) for name in ("C000001", "C000002")],
        [tx.evidence(PHOTO_HASH), tx.evidence("none")],
        tx.epcis(0, 100),
        tx.last_entry(),
        [tx.movements_of(slot_account(SlotId("P001/A/1/1")), since) for since in (0, 4, 10**12)],
        [tx.picks_of_slot(SlotId("P001/A/1/1"), since) for since in (0, 4, 10**12)],
        [tx.puts_of_slot(SlotId("P003/A/1/2"), since) for since in (0, 12, 10**12)],
        tx.doubts(),
        tx.mends(MendQuery()),
        tx.things_at(dock_account(ReceiptId("R1"))),
        [tx.occurrence(f"receipt/{name}") for name in ("R0", "R1")],
        tx.picked_serials(["pick/p1", "pick/p2"]),
        [tx.remembered(key) for key in ("opening", "order/A", "order/B", "pick/p1", "pick/p2")],
    )


def look(store: Store) -> tuple[object, ...]:
    with store.reading() as tx:
        return everything(tx)


def cut_short(store: Store, site: Site, step: Callable[[Bridge], object]) -> None:
    """Do a step in a transaction that fails at its end."""
    with store.writing() as tx:
        step(Bridge(site, Borrowed(tx)))
        raise PowerCut


def test_transaction_that_fails_late_leaves_no_trace(
    bridge: Bridge,
    store: Store,
    order: OrderMaker,
    show: ShowMaker,
    show_put: PutMaker,
    seen: CountMaker,
    show_count: ShowCountMaker,
) -> None:
    bridge.receive_order(order("A", RED=4), 1)
    bridge.apply([show("p1", "A#1", "RED", 1), show("p2", "A#1", "RED", 3)], 2)
    bridge.confirm_pick(PickId("p1"), 0, 3, ShortReason.SLOT_SHORT)
    bridge.receive_goods(Receipt(ReceiptId("R0"), Sku("BLUE"), 7), 3)
    bridge.apply([show_put("u0", "R0", "BLUE", 3)], 3)
    bridge.rulebook.set_rule(rule("r1"), 3)
    bridge.rulebook.set_rule(rule("r2"), 3)
    slot = "P002/A/1/1"
    for at_ms in (60_000, 70_000, 80_000):
        bridge.counts.take([seen(28, 0.9, at=at_ms, slot=slot, books=30)], at_ms)
    bridge.apply([show_count("C000001.1", slot)], 81_000)
    bridge.counts.take([seen(3, sku="RARE", slot="P001/A/1/2", books=0)], 82_000)
    before = look(store)

    steps: list[Callable[[Bridge], object]] = [
        lambda b: b.counts.put_evidence(PHOTO_HASH, "image/jpeg", PHOTO, 4),
        lambda b: b.counts.take([seen(3, sku="RARE", slot="P003/A/2/1", books=0)], 61_000),
        lambda b: b.counts.take([seen(28, 0.9, at=85_000, slot=slot, books=30)], 99_000),
        lambda b: b.apply([show_count("C000001.1", slot, station="S2", visit="v2")], 98_000),
        lambda b: b.counts.confirm(CountId("C000001.1"), 28, "ANNA", 99_000),
        lambda b: b.counts.decide("C000002", Decision(CaseAction.APPROVE, "so", "EVE", 1), 99_000),
        lambda b: b.put_skus([SkuRecord(Sku("RED"), "changed"), SkuRecord(Sku("NEW"))]),
        lambda b: b.receive_order(order("B", BLUE=2), 5),
        lambda b: b.confirm_pick(PickId("p2"), 3, 6),
        lambda b: b.apply([RaiseAlarm(AlarmKind.LINE_SHORT, "A#1", "short")], 7),
        lambda b: b.alarms.acknowledge(AlarmSeen(1, 1), "EVE", "", 7),
        lambda b: b.alarms.shelve(1, ShelfWanted(1, 600, "EVE", "later"), 7),
        lambda b: b.interventions.ask(Asked(STOP, "EVE", "oil"), 7),
        lambda b: b.apply([AnswerIntervention(STOP.intervention, InterventionOutcome.DONE)], 8),
        lambda b: b.apply([RaiseAlarm(AlarmKind.SLOT_QUARANTINED, "P001/A/1/2", "", False)], 7),
        lambda b: b.apply([show("p3", "A#1", "RED", 1)], 8),
        lambda b: b.receive_goods(R1, 9),
        lambda b: b.apply([show_put("u1", "R0", "BLUE", 4)], 10),
        lambda b: b.confirm_put(PutId("u0"), 3, 11),
        lambda b: b.rulebook.clear_rule(RuleId("r1"), 9),
        lambda b: b.rulebook.set_rule(rule("r2", 0.7), 9),
        lambda b: b.rulebook.set_rule(rule("r3"), 9),
        lambda b: b.rulebook.set_policy(RoutingPolicy(1, Flow.FULL_CASE), 9),
        lambda b: b.receive_order(order("C", RARE=1), 10),
        lambda b: b.apply([RouteLine(OrderId("C"), LineId("C#1"), Flow.FULL_CASE)], 11),
    ]
    steps.append(keep_epcis)
    for step in steps:
        with pytest.raises(PowerCut):
            cut_short(store, bridge.site, step)
        assert look(store) == before
    for step in steps:
        step(bridge)
    assert bridge.verify().sound


def keep_epcis(bridge: Bridge) -> None:
    """The same event twice, and another one."""
    events = [EpcisRecord(0, name, 5, "{}") for name in ("ni:1", "ni:2", "ni:1")]
    with bridge.store.writing() as tx:
        tx.add_epcis(events)


def test_an_epcis_event_is_kept_once(bridge: Bridge) -> None:
    keep_epcis(bridge)
    keep_epcis(bridge)
    assert [(event.number, event.hash) for event in bridge.counts.epcis()] == [
        (1, "ni:1"),
        (2, "ni:2"),
    ]
    assert [event.number for event in bridge.counts.epcis(after=1)] == [2]


def rule(name: str, speed_mps: float = 0.5) -> FloorRule:
    area = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0))
    return FloorRule(RuleId(name), RuleKind.SPEED_LIMIT, area, max_speed_mps=speed_mps)


def test_movement_key_is_posted_once(store: Store) -> None:
    move = Movement("k", OPENING, tote_account(OrderId("A")), Sku("RED"), 1, MovementReason.PICK, 0)
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku("RED"))])
        tx.post([move])
    for again in ([move], [_renamed(move), _renamed(move)]):
        with pytest.raises(InvalidStock, match="posted before"), store.writing() as tx:
            tx.post(again)
    with store.reading() as tx:
        assert len(list(tx.entries())) == 1


def _renamed(move: Movement) -> Movement:
    return Movement(
        "k2", move.from_account, move.to_account, move.sku, move.quantity, move.reason, move.at_ms
    )


def test_slot_never_holds_less_than_nothing(store: Store) -> None:
    tote = tote_account(OrderId("A"))
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku("RED"))])
    with pytest.raises(InvalidStock, match="less than nothing"), store.writing() as tx:
        tx.post([Movement("k", tote, OPENING, Sku("RED"), 1, MovementReason.PICK, 0)])
    with store.reading() as tx:
        assert (list(tx.entries()), tx.holdings()) == ([], ())


def test_the_same_order_from_many_threads_is_taken_once(bridge: Bridge, order: OrderMaker) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bridge.receive_order(order("A", RED=1), 1), range(40)))
    assert sum(not answer.repeated for answer in answers) == 1
    assert bridge.tallies()[Tally.ORDERS_RECEIVED] == 1


def test_the_same_confirmation_from_many_threads_moves_stock_once(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 2)], 1)
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(bridge.confirm_pick, PickId("p1"), 2, at_ms) for at_ms in range(40)]
    assert len({call.result().confirmed_ms for call in calls}) == 1
    assert bridge.verify().pieces_picked == 2


def test_feed_has_no_gaps_under_many_writers(bridge: Bridge, order: OrderMaker) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: bridge.receive_order(order(f"O{n}", RED=1), 1), range(60)))
    numbers = [item.number for item in bridge.feed(0)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_memory_and_database_answer_the_same(
    site: Site,
    tmp_path: Path,
    order: OrderMaker,
    show: ShowMaker,
    show_put: PutMaker,
    stock_up: Callable[[Bridge], None],
    seen: CountMaker,
    show_count: ShowCountMaker,
) -> None:
    stores: list[Store] = [MemoryStore(), SqlStore(sqlite_url(tmp_path / "bridge.db"))]
    answers = []
    for store in stores:
        bridge = Bridge(site, store)
        stock_up(bridge)
        bridge.receive_orders([order("A", RED=4, BLUE=2), order("B", BLUE=3)], 1)
        bridge.apply([show("p1", "A#1", "RED", 4), show("p2", "B#1", "BLUE", 3, "P001/A/1/2")], 2)
        bridge.confirm_pick(PickId("p1"), 1, 3, ShortReason.SLOT_SHORT)
        bridge.confirm_pick(PickId("p2"), 3, 4)
        bridge.apply([RaiseAlarm(AlarmKind.LINE_SHORT, "A#1", "short")], 5)
        bridge.receive_goods(R1, 6)
        bridge.receive_goods(Receipt(ReceiptId("R2"), Sku("BLUE"), 9), 6)
        bridge.apply([show_put("u1", "R1", "RED", 6), show_put("u2", "R2", "BLUE", 5)], 7)
        bridge.confirm_put(PutId("u1"), 6, 8)
        bridge.counts.put_evidence(PHOTO_HASH, "image/jpeg", PHOTO, 9)
        bridge.counts.put_evidence(PHOTO_HASH, "image/jpeg", PHOTO, 10)
        for at_ms in (60_000, 70_000, 80_000, 90_000):
            bridge.counts.take([seen(28, 0.9, at=at_ms, slot="P002/A/1/1", books=30)], at_ms)
        bridge.apply([show_count("C000001.1", slot="P002/A/1/1")], 90_000)
        bridge.counts.take([seen(3, sku="BLUE", slot="P003/A/1/1", books=0)], 91_000)
        decision = Decision(CaseAction.RECOUNT, "the photo is dark", "EVE", 1)
        bridge.counts.decide("C000002", decision, 92_000)
        keep_epcis(bridge)
        answers.append(look(store))
        store.close()
    assert answers[0] == answers[1]


def test_database_is_safe_against_power_cuts(tmp_path: Path) -> None:
    store = SqlStore(sqlite_url(tmp_path / "bridge.db"))
    with store._commits.transaction() as connection:
        wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    store.close()
    assert found == wanted


def test_database_locked_by_another_process_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.adapters.sql.engines.BUSY_TIMEOUT_MS", 1)
    path = tmp_path / "bridge.db"
    store = SqlStore(sqlite_url(path))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="database is locked"), store.writing() as tx:
        tx.put_skus([SkuRecord(Sku("RED"))])
    with store.reading() as reading:
        assert reading.catalogue() == ()
    other.close()
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku("RED"))])
    store.close()


def test_database_in_a_folder_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="unable to open database file"):
        SqlStore(sqlite_url(tmp_path / "nowhere" / "bridge.db"))


def test_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "bridge.db")
    SqlStore(url).close()
    with create_engine(url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_database_of_the_first_version_keeps_its_messages(tmp_path: Path) -> None:
    path = tmp_path / "bridge.db"
    engine = create_engine(sqlite_url(path))
    with engine.begin() as connection:
        migrate(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO pick_order VALUES (1, 'A', '', 1, NULL, 'complete', 2, 1, 1, 1, 1, 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO outbox VALUES (1, 'order-confirmed/A', 'A', '{}', 2, 5, 9, 'no', NULL)"
        )
    engine.dispose()
    store = SqlStore(sqlite_url(path))
    with store.reading() as tx:
        [message] = tx.pending(9, 10)
    store.close()
    assert (message.attempts, message.refusals, message.dead_ms) == (5, 0, None)


def test_counting_can_be_taken_out_of_the_database_again(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "bridge.db")
    store = SqlStore(url)
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku("RED"), piece_value=2.5)])
        slot = SlotId("P001/A/1/1")
        tx.add_message(OutboxMessage(0, "stock-adjusted/C1", None, "{}", 0, slot=slot))
    store.close()
    with create_engine(url).begin() as connection:
        config = Config()
        folder = Path(wms_bridge.adapters.sql.__file__).parent / "migrations"
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        names = set(connection.dialect.get_table_names(connection))
    assert names.isdisjoint({"count_case", "slot_count", "evidence", "epcis_event"})
    again = SqlStore(url)
    with again.reading() as tx:
        assert tx.sku_records([Sku("RED")]) == (SkuRecord(Sku("RED")),)
        assert (tx.backlog(), tx.last_case()) == (0, 0)
    again.close()


def test_opening_again_keeps_everything(
    site: Site, tmp_path: Path, stock_up: Callable[[Bridge], None]
) -> None:
    url = sqlite_url(tmp_path / "bridge.db")
    first = SqlStore(url)
    stock_up(Bridge(site, first))
    before = look(first)
    first.close()
    again = SqlStore(url)
    assert look(again) == before
    again.close()


def test_migrations_are_found_where_the_package_is_installed(tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from wms_bridge.adapters.sql.store import *;"
        "SqlStore(sqlite_url(Path('elsewhere.db'))).close()"
    )
    subprocess.run((sys.executable, "-c", code), cwd=tmp_path, check=True)
    with sqlite3.connect(tmp_path / "elsewhere.db") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    assert {"movement", "pick_order", "outbox"} <= tables
