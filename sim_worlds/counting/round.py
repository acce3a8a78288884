"""A counting round: the shift runs, robots and drones look, and everything they see goes through
the counter to the bridge."""

from collections.abc import Mapping

from planner.dispatch.step import Dispatcher
from planner.flight.enclosure import over_stations, spread_pads
from planner.roadmap.rules import RuleCheck
from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import PodId, RobotId, SlotId
from planner.warehouse.site import Site
from planner.warehouse.stock import pod_of
from sim_worlds.counting.counted_site import CountedSite
from sim_worlds.discrete import WorldNews
from sim_worlds.drones.fleet import DroneFleet, SiteDrone
from sim_worlds.run import ShiftRun
from sim_worlds.sensing.faces import face_model
from sim_worlds.sensing.sensing import Sensing
from sim_worlds.sensing.shifts import ShiftSensing, booked_as
from vision.counting.counter import Counter
from vision.counting.evidence import Evidence
from wms_bridge.ports.store import Store
from wms_bridge.records.counts import CountParams
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

PASS_AGAIN_MS = 600_000
DRONES_PLAN_MS = 60_000
STILL_MS = 1_800_000
"""Without a look, a count or a pick for so long a round is over, whatever is open."""


class CountingRound:
    """Stepped from outside like :class:`sim_worlds.run.ShiftRun`. ``store`` keeps the books; the
    same arguments give the same round, if nobody else changes them."""

    def __init__(
        self, counted: CountedSite, store: Store, params: CountParams, drones: int, seed: int
    ):
        shift, site = counted.shift, counted.shift.site
        self.counted = counted
        self.bridge = Bridge(site, store, RuleCheck(site), params)
        self.run = ShiftRun(
            shift,
            dispatcher=Dispatcher(site, shift.dispatch),
            sensing=self._sense,
            bridge=self.bridge,
            true_stock=counted.truth,
        )
        values = [SkuRecord(sku, piece_value=value) for sku, value in counted.values.items()]
        self.bridge.put_skus(values)
        self.looks = self.flown = self.counts = 0
        """Of robots and of drones; counts of slots that came of them."""
        self.problems: list[str] = []
        """Counts that the bridge refused."""
        self.planted = {b.slot: counted.truth.get(b.slot, 0) for b in shift.stock}
        """What truly lay in the slots at the start."""
        floor = self.run.world.floor
        sensing = Sensing(site, counted.truth, counted.articles, lambda: floor.stored, seed)
        self._sensing = ShiftSensing(
            sensing, _counter(counted), counted.articles, self._keep, self._tell, PASS_AGAIN_MS
        )
        self._drones = _drones_of(site, drones, seed)
        self._booked = frozenset(balance.slot for balance in shift.stock)
        self._drones_next_ms = DRONES_PLAN_MS
        self._active_ms = 0

    @property
    def settled(self) -> frozenset[SlotId]:
        """Slots with stock that were settled at least once."""
        return self._booked & self._sensing.settled

    @property
    def booked(self) -> frozenset[SlotId]:
        """Slots that had stock by the books at the start: all of them are to be settled."""
        return self._booked

    @property
    def passes(self) -> int:
        """Faces read and photographed while driving past."""
        return self._sensing.passes

    @property
    def faults(self) -> tuple[PodherdError, ...]:
        """Reads and pictures that were kept and not counted, and why."""
        return tuple(self._sensing.faults)

    @property
    def done(self) -> bool:
        """All orders are complete, every slot is settled and nobody has to count or look again; or
        nothing has moved for long."""
        if self.run.now_ms - self._active_ms > STILL_MS:
            return True
        state = self.run.state
        wanted = state.counts or state.rescans or state.quarantined
        return self.run.done and not wanted and self.settled == self._booked

    @property
    def waits_for_decisions(self) -> bool:
        """Whether nothing is left to do but for a supervisor."""
        state = self.run.state
        return bool(state.quarantined) and not (state.counts or state.rescans or state.orders)

    def tick(self) -> None:
        """One planning period of everything."""
        before = self._done_so_far()
        self.run.tick()
        self._fly()
        if self._done_so_far() != before:
            self._active_ms = self.run.now_ms

    def _done_so_far(self) -> tuple[int, ...]:
        tally = self.run.state.tally
        return (self.looks, self.flown, tally.picks_confirmed, tally.slots_counted)

    def _sense(self, run: ShiftRun, news: WorldNews) -> tuple[SlotCount, ...]:
        self.looks += len(news.looks)
        counts = self._sensing(run, news)
        self.counts += len(counts)
        return counts

    def _fly(self) -> None:
        if self._drones is None:
            return
        run = self.run
        if run.now_ms >= self._drones_next_ms:
            self._drones_next_ms += DRONES_PLAN_MS
            self._sensing.follow(run)
            self._drones.want(self._unsettled_faces())
        for look in self._drones.advance_beside(run.world.floor).looks:
            self.flown += 1
            counts = self._sensing.flown(run, look)
            self.counts += len(counts)
            for answer in self.bridge.counts.take(counts, run.now_ms) if counts else ():
                self.problems += [str(answer)] if isinstance(answer, PodherdError) else []

    def _unsettled_faces(self) -> Mapping[PodId, float]:
        """Pods that stand, by how many of their slots nobody has settled yet."""
        stored = self.run.world.floor.stored
        weights: dict[PodId, float] = {}
        for slot in sorted(self._booked - self._sensing.settled):
            if (pod := pod_of(slot)) in stored:
                weights[pod] = weights.get(pod, 0.0) + 1.0
        return weights

    def _keep(self, evidence: Evidence) -> None:
        self.bridge.counts.put_evidence(
            evidence.sha256, evidence.media_type, evidence.body, self.run.now_ms
        )

    def _tell(self, alarm: RaiseAlarm) -> None:
        self.bridge.apply([alarm], self.run.now_ms)


def _counter(counted: CountedSite) -> Counter:
    site, articles = counted.shift.site, counted.articles
    return Counter(
        lambda pod, face: face_model(pod, face, site.pod_model),
        {article.gtin: sku for sku, article in articles.items()},
        [booked_as(balance, articles) for balance in counted.shift.stock],
        counted.truth.register,
    )


def _drones_of(site: Site, count: int, seed: int) -> DroneFleet | None:
    if not count:
        return None
    boxes = over_stations(site)
    pads = spread_pads(site, count, boxes)
    drones = [SiteDrone(RobotId(f"DRONE{n}"), pad) for n, pad in enumerate(pads, start=1)]
    return DroneFleet(site, drones, boxes, seed=seed)
