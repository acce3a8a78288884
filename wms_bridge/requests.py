"""Taking every request once: the same key and body again is answered, not done again."""

import hashlib

from planner.codec.messages import encode
from planner.warehouse.errors import IdempotencyConflict, InvalidMessage
from wms_bridge.names import MAX_KEY_LENGTH, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import Remembered


def body_hash(kind: str, body: object) -> str:
    """SHA-256 (hex) of a request: what is asked, and the record or records it is about."""
    return hashlib.sha256(kind.encode() + b"\n" + encode(body)).hexdigest()


def recall(tx: Reading, key: str, digest: str) -> str | None:
    """What was answered when this key came with this body before; ``None`` if it never came.
    :class:`IdempotencyConflict` if it came with another body."""
    check_name(key, "Idempotency-Key", InvalidMessage, MAX_KEY_LENGTH)
    seen = tx.remembered(key)
    if seen is None:
        return None
    if seen.body_hash != digest:
        raise IdempotencyConflict(
            "this key was used for another request",
            field="Idempotency-Key",
            value=key,
            remedy="Repeat a request unchanged, or send a new one under a new key.",
        )
    return seen.answer


def remember(tx: Writing, key: str, digest: str, answer: str, now_ms: int) -> None:
    """Keep the answer for when the request comes again."""
    tx.remember(Remembered(key, digest, answer, now_ms))
