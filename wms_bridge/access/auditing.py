"""A store that keeps, with every change and in its transaction, who made it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from wms_bridge.access.acting import Act, act
from wms_bridge.access.audit import UNTOLD, AuditReport, next_entry, verify_audit
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.records.access import AuditHead


class AuditedStore:
    """See :class:`wms_bridge.ports.store.Store`. Each transaction appends one entry to the audit
    log, of the act under way (:mod:`wms_bridge.access.acting`); one that fails leaves neither.
    ``clock`` (ms since 1970 UTC) is asked when the act does not tell its time; without one the
    time is 0."""

    def __init__(self, store: Store, clock: Callable[[], int] | None = None):
        self.inner = store
        self._clock = clock

    @property
    def kind(self) -> str:
        """What kind of store keeps everything: ``sqlite``, ``postgresql``, ``memory``."""
        return str(getattr(self.inner, "kind", "other"))

    def use_clock(self, clock: Callable[[], int]) -> None:
        """Have a clock, if there is none yet."""
        self._clock = self._clock or clock

    def reading(self) -> AbstractContextManager[Reading]:
        """A consistent look at everything."""
        return self.inner.reading()

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """A transaction with its entry in the audit log."""
        with self.inner.writing() as tx:
            yield tx
            made = act() or UNTOLD
            tx.append_audit(next_entry(tx.audit_head(), made, self._time_of(made)))

    def _time_of(self, made: Act) -> int:
        if made.at_ms is not None:
            return made.at_ms
        return self._clock() if self._clock else 0

    def close(self) -> None:
        """Let go of files and connections."""
        self.inner.close()


def verify_store_audit(store: Store, kept: AuditHead | None = None) -> AuditReport:
    """Check the audit log in a store; see :func:`wms_bridge.access.audit.verify_audit`."""
    with store.reading() as tx:
        return verify_audit(tx.audit_entries(), tx.audit_head(), kept)
