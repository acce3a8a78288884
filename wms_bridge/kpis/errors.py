"""Errors of key figures and of the shifts they are told by."""

from planner.warehouse.errors import PodherdError


class InvalidShifts(PodherdError):
    """Shifts that cannot be worked in: no such zone or time of day, or two at once."""


class InvalidWindow(PodherdError):
    """A window, a step or a figure that key figures cannot be told of."""
