"""Commands of the dispatcher, each done by its rule."""

from planner.warehouse.commands import (
    Command,
    RaiseAlarm,
    RouteLine,
    ShortenLine,
    ShowCounts,
    ShowPicks,
    ShowPuts,
    WithdrawPicks,
)
from planner.warehouse.errors import InvalidMessage, PodherdError
from wms_bridge.alarming import keep_alarm
from wms_bridge.counttasks import show_counts
from wms_bridge.picking import shorten_line, show_picks, withdraw_picks
from wms_bridge.ports.store import Writing
from wms_bridge.putting import show_puts
from wms_bridge.routing import route_line
from wms_bridge.shelves import Shelves


def take_command(
    tx: Writing, shelves: Shelves, command: Command, now_ms: int
) -> PodherdError | None:
    """Do what the dispatcher wants; what is wrong with it, if anything. Each rule checks everything
    before its first change, so a refused command leaves no trace."""
    try:
        _do(tx, shelves, command, now_ms)
    except PodherdError as error:
        return error
    return None


def _do(tx: Writing, shelves: Shelves, command: Command, now_ms: int) -> None:
    match command:
        case ShowPicks():
            show_picks(tx, shelves, command, now_ms)
        case ShowPuts():
            show_puts(tx, shelves, command, now_ms)
        case ShowCounts():
            show_counts(tx, shelves, command, now_ms)
        case WithdrawPicks():
            withdraw_picks(tx, command, now_ms)
        case ShortenLine():
            shorten_line(tx, command, now_ms)
        case RouteLine():
            route_line(tx, command, now_ms)
        case RaiseAlarm():
            keep_alarm(tx, command, now_ms)
        case _:
            raise InvalidMessage(
                "not a command for the bridge", field="type", value=type(command).__name__
            )
