"""Taking documents of a WMS once each. A document is known by its source, key, version and body;
one that cannot be taken is kept as rejected and holds up nobody but its own key, and there only
until a later document takes its place."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from planner.codec.messages import decode, from_json
from planner.warehouse.errors import NotFound, PodherdError
from wms_bridge.inbox.documents import do_document, reason_of
from wms_bridge.ports.store import Writing
from wms_bridge.records.links import (
    DocumentKind,
    InboxEntry,
    InboxQuery,
    InboxState,
    Incoming,
)
from wms_bridge.records.work import SkuRecord
from wms_bridge.requests import body_hash
from wms_bridge.shelves import Shelves
from wms_bridge.stocking import put_skus

MAX_ERROR = 1_000
MAX_RECONSIDERED = 1_000


def take_document(
    tx: Writing, shelves: Shelves, source: str, document: Incoming, now_ms: int
) -> InboxEntry | None:
    """Take one document; what became of it, ``None`` if the very same came before."""
    digest = hashlib.sha256(document.body.encode()).hexdigest()
    kind, key = document.kind, document.key
    if tx.inbox_repeat(source, kind, key, document.version, digest) is not None:
        return None
    before = tx.inbox_latest(source, kind, key)
    entry = InboxEntry(
        0, source, kind, key, document.version, digest, document.body, received_ms=now_ms
    )
    entry = _decide(tx, shelves, entry, now_ms)
    if before is not None and before.state is InboxState.REJECTED:
        tx.put_inbox(replace(before, state=InboxState.SUPERSEDED, decided_ms=now_ms))
    tx.add_inbox(entry)
    return entry


def take_items(
    tx: Writing, shelves: Shelves, source: str, documents: Sequence[Incoming], now_ms: int
) -> int:
    """Take articles, all at once if all are good; those that are not are kept as rejected. How
    many were taken. Good ones leave no document: the catalogue has them."""
    records = [from_json(decode(document.body), SkuRecord) for document in documents]
    names = {record.sku for record in records}
    known = tx.known_skus(names)
    try:
        put_skus(tx, records, now_ms)
    except PodherdError:
        taken = sum(_take_item(tx, shelves, source, one, now_ms) for one in documents)
    else:
        taken = len(records)
    if taken and names - known:
        reconsider(tx, shelves, source, now_ms)
    return taken


def reconsider(tx: Writing, shelves: Shelves, source: str, now_ms: int) -> int:
    """Try rejected orders and receipts again: what they lacked may have come since. How many
    could be taken."""
    rejected = tx.inbox(InboxQuery(InboxState.REJECTED, limit=MAX_RECONSIDERED))
    again = [
        _retried(tx, shelves, entry, now_ms)
        for entry in reversed(rejected)
        if entry.source == source and entry.kind is not DocumentKind.ITEM
    ]
    return sum(entry.state is not InboxState.REJECTED for entry in again)


def retry_document(tx: Writing, shelves: Shelves, number: int, now_ms: int) -> InboxEntry:
    """Try a rejected document again; nothing is done to any other. :class:`NotFound` if there is
    no such document."""
    entry = tx.inbox_entry(number)
    if entry is None:
        raise NotFound(
            "no such document",
            field="number",
            value=number,
            remedy="Name a document listed by GET /v1/inbox.",
        )
    return _retried(tx, shelves, entry, now_ms) if entry.state is InboxState.REJECTED else entry


def _retried(tx: Writing, shelves: Shelves, entry: InboxEntry, now_ms: int) -> InboxEntry:
    decided = _decide(tx, shelves, entry, now_ms)
    tx.put_inbox(decided)
    return decided


def _take_item(tx: Writing, shelves: Shelves, source: str, document: Incoming, now_ms: int) -> bool:
    try:
        put_skus(tx, [from_json(decode(document.body), SkuRecord)], now_ms)
    except PodherdError:
        take_document(tx, shelves, source, document, now_ms)
        return False
    return True


def _decide(tx: Writing, shelves: Shelves, entry: InboxEntry, now_ms: int) -> InboxEntry:
    document = Incoming(entry.kind, entry.key, entry.version, entry.body)
    name = (entry.source, entry.kind, entry.key, entry.version, entry.body_hash)
    entry = replace(entry, tries=entry.tries + 1, decided_ms=now_ms)
    try:
        done = do_document(tx, shelves, document, body_hash("inbox", name), now_ms)
    except PodherdError as error:
        return replace(entry, state=InboxState.REJECTED, error=reason_of(error)[:MAX_ERROR])
    return replace(entry, state=done.state, outcome=done.outcome, error="")
