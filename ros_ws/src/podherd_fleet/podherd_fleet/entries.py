"""All human entries of a site, by name: what operators ask for, and what follows on the floor."""

from collections.abc import Callable, Sequence

from planner.warehouse.commands import AlarmKind, SendTransportOrder
from planner.warehouse.errors import InvalidMessage, NotFound, PodherdError
from planner.warehouse.ids import NodeId
from planner.warehouse.site import Point
from podherd_fleet.entry import Bystander, Entry, EntryState, entered, left, watched, words
from podherd_ros.presence import Stop

_OVER_MAX = 50
"""So many entries that are over are remembered, so that the same ``leave`` again is understood."""

Inside = Callable[[Entry], Sequence[Bystander]]


class Entries:
    """``check`` gives the corners of an area back, or raises what is wrong with it; ``nodes_of``
    names the nodes from which it could be touched. ``entries`` were there before."""

    def __init__(
        self,
        check: Callable[[Sequence[Point]], tuple[Point, ...]],
        nodes_of: Callable[[tuple[Point, ...]], frozenset[NodeId]],
        entries: tuple[Entry, ...] = (),
    ):
        self._check = check
        self._nodes_of = nodes_of
        self._entries = {entry.entry: entry for entry in entries}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Those in force, and the last ones that are over."""
        return tuple(self._entries.values())

    @property
    def in_force(self) -> tuple[Entry, ...]:
        """Those not over."""
        return tuple(e for e in self._entries.values() if e.state is not EntryState.RELEASED)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """What is stopped for them."""
        return tuple(stop for entry in self.in_force for stop in entry.stops())

    def request(self, name: str, area_m: Sequence[Point], now_ms: int, asked_ms: int) -> Entry:
        """Somebody wants to walk into an area (``asked_ms``: wall time). The same again is fine.

        Raises :class:`InvalidMessage` for an area that is none, or a name in use for another one.
        """
        if not name or "/" in name:
            raise _wrong("entry_id", "an entry needs a name", name, "Give one without a slash.")
        area = self._check(area_m)
        known = self._entries.get(name)
        if known is not None and known.state is not EntryState.RELEASED:
            if known.area_m != area:
                raise _wrong("entry_id", "in use for another area", name, "Take another name.")
            return known
        self._entries.pop(name, None)
        self._entries[name] = entry = Entry(name, area, now_ms, asked_ms=asked_ms)
        self._forget_old()
        return entry

    def enter(self, name: str) -> Entry:
        """The person goes in. Raises :class:`NotFound`, or :class:`InvalidMessage` if the area is
        not frozen."""
        entry = self._entries[name] = entered(self._known(name))
        if entry.state is not EntryState.ENTERED:
            raise _wrong("step", words(entry), entry.state.value, "Wait until it is frozen.")
        return entry

    def leave(self, name: str) -> Entry:
        """The person has come out, or does not want in. Raises :class:`NotFound`."""
        entry = self._entries[name] = left(self._known(name))
        return entry

    def find(self, name: str) -> Entry | None:
        """An entry, or ``None``."""
        return self._entries.get(name)

    def look(self, inside: Inside, closed: Callable[[Entry], bool], now_ms: int) -> None:
        """After each tick: who is inside, and has the dispatcher closed the area?"""
        for entry in self.in_force:
            seen = watched(entry, inside(entry), now_ms, closed=closed(entry))
            self._entries[entry.entry] = seen

    def nodes_of(self, entry: Entry) -> frozenset[NodeId]:
        """Nodes from which a robot could touch its area."""
        return self._nodes_of(entry.area_m)

    def forbids(self, command: SendTransportOrder) -> bool:
        """Whether an order would let a robot drive where nothing is to move."""
        nodes = {node.node for node in command.order.base}
        frozen = (entry for entry in self.in_force if entry.frozen_ms is not None)
        return any(not nodes.isdisjoint(self.nodes_of(entry)) for entry in frozen)

    def wrongs(self) -> dict[tuple[AlarmKind, str], str]:
        """What operators should know."""
        return {(AlarmKind.HUMAN_ENTRY, entry.entry): words(entry) for entry in self.in_force}

    def _known(self, name: str) -> Entry:
        entry = self._entries.get(name)
        if entry is None:
            remedy = "Request it first, or see how it is spelt in the alarms."
            raise NotFound("no such entry", field="entry_id", value=name, remedy=remedy)
        return entry

    def _forget_old(self) -> None:
        over = [e.entry for e in self._entries.values() if e.state is EntryState.RELEASED]
        for name in over[: max(0, len(over) - _OVER_MAX)]:
            del self._entries[name]


def _wrong(field: str, problem: str, value: object, remedy: str) -> PodherdError:
    return InvalidMessage(problem, field=field, value=value, remedy=remedy)
