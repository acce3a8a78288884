"""Some minutes of a bridge with a recording, lived through: robots drive, orders come and are
picked, an alarm is raised, a station closes, and in between nobody records."""

from dataclasses import dataclass, field
from pathlib import Path

from planner.warehouse.commands import AlarmKind, RaiseAlarm, ShortenLine, ShowPicks
from planner.warehouse.ids import LineId, OrderId, PickId, RobotId, Sku, StationId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, pod_of, slot_id
from planner.warehouse.view import FloorView
from tests.fakes.played_shift import PlayedShift
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.floor.news import FloorNews
from wms_bridge.problem_codes import code_of
from wms_bridge.recording.recorder import Recorder, RecordingParams
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge
from wms_bridge.shelves import pod_names

BEGUN_MS = 1_750_000_000_000
GAP_S = 60
RED, BLUE = Sku("RED"), Sku("BLUE")
STATION = StationId("S01")


@dataclass
class Life:
    """``live(seconds)`` lets time pass; ``views`` keeps what was shown when."""

    site: Site
    folder: Path
    now_ms: int = BEGUN_MS
    views: dict[int, FloorView] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.store = AuditedStore(MemoryStore(), lambda: self.now_ms)
        self.bridge = Bridge(self.site, self.store)
        params = RecordingParams(self.folder, segment_ms=60_000, block_ms=10_000)
        self.recorder = Recorder(params, self.site, self.store.inner, lambda: self.now_ms)
        self.shift = PlayedShift(self.site, seed=3)
        self.news = FloorNews("live")
        self.slot = slot_id(pod_names(self.site.pod_count)[0], "A", 1, 1)

    def stock(self) -> None:
        """Puts articles into the first pod."""
        self.bridge.put_skus([SkuRecord(RED), SkuRecord(BLUE)], self.now_ms)
        self.bridge.load_stock([Balance(self.slot, RED, 20)], "opening", self.now_ms)

    def live(self, seconds: int) -> None:
        """A view a second."""
        for _ in range(seconds):
            self.now_ms += 1000
            view = self.shift.advance(1000)
            self.views[self.now_ms] = view
            self.show(view)
        self.recorder.flush()

    def show(self, view: FloorView) -> None:
        """Shows a view as the bridge does."""
        self.news.take(view, self.now_ms)
        self.recorder.shown(self.news, view.at_ms, self.now_ms)

    def order(self, name: str, red: int, priority: int = 0) -> None:
        """An order for red pieces comes in."""
        self.now_ms += 1
        order = OrderId(name)
        lines = (OrderLine(line_id(order, 1), RED, red),)
        self.bridge.receive_order(PickOrder(order, lines, None, priority), self.now_ms)

    def show_pick(self, pick: str, order: str, quantity: int) -> None:
        """A picker is shown a pick."""
        self.now_ms += 1
        visit, line = VisitId(f"v-{pick}"), LineId(f"{order}#1")
        place = (visit, STATION, pod_of(self.slot), self.slot)
        task = PickTask(PickId(pick), *place, OrderId(order), line, RED, quantity)
        shown = ShowPicks(visit, STATION, pod_of(self.slot), RobotId("R01"), (task,))
        assert self.bridge.apply([shown], self.now_ms) == (None,)

    def confirm(self, pick: str, quantity: int) -> None:
        """The picker takes it."""
        self.now_ms += 1
        self.bridge.confirm_pick(PickId(pick), quantity, self.now_ms)

    def shorten(self, order: str, quantity: int) -> None:
        """The dispatcher gives up pieces of an order."""
        self.now_ms += 1
        what = (OrderId(order), LineId(f"{order}#1"), quantity, quantity)
        command = ShortenLine(*what, ShortReason.INSUFFICIENT_STOCK)
        assert self.bridge.apply([command], self.now_ms) == (None,)

    def raise_alarm(self, robot: str, text: str) -> None:
        """A robot is stuck."""
        self.now_ms += 1
        self.bridge.apply([RaiseAlarm(AlarmKind.ROBOT_STUCK, robot, text)], self.now_ms)

    def connect(self) -> None:
        """What the app does: the recorder hears of commands and events."""
        self.bridge.decided = lambda commands, results, now_ms: self.recorder.decided(
            commands, [code_of(error) if error else None for error in results], now_ms
        )
        self.bridge.subscribe(lambda _topic: self.recorder.happened())

    def through(self) -> dict[str, int]:
        """Lives through it all; when what happened (ms)."""
        times: dict[str, int] = {}
        self.stock()
        self.order("A1", 5)
        self.live(20)
        self.order("B2", 3, priority=1)
        times["ordered"] = self.now_ms
        self.live(5)
        self.show_pick("p1", "A1", 3)
        times["shown"] = self.now_ms
        self.live(10)
        self.confirm("p1", 3)
        times["picked"] = self.now_ms
        self.live(15)
        self.raise_alarm("R01", "does not move")
        times["alarm"] = self.now_ms
        self.live(20)
        self.now_ms += 1
        self.bridge.close_station(STATION, self.now_ms)
        times["closed"] = self.now_ms
        self.live(10)
        times["gap"] = self.now_ms
        self.now_ms += GAP_S * 1000
        self.live(10)
        self.shorten("A1", 2)
        times["shortened"] = self.now_ms
        self.live(30)
        times["end"] = self.now_ms
        return times
