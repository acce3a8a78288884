"""A small site with planted errors, counted with the simulated radio and pictures: robots drive
past and stand before faces, the counter and the ladder say what follows, people count last."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from time import process_time
from typing import Any

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.counts import SlotCount, with_person
from planner.warehouse.ids import PodId, RobotId, Sku, SlotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, pod_of, slot_id
from sim_worlds.sensing.articles import Article, articles_of
from sim_worlds.sensing.faces import face_model
from sim_worlds.sensing.sensing import Sensing, SensingParams, Track
from sim_worlds.sensing.shifts import booked_as
from sim_worlds.sensing.stock import StockErrors, TaggedStock
from sim_worlds.sites.catalogue import load_site
from vision.counting.counter import Counter, Seen
from vision.counting.params import CountingParams
from vision.fusion.pieces import RecordParams
from vision.fusion.tags import TagParams, rates_of_site
from wms_bridge.reconciling import (
    CountDecision,
    Looks,
    NextStep,
    ReconcileParams,
    SlotBooks,
    reconcile,
)

ROBOT = RobotId("scanner-1")
PERSON_RIGHT = 0.98
_STEP_MS = 100
_READ_RATE = 0.99
"""Of a pass with this mast: all of 1,280 live tags of a face were read."""
_GOES_ON = (NextStep.RESCAN, NextStep.COUNT, NextStep.SECOND_COUNT)


def counted_site(pods: int, capacity: int, levels: int = 5, columns: int = 4) -> Site:
    """``tiny``, or ``small`` for more than 8 pods, with so many pods, of slots for so many pieces:
    with 8 or 72 they stand side by side and back to back."""
    site = load_site("tiny" if pods <= 8 else "small")
    model = replace(
        site.pod_model, slot_capacity=capacity, levels=levels, columns=columns, boards_z_m=()
    )
    return replace(site, pod_model=model, pod_count=pods)


class TimedCounter(Counter):
    """``spent_s``: CPU time of every pass and every picture."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.spent_s: dict[str, list[float]] = {"reads": [], "picture": []}

    def see_reads(self, *given: Any) -> Seen:
        begin_s = process_time()
        seen = super().see_reads(*given)
        self.spent_s["reads"].append(process_time() - begin_s)
        return seen

    def see_picture(self, *given: Any) -> Seen:
        begin_s = process_time()
        seen = super().see_picture(*given)
        self.spent_s["picture"].append(process_time() - begin_s)
        return seen


@dataclass(slots=True)
class Outcome:
    """Where the ladder ended for one slot; what was believed of it after the ``first`` look, after
    the last one of a robot (``seen``), and in the end."""

    first: SlotCount
    seen: SlotCount
    count: SlotCount
    decision: CountDecision
    looks: Looks = field(default_factory=Looks)


class SensedSite:
    """``books`` and what truly lies there; a robot that counts."""

    def __init__(
        self, site: Site, errors: StockErrors, seed: int, sensing: SensingParams | None = None
    ):
        self.site = site
        self.random = Random(f"{seed}/people")
        self.stored = _stored(site)
        slots = [slot for pod in self.stored for slot in _slots(site, pod)]
        skus = [Sku(f"SKU-{number:04d}") for number in range(len(slots))]
        self.articles = articles_of(site.pod_model, skus, seed)
        self.books = _books(slots, skus, self.articles, seed)
        self.stock = TaggedStock(self.books, self.articles, seed, errors)
        self.sensing = Sensing(site, self.stock, self.articles, lambda: self.stored, seed, sensing)
        self.counter = TimedCounter(
            lambda pod, face: face_model(pod, face, site.pod_model),
            {article.gtin: sku for sku, article in self.articles.items()},
            [booked_as(balance, self.articles) for balance in self.books],
            self.stock.register,
            _params(site, errors, self.books),
        )
        self.now_ms = 1_000

    @property
    def truth(self) -> dict[SlotId, int]:
        return {balance.slot: self.stock[balance.slot] for balance in self.books}

    def track_past(self, pod: PodId, begin_ms: int, speed_mps: float = 0.7) -> Track:
        """Poses on the way through the cell beside a pod, from a time on."""
        middle, pitch_m = self.cell_beside(pod), self.site.pitch_m
        ride_ms = round(pitch_m / speed_mps * 1000)
        return tuple(
            (begin_ms + at_ms, replace(middle, x_m=middle.x_m + (at_ms / ride_ms - 0.5) * pitch_m))
            for at_ms in range(0, ride_ms + 1, _STEP_MS)
        )

    def drive_past(self, pod: PodId) -> tuple[Seen, ...]:
        """Once through the cell beside a pod."""
        track = self.track_past(pod, self.now_ms)
        self.now_ms = track[-1][0] + 1_000
        return self.sensing.drive_by(self.counter, ROBOT, pod, track)

    def stand_before(self, pod: PodId, dwell_ms: int = 3_000) -> tuple[Seen, ...]:
        begin_ms, pose = self.now_ms, self.cell_beside(pod)
        self.now_ms += dwell_ms + 1_000
        end_ms = begin_ms + dwell_ms
        return self.sensing.look(self.counter, ROBOT, pod, begin_ms, end_ms, pose)

    def person_counts(self, slot: SlotId) -> int:
        off = 0 if self.random.random() < PERSON_RIGHT else self.random.choice((-1, 1))
        return max(0, self.stock[slot] + off)

    def cell_beside(self, pod: PodId) -> Pose:
        """North or south of the pod, where its block has an aisle; rows of blocks are in pairs."""
        at, pitch_m = self.stored[pod], self.site.pitch_m
        aisles = self.sensing.aisles
        x, y = round(at.x_m / pitch_m), round(at.y_m / pitch_m)
        side = -1 if (x, y - 1) in aisles else 1
        return Pose(at.x_m, at.y_m + side * pitch_m, 0.0)


