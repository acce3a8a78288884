"""The counter kept in step with the books, by the events of the feed."""

from collections.abc import Callable

from planner.warehouse.events import Event, SlotSettled, StockStated
from planner.warehouse.stock import Balance
from vision.counting.books import BookedSlot
from vision.counting.counter import Counter

BookedAs = Callable[[Balance], BookedSlot]
"""What a slot is like of which the books say this: capacity, carton, code."""


def follow(counter: Counter, event: Event, at_ms: int, booked_as: BookedAs) -> None:
    """What an event of the feed, told at ``at_ms``, means for the counter. Balances that say what
    is known already change nothing; all other events do not concern it."""
    if isinstance(event, SlotSettled):
        if event.slot in counter.books:
            counter.settled(event.slot, event.at_ms)
    elif isinstance(event, StockStated):
        for balance in event.balances:
            known = counter.books.get(balance.slot)
            if known is None or (known.sku, known.quantity) != (balance.sku, balance.quantity):
                counter.books_changed(booked_as(balance), at_ms)
