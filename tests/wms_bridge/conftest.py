"""A site small enough to check by eye, and the bridge on each kind of store."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from shutil import copy

import pytest
from fastapi import FastAPI

from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount
from planner.warehouse.ids import (
    CountId,
    LineId,
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
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import Balance, slot_id
from tests.wms_bridge.databases import Databases, postgresql_databases
from tests.wms_bridge.serving import ServerThread
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.ports.store import Store
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

NOW_MS = 1_000


@pytest.fixture(scope="session")
def site() -> Site:
    """Three pods with 2 x 2 slots of 50 pieces, two stations; at S2 goods are put away, too."""
    stations = tuple(
        PickStation(StationId(name), (x_m, 0.0), (), (), order_slots=4, roles=roles)
        for name, x_m, roles in (
            ("S1", 0.0, (StationRole.PICK,)),
            ("S2", 6.0, (StationRole.PICK, StationRole.REPLENISH)),
        )
    )
    return Site(
        format="podherd-site/1",
        name="three pods",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=stations,
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=2, columns=2, slot_capacity=50),
        pod_count=3,
        robot_types=(),
        robots=(),
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Databases]:
    """A PostgreSQL server, started when the first test asks for it."""
    with postgresql_databases() as databases:
        yield databases


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that has our tables: to copy it is quicker than to make it."""
    path = tmp_path_factory.mktemp("tables") / "bridge.db"
    SqlStore(sqlite_url(path)).close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[str]:
    """The URL of a fresh database of each kind."""
    if request.param == "sqlite":
        yield sqlite_url(copy(tables, tmp_path / "bridge.db"))
    else:
        databases: Databases = request.getfixturevalue("postgresql")
        with databases.fresh() as url:
            yield url


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[Store]:
    """An empty store of each kind: what holds for one must hold for the others."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with ExitStack() as stack:
        if request.param == "postgresql":
            databases: Databases = request.getfixturevalue("postgresql")
            url = stack.enter_context(databases.fresh())
        else:
            url = sqlite_url(copy(tables, tmp_path / "bridge.db"))
        yield stack.enter_context(closing(SqlStore(url)))


@pytest.fixture
def bridge(site: Site, store: Store, stock_up: Callable[[Bridge], None]) -> Bridge:
    """A bridge with two SKUs: ``RED`` 10 in P001/A/1/1 and 30 in P002/A/1/1, ``BLUE`` 20 in
    P001/A/1/2; and ``RARE``, of which there is none."""
    opened = Bridge(site, store)
    stock_up(opened)
    return opened


@pytest.fixture(scope="session")
def stock_up() -> Callable[[Bridge], None]:
    """``stock_up(bridge)`` gives a bridge the stock of the fixture ``bridge``."""

    def stock(bridge: Bridge) -> None:
        bridge.put_skus([SkuRecord(Sku(name)) for name in ("RED", "BLUE", "RARE")])
        records = [
            Balance(slot_id(PodId("P001"), "A", 1, 1), Sku("RED"), 10),
            Balance(slot_id(PodId("P002"), "A", 1, 1), Sku("RED"), 30),
            Balance(slot_id(PodId("P001"), "A", 1, 2), Sku("BLUE"), 20),
        ]
        bridge.load_stock(records, "opening", NOW_MS)

    return stock


CAPACITY = 50
BOTH = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
CountMaker = Callable[..., SlotCount]
ShowCountMaker = Callable[..., ShowCounts]
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]


@pytest.fixture(scope="session")
def order() -> OrderMaker:
    """``order("A", RED=3, BLUE=1)``."""

    def make(name: str, **wanted: int) -> PickOrder:
        lines = (
            OrderLine(line_id(OrderId(name), number), Sku(sku), quantity)
            for number, (sku, quantity) in enumerate(wanted.items(), start=1)
        )
        return PickOrder(OrderId(name), tuple(lines))

    return make


@pytest.fixture(scope="session")
def show_put() -> PutMaker:
    """``show_put("u1", "R1", "RED", 3)``: one put of a receipt into P003/A/1/1 at S2; a slot of its
    own for each SKU unless one is given."""

    def make(put: str, receipt: str, sku: str, quantity: int, slot: str = "") -> ShowPuts:
        place = slot or ("P003/A/1/1" if sku == "RED" else "P003/A/1/2")
        pod = PodId(place.partition("/")[0])
        visit, where = VisitId(f"v-{pod}"), StationId("S2")
        task = PutTask(
            PutId(put), visit, where, pod, SlotId(place), ReceiptId(receipt), Sku(sku), quantity
        )
        return ShowPuts(visit, where, pod, RobotId("R01"), (task,))

    return make


@pytest.fixture(scope="session")
def show() -> ShowMaker:
    """``show("p1", "A#1", "RED", 3)``: one pick from P001/A/1/1 at S1."""

    def make(
        pick: str, line: str, sku: str, quantity: int, slot: str = "P001/A/1/1", station: str = "S1"
    ) -> ShowPicks:
        pod = PodId(slot.partition("/")[0])
        visit, where = VisitId(f"v-{pod}"), StationId(station)
        order_of_line = OrderId(line.rpartition("#")[0])
        task = PickTask(
            PickId(pick),
            visit,
            where,
            pod,
            slot_id(pod, *_place(slot)),
            order_of_line,
            LineId(line),
            Sku(sku),
            quantity,
        )
        return ShowPicks(visit, where, pod, RobotId("R1"), (task,))

    return make


@pytest.fixture(scope="session")
def seen() -> CountMaker:
    """``seen(7, 0.995, at=60_000)``: with this probability 7 pieces of RED in P001/A/1/1, where the
    books had 10; otherwise one more, or any number. Seen within a second by reads and a picture of
    their own, named ``name`` or after the time."""

    def make(
        pieces: int,
        chance: float = 0.995,
        *,
        at: int = 60_000,
        books: int = 10,
        slot: str = "P001/A/1/1",
        sku: str = "RED",
        kinds: frozenset[EvidenceKind] = BOTH,
        name: str = "",
        more: tuple[str, ...] = (),
    ) -> SlotCount:
        probabilities = [0.2 * (1 - chance) / (CAPACITY + 1)] * (CAPACITY + 1)
        probabilities[pieces] += chance
        probabilities[pieces + 1] += 0.8 * (1 - chance)
        names = (name or f"{slot} at {at}", *more)
        evidence = tuple(hashlib.sha256(one.encode()).hexdigest() for one in names)
        where, what = SlotId(slot), Sku(sku)
        return SlotCount(where, what, books, at - 1_000, at, tuple(probabilities), kinds, evidence)

    return make


@pytest.fixture(scope="session")
def show_count() -> ShowCountMaker:
    """``show_count("C000001.1")``: count RED in P001/A/1/1 at S1."""

    def make(
        count: str,
        slot: str = "P001/A/1/1",
        sku: str = "RED",
        station: str = "S1",
        visit: str = "v1",
    ) -> ShowCounts:
        pod, where = PodId(slot.partition("/")[0]), StationId(station)
        task = CountTask(CountId(count), VisitId(visit), where, pod, SlotId(slot), Sku(sku))
        return ShowCounts(VisitId(visit), where, pod, RobotId("R1"), (task,))

    return make


def _place(slot: str) -> tuple[str, int, int]:
    _, face, level, column = slot.split("/")
    return face, int(level), int(column)


@pytest.fixture
def serve() -> Iterator[Callable[[FastAPI], str]]:
    """``serve(app)`` runs a web application and gives its address."""
    running: list[ServerThread] = []

    def start(app: FastAPI) -> str:
        running.append(ServerThread(app))
        return running[-1].url

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def stocked(site: Site, stock_up: Callable[[Bridge], None]) -> Bridge:
    """The bridge of the fixture ``bridge``, in memory."""
    opened = Bridge(site, MemoryStore())
    stock_up(opened)
    return opened


@pytest.fixture
def url(stocked: Bridge, serve: Callable[[FastAPI], str]) -> str:
    """Address of the bridge ``stocked``."""
    return serve(create_app(stocked, lambda: NOW_MS))


@pytest.fixture
def client(url: str) -> Iterator[BridgeClient]:
    """A client of the bridge ``stocked``."""
    opened = BridgeClient(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool]], None]:
    """``until(condition)`` returns when another process or thread has made it true."""

    def wait(condition: Callable[[], bool], patience_s: float = 60.0) -> None:
        give_up = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < give_up, "waited in vain"
            time.sleep(0.02)

    return wait
