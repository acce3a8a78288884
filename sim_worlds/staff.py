"""Who works at the stations of a site: people who pick, put away and count, robot arms, and the
person who takes what the arms could not. Pure: time and tasks in, outcomes out."""

from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass, field

from planner.warehouse.counts import CountTask
from planner.warehouse.ids import PickId, PodId, PutId, SlotId, StationId
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.site import PickerKind, PickStation, Site, StationRole
from sim_worlds.counter import Counter, CounterParams, DoneCount, Turns
from sim_worlds.picker import ArmParams, Picker, PickerParams, PickOutcome, RobotArm
from sim_worlds.stower import PutOutcome, Stower, StowerParams

_EXCEPTIONS = StationId("exceptions")
"""Where the person is who takes what the arms could not."""

Presence = Callable[[StationId, PodId], bool]
"""Whether a pod stands at a station now."""


@dataclass(frozen=True, slots=True)
class StaffParams:
    """How people and arms work."""

    picker: PickerParams = field(default_factory=PickerParams)
    stower: StowerParams = field(default_factory=StowerParams)
    arm: ArmParams = field(default_factory=ArmParams)
    counter: CounterParams = field(default_factory=CounterParams)


@dataclass(frozen=True, slots=True)
class DonePick:
    """A pick that was taken, or that an arm failed at; ``pod_there``: its pod was."""

    task: PickTask
    outcome: PickOutcome
    pod_there: bool = True


@dataclass(frozen=True, slots=True)
class DonePut:
    """Goods that were put away; ``pod_there``: the pod was."""

    task: PutTask
    outcome: PutOutcome
    pod_there: bool = True


@dataclass(frozen=True, slots=True)
class Done:
    """What was done since the last time asked, in order."""

    picks: tuple[DonePick, ...] = ()
    puts: tuple[DonePut, ...] = ()
    counts: tuple[DoneCount, ...] = ()

    @property
    def all(self) -> tuple[DonePick | DonePut, ...]:
        """What moved pieces: picks and puts."""
        return (*self.picks, *self.puts)


