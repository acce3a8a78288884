"""The folder linked to a bridge: files taken once each, whatever fails in between."""

import asyncio
import contextlib
import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner.warehouse.ids import OrderId, ReceiptId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.connectors.folder import feed
from wms_bridge.connectors.folder.address import read_address
from wms_bridge.connectors.folder.clerk import FolderClerk
from wms_bridge.connectors.folder.connector import FolderConnector
from wms_bridge.connectors.port import StockAt
from wms_bridge.inbox.desk import Inbox
from wms_bridge.links.link import Link, LinkParams
from wms_bridge.messages import LineWanted, ReservationWanted
from wms_bridge.ports.store import DeliveryFailed, NoStockTold
from wms_bridge.records.links import InboxQuery
from wms_bridge.records.work import OrderQuery, ReceiptQuery
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]


class Desk:
    """A bridge with a link to a folder; ``restart`` forgets all but the store and the folder."""

    def __init__(self, bridge: Bridge, root: Path, options: str = ""):
        root.mkdir(exist_ok=True)
        self.bridge = bridge
        self.root = root
        self.address = read_address(f"folder://{root}{options}")
        self.clerk = FolderClerk(self.address)
        self.now_s = 0.0
        self.restart()

    def restart(self) -> None:
        bridge = self.bridge
        inbox = Inbox(bridge.store, bridge.shelves, lambda: None)
        self.connector = FolderConnector(self.address, lambda: self.now_s)
        self.link = Link(
            inbox, bridge.store, bridge.shelves, self.connector, lambda: 1_000, LinkParams(1, 0)
        )

    def poll(self) -> bool:
        return asyncio.run(self.link.poll())

    def drop(self, name: str, text: str) -> None:
        """As a WMS does that tells a checksum."""
        (self.root / "in").mkdir(exist_ok=True)
        raw = text.encode()
        (self.root / "in" / f"{name}.sha256").write_text(hashlib.sha256(raw).hexdigest())
        (self.root / "in" / name).write_bytes(raw)

    def orders(self) -> dict[str, int]:
        with self.bridge.store.reading() as tx:
            return {
                one.order: sum(line.quantity for line in tx.lines(one.order))
                for one in tx.orders(OrderQuery())
            }

    def files(self, place: str) -> list[str]:
        return sorted(one.name for one in (self.root / place).iterdir() if one.is_file())


@pytest.fixture
def desk(stocked: Bridge, tmp_path: Path) -> Desk:
    return Desk(stocked, tmp_path / "exchange")


def rows(*orders: str) -> str:
    return "order,sku,quantity\n" + "".join(f"{one},RED,1\n" for one in orders)


def test_what_people_do_comes_in(desk: Desk, order: OrderMaker) -> None:
    async def work() -> None:
        await desk.clerk.place(order("A", RED=3))
        await desk.clerk.place(order("B", BLUE=1))
        await desk.clerk.change(order("A", RED=2))
        await desk.clerk.cancel(OrderId("B"))
        await desk.clerk.receive(Receipt(ReceiptId("R1"), Sku("RED"), 5, lot="L1"))

    asyncio.run(work())
    assert desk.poll()
    assert desk.orders() == {"A": 2, "B": 1}
    with desk.bridge.store.reading() as tx:
        assert [one.quantity for one in tx.receipts(ReceiptQuery())] == [5]
        [status] = [one.status for one in tx.orders(OrderQuery()) if one.order == "B"]
    assert status == "cancelled"
    assert desk.files("in") == []
    assert desk.files("work") == []
    assert len(desk.files("done")) == 5
    assert len([one for one in desk.files("out") if one.startswith("answer_")]) == 5


def test_a_file_still_growing_is_left_and_those_behind_it_wait(desk: Desk) -> None:
    inside = desk.root / "in"
    inside.mkdir()
    (inside / "orders-1.csv").write_text(rows("A"))
    desk.drop("orders-2.csv", rows("B"))
    desk.poll()
    desk.now_s = 1.9
    desk.poll()
    (inside / "orders-1.csv").write_text(rows("A", "A"))
    desk.now_s = 3.8
    desk.poll()
    assert desk.orders() == {}
    desk.now_s = 6.0
    desk.poll()
    assert desk.orders() == {"A": 2, "B": 1}


@pytest.mark.parametrize("marker", ["ready", "sha256"])
def test_a_file_without_its_marker_is_never_taken(
    stocked: Bridge, tmp_path: Path, marker: str
) -> None:
    desk = Desk(stocked, tmp_path / "exchange", f"?marker={marker}")
    (desk.root / "in").mkdir()
    (desk.root / "in" / "orders-1.csv").write_text(rows("A"))
    desk.drop("orders-2.csv", rows("B"))
    desk.now_s = 1e9
    desk.poll()
    assert desk.orders() == {"B": 1}


