"""Telling the bridge what a person counted. Pure but for what ``confirm`` does."""

from collections.abc import Callable

from planner.warehouse.errors import IdempotencyConflict, InvalidCount
from planner.warehouse.ids import CountId
from sim_worlds.counter import PEOPLE, DoneCount

Confirm = Callable[[CountId, int, str], object]
"""Tells the bridge that somebody counted so many pieces."""


def tell_count(done: DoneCount, confirm: Confirm) -> None:
    """Tell it in the name of who counted, or of the other person if the bridge has heard of this
    slot from the first before. May be done again in the same words after an answer was lost.

    Raises what ``confirm`` raises: :class:`TooLate` if the count is not wanted any more,
    :class:`InvalidCount` if it is wrong otherwise, or nobody is left who may tell it.
    """
    others = [person for person in PEOPLE if person != done.by]
    for by in (done.by, *others[:-1]):
        try:
            confirm(done.task.count, done.quantity, by)
            return
        except IdempotencyConflict:  # told already, perhaps in the other's name
            continue
        except InvalidCount as error:
            if error.field != "by":
                raise
    confirm(done.task.count, done.quantity, others[-1])
