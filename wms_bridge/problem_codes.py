"""Stable names of the kinds of error, as they stand in answers over HTTP."""

from collections.abc import Mapping

from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidAlarm,
    InvalidCount,
    InvalidIntervention,
    InvalidMessage,
    InvalidOrder,
    InvalidPolicy,
    InvalidReceipt,
    InvalidRule,
    InvalidSite,
    InvalidStock,
    InvalidStudy,
    LedgerImbalance,
    NotFound,
    PodherdError,
    TooLate,
    Unavailable,
    UnknownSite,
)
from wms_bridge.interventions.errors import StalePage
from wms_bridge.kpis.errors import InvalidShifts, InvalidWindow
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.recording.errors import InvalidMoment
from wms_bridge.tower.errors import InvalidException, InvalidStream, WhatIfBusy

INTERNAL_ERROR = "internal_error"

CODES: Mapping[type[PodherdError], str] = {
    InvalidOrder: "invalid_order",
    InvalidStock: "invalid_stock",
    InvalidReceipt: "invalid_receipt",
    InvalidCount: "invalid_count",
    InvalidAlarm: "invalid_alarm",
    InvalidIntervention: "invalid_intervention",
    StalePage: "stale_page",
    InvalidSite: "invalid_site",
    InvalidMessage: "invalid_message",
    InvalidRule: "invalid_rule",
    InvalidPolicy: "invalid_policy",
    InvalidShifts: "invalid_shifts",
    InvalidWindow: "invalid_window",
    InvalidAlarmPolicy: "invalid_alarm_policy",
    InvalidStream: "invalid_stream",
    InvalidException: "invalid_exception",
    InvalidStudy: "invalid_study",
    WhatIfBusy: "whatif_busy",
    InvalidMoment: "invalid_moment",
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