class Staff:
    """One who picks at every station, as its ``picker`` says, and one more who puts goods away at
    every replenishment station. One person goes to all arms if they are attended. At every pick
    station slots are counted once nothing is left to pick, by two people in turn.

    ``true_stock`` is what really lies in the slots; it shrinks with every pick and grows with
    every put. What was shown before is not done twice. The same arguments, tasks and times give
    the same outcomes, to the last bit.
    """

    def __init__(
        self,
        site: Site,
        true_stock: MutableMapping[SlotId, int],
        params: StaffParams | None = None,
        seed: int = 0,
    ):
        params = params or StaffParams()
        arm, capacity = params.arm, site.pod_model.slot_capacity
        self._true_stock = true_stock
        self._pickers = {
            place.id: _picker(place, true_stock, params, seed) for place in site.stations
        }
        self._helper = Picker(_EXCEPTIONS, true_stock, arm.help, seed) if arm.attended else None
        self._stowers = {
            place.id: Stower(place.id, true_stock, capacity, params.stower, seed)
            for place in site.stations
            if StationRole.REPLENISH in place.roles
        }
        turns = Turns()
        self._counters = {
            place.id: Counter(place.id, true_stock, capacity, turns, params.counter, seed)
            for place in site.stations
            if StationRole.PICK in place.roles
        }
        self._picks: dict[PickId, PickTask] = {}
        self._puts: dict[PutId, PutTask] = {}

    @property
    def put_stations(self) -> tuple[StationId, ...]:
        """The stations where somebody puts goods away."""
        return tuple(self._stowers)

    def busy_ms(self, now_ms: int) -> int:
        """How long has been picked since the start, all stations together, without the help that
        arms got."""
        return sum(picker.busy_ms(now_ms) for picker in self._pickers.values())

    def show_picks(self, station: StationId, picks: Iterable[PickTask], now_ms: int) -> None:
        """Put picks on the list of a station."""
        shown = tuple(picks)
        self._picks.update((pick.pick, pick) for pick in shown)
        self._pickers[station].show(shown, now_ms)

    def show_puts(self, station: StationId, puts: Iterable[PutTask], now_ms: int) -> None:
        """Put puts on the list of a replenishment station."""
        shown = tuple(puts)
        self._puts.update((put.put, put) for put in shown)
        self._stowers[station].show(shown, now_ms)

    def show_counts(self, station: StationId, counts: Iterable[CountTask]) -> None:
        """Put counts on the list of a pick station."""
        self._counters[station].show(counts)

    def withdraw(self, station: StationId, picks: Iterable[PickId], now_ms: int) -> None:
        """Take picks off the list; what is done already stays done."""
        gone = tuple(picks)
        self._pickers[station].withdraw(gone, now_ms)
        if self._helper is not None:
            self._helper.withdraw(gone, now_ms)
        for pick in gone:
            self._picks.pop(pick, None)

    def listed(self, station: StationId) -> tuple[PickId, ...]:
        """Picks of a station that are still to do, by whomever."""
        return tuple(pick for pick, task in self._picks.items() if task.station == station)

    def wants_picks(self, station: StationId, now_ms: int) -> bool:
        """Whether somebody who picks for a station has empty hands by now."""
        helper_ms = self._helper.next_ms if self._helper is not None else None
        return _is_free(self._pickers[station].next_ms, now_ms) or _is_due(helper_ms, now_ms)

    def wants_puts(self, station: StationId, now_ms: int) -> bool:
        """Whether somebody puts goods away at a station who has empty hands by now."""
        stower = self._stowers.get(station)
        return stower is not None and _is_free(stower.next_ms, now_ms)

    def put_back(self, done: DonePick) -> None:
        """Pieces that were taken and are not wanted any more go back into their slot."""
        slot = done.task.slot
        self._true_stock[slot] = self._true_stock.get(slot, 0) + done.outcome.quantity

    def advance(self, now_ms: int, present: Presence) -> Done:
        """What is done by now: picks station by station, what the arms had left, then puts, then
        counts."""
        picks, puts = self._pick(now_ms, present), self._put(now_ms, present)
        return Done(picks, puts, self._count(now_ms, present))

    def _pick(self, now_ms: int, present: Presence) -> tuple[DonePick, ...]:
        outcomes: list[PickOutcome] = []
        for picker in (*self._pickers.values(), self._helper):
            if picker is not None and _is_due(picker.next_ms, now_ms):
                outcomes += picker.advance(now_ms)
        done: list[DonePick] = []
        for outcome in outcomes:
            task = self._picks.pop(outcome.pick)
            if outcome.failed and self._helper is not None:
                self._picks[task.pick] = task
                self._helper.show((task,), now_ms)
            done.append(DonePick(task, outcome, present(task.station, task.pod)))
        return tuple(done)

    def _put(self, now_ms: int, present: Presence) -> tuple[DonePut, ...]:
        outcomes: list[PutOutcome] = []
        for stower in self._stowers.values():
            if _is_due(stower.next_ms, now_ms):
                outcomes += stower.advance(now_ms)
        tasks = [self._puts.pop(outcome.put) for outcome in outcomes]
        return tuple(
            DonePut(task, outcome, present(task.station, task.pod))
            for task, outcome in zip(tasks, outcomes, strict=True)
        )

    def _count(self, now_ms: int, present: Presence) -> tuple[DoneCount, ...]:
        done: list[DoneCount] = []
        for station, counter in self._counters.items():
            while (task := counter.at_hand) and not present(station, task.pod):
                counter.drop()
            if counter.at_hand and not self._pickers[station].busy:
                done += counter.advance(now_ms)
        return tuple(done)


def _picker(
    station: PickStation, true_stock: MutableMapping[SlotId, int], params: StaffParams, seed: int
) -> Picker:
    if station.picker is PickerKind.ARM:
        return RobotArm(station.id, true_stock, params.arm, seed)
    return Picker(station.id, true_stock, params.picker, seed)


def _is_due(next_ms: int | None, now_ms: int) -> bool:
    return next_ms is not None and next_ms <= now_ms


def _is_free(next_ms: int | None, now_ms: int) -> bool:
    return next_ms is None or next_ms <= now_ms
