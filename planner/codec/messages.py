"""Events, commands and other records of :mod:`planner.warehouse` to JSON and back.

An event or command becomes an object with its class name under ``type`` beside its fields;
tuples become arrays and enums their values. ``loads(dumps(x)) == x`` for everything here.
"""

from typing import Any, TypeVar, get_args

import msgspec

from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.events import Event

Record = TypeVar("Record")

_EVENTS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}
_COMMANDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Command)}


def to_json(record: object) -> Any:
    """Plain JSON-ready data (dicts, lists, strings, numbers) of any record."""
    return msgspec.to_builtins(record)


def from_json(data: Any, kind: type[Record]) -> Record:
    """A record of type ``kind`` from plain data; :class:`InvalidMessage` names the wrong field."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _not_valid(kind, error) from error


def event_to_json(event: Event) -> dict[str, Any]:
    """``{"type": "OrderReceived", ...}``."""
    return {"type": type(event).__name__, **msgspec.to_builtins(event)}


def command_to_json(command: Command) -> dict[str, Any]:
    """``{"type": "ShowPicks", ...}``."""
    return {"type": type(command).__name__, **msgspec.to_builtins(command)}


def event_from_json(data: Any) -> Event:
    """The event; :class:`InvalidMessage` on an unknown type or a wrong field."""
    event: Event = _tagged(data, _EVENTS, "event")
    return event


def command_from_json(data: Any) -> Command:
    """The command; :class:`InvalidMessage` on an unknown type or a wrong field."""
    command: Command = _tagged(data, _COMMANDS, "command")
    return command


def encode(data: Any) -> bytes:
    """Compact JSON bytes of records or plain data, keys in declaration order."""
    return msgspec.json.encode(data)


def decode(raw: bytes | str) -> Any:
    """Plain data of JSON bytes; :class:`InvalidMessage` if it is not JSON."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error


def decode_as(raw: bytes | str, kind: type[Record]) -> Record:
    """A record of type ``kind`` of JSON bytes, as ``from_json(decode(raw), kind)`` but at once, for
    what is large and comes often; :class:`InvalidMessage` as these raise it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _not_valid(kind, error) from error
    except msgspec.DecodeError as error:
        raise InvalidMessage(f"not JSON: {error}") from error


def _not_valid(kind: type[Any], error: Exception) -> InvalidMessage:
    return InvalidMessage(
        f"not a valid {kind.__name__}: {error}", remedy="See docs/reference/formats.md."
    )


def _tagged(data: Any, kinds: dict[str, type[Any]], what: str) -> Any:
    named = data.get("type") if isinstance(data, dict) else None
    if not isinstance(named, str) or named not in kinds:
        found = data.get("type") if isinstance(data, dict) else data
        raise InvalidMessage(
            f"unknown {what}", field="type", value=found, remedy=f"Known: {', '.join(kinds)}."
        )
    kind = kinds[data["type"]]
    return from_json({key: value for key, value in data.items() if key != "type"}, kind)
