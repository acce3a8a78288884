"""Which names and keys from outside are fit to be kept."""

from planner.warehouse.errors import PodherdError

MAX_LENGTH = 100
MAX_KEY_LENGTH = 200
MAX_TIME_MS = 10**15
MAX_QUANTITY = 1_000_000
"""Most pieces in one order line or stock record."""


MAX_PRIORITY = 1_000


def check_name(value: str, field: str, kind: type[PodherdError], longest: int = MAX_LENGTH) -> None:
    """Raise ``kind`` unless the name is 1 to ``longest`` printable characters without spaces at
    the ends."""
    if 0 < len(value) <= longest and value.isprintable() and value == value.strip():
        return
    raise kind(
        "not a usable name",
        field=field,
        value=value[:longest],
        remedy=f"Send 1 to {longest} printable characters without spaces at the ends.",
    )


def check_quantity(value: int, field: str, kind: type[PodherdError], least: int = 1) -> None:
    """Raise ``kind`` unless ``least`` <= value <= ``MAX_QUANTITY``."""
    if least <= value <= MAX_QUANTITY:
        return
    raise kind(
        "quantity out of range",
        field=field,
        value=value,
        remedy=f"Send a whole number from {least} to {MAX_QUANTITY}.",
    )


def check_rank(priority: int, due_ms: int | None, kind: type[PodherdError]) -> None:
    """Raise ``kind`` unless priority and due time are in range. A due time that has passed is
    fine: the order is late from the start."""
    if not 0 <= priority <= MAX_PRIORITY:
        raise kind(
            "priority out of range",
            field="priority",
            value=priority,
            remedy=f"Send 0 for an ordinary order, 1 to {MAX_PRIORITY} for a rush order.",
        )
    if due_ms is not None and not 0 <= due_ms <= MAX_TIME_MS:
        raise kind(
            "time out of range",
            field="due_ms",
            value=due_ms,
            remedy=f"Send whole milliseconds from 0 to {MAX_TIME_MS}.",
        )
