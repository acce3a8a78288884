"""Who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.roles import ALLOWED, Permission, Role
from wms_bridge.records.access import ALL_SITES

MAX_SITES = 100
MAX_NAME_LENGTH = 100


class Credential(StrEnum):
    """By what somebody is known."""

    LOCAL = "local"
    """By asking from the machine of a bridge that has no accounts and keys."""
    SESSION = "session"
    KEY = "key"
    OIDC = "oidc"


@dataclass(frozen=True, slots=True)
class Principal:
    """``who`` as the audit log names them; ``account`` is the account of a session."""

    who: str
    roles: frozenset[Role]
    sites: frozenset[str]
    by: Credential
    account: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether one of their roles allows it."""
        return any(permission in ALLOWED[role] for role in self.roles)

    def belongs_to(self, site: str) -> bool:
        """Whether the site is one of theirs."""
        return ALL_SITES in self.sites or site in self.sites


LOCAL = Principal("local", frozenset({Role.ADMIN}), frozenset({ALL_SITES}), Credential.LOCAL)


def roles_of(names: Iterable[str]) -> frozenset[Role]:
    """Roles by their names; :class:`InvalidAccess` on one that is none, or without any."""
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError as error:
        known = ", ".join(role.value for role in Role)
        raise InvalidAccess("no such role", field="roles", remedy=f"Use {known}.") from error
    if not roles:
        raise InvalidAccess("no role", field="roles", remedy="Give at least one role.")
    return roles


def checked_sites(names: Iterable[str]) -> tuple[str, ...]:
    """Names of sites, sorted, each once; :class:`InvalidAccess` if they cannot be used."""
    sites = tuple(sorted({checked_name(name, "sites") for name in names}))
    if not 0 < len(sites) <= MAX_SITES:
        raise InvalidAccess(
            f"give 1 to {MAX_SITES} sites", field="sites", remedy=f"{ALL_SITES!r} is all sites."
        )
    return sites


def checked_name(name: str, field: str) -> str:
    """A name as it is; :class:`InvalidAccess` if it cannot be one."""
    plain = name == name.strip() and name.isprintable() and 0 < len(name) <= MAX_NAME_LENGTH
    if not plain:
        raise InvalidAccess(
            f"not 1 to {MAX_NAME_LENGTH} printable characters without spaces at the ends",
            field=field,
        )
    return name
