"""API keys of programs: shown once, kept as a digest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import NotFound
from wms_bridge.access.accounts import check_administered, check_first, check_grant
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.principal import (
    Credential,
    Principal,
    checked_name,
    checked_sites,
    roles_of,
)
from wms_bridge.access.tokens import NewKey, digest_of, same
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.access import ApiKeyRecord

USED_EVERY_MS = 5 * 60_000
"""How exactly it is kept when a key was last used."""


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """What a key is to be."""

    name: str
    role: str
    sites: Sequence[str]
    expires_ms: int | None = None


def add_key(
    tx: Writing, made: NewKey, wanted: KeyWanted, by: Principal | None, now_ms: int
) -> ApiKeyRecord:
    """Keep a new key; :class:`InvalidAccess` if it cannot be like that."""
    name = checked_name(wanted.name, "name")
    [role] = (one.value for one in roles_of([wanted.role]))
    sites = checked_sites(wanted.sites)
    check_grant(by, sites)
    check_first(tx, [role])
    if wanted.expires_ms is not None and wanted.expires_ms <= now_ms:
        raise InvalidAccess("a key cannot expire in the past", field="expires_ms")
    if any(key.name == name and key.revoked_ms is None for key in tx.api_keys()):
        raise InvalidAccess("there is a key of this name", field="name", remedy="Revoke it first.")
    record = ApiKeyRecord(
        made.key, name, digest_of(made.secret), role, sites, now_ms, wanted.expires_ms
    )
    tx.put_api_key(record)
    return record


def revoke_key(tx: Writing, key: str, by: Principal | None, now_ms: int) -> ApiKeyRecord:
    """End a key, for ever; one that is ended stays so. :class:`NotFound` if there is none."""
    record = tx.api_key(key)
    if record is None:
        raise NotFound(
            "no such key",
            field="key",
            value=key,
            remedy="Ask for keys listed by GET /v1/keys.",
        )
    check_grant(by, record.sites)
    if record.revoked_ms is not None:
        return record
    ended = replace(record, revoked_ms=now_ms)
    tx.put_api_key(ended)
    check_administered(tx, now_ms)
    return ended


def key_of(tx: Reading, public: str, secret: str, now_ms: int) -> ApiKeyRecord | None:
    """The key with this secret, if it is in force."""
    record = tx.api_key(public)
    kept = record.digest if record else ""
    if not same(kept, digest_of(secret)) or record is None or record.revoked_ms is not None:
        return None
    return record if record.expires_ms is None or now_ms < record.expires_ms else None


def principal_of_key(record: ApiKeyRecord) -> Principal:
    """Who uses a key."""
    sites = frozenset(record.sites)
    return Principal(f"key {record.name}", roles_of([record.role]), sites, Credential.KEY)
