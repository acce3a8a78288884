"""The work at the stations of a world behind ROS 2: what was done and what the bridge says to it.
No ROS here."""

from collections.abc import Sequence

from planner.warehouse.ids import PodId, StationId
from podherd_world.desk import Answer, DoneWork
from sim_worlds.counter import DoneCount
from sim_worlds.staff import Done, DonePick, Presence, Staff


class Work:
    """Counts what ``staff`` does; the books must say the same. A pick that was withdrawn before
    the bridge heard of it has not happened: its pieces lie in their slot again."""

    def __init__(self, staff: Staff):
        self.staff = staff
        self.pieces_taken = 0
        self.pieces_put = 0
        self.refused = 0
        """Picks, puts and counts that the bridge did not want to book."""
        self._absent: list[tuple[PodId, StationId]] = []

    def advance(self, now_ms: int, present: Presence) -> Done:
        """What is done by now; the bridge is to be told."""
        done = self.staff.advance(now_ms, present)
        self.pieces_taken += sum(pick.outcome.quantity for pick in done.picks)
        self.pieces_put += sum(put.outcome.quantity for put in done.puts)
        return done

    def answered(self, done: DoneWork, answer: Answer, now_ms: int) -> None:
        """The bridge has heard of it and says this."""
        if isinstance(done, DoneCount):  # moved nothing: one that was withdrawn leaves no trace
            self.refused += answer is Answer.REFUSED
            return
        if isinstance(done, DonePick) and answer is Answer.WITHDRAWN:
            self._undo(done, now_ms)
            return
        self.refused += answer is not Answer.TAKEN
        if not done.pod_there:
            self._absent.append((done.task.pod, done.task.station))

    def absent(self) -> Sequence[tuple[PodId, StationId]]:
        """Pods that were not where something was taken out of them or put into them, since the
        last call. Nobody can do that."""
        absent, self._absent = self._absent, []
        return absent

    def _undo(self, done: DonePick, now_ms: int) -> None:
        if done.outcome.failed:  # a person has it on the list by now
            self.staff.withdraw(done.task.station, [done.task.pick], now_ms)
        self.staff.put_back(done)
        self.pieces_taken -= done.outcome.quantity
