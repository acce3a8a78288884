"""The people and arms at the stations: they do what the bridge shows them, in step with the floor.

Screens are read and buttons pressed synchronously, at fixed moments of site time, so that a run
can be repeated. While the bridge is down, what was done is kept and told later under the same key;
the world waits a while for it, as a person would.
"""

from collections.abc import Mapping, Sequence

from planner.warehouse.ids import PodId, StationId
from planner.warehouse.site import PickStation, StationRole
from podherd_world.desk import Desk, tell
from podherd_world.work import Work
from sim_worlds.counter import DoneCount
from sim_worlds.staff import Done, DonePick, DonePut


class People:
    """The staff of ``work``, in front of ``desk``; ``untold`` is what an earlier process had done
    and not yet told the bridge."""

    def __init__(
        self, work: Work, stations: Sequence[PickStation], desk: Desk, untold: Done | None = None
    ):
        self.work = work
        self._stations = {place.id: StationRole.PICK in place.roles for place in stations}
        self._desk = desk
        untold = untold or Done()
        self._picks = list(untold.picks)
        self._puts = list(untold.puts)
        self._counts = list(untold.counts)

    @property
    def untold(self) -> Done:
        """What the bridge has not yet heard of."""
        return Done(tuple(self._picks), tuple(self._puts), tuple(self._counts))

    @property
    def waiting(self) -> bool:
        """The bridge has not yet heard of everything that was done."""
        return bool(self._picks or self._puts or self._counts)

    def act(self, now_ms: int, present: Mapping[StationId, PodId]) -> tuple[StationId, ...]:
        """Look at the screens and do what there is time for; ``present`` are the pods that stand
        at stations. The stations where pieces were moved; :meth:`confirm` is to follow."""
        for station, counting in self._stations.items():
            # Who has something at hand does not look up.
            there = station in present
            staff = self.work.staff
            if staff.wants_picks(station, now_ms) and (there or staff.listed(station)):
                self._look_for_picks(station, now_ms)
                if counting and there and not staff.listed(station):
                    self._look_for_counts(station)
            if staff.wants_puts(station, now_ms) and there:
                self._look_for_puts(station, now_ms)
        done = self.work.advance(now_ms, lambda station, pod: present.get(station) == pod)
        self._picks += done.picks
        self._puts += done.puts
        self._counts += done.counts
        return tuple(item.task.station for item in done.all)

    def confirm(self, now_ms: int) -> None:
        """Tell the bridge what was done, as far as it answers. Picks and puts need no order among
        each other: what is put is not picked, nor a slot filled, before the bridge knows of it.
        Counts come after both: the bridge compares them with what is booked by then."""
        self._tell(self._picks, now_ms)
        self._tell(self._puts, now_ms)
        if not (self._picks or self._puts):
            self._tell(self._counts, now_ms)

    def _tell(self, done: list[DonePick] | list[DonePut] | list[DoneCount], now_ms: int) -> None:
        while done:
            try:
                answer = tell(self._desk, done[0])
            except ConnectionError:
                return
            self.work.answered(done.pop(0), answer, now_ms)

    def _look_for_picks(self, station: StationId, now_ms: int) -> None:
        """The whole list: what is on ours and no more on it was withdrawn."""
        try:
            shown, _ = self._desk.open_picks(station, 0, 0.0)
        except ConnectionError:
            return
        staff = self.work.staff
        listed = {task.pick for task in shown}
        gone = [pick for pick in staff.listed(station) if pick not in listed]
        staff.withdraw(station, gone, now_ms)
        taken = {done.task.pick for done in self._picks if not done.outcome.failed}
        staff.show_picks(station, (task for task in shown if task.pick not in taken), now_ms)

    def _look_for_puts(self, station: StationId, now_ms: int) -> None:
        try:
            shown, _ = self._desk.open_puts(station, 0, 0.0)
        except ConnectionError:
            return
        put = {done.task.put for done in self._puts}
        fresh = (task for task in shown if task.put not in put)
        self.work.staff.show_puts(station, fresh, now_ms)

    def _look_for_counts(self, station: StationId) -> None:
        try:
            shown, _ = self._desk.open_counts(station, 0, 0.0)
        except ConnectionError:
            return
        counted = {done.task.count for done in self._counts}
        fresh = (task for task in shown if task.count not in counted)
        self.work.staff.show_counts(station, fresh)
