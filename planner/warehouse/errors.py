"""Every error Podherd raises on purpose.

::

    PodherdError
    ├── InvalidSite        a site file or its geometry
    ├── InvalidOrder       a pick order or an order file
    ├── InvalidStock       a stock record or a ledger movement
    ├── InvalidMessage     JSON that is not a known event, command or record
    ├── InvalidInstance    a path finding instance: its map, agents, tasks or scenario
    ├── InvalidGuidance    a file of driving costs, or one that is for another floor
    ├── InvalidPlan        a plan file (the output of a run) that cannot be read or drawn
    ├── NotFound           an order, pick, station ... that is not known
    ├── Unavailable        a service that cannot be reached (also a ConnectionError)
    ├── IdempotencyConflict  the same key came again with another body
    ├── LedgerImbalance    the books do not add up: never expected
    └── ReplayMismatch     a log whose commands could not be reproduced

An error from bad input carries where it was found, what was found and what to do about it.
Expected outcomes (no path, out of stock, robot silent) are values and events, not errors.
"""


class PodherdError(Exception):
    """Base of the tree.

    ``field`` names the place in the input (``stations[2].queue[0]``), ``value`` is what stood
    there and ``remedy`` says what to do; the message holds all three.
    """

    def __init__(self, problem: str, *, field: str = "", value: object = None, remedy: str = ""):
        self.problem = problem
        self.field = field
        self.value = value
        self.remedy = remedy
        where = f"{field}: " if field else ""
        found = f" (found {value!r})" if value is not None else ""
        advice = f" {remedy}" if remedy else ""
        super().__init__(f"{where}{problem}{found}.{advice}")


class InvalidSite(PodherdError):
    """A site file, or the geometry it draws, cannot be used."""


class InvalidOrder(PodherdError):
    """A pick order, or a row of an order file, cannot be taken."""


class InvalidStock(PodherdError):
    """A stock record or a ledger movement cannot be posted."""


class InvalidMessage(PodherdError):
    """JSON that is not a known event, command or record."""


class InvalidInstance(PodherdError):
    """A path finding instance (map, agents, tasks, scenario) cannot be used."""


class InvalidGuidance(PodherdError):
    """Driving costs (guidance) cannot be used, or not on this floor."""


class InvalidPlan(PodherdError):
    """A plan file, the output of a run, cannot be read or drawn."""


class NotFound(PodherdError):
    """What was asked for by name is not known: an order, a pick, a station ..."""


class Unavailable(PodherdError, ConnectionError):
    """A service cannot be reached, or failed. What was asked may or may not have been done; it is
    safe to ask again in the same words."""


class IdempotencyConflict(PodherdError):
    """A key seen before came again with a different body."""


class LedgerImbalance(PodherdError):
    """The double-entry books do not add up."""


class ReplayMismatch(PodherdError):
    """Replaying an event log gave other commands than those it recorded."""