def count_all(site: SensedSite, params: ReconcileParams) -> dict[SlotId, Outcome]:
    """Past every pod once, a second and third look where it is doubtful, then people."""
    outcomes: dict[SlotId, Outcome] = {}
    for pod in site.stored:
        for seen in site.drive_past(pod):
            _judge(site, seen, outcomes, params)
    for _ in range(params.rescans_max):
        again = {pod_of(s) for s, o in outcomes.items() if o.decision.step is NextStep.RESCAN}
        asked = {s for s, o in outcomes.items() if o.decision.step is NextStep.RESCAN}
        for slot in asked:
            looks = outcomes[slot].looks
            outcomes[slot].looks = replace(looks, rescans=looks.rescans + 1)
        for pod in sorted(again):
            for seen in (*site.drive_past(pod), *site.stand_before(pod)):
                _judge(site, seen, outcomes, params)
    for slot, outcome in outcomes.items():
        _let_people_count(site, slot, outcome, params)
    return outcomes


def _judge(
    site: SensedSite, seen: Seen, outcomes: dict[SlotId, Outcome], params: ReconcileParams
) -> None:
    for count in seen.counts:
        outcome = outcomes.get(count.slot)
        looks = outcome.looks if outcome else Looks()
        decision = reconcile(count, SlotBooks(count.books), looks, params)
        first = outcome.first if outcome else count
        outcomes[count.slot] = Outcome(first, count, count, decision, looks)


def _let_people_count(
    site: SensedSite, slot: SlotId, outcome: Outcome, params: ReconcileParams
) -> None:
    """Until the ladder ends."""
    while outcome.decision.step in _GOES_ON:
        if outcome.decision.step is NextStep.RESCAN:
            outcome.looks = replace(outcome.looks, rescans=params.rescans_max)
        else:
            pieces = min(site.person_counts(slot), len(outcome.count.probabilities) - 1)
            outcome.looks = replace(outcome.looks, counts=(*outcome.looks.counts, pieces))
            name = f"person {len(outcome.looks.counts)}"
            outcome.count = with_person(outcome.count, pieces, PERSON_RIGHT, site.now_ms, name)
        books = SlotBooks(outcome.count.books)
        outcome.decision = reconcile(outcome.count, books, outcome.looks, params)


def after(site: SensedSite, slot: SlotId, outcome: Outcome) -> int:
    """The books then; a supervisor looks for themselves."""
    if outcome.decision.step is NextStep.APPROVE:
        return site.stock[slot]
    return outcome.count.books + outcome.decision.difference


def _stored(site: Site) -> dict[PodId, Pose]:
    roadmap = compile_roadmap(site)
    places = {pod: roadmap.xy_m[roadmap.index[node]] for pod, node in roadmap.pods.items()}
    return {pod: Pose(float(x), float(y), 0.0) for pod, (x, y) in places.items()}


def _slots(site: Site, pod: PodId) -> Iterator[SlotId]:
    model = site.pod_model
    for level in range(1, model.levels + 1):
        for column in range(1, model.columns + 1):
            yield slot_id(pod, model.faces[0], level, column)


def _books(
    slots: list[SlotId], skus: list[Sku], articles: Mapping[Sku, Article], seed: int
) -> list[Balance]:
    """About half full, one of eight empty."""
    random = Random(f"{seed}/books")
    made = []
    for slot, sku in zip(slots, skus, strict=True):
        most = articles[sku].capacity - 2
        pieces = 0 if random.random() < 0.125 else random.randint(1, max(1, most))
        made.append(Balance(slot, sku, pieces))
    return made


def _params(site: Site, errors: StockErrors, books: list[Balance]) -> CountingParams:
    """What a site knows of its own records."""
    wrong = errors.missing + errors.extra + 2 * errors.misplaced
    accuracy = min(0.99, max(0.5, 1 - wrong))
    mean = sum(balance.quantity for balance in books) / max(1, len(books))
    moved, lost = rates_of_site(accuracy, mean)
    tags = TagParams(
        read_rate=_READ_RATE,
        dead_share=max(errors.dead, 1e-3),
        moved=moved,
        lost=lost,
        slots=len(books),
    )
    return CountingParams(record=RecordParams(accuracy=accuracy), tags=tags)
