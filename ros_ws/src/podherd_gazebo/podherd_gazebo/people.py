"""The people at the stations: they take what the bridge shows them, in step with the floor.

Screens are read and buttons pressed synchronously, at fixed moments of site time, so that a run
can be repeated. While the bridge is down, what was taken is kept and confirmed later under the
same key; the world waits a while for it, as a picker would.
"""

import logging
from collections.abc import Mapping, MutableMapping, Sequence

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import PickId, PodId, SlotId, StationId
from planner.warehouse.picks import PickTask
from podherd_world.terminal import Desk
from sim_worlds.picker import Picker, PickOutcome

_LOG = logging.getLogger(__name__)


class People:
    """One person for each station. ``stock`` is what really lies in the slots and shrinks;
    ``unconfirmed`` is what an earlier process had taken and not yet confirmed."""

    def __init__(
        self,
        stations: Sequence[StationId],
        stock: MutableMapping[SlotId, int],
        desk: Desk,
        seed: int,
        unconfirmed: Sequence[PickOutcome] = (),
    ):
        self.refused = 0
        self.pieces_taken = 0
        self.absent: list[tuple[PodId, StationId]] = []
        """Picks from pods that were not there, since this was last emptied."""
        self._desk = desk
        self._pickers = {name: Picker(name, stock, seed=seed) for name in stations}
        self._known = dict.fromkeys(stations, 0)
        self._tasks: dict[PickId, PickTask] = {}
        self.unconfirmed = list(unconfirmed)

    @property
    def waiting(self) -> bool:
        """The bridge has not yet heard of everything that was taken."""
        return bool(self.unconfirmed)

    def take(self, now_ms: int, present: Mapping[StationId, PodId]) -> tuple[StationId, ...]:
        """Look at the screens and take what there is time for; ``present`` are the pods that stand
        at stations. The stations where something was taken; :meth:`confirm` is to follow."""
        taken: list[StationId] = []
        for name, picker in self._pickers.items():
            if name in present and (picker.next_ms is None or picker.next_ms <= now_ms):
                self._look(name, picker, now_ms)  # who has something at hand does not look up
            for outcome in picker.advance(now_ms):
                task = self._tasks.pop(outcome.pick)
                if present.get(name) != task.pod:
                    self.absent.append((task.pod, name))
                self.pieces_taken += outcome.quantity
                self.unconfirmed.append(outcome)
                taken.append(name)
        return tuple(taken)

    def confirm(self) -> None:
        """Tell the bridge what was taken, as far as it answers."""
        while self.unconfirmed:
            outcome = self.unconfirmed[0]
            try:
                self._desk.confirm(
                    outcome.pick, outcome.quantity, outcome.reason, f"confirm/{outcome.pick}"
                )
            except ConnectionError:
                return
            except PodherdError as error:
                self.refused += 1
                _LOG.error("the bridge refuses pick %s: %s", outcome.pick, error)
            self.unconfirmed.pop(0)

    def _look(self, name: StationId, picker: Picker, now_ms: int) -> None:
        try:
            shown, self._known[name] = self._desk.open_picks(name, self._known[name], 0.0)
        except ConnectionError:
            return
        self._tasks.update((task.pick, task) for task in shown)
        picker.show(shown, now_ms)
