"""Accounts of people: made, changed, disabled; never removed, as the audit log names them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from planner.warehouse.errors import NotFound, TooLate
from wms_bridge.access.errors import InvalidAccess, NotAllowed
from wms_bridge.access.principal import Principal, checked_name, checked_sites, roles_of
from wms_bridge.access.roles import Role
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.access import AccountRecord


@dataclass(frozen=True, slots=True)
class AccountWanted:
    """What an account is to be; ``password`` (hashed) is needed for a new one only. ``seen_ms`` is
    when it had been changed as it was looked at (0: it was not there); ``None`` asks for no check.
    """

    account: str
    roles: Sequence[str]
    sites: Sequence[str]
    password: str | None = field(default=None, repr=False)
    disabled: bool = False
    seen_ms: int | None = None


def put_account(
    tx: Writing, wanted: AccountWanted, by: Principal | None, now_ms: int
) -> AccountRecord:
    """Add an account or change it; one that is changed has to sign in again. ``by`` can give sites
    of their own only (``None``: somebody at the machine itself). :class:`InvalidAccess` if it
    cannot be like that, or no administrator would be left; :class:`TooLate` if somebody has changed
    it since it was looked at."""
    name = checked_name(wanted.account, "account")
    roles = tuple(sorted(role.value for role in roles_of(wanted.roles)))
    sites = checked_sites(wanted.sites)
    before = tx.account(name)
    _check_seen(before, wanted.seen_ms)
    check_grant(by, (*sites, *(before.sites if before else ())))
    check_first(tx, roles)
    password = wanted.password or (before.password if before else None)
    if password is None:
        raise InvalidAccess("a new account needs a password", field="password")
    created_ms = before.created_ms if before else now_ms
    record = AccountRecord(name, password, roles, sites, created_ms, now_ms, wanted.disabled)
    tx.put_account(record)
    check_administered(tx, now_ms)
    tx.remove_sessions(name)
    return record


def _check_seen(before: AccountRecord | None, seen_ms: int | None) -> None:
    changed_ms = before.changed_ms if before else 0
    if seen_ms is None or seen_ms == changed_ms:
        return
    changed = "the account has been changed since it was looked at"
    raise TooLate(
        changed if seen_ms else "there is an account of this name",
        field="seen_ms",
        value=seen_ms,
        remedy="Look at it as it is now, and make your change again.",
    )


def set_password(tx: Writing, account: str, password: str, now_ms: int) -> AccountRecord:
    """Give an account another password (hashed) and end its sessions; :class:`NotFound` if there is
    no such account."""
    before = found_account(tx, account)
    record = replace(before, password=password, changed_ms=now_ms)
    tx.put_account(record)
    tx.remove_sessions(account)
    return record


def found_account(tx: Reading, account: str) -> AccountRecord:
    """An account; :class:`NotFound` if there is none of this name."""
    record = tx.account(account)
    if record is None:
        raise NotFound(
            "no such account",
            field="account",
            value=account,
            remedy="Ask for accounts listed by GET /v1/accounts.",
        )
    return record


def check_grant(by: Principal | None, sites: Sequence[str]) -> None:
    """:class:`NotAllowed` if somebody would give, or change, what is beyond their own sites."""
    if by is not None and not all(by.belongs_to(site) for site in sites):
        raise NotAllowed(
            "you can give and change sites of your own only", code="foreign_site", field="sites"
        )


def check_first(tx: Reading, roles: Sequence[str]) -> None:
    """:class:`InvalidAccess` if the first account or key is no administrator's: it ends open access
    on this machine, and nobody could make another."""
    if Role.ADMIN not in roles and not tx.has_credentials():
        raise InvalidAccess(
            "the first account or key must be an administrator's",
            field="roles",
            remedy="podherd users add NAME --role admin --database FILE",
        )


def check_administered(tx: Reading, now_ms: int) -> None:
    """:class:`InvalidAccess` if nobody could administer the bridge any more."""
    if not is_administered(tx, now_ms):
        raise InvalidAccess(
            "no administrator would be left",
            field="roles",
            remedy="Make another administrator first.",
        )


def is_administered(tx: Reading, now_ms: int) -> bool:
    """Whether an administrator's account or key is in force."""
    return any(Role.ADMIN in one.roles and not one.disabled for one in tx.accounts()) or any(
        key.role == Role.ADMIN
        and key.revoked_ms is None
        and (key.expires_ms is None or key.expires_ms > now_ms)
        for key in tx.api_keys()
    )
