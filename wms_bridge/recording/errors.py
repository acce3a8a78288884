"""Errors of looking back."""

from planner.warehouse.errors import PodherdError


class InvalidMoment(PodherdError):
    """A time, or a window, that nothing recorded can be told of."""
