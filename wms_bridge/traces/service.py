"""Tracing as the bridge does it: serials and packs in, what was read, where things are and were."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.ids import Sku
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.names import MAX_KEY_LENGTH
from wms_bridge.ports.store import Store, Writing
from wms_bridge.records.counts import UNNAMED_SITE
from wms_bridge.records.tracing import Mend, MendQuery, SerialDoubt
from wms_bridge.serials.aggregation import packings_of, tell_mends, tell_packing
from wms_bridge.serials.believing import MendParams
from wms_bridge.serials.carrying import Carried, carry_serials
from wms_bridge.serials.mending import Seen, SeenTaken, decide_mend, take_seen
from wms_bridge.serials.packing import Packed, Packing, pack
from wms_bridge.traces.answers import History, Subject, Where
from wms_bridge.traces.finding import where
from wms_bridge.traces.telling import history


@dataclass(frozen=True, slots=True)
class MendShown:
    """A mend with the names of child and packs."""

    mend: Mend
    child: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class AggregationsTaken:
    """What became of the events of a document: done now, done before, and of other kinds."""

    taken: int
    repeated: int
    others: int


class Traces:
    """Tracing at a site, kept in ``store``; ``changed`` is called after every change. Safe to call
    from several threads. Times are milliseconds of the bridge's clock."""

    def __init__(
        self,
        store: Store,
        changed: Callable[[], None] = lambda: None,
        site: EpcisSite = UNNAMED_SITE,
        params: MendParams | None = None,
    ):
        self._store = store
        self._changed = changed
        self._site = site
        self._params = params or MendParams()

    def where(
        self, subject: Subject, value: str, at_ms: int | None = None, sku: Sku | None = None
    ) -> Where:
        """Where something is, or was; see :func:`wms_bridge.traces.finding.where`."""
        with self._store.reading() as tx:
            return where(tx, subject, value, at_ms, sku)

    def history(
        self, subject: Subject, value: str, at_ms: int | None = None, sku: Sku | None = None
    ) -> History:
        """How something came to where it is, or was; see
        :func:`wms_bridge.traces.telling.history`."""
        with self._store.reading() as tx:
            return history(tx, subject, value, at_ms, sku)

    def tell_serials(self, movement: str, codes: Sequence[str], *, sensed: bool = False) -> Carried:
        """Tell which serials went with a movement of the books that is posted; see
        :func:`wms_bridge.serials.carrying.carry_serials`. :class:`NotFound` if there is no such
        movement."""
        with self._store.writing() as tx:
            entry = tx.movement(movement)
            if entry is None:
                raise NotFound(
                    "no such movement",
                    field="movement",
                    value=movement[:MAX_KEY_LENGTH],
                    remedy="Name receipt/<receipt>, put/<put>, pick/<pick> or the like.",
                )
            if not codes:
                raise InvalidMessage("no serials", field="serials", remedy="Name one at least.")
            carried = carry_serials(tx, entry.movement, codes, sensed=sensed)
        self._changed()
        return carried

    def pack(self, packing: Packing, now_ms: int) -> Packed:
        """Put things into a pack or take them out; see :func:`wms_bridge.serials.packing.pack`."""
        with self._store.writing() as tx:
            packed = self._pack(tx, packing, now_ms)
        self._changed()
        return packed

    def see(self, seen: Seen, now_ms: int) -> SeenTaken:
        """Take what a gate or a camera read; see :func:`wms_bridge.serials.mending.take_seen`."""
        with self._store.writing() as tx:
            taken = self._see(tx, seen, now_ms)
        self._changed()
        return taken

    def decide(self, mend: int, apply: bool, by: str, reason: str, now_ms: int) -> MendShown:
        """Do what a supervisor says; see :func:`wms_bridge.serials.mending.decide_mend`."""
        with self._store.writing() as tx:
            decided = decide_mend(tx, mend, apply, by, reason, now_ms)
            tell_mends(tx, [decided], self._site)
        self._changed()
        return self._shown([decided])[0]

    def mends(self, query: MendQuery) -> tuple[MendShown, ...]:
        """Mends as asked for, the latest first."""
        with self._store.reading() as tx:
            found = tx.mends(query)
        return self._shown(found)

    def doubts(self, before: int | None = None, limit: int = 100) -> tuple[SerialDoubt, ...]:
        """Doubts with a number below ``before``, the latest first."""
        with self._store.reading() as tx:
            return tx.doubts(before, limit)

    def take_events(
        self, events: Sequence[EpcisEvent], now_ms: int, *, announced: bool = False
    ) -> AggregationsTaken:
        """Do what the AggregationEvents of an EPCIS document say, all or nothing; ``announced``
        goods are named before they come. Others of its events are counted only."""
        said, others = packings_of(events, self._site, announced=announced)
        repeated = 0
        with self._store.writing() as tx:
            for each in said:
                if isinstance(each, Packing):
                    repeated += self._pack(tx, each, now_ms).repeated
                else:
                    repeated += self._see(tx, each, now_ms).repeated
        self._changed()
        return AggregationsTaken(len(said) - repeated, repeated, others)

    def _pack(self, tx: Writing, packing: Packing, now_ms: int) -> Packed:
        packed = pack(tx, packing, now_ms)
        if not packed.repeated:
            tell_packing(tx, packing, packed, self._site)
        return packed

    def _see(self, tx: Writing, seen: Seen, now_ms: int) -> SeenTaken:
        taken = take_seen(tx, seen, self._params, now_ms)
        tell_mends(tx, taken.mends, self._site)
        return taken

    def _shown(self, mends: Sequence[Mend]) -> tuple[MendShown, ...]:
        numbers = {n for mend in mends for n in (mend.child, mend.was, mend.now) if n}
        with self._store.reading() as tx:
            names = {n: str(thing.name) for n, thing in tx.numbered_things(numbers).items()}
        return tuple(
            MendShown(
                mend,
                names[mend.child],
                None if mend.was is None else names[mend.was],
                None if mend.now is None else names[mend.now],
            )
            for mend in mends
        )
