"""Roles of people and programs, and what each may do."""

from collections.abc import Mapping, Set
from enum import StrEnum


class Role(StrEnum):
    """What somebody is at a site."""

    PICKER = "picker"
    """Works at a station."""
    OPERATOR = "operator"
    """Watches the floor and deals with what goes wrong."""
    SUPERVISOR = "supervisor"
    """Decides on stock, holds, recalls and the rules of the floor."""
    INTEGRATOR = "integrator"
    """A program: the WMS, an ERP, the fleet."""
    ADMIN = "admin"
    """Everything, accounts and keys included."""


class Permission(StrEnum):
    """What a request needs."""

    SEE_STATION = "see_station"
    """The site, and the work of stations."""
    WORK_STATION = "work_station"
    """Confirm picks, puts and counts of people."""
    SEE = "see"
    """Orders, stock, counts, alarms, key figures, traces."""
    ORDER = "order"
    """Orders, receipts, articles, opening stock, reservations, subscriptions."""
    OPERATE = "operate"
    """Stations, priorities, messages sent again, evidence and counts of sensors, alarms."""
    DECIDE = "decide"
    """Decisions on counts, holds, recalls, repairs; rules of the floor and the routing policy;
    critical alarms set aside."""
    FLEET = "fleet"
    """What the fleet says and hears."""
    AUDIT = "audit"
    """The audit log and the check of the books."""
    ADMINISTER = "administer"
    """Accounts, keys, connectors."""


_PICKER = frozenset({Permission.SEE_STATION, Permission.WORK_STATION})
_OPERATOR = _PICKER | {Permission.SEE, Permission.OPERATE}
_SUPERVISOR = _OPERATOR | {Permission.ORDER, Permission.DECIDE, Permission.AUDIT}
_INTEGRATOR = frozenset(
    {Permission.SEE_STATION, Permission.WORK_STATION, Permission.SEE}
    | {Permission.ORDER, Permission.OPERATE, Permission.FLEET}
)

ALLOWED: Mapping[Role, Set[Permission]] = {
    Role.PICKER: _PICKER,
    Role.OPERATOR: _OPERATOR,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.INTEGRATOR: _INTEGRATOR,
    Role.ADMIN: frozenset(Permission),
}
"""What each role may do."""
