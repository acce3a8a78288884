"""Evidence of counts, kept under its SHA-256: photos, reads, and what people counted."""

import hashlib

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage, NotFound
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.counts import EvidenceRecord, PersonCount

JPEG, JSON = "image/jpeg", "application/json"
MAX_BYTES = 2_000_000
_JPEG_START = b"\xff\xd8\xff"


def put_evidence(
    tx: Writing, sha256: str, media_type: str, body: bytes, now_ms: int
) -> EvidenceRecord:
    """Keep evidence; the same again changes nothing. :class:`InvalidMessage` if it is too large,
    not what its media type says, or its hash is another one."""
    known = tx.evidence(sha256)
    if known is not None and (known.media_type, known.body) == (media_type, body):
        return known
    _check(sha256, media_type, body)
    record = EvidenceRecord(sha256, media_type, body, now_ms)
    tx.add_evidence(record)
    return record


def get_evidence(tx: Reading, sha256: str) -> EvidenceRecord:
    """A photo or reads; :class:`NotFound` if the bridge has none under this hash."""
    found = tx.evidence(sha256)
    if found is None:
        raise NotFound(
            "no such evidence",
            field="sha256",
            value=sha256,
            remedy="Whoever counted may not have sent it yet: ask again later.",
        )
    return found


def evidence_of(person: PersonCount) -> EvidenceRecord:
    """What a person counted, as evidence."""
    told = {
        "count": person.count,
        "by": person.by,
        "quantity": person.quantity,
        "at_ms": person.at_ms,
    }
    body = encode(told)
    return EvidenceRecord(hashlib.sha256(body).hexdigest(), JSON, body, person.at_ms)


def _check(sha256: str, media_type: str, body: bytes) -> None:
    if media_type not in (JPEG, JSON):
        raise InvalidMessage(
            "not a kind of evidence",
            field="Content-Type",
            value=media_type,
            remedy=f"Send {JPEG} or {JSON}.",
        )
    if len(body) > MAX_BYTES:
        raise InvalidMessage(
            "too large",
            field="body",
            value=len(body),
            remedy=f"Send at most {MAX_BYTES} bytes: cut the photo to the pod's face.",
        )
    found = hashlib.sha256(body).hexdigest()
    if found != sha256:
        raise InvalidMessage(
            f"the SHA-256 of the body is {found}",
            field="sha256",
            value=sha256,
            remedy="Send the bytes that were hashed, under their hash in lower case.",
        )
    if media_type == JPEG and not body.startswith(_JPEG_START):
        raise InvalidMessage("not a JPEG", field="body", value=body[:8].hex())
    if media_type == JSON:
        decode(body)
