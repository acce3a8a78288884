"""Stable names of the kinds of error, as they stand in answers over HTTP."""

from collections.abc import Mapping

from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidAlarm,
    InvalidCount,
    InvalidMessage,
    InvalidOrder,
    InvalidPolicy,
    InvalidReceipt,
    InvalidRule,
    InvalidSite,
    InvalidStock,
    LedgerImbalance,
    NotFound,
    PodherdError,
    TooLate,
    Unavailable,
    UnknownSite,
)
from wms_bridge.kpis.errors import InvalidShifts, InvalidWindow

INTERNAL_ERROR = "internal_error"

CODES: Mapping[type[PodherdError], str] = {
    InvalidOrder: "invalid_order",
    InvalidStock: "invalid_stock",
    InvalidReceipt: "invalid_receipt",
    InvalidCount: "invalid_count",
    InvalidAlarm: "invalid_alarm",
    InvalidSite: "invalid_site",
    InvalidMessage: "invalid_message",
    InvalidRule: "invalid_rule",
    InvalidPolicy: "invalid_policy",
    InvalidShifts: "invalid_shifts",
    InvalidWindow: "invalid_window",
    NotFound: "not_found",
    UnknownSite: "unknown_site",
    Unavailable: "unavailable",
    TooLate: "too_late",
    IdempotencyConflict: "idempotency_conflict",
    LedgerImbalance: "ledger_imbalance",
}


def code_of(error: PodherdError) -> str:
    """The stable name of a kind of error."""
    return CODES.get(type(error), INTERNAL_ERROR)


def kind_of(code: str) -> type[PodherdError]:
    """The kind of error with this name; :class:`PodherdError` for any other name."""
    return next((kind for kind, name in CODES.items() if name == code), PodherdError)