def test_a_checksum_that_does_not_fit_is_waited_for_and_then_refused(desk: Desk) -> None:
    desk.drop("orders-1.csv", rows("A"))
    (desk.root / "in" / "orders-1.csv").write_text(rows("A", "A"))
    desk.poll()
    assert desk.files("in") == ["orders-1.csv", "orders-1.csv.sha256"]
    desk.now_s = 10.0
    desk.poll()
    assert desk.orders() == {}
    assert desk.files("in") == []
    assert any("reasons" in name for name in desk.files("rejects"))


def test_the_same_file_again_is_answered_as_repeated(desk: Desk) -> None:
    for _ in range(2):
        desk.drop("orders-1.csv", rows("A"))
        desk.poll()
    assert desk.orders() == {"A": 1}
    heads = [name.partition("_")[0] for name in desk.files("out")]
    assert heads.count("answer") == 1
    assert heads.count("repeated") == 1
    assert len(desk.files("done")) == 1


def test_other_content_under_a_known_name_is_news(desk: Desk) -> None:
    for text in (rows("A"), rows("A", "A"), rows("B")):
        desk.drop("changes-1.csv", text)
        desk.poll()
    assert desk.orders() == {"A": 2, "B": 1}
    assert len(desk.files("done")) == 3


def test_bad_rows_are_told_with_their_numbers(desk: Desk) -> None:
    desk.drop("orders-1.csv", "order,sku,quantity\nA,RED,1\nB,RED,none\nC,RED,1\n")
    desk.poll()
    assert desk.orders() == {"A": 1, "C": 1}
    [name] = desk.files("rejects")
    header, row = (desk.root / "rejects" / name).read_text().splitlines()
    assert header == "row,key,field,value,problem,remedy"
    assert row.startswith("3,B,quantity,none,")
    [answer] = [one for one in desk.files("out") if one.startswith("answer")]
    assert '"documents":2,"rejected":1' in (desk.root / "out" / answer).read_text()


def test_an_unusable_file_is_refused_and_holds_up_nobody(desk: Desk) -> None:
    desk.drop("orders-1.csv", "nonsense\n")
    desk.drop("orders-2.csv", rows("B"))
    desk.poll()
    assert desk.orders() == {"B": 1}
    assert len(desk.files("rejects")) == 2


@pytest.mark.parametrize("marked", [True, False])
def test_links_and_pipes_are_never_followed(desk: Desk, tmp_path: Path, marked: bool) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(rows("SECRET"))
    inside = desk.root / "in"
    inside.mkdir()
    (inside / "orders-1.csv").symlink_to(secret)
    os.mkfifo(inside / "orders-2.csv")
    if marked:
        for name in ("orders-1.csv", "orders-2.csv", "orders-3.csv"):
            (inside / f"{name}.sha256").symlink_to(secret)
    (inside / "orders-3.csv").write_text(rows("C"))
    desk.drop("orders-4.csv", rows("D"))
    for desk.now_s in (0.0, 10.0):
        desk.poll()
    assert desk.orders() == ({"D": 1} if marked else {"C": 1, "D": 1})
    assert secret.read_text() == rows("SECRET")


@pytest.mark.parametrize("place", ["in", "out", "done"])
def test_a_link_in_the_place_of_a_folder_is_refused(desk: Desk, tmp_path: Path, place: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (desk.root / place).symlink_to(tmp_path / "elsewhere")
    assert not desk.poll()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_folder_that_is_not_there_is_not_made(stocked: Bridge, tmp_path: Path) -> None:
    desk = Desk(stocked, tmp_path / "exchange")
    desk.root.rmdir()
    assert not desk.poll()
    assert not desk.root.exists()
    assert "no such folder" in desk.link.status.last_error


def test_names_that_trick_paths_are_refused(desk: Desk) -> None:
    desk.drop("orders-\n.csv", rows("A"))
    desk.drop("orders-" + "x" * 200 + ".csv", rows("B"))
    desk.drop("orders-..csv", rows("C"))
    desk.poll()
    assert desk.orders() == {"C": 1}


def test_pages_of_a_large_file_are_one_after_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 7)
    desk.drop("orders-1.csv", rows(*(f"A{n}" for n in range(100))))
    desk.poll()
    assert len(desk.orders()) == 100


class Crash(BaseException):
    """The process ends here."""


def crashing(patch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """``arm(n)``: the n-th step on the file system or the store from now is not made, nor any
    after it, until ``arm(0)``."""
    left = [0]

    def guard(owner: object, name: str) -> None:
        real = getattr(owner, name)

        def step(*args: object, **more: object) -> object:
            if left[0] == 1:
                raise Crash
            left[0] = max(0, left[0] - 1)
            return real(*args, **more)

        patch.setattr(owner, name, step)

    for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (Inbox, "take")):
        guard(owner, name)

    def arm(number: int) -> None:
        left[0] = number

    return arm


