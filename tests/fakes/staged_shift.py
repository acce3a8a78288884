"""Half an hour of a real shift on a real bridge, with all that gives people work: short slots, a
silent robot, arms that fail, late orders, a closed aisle, counts that do not fit the books."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher

from planner.roadmap.rules import RuleCheck
from planner.warehouse.commands import AlarmKind, AnswerIntervention
from planner.warehouse.ids import InterventionId, RobotId, RuleId, Sku, StationId
from planner.warehouse.interventions import Intervention, InterventionKind, InterventionOutcome
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.view import EntryView, FloorView, StopView
from sim_worlds.demand import DemandParams, generate_orders
from sim_worlds.faults import Faults, SilentRobot
from sim_worlds.picker import ArmParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift, with_arms
from sim_worlds.sites.catalogue import load_site
from sim_worlds.stocking import opening_stock
from tests.fakes.staged_counts import StagedCounts
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.acting import Act, acting
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.access.principal import LOCAL
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.alarms.shelving import ShelfWanted
from wms_bridge.interventions.asking import Asked
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.recording.recorder import Recorder, RecordingParams
from wms_bridge.records.alarms import AlarmQuery, Severity
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    AlarmPolicy,
    PolicyAction,
    PolicyMode,
)
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

BEGUN_MS = 1_782_208_800_000
"""23 June 2026, 10:00 UTC."""
MINUTE_MS, VIEW_MS, LOOK_MS = 60_000, 1_000, 5_000
DUE_MS = 20 * MINUTE_MS
LONGER = 1.1
FIRST_TICKS = 8
MARGIN = 6.0
"""Stock is there for so many times more than is asked for."""
PASSWORD = "four plain words here"
PEOPLE = {
    "admin": "admin",
    "chen.jing": "supervisor",
    "li.wei": "operator",
    "maria.lopez": "operator",
    "s01": "picker",
}
ARTICLES = (
    "Tea, green, 100 g", "Cup, porcelain, white", "Lunch box, 1 l", "Night light, LED",
    "Cake stand, 3 tiers", "Candle, vanilla", "Storage tin, oval", "Napkins, 20 pieces",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """How much of everything."""

    site: str = "medium"
    orders_per_min: float = 11.0
    seed: int = 7
    minutes: int = 30

    @property
    def orders(self) -> int:
        """Those of a shift that is a little longer than what is played of it."""
        return round(self.orders_per_min * self.minutes * LONGER)


class StagedRun(ShiftRun):
    """A shift that begins at a time of day: what the bridge books has times that people know."""

    def __init__(self, shift: Shift, bridge: Bridge):
        super().__init__(shift, bridge=bridge)
        # Every robot has reported once before the day begins.
        for _ in range(FIRST_TICKS):
            self.tick()
        self.now_ms = self._last_pick_ms = self.state.now_ms = BEGUN_MS
        self.world.floor.now_ms = BEGUN_MS
        for name, robot in self.state.robots.items():
            self.state.robots[name] = replace(robot, seen_ms=BEGUN_MS, moved_ms=BEGUN_MS)


class StagedShift:
    """``play()`` has it pass; ``shown`` is given the view of every second of it. Equal stages give
    equal shifts. ``folder`` is for the recording."""

    def __init__(self, folder: Path, stage: Stage | None = None):
        self.stage = stage or Stage()
        shift = _shift(self.stage)
        self.site = shift.site
        self.store = AuditedStore(MemoryStore(), lambda: self.now_ms)
        check = RuleCheck(self.site)
        self.bridge = Bridge(self.site, self.store, check, has_node=check.has_node)
        self.access = Access(
            self.store,
            passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
        )
        self.now_ms = BEGUN_MS
        for name, role in PEOPLE.items():
            wanted = AccountWanted(name, [role], ["*"])
            with self._by("admin", "PUT /v1/accounts", "new colleague"):
                self.access.put_account(wanted, PASSWORD, None, BEGUN_MS)
        self.recorder = Recorder(
            RecordingParams(folder), self.site, self.store.inner, lambda: self.now_ms
        )
        with acting(Act("import", "opening stock", at_ms=BEGUN_MS)):
            self.run = StagedRun(shift, self.bridge)
            self.bridge.put_skus(_catalogue(shift), BEGUN_MS)
        self.counts = StagedCounts(self.bridge, self.site)
        self._acts = self._script()
        self._stops: tuple[StopView, ...] = ()
        self._entries: tuple[EntryView, ...] = ()

    def view(self) -> FloorView:
        """The floor as it is, with what the fleet keeps of stops and people."""
        view = self.run.dispatcher.view(self.run.state)
        return replace(view, stops=self._stops, entries=self._entries)

    def play(self, shown: Callable[[FloorView], None]) -> None:
        """Have the whole shift pass."""
        end_ms = BEGUN_MS + self.stage.minutes * MINUTE_MS
        while self.now_ms < end_ms:
            with acting(Act("fleet", "POST /v1/fleet/commands")):
                self.run.tick()
            self.now_ms = self.run.now_ms
            since_ms = self.now_ms - BEGUN_MS
            if act := self._acts.get(since_ms):
                act()
            if since_ms % VIEW_MS == 0:
                view = self.view()
                self.bridge.kpis.take(view, self.now_ms)
                shown(view)
            if since_ms % LOOK_MS == 0:
                self._look()

    def _look(self) -> None:
        """What the bridge does by itself every few seconds."""
        self.bridge.kpis.look(self.now_ms)
        self.bridge.foresight.look(self.now_ms, self.view())
        self.bridge.policies.look(self.now_ms)
        self.bridge.tower.notice(self.now_ms)

    def _by(self, who: str, what: str, why: str) -> AbstractContextManager[None]:
        return acting(Act(f"account {who}", what, why, "192.168.10.24"))

    # --- what people do, and when ---

    def _script(self) -> Mapping[int, Callable[[], None]]:
        last = self.stage.minutes
        minutes: dict[float, Callable[[], None]] = {
            4: self._policies,
            10: self._close_station,
            14: self._acknowledge,
            18: self._open_station,
            20: self._count_early,
            last - 6: self._close_aisle,
            last - 4: self._count,
            last - 3: self._shelve,
            last - 2: self._stop,
            last - 1: self._enter,
        }
        return {round(at * MINUTE_MS): act for at, act in minutes.items()}

    def _policies(self) -> None:
        by = "chen.jing"
        closes = AlarmPolicy(
            "arm fails: close station",
            AlarmMatch((AlarmKind.PICK_FAILED,), at_least=3),
            PolicyAction(ActionKind.CLOSE_STATION),
            reason="agreed with maintenance",
        )
        rushes = AlarmPolicy(
            "rush what is due",
            AlarmMatch((AlarmKind.ORDERS_LATE,), lasting_s=60),
            PolicyAction(ActionKind.RUSH_ORDERS, within_min=10, most=10),
            reason="carrier leaves at 11:00",
        )
        for policy, mode in ((closes, PolicyMode.DRY_RUN), (rushes, PolicyMode.ON)):
            with self._by(by, "PUT /v1/policies", policy.reason):
                made = self.bridge.policies.put(policy, 0, by, self.now_ms)
                switched = ModeWanted(made.version, mode, by, policy.reason, LOCAL)
                self.bridge.policies.set_mode(policy.name, switched, self.now_ms)

    def _close_station(self) -> None:
        with self._by("chen.jing", "POST /v1/stations/S07/close", "picker on break"):
            self.bridge.close_station(StationId("S07"), self.now_ms)

    def _open_station(self) -> None:
        with self._by("chen.jing", "POST /v1/stations/S07/open", "break is over"):
            self.bridge.open_station(StationId("S07"), self.now_ms)

    def _acknowledge(self) -> None:
        for alarm in self.bridge.alarms.alarms(AlarmQuery())[:3]:
            with self._by("li.wei", "POST /v1/alarms/acknowledge", "on my way"):
                seen = AlarmSeen(alarm.number, alarm.change)
                self.bridge.alarms.acknowledge(seen, "li.wei", "on my way", self.now_ms)

    def _shelve(self) -> None:
        found = self.bridge.alarms.alarms(AlarmQuery(severities=(Severity.LOW, Severity.MEDIUM)))
        for alarm in found[:1]:
            wanted = ShelfWanted(alarm.change, 1800, "li.wei", "known, refill comes at 11:00")
            with self._by("li.wei", f"POST /v1/alarms/{alarm.number}/shelve", wanted.reason):
                self.bridge.alarms.shelve(alarm.number, wanted, self.now_ms)

    def _close_aisle(self) -> None:
        low, high = self._corner()
        area = (low, (high[0], low[1]), high, (low[0], high[1]))
        rule = FloorRule(RuleId("slow at dock"), RuleKind.SPEED_LIMIT, area, max_speed_mps=0.6)
        with self._by("chen.jing", "PUT /v1/rules/slow at dock", "pallets on the floor"):
            self.bridge.rulebook.set_rule(rule, self.now_ms)

    def _corner(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """A part of the floor at its far side."""
        block = self.site.storage_blocks[-1]
        x_m, y_m = block.origin_m
        return (x_m - 2.0, y_m - 2.0), (x_m + 6.0, y_m + 4.0)

    def _count_early(self) -> None:
        self.counts.find(6, self.now_ms)

    def _count(self) -> None:
        self.counts.find(5, self.now_ms)

    def _stop(self) -> None:
        robot = self.site.robots[11].id
        self._ask(InterventionKind.STOP, f"pause {robot}", "wheel squeaks", robots=(robot,))
        self._answer(InterventionOutcome.DONE, f"{robot} stands")
        self._stops = (StopView(f"pause {robot}", (robot,), ()),)

    def _enter(self) -> None:
        block = self.site.storage_blocks[len(self.site.storage_blocks) // 2]
        x_m, y_m = block.origin_m
        area = ((x_m, y_m), (x_m + 8.0, y_m), (x_m + 8.0, y_m + 4.0), (x_m, y_m + 4.0))
        self._ask(InterventionKind.REQUEST_ENTRY, "Li Wei, fallen box", "box in aisle", area_m=area)
        inside = tuple(robot.id for robot in self.site.robots[:2])
        self._answer(InterventionOutcome.UNDER_WAY, "2 robots still leave")
        self._entries = (EntryView("Li Wei, fallen box", area, "draining", inside),)

    def _ask(self, kind: InterventionKind, name: str, reason: str, **more: object) -> None:
        wanted = Intervention(InterventionId(""), kind, name)
        asked = Asked(replace(wanted, **more), "li.wei", reason)  # type: ignore[arg-type]
        with self._by("li.wei", "POST /v1/interventions", reason):
            taken = self.bridge.interventions.ask(asked, self.now_ms)
        self._latest = taken.record.intervention.intervention

    def _answer(self, outcome: InterventionOutcome, text: str) -> None:
        with acting(Act("fleet", "POST /v1/fleet/commands")):
            self.bridge.apply([AnswerIntervention(self._latest, outcome, text)], self.now_ms)


def _shift(stage: Stage) -> Shift:
    site = with_arms(load_site(stage.site), 1)
    skus = tuple(Sku(f"SKU{number:05d}") for number in range(1, 401))
    speed_up = 8 * 60 / (stage.minutes * LONGER)
    demand = DemandParams(9, 17, speed_up=speed_up, pieces_max=4, lines_max=8)
    timed = generate_orders(stage.orders, skus, stage.seed, demand)
    asked = (one.order for one in timed)
    stock = opening_stock(site, skus, asked, stage.seed, margin=MARGIN)
    orders = tuple(
        replace(
            one,
            at_ms=BEGUN_MS + one.at_ms,
            order=replace(one.order, due_ms=BEGUN_MS + one.at_ms + DUE_MS),
        )
        for one in timed
    )
    last_ms = BEGUN_MS + (stage.minutes - 3) * MINUTE_MS
    early_ms = BEGUN_MS + 9 * MINUTE_MS
    robots = [robot.id for robot in site.robots]
    silent = (
        SilentRobot(robots[4], early_ms, early_ms + 3 * MINUTE_MS),
        SilentRobot(RobotId(robots[-1]), last_ms),
    )
    faults = Faults(short_slot_share=0.02, silent=silent)
    return Shift(site, orders, stock, stage.seed, faults=faults, arms=ArmParams(failure_rate=0.3))


def _catalogue(shift: Shift) -> list[SkuRecord]:
    skus = sorted({balance.sku for balance in shift.stock})
    return [
        SkuRecord(sku, ARTICLES[n % len(ARTICLES)], piece_value=float(12 + n * 7 % 90))
        for n, sku in enumerate(skus)
    ]
