"""Documents that other systems send us by webhook, each delivery taken once."""

from collections.abc import Callable, Mapping

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidMessage, NotFound
from wms_bridge.inbox.taking import take_document
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.records.links import InboxEntry, Incoming
from wms_bridge.records.promises import HookSource
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.shelves import Shelves
from wms_bridge.signing import check_secret, verified


class Hooks:
    """Webhooks in, kept in ``store``; ``tell`` is called after a document was taken. Safe to call
    from several threads. Times are milliseconds of the bridge's clock."""

    def __init__(self, store: Store, shelves: Shelves, tell: Callable[[], None]):
        self._store = store
        self._shelves = shelves
        self._tell = tell

    def allow(self, source: str, secret: str, now_ms: int) -> HookSource:
        """See :func:`allow_source`."""
        with self._store.writing() as tx:
            return allow_source(tx, source, secret, now_ms)

    def forbid(self, source: str) -> None:
        """See :func:`forbid_source`."""
        with self._store.writing() as tx:
            forbid_source(tx, source)

    def sources(self) -> tuple[HookSource, ...]:
        """All sources, by name."""
        with self._store.reading() as tx:
            return tx.hook_sources()

    def verified(self, source: str, headers: Mapping[str, str], body: bytes, now_ms: int) -> str:
        """See :func:`verified_delivery`."""
        with self._store.reading() as tx:
            return verified_delivery(tx, source, headers, body, now_ms)

    def take(
        self, source: str, delivery: str, document: Incoming, now_ms: int
    ) -> tuple[InboxEntry, bool]:
        """See :func:`take_delivery`."""
        with self._store.writing() as tx:
            taken = take_delivery(tx, self._shelves, source, delivery, document, now_ms)
        self._tell()
        return taken


def allow_source(tx: Writing, source: str, secret: str, now_ms: int) -> HookSource:
    """Take what is signed with this secret from now on; a source that is there gets the new
    secret. :class:`InvalidMessage` names the wrong field."""
    check_name(source, "source", InvalidMessage)
    check_secret(secret)
    allowed = HookSource(source, secret, now_ms)
    tx.put_hook_source(allowed)
    return allowed


def forbid_source(tx: Writing, source: str) -> None:
    """Take nothing more of a source; :class:`NotFound` if there is none of this name."""
    tx.remove_hook_source(_known(tx, source).source)


def verified_delivery(
    tx: Reading, source: str, headers: Mapping[str, str], body: bytes, now_ms: int
) -> str:
    """The id of a delivery that its source has signed. :class:`NotFound` if there is no such
    source; :class:`InvalidMessage` if it has not signed this, or not now."""
    return verified(_known(tx, source).secret, headers, body, now_ms // 1000)


def take_delivery(
    tx: Writing, shelves: Shelves, source: str, delivery: str, document: Incoming, now_ms: int
) -> tuple[InboxEntry, bool]:
    """What became of a document, and whether its delivery came before.
    :class:`IdempotencyConflict` if its id came with another document."""
    key, digest = f"hook/{source}/{delivery}", body_hash("hook", document)
    answer = recall(tx, key, digest)
    if answer is not None:
        return from_json(decode(answer), InboxEntry), True
    name = f"webhook:{source}"
    entry = take_document(tx, shelves, name, document, now_ms)
    taken = entry or tx.inbox_latest(name, document.kind, document.key)
    if taken is None:
        raise LookupError(f"document {document.key} of {source} is neither new nor known")
    remember(tx, key, digest, encode(taken).decode(), now_ms)
    return taken, False


def _known(tx: Reading, source: str) -> HookSource:
    found = tx.hook_source(source)
    if found is None:
        raise NotFound(
            "no such source of webhooks",
            field="source",
            value=source,
            remedy="Allow it first with PUT /v1/hooks/{source}.",
        )
    return found
