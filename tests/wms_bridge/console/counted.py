"""Counts for the console to show: real evidence, taken by the real bridge."""

from collections.abc import Sequence

from planner.warehouse.commands import ShowCounts
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount
from planner.warehouse.ids import CountId, PodId, RobotId, Sku, SlotId, StationId, VisitId
from planner.warehouse.robot import Pose
from planner.warehouse.stock import Balance
from tests.fakes.staged_counts import photo
from tests.wms_bridge.console.floor_server import FloorServer
from vision.counting.evidence import Evidence, reads_evidence
from vision.counting.passes import Pass
from vision.rfid.llrp.scene import AntennaMount
from vision.rfid.reads import Read
from wms_bridge.records.counts import CountCase
from wms_bridge.records.work import SkuRecord

POD = PodId("P017")
DEAR, PLAIN = Sku("TEA-500"), Sku("CUP-12")
DEAR_SLOT, UNSURE_SLOT, RIGHT_SLOT = (SlotId(f"P017/A/1/{column}") for column in (1, 2, 3))
DEAR_VALUE = 40.0
BOOKED = 10
BOTH = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
_SEEN_MS = 1_000


def reads(at_ms: int, tags: int, reader: str = "R07/left") -> Evidence:
    """Reads of so many tags in the first slot, and of one in the slot beside."""
    epcs = [bytes.fromhex(f"3034257bf400b7800000{serial:04x}") for serial in range(tags + 1)]
    found = tuple(
        Read(epc, 1 + number % 2, -52.5 - number, at_ms - 500 + 10 * number, reader)
        for number, epc in enumerate(epcs)
    )
    track = ((at_ms - _SEEN_MS, Pose(4.0, 2.0, 0.0)), (at_ms, Pose(5.0, 2.0, 0.0)))
    mounts = (AntennaMount(1, 0.1, 0.2, 0.5), AntennaMount(2, 0.1, 0.2, 1.1))
    places = {epc: {DEAR_SLOT: 0.97, UNSURE_SLOT: 0.03} for epc in epcs[:-1]}
    places[epcs[-1]] = {UNSURE_SLOT: 1.0}
    return reads_evidence(POD, "A", Pass(reader, found, track, mounts), places)


class CountedFloor:
    """Takes counts into the bridge of ``floor``: 10 pieces are booked in each of three slots."""

    def __init__(self, floor: FloorServer):
        self.floor = floor
        self.bridge = floor.bridge
        self.bridge.put_skus([SkuRecord(DEAR, piece_value=DEAR_VALUE), SkuRecord(PLAIN)])
        slots = ((DEAR_SLOT, DEAR), (UNSURE_SLOT, PLAIN), (RIGHT_SLOT, PLAIN))
        balances = [Balance(slot, sku, BOOKED) for slot, sku in slots]
        self.bridge.load_stock(balances, "opening", floor.now_ms - 3_600_000)

    def find(
        self,
        pieces: int,
        chance: float = 0.995,
        slot: SlotId = DEAR_SLOT,
        sku: Sku = DEAR,
        evidence: Sequence[Evidence] = (),
        ago_ms: int = 10_000,
        booked: int = BOOKED,
    ) -> CountCase:
        """A count so long ago: so many pieces with this probability, or one more. Evidence, a photo
        and reads unless given, is sent first."""
        at_ms = self.floor.now_ms - ago_ms
        sent = list(evidence) or [photo(), reads(at_ms, pieces)]
        for one in sent:
            self.bridge.counts.put_evidence(one.sha256, one.media_type, one.body, at_ms)
        probabilities = [0.0] * (self.floor.site.pod_model.slot_capacity + 1)
        probabilities[pieces], probabilities[pieces + 1] = chance, 1 - chance
        names = tuple(one.sha256 for one in sent)
        count = SlotCount(
            slot, sku, booked, at_ms - _SEEN_MS, at_ms, tuple(probabilities), BOTH, names
        )
        [answer] = self.bridge.counts.take([count], at_ms)
        assert not isinstance(answer, Exception), answer
        return self.bridge.counts.case(answer.case).case

    def person_counts(self, case: CountCase, pieces: int, by: str) -> CountCase:
        """The person's count that the case waits for is shown and made."""
        assert case.task is not None
        station, visit = self.floor.site.stations[0].id, VisitId(f"visit of {case.task}")
        task = CountTask(CountId(case.task), visit, station, POD, case.slot, case.sku)
        show = ShowCounts(visit, StationId(station), POD, RobotId("R01"), (task,))
        self.bridge.apply([show], self.floor.now_ms - 5_000)
        self.bridge.counts.confirm(case.task, pieces, by, self.floor.now_ms - 2_000)
        return self.bridge.counts.case(case.case).case

    def booked(self, slot: SlotId = DEAR_SLOT) -> int:
        """Pieces in a slot by the books."""
        return sum(balance.quantity for balance in self.bridge.stock(slot=slot))
