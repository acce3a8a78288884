"""Commands of the dispatcher, each done by its rule."""

from collections.abc import Sequence
from itertools import groupby

from planner.warehouse.commands import (
    AnswerIntervention,
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
from wms_bridge.alarms.raising import keep_alarms
from wms_bridge.counttasks import show_counts
from wms_bridge.interventions.following import take_answer
from wms_bridge.picking import shorten_line, show_picks, withdraw_picks
from wms_bridge.ports.store import Writing
from wms_bridge.putting import show_puts
from wms_bridge.routing import route_line
from wms_bridge.shelves import Shelves


def take_commands(
    tx: Writing, shelves: Shelves, commands: Sequence[Command], now_ms: int
) -> tuple[PodherdError | None, ...]:
    """Do what the dispatcher wants, in order; for each command what is wrong with it, if anything.
    Each rule checks everything before its first change, so a refused command leaves no trace.
    Alarms that come one after the other are kept together."""
    results: list[PodherdError | None] = []
    for are_alarms, some in groupby(commands, key=lambda command: isinstance(command, RaiseAlarm)):
        run = list(some)
        alarms = [command for command in run if isinstance(command, RaiseAlarm)]
        if are_alarms:
            keep_alarms(tx, alarms, now_ms)
            results += [None] * len(alarms)
        else:
            results += [_take(tx, shelves, command, now_ms) for command in run]
    return tuple(results)


def _take(tx: Writing, shelves: Shelves, command: Command, now_ms: int) -> PodherdError | None:
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
        case AnswerIntervention():
            take_answer(tx, command, now_ms)
        case _:
            raise InvalidMessage(
                "not a command for the bridge", field="type", value=type(command).__name__
            )
