"""Errors of interventions beyond those of the vocabulary."""

from planner.warehouse.errors import PodherdError


class StalePage(PodherdError):
    """Somebody else has changed meanwhile what an intervention is about; nothing was done."""
