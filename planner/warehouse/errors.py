"""Every error Podherd raises on purpose.

::

    PodherdError
    ├── InvalidSite        a site file or its geometry
    ├── InvalidOrder       a pick order or an order file
    ├── InvalidStock       a stock record or a ledger movement
    ├── InvalidReceipt     goods received that cannot be taken or put away
    ├── InvalidDemand      a demand history that nothing can be worked out from
    ├── InvalidMessage     JSON that is not a known event, command or record
    ├── InvalidRule        a rule of the floor that is none, contradicts others or cuts places off
    ├── InvalidPolicy      a routing policy that cannot be read or contradicts itself
    ├── InvalidInstance    a path finding instance: its map, agents, tasks or scenario
    ├── InvalidGuidance    a file of driving costs, or one that is for another floor
    ├── InvalidPlan        a plan file (the output of a run) that cannot be read or drawn
    ├── InvalidWorld       options of a Gazebo world that do not fit its site; a broken world file
    ├── InvalidMark        a fiducial or label that cannot be drawn
    ├── InvalidImage       an image, or a camera's own figures, that cannot be used
    ├── InvalidCode        the text of a barcode that breaks its standard (GS1)
    ├── InvalidStudy       a what-if study: what it varies, its targets, its costs, its folder
    ├── InvalidFrame       bytes of a reader's protocol, or a message to be written as such
    ├── InvalidTag         an EPC that cannot be decoded or encoded; reads that cannot be used
    ├── InvalidCount       evidence of stock that is no distribution, or rests on nothing
    ├── InvalidAlarm       an alarm that cannot be acknowledged or shelved like this
    ├── InvalidIntervention  an intervention of an operator that makes no sense
    ├── NotFound           an order, pick, station ... that is not known
    │   └── UnknownSite    a site that is not the one this bridge runs
    ├── Unavailable        a service that cannot be reached (also a ConnectionError)
    ├── TooLate            what is over already: a complete order, a pick withdrawn
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


class InvalidReceipt(PodherdError):
    """Goods received cannot be taken, or not be put away like this."""


class InvalidDemand(PodherdError):
    """A demand history from which nothing can be worked out."""


class InvalidMessage(PodherdError):
    """JSON that is not a known event, command or record."""


class InvalidRule(PodherdError):
    """A rule of the floor makes no sense, contradicts another, or would cut something off."""


class InvalidPolicy(PodherdError):
    """A routing policy cannot be read, or one of its rules contradicts another."""


class InvalidInstance(PodherdError):
    """A path finding instance (map, agents, tasks, scenario) cannot be used."""


class InvalidGuidance(PodherdError):
    """Driving costs (guidance) cannot be used, or not on this floor."""


class InvalidPlan(PodherdError):
    """A plan file, the output of a run, cannot be read or drawn."""


class InvalidWorld(PodherdError):
    """A Gazebo world cannot be made of a site with these options, or its file cannot be read."""


class InvalidMark(PodherdError):
    """A fiducial or a label cannot be drawn."""


class InvalidImage(PodherdError):
    """An image, or what a camera says about itself, cannot be used."""


class InvalidStudy(PodherdError):
    """A what-if study cannot be run: what it varies, its targets, its costs or its folder."""


class InvalidCount(PodherdError):
    """Evidence of what is in a slot that is no probability distribution, or rests on nothing."""


class InvalidAlarm(PodherdError):
    """An alarm cannot be acknowledged or shelved like this."""


class InvalidIntervention(PodherdError):
    """What an operator wants of the fleet makes no sense."""


class NotFound(PodherdError):
    """What was asked for by name is not known: an order, a pick, a station ..."""


class UnknownSite(NotFound):
    """A request names a site that is not the one this bridge runs."""


class Unavailable(PodherdError, ConnectionError):
    """A service cannot be reached, or failed. What was asked may or may not have been done; it is
    safe to ask again in the same words."""


class TooLate(PodherdError):
    """What is asked for cannot be done any more: the order is complete, the pick is withdrawn."""


class IdempotencyConflict(PodherdError):
    """A key seen before came again with a different body."""


class LedgerImbalance(PodherdError):
    """The double-entry books do not add up."""


class ReplayMismatch(PodherdError):
    """Replaying an event log gave other commands than those it recorded."""


class InvalidFrame(PodherdError):
    """Bytes that are no message of a reader's protocol, or a message that cannot be written as
    bytes. ``offset`` is where in the bytes, or ``None`` when writing."""

    def __init__(
        self,
        problem: str,
        *,
        field: str = "",
        value: object = None,
        remedy: str = "",
        offset: int | None = None,
    ):
        self.offset = offset
        place = field if offset is None else f"byte {offset}" + (f", {field}" if field else "")
        super().__init__(problem, field=place, value=value, remedy=remedy)


class InvalidCode(PodherdError):
    """The text of a barcode breaks its standard; ``value`` is the text as it was read."""


class InvalidTag(PodherdError):
    """The EPC of an RFID tag cannot be decoded or encoded, or reads of tags cannot be used."""
