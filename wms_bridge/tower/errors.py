"""Errors of the control tower."""

from planner.warehouse.errors import PodherdError


class InvalidStream(PodherdError):
    """A place in the stream that is none, or is one of other kinds than those asked for."""


class InvalidException(PodherdError):
    """An exception that cannot be dealt with like this."""


class WhatIfBusy(PodherdError):
    """Too many what-if questions wait for their answer."""
