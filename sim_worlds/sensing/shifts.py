"""Sensing in a simulated shift: looks and passes in the news become counts, evidence is kept."""

from collections.abc import Callable, Iterable, Mapping

from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import PodherdError
from planner.warehouse.events import SlotSettled
from planner.warehouse.ids import PodId, RobotId, Sku, SlotId
from planner.warehouse.stock import Balance
from sim_worlds.discrete import WorldNews
from sim_worlds.looks import FlownLook
from sim_worlds.run import ShiftRun
from sim_worlds.sensing.articles import Article
from sim_worlds.sensing.sensing import Sensing
from vision.counting.books import BookedSlot
from vision.counting.counter import Counter, Seen
from vision.counting.evidence import JPEG, JSON, Evidence
from vision.counting.following import follow
from vision.counting.sources import Sources


def booked_as(balance: Balance, articles: Mapping[Sku, Article]) -> BookedSlot:
    """A slot as its books have it. Books that say more than fits stretch the slot: they are wrong,
    or the capacity is."""
    article = articles.get(balance.sku)
    if article is None:
        capacity = max(1, 2 * balance.quantity)
        return BookedSlot(balance.slot, balance.sku, balance.quantity, capacity)
    return BookedSlot(
        balance.slot,
        balance.sku,
        balance.quantity,
        max(article.capacity, balance.quantity),
        article.carton,
        article.code,
        article.tagged,
    )


class ShiftSensing:
    """What a :class:`sim_worlds.run.ShiftRun` asks for counts. ``keep`` is given the evidence and
    ``tell`` the alarms. A pod that robots drive past is not read again for ``again_ms``: it costs
    the counter as much as a look, and tells little more."""

    def __init__(
        self,
        sensing: Sensing,
        counter: Counter,
        articles: Mapping[Sku, Article],
        keep: Callable[[Evidence], None],
        tell: Callable[[RaiseAlarm], None],
        again_ms: int = 0,
    ):
        self.settled: set[SlotId] = set()
        """Slots that were settled at least once."""
        self.faults: list[PodherdError] = []
        """Why something that was read or photographed was not counted."""
        self.passes = 0
        self._sensing = sensing
        self._counter = counter
        self._articles = articles
        self._keep = keep
        self._tell = tell
        self._again_ms = again_ms
        self._passed_ms: dict[PodId, int] = {}
        self._feed = 0
        self._sources = Sources()

    def __call__(self, run: ShiftRun, news: WorldNews) -> tuple[SlotCount, ...]:
        """The counts that follow from the looks and passes in the news, the latest of each slot."""
        self.follow(run)
        counter, found = self._counter, list[Seen]()
        for look in news.looks:
            seen = self._sensing.look(
                counter, look.robot, look.pod, look.from_ms, look.until_ms, look.pose
            )
            self._watch(look.robot, seen)
            found += seen
        for one in news.passes:
            if run.now_ms >= self._passed_ms.get(one.pod, 0):
                self._passed_ms[one.pod] = run.now_ms + self._again_ms
                self.passes += 1
                found += self._sensing.drive_by(counter, one.robot, one.pod, one.track)
        return self._counts(found)

    def flown(self, run: ShiftRun, look: FlownLook) -> tuple[SlotCount, ...]:
        """The counts that follow from the look of a drone."""
        self.follow(run)
        return self._counts(self._sensing.fly_by(self._counter, look))

    def follow(self, run: ShiftRun) -> None:
        """Tell the counter what the books say by now."""
        while batch := run.bridge.feed(self._feed):
            self._feed = batch[-1].number
            for numbered in batch:
                event = numbered.event
                follow(
                    self._counter,
                    event,
                    numbered.at_ms,
                    lambda balance: booked_as(balance, self._articles),
                )
                if isinstance(event, SlotSettled):
                    self.settled.add(event.slot)

    def _watch(self, robot: RobotId, seen: Iterable[Seen]) -> None:
        """A robot before a face has both reads and a picture, or something is wrong with it."""
        kept = {one.media_type: one.sha256 for each in seen for one in each.evidence}
        for name, media_type in (("reader", JSON), ("camera", JPEG)):
            for alarm in self._sources.asked(f"{robot}/{name}", kept.get(media_type)):
                self._tell(alarm)

    def _counts(self, found: Iterable[Seen]) -> tuple[SlotCount, ...]:
        latest: dict[str, SlotCount] = {}
        for seen in found:
            latest |= {count.slot: count for count in seen.counts}
            self.faults += [seen.fault] if seen.fault is not None else []
            for evidence in seen.evidence:
                self._keep(evidence)
            for alarm in seen.alarms:
                self._tell(alarm)
        return tuple(latest.values())
