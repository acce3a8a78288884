"""Which names and keys from outside are fit to be kept."""

from planner.warehouse.errors import PodherdError

MAX_LENGTH = 100
MAX_QUANTITY = 1_000_000
"""Most pieces in one order line or stock record."""


def check_name(value: str, field: str, kind: type[PodherdError]) -> None:
    """Raise ``kind`` unless the name is 1 to 100 printable characters without outer spaces."""
    if 0 < len(value) <= MAX_LENGTH and value.isprintable() and value == value.strip():
        return
    raise kind(
        "not a usable name",
        field=field,
        value=value[:MAX_LENGTH],
        remedy=f"Send 1 to {MAX_LENGTH} printable characters without spaces at the ends.",
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
