"""Errors of alarm policies."""

from planner.warehouse.errors import PodherdError


class InvalidAlarmPolicy(PodherdError):
    """An alarm policy that makes no sense, or cannot be switched on like this."""