@settings(deadline=None, max_examples=40)
@example(at=[14])
@example(at=[35])
@example(at=[50])
@given(at=st.lists(st.integers(min_value=1, max_value=40), max_size=4))
def test_a_crash_at_any_step_loses_nothing_and_doubles_nothing(
    site: Site,
    stock_up: Callable[[Bridge], None],
    tmp_path_factory: pytest.TempPathFactory,
    at: list[int],
) -> None:
    bridge = Bridge(site, MemoryStore())
    stock_up(bridge)
    desk = Desk(bridge, tmp_path_factory.mktemp("x") / "exchange")
    # Odd numbers of documents in pages of two: the last page of a file has one.
    desk.drop("orders-1.csv", rows("A", "B", "C", "D") + "E,RED,x\nF,RED,1\n")
    desk.drop("changes-2.csv", rows("A", "A", "B", "C"))
    desk.drop("receipts-1.csv", "receipt,sku,quantity\nR1,RED,5\nR2,BLUE,1\nR3,BLUE,2\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feed, "PAGE", 2)
        arm = crashing(patch)
        for number in at:
            arm(number)
            with contextlib.suppress(Crash):
                desk.poll()
            arm(0)
            desk.restart()
            desk.now_s += 10.0
        desk.poll()
        desk.now_s += 10.0
        desk.poll()
    assert desk.orders() == {"A": 2, "B": 1, "C": 1, "D": 1, "F": 1}
    with bridge.store.reading() as tx:
        assert {one.receipt: one.quantity for one in tx.receipts(ReceiptQuery())} == {
            "R1": 5,
            "R2": 1,
            "R3": 2,
        }
        assert len(tx.inbox(InboxQuery())) == 11
    assert desk.files("in") == []
    assert desk.files("work") == []
    assert len(desk.files("done")) == 3
    heads = [name.partition("_")[0] for name in desk.files("out")]
    assert heads.count("answer") == 3
    assert heads.count("repeated") == 0
    assert len([name for name in desk.files("rejects") if "reasons" in name]) == 1


def told(name: str = "A") -> ReservationWanted:
    line = LineWanted(f"{name}#1", Sku("RED"), 1)  # type: ignore[arg-type]
    return ReservationWanted(f"reserve-order/{name}", OrderId(name), (line,))


@pytest.mark.parametrize("layout", ["csv", "json"])
def test_a_message_is_one_file_however_often_it_comes(
    stocked: Bridge, tmp_path: Path, layout: str
) -> None:
    desk = Desk(stocked, tmp_path / "exchange", f"?format={layout}")

    async def work() -> None:
        assert not await desk.connector.find(told())
        for _ in range(3):
            await desk.connector.carry_out(told())
        assert await desk.connector.find(told())
        [name] = desk.files("out")
        (desk.root / "out" / name).rename(desk.root / "out" / "taken" / name)
        assert await desk.connector.carry_out(told()) == "there already"
        assert len(await desk.clerk.documents("A")) == 1

    asyncio.run(work())
    assert desk.files("out") == []
    assert len(desk.files("out/taken")) == 1


def test_names_that_differ_in_case_or_signs_only_are_different_files(desk: Desk) -> None:
    async def work() -> None:
        for name in ("a/b", "A/B", "a_b", "ä_b", "x" * 100, "x" * 99 + "y", ".."):
            await desk.connector.carry_out(told(name))

    asyncio.run(work())
    assert len({name.lower() for name in desk.files("out")}) == 7


@pytest.mark.parametrize(
    "number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO]
)
def test_a_full_or_read_only_disk_fails_clearly_and_leaves_nothing_half_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    asyncio.run(desk.connector.check())

    def fail(file: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(DeliveryFailed, match=os.strerror(number)) as failed:
            asyncio.run(desk.connector.carry_out(told()))
    assert not failed.value.refused
    assert not failed.value.unknown
    assert os.listdir(desk.root / "out") == [
        name for name in os.listdir(desk.root / "out") if name in (".podherd-check", "taken")
    ]
    asyncio.run(desk.connector.carry_out(told()))
    assert len([one for one in desk.files("out") if not one.startswith(".")]) == 1


def test_stock_is_that_of_the_latest_file(desk: Desk) -> None:
    async def work() -> None:
        with pytest.raises(NoStockTold, match="no complete stock file"):
            await desk.connector.stock()
        await desk.clerk.book_stock([StockAt("P001", Sku("RED"), 10)])
        await desk.clerk.book_stock([StockAt("P002", Sku("RED"), 30), StockAt("P001", Sku("B"), 0)])
        for _ in range(2):
            snapshot = await desk.connector.stock()
            assert sum(one.quantity for one in snapshot.stock) == 40
        assert len(desk.files("done")) == 1
        check = await desk.link.check_stock()
        assert [(row.location, row.sku, row.difference) for row in check.differences] == [
            ("P001", "BLUE", -20)
        ]

    asyncio.run(work())
