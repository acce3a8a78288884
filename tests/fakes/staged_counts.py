"""Counts of slots of a running bridge, with rendered photos and reads behind them."""

from functools import cache

from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, pod_of
from vision.counting.evidence import Evidence, picture_evidence, reads_evidence
from vision.counting.passes import Pass
from vision.rfid.llrp.scene import AntennaMount
from vision.rfid.reads import Read
from vision.shelf.examples import example_face, example_rack, example_view
from vision.shelf.scenes import render_face
from wms_bridge.access.acting import Act, acting
from wms_bridge.records.counts import CaseStatus
from wms_bridge.service import Bridge

BOTH = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
SEEN_MS = 1_000


@cache
def photo() -> Evidence:
    """A rendered face of a pod, as a robot's camera sees it."""
    _, contents = example_rack(seed=3, face=example_face(levels=5, columns=4))
    camera, view = example_view(aside_deg=10)
    image = render_face(example_face(levels=5, columns=4), contents, camera, view)
    return picture_evidence(image, None, at_ms=0)


class StagedCounts:
    """Finds pieces missing where robots have looked; most surely enough for a supervisor, now and
    then not."""

    def __init__(self, bridge: Bridge, site: Site):
        self._bridge = bridge
        self._site = site
        self._done: set[str] = set()
        self.to_decide = ""
        """The latest case that waits for a supervisor."""

    def find(self, slots: int, now_ms: int) -> None:
        """Looks at so many slots that nobody has looked at yet."""
        free = [one for one in self._bridge.stock() if one.quantity > 4]
        pods = {pod_of(one.slot): one for one in free if pod_of(one.slot) not in self._done}
        fresh = list(pods.values())
        for number, balance in enumerate(fresh[:: max(1, len(fresh) // slots)][:slots]):
            self._done.add(pod_of(balance.slot))
            missing = (3, 0, 2, 1, 4)[number % 5]
            chance = 0.62 if number % 5 == 3 else 0.99
            with acting(Act("robot cameras", "POST /v1/counts")):
                self._take(balance, missing, chance, now_ms - 5_000 + number)

    def _take(self, balance: Balance, missing: int, chance: float, at_ms: int) -> None:
        found = balance.quantity - missing
        sent = (photo(), _reads(balance, found, at_ms))
        for one in sent:
            self._bridge.counts.put_evidence(one.sha256, one.media_type, one.body, at_ms)
        chances = [0.0] * (self._site.pod_model.slot_capacity + 1)
        chances[found], chances[found + 1] = chance, (1 - chance) * 0.7
        chances[found - 1] = 1 - chance - chances[found + 1]
        names = tuple(one.sha256 for one in sent)
        when = (at_ms - SEEN_MS, at_ms)
        count = SlotCount(
            balance.slot, balance.sku, balance.quantity, *when, tuple(chances), BOTH, names
        )
        [answer] = self._bridge.counts.take([count], at_ms)
        assert not isinstance(answer, Exception), answer
        if self._bridge.counts.case(answer.case).case.status is CaseStatus.APPROVE:
            self.to_decide = answer.case


def _reads(balance: Balance, tags: int, at_ms: int) -> Evidence:
    epcs = [bytes.fromhex(f"3034257bf400b7800000{serial:04x}") for serial in range(tags)]
    found = tuple(
        Read(epc, 1 + number % 2, -48.5 - number % 17, at_ms - 500 + number, "R07/left")
        for number, epc in enumerate(epcs)
    )
    track = ((at_ms - SEEN_MS, Pose(4.0, 2.0, 0.0)), (at_ms, Pose(5.0, 2.0, 0.0)))
    mounts = (AntennaMount(1, 0.1, 0.2, 0.5), AntennaMount(2, 0.1, 0.2, 1.1))
    places = {epc: {balance.slot: 0.97} for epc in epcs}
    return reads_evidence(pod_of(balance.slot), "A", Pass("R07/left", found, track, mounts), places)
