"""``podherd epcis``: tell what EPCIS documents say."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis.event import Document, EpcisDocument, EpcisEvent, Quantity
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.read import MAX_BYTES, read_document
from wms_bridge.epcis.vocabulary import prefixes_of

app = typer.Typer(help="Read EPCIS 2.0 documents.", no_args_is_help=True)

_SHOWN = 3
_OBJECTS = (
    *("epcs", "child_epcs", "input_epcs", "output_epcs"),
    *("quantities", "child_quantities", "input_quantities", "output_quantities"),
)


@app.callback()
def _epcis() -> None:
    """Read EPCIS 2.0 documents."""


@app.command("read")
def read_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="JSON or JSON-LD.")],
    hashes: Annotated[bool, typer.Option("--hash", help="Tell the event hashes too.")] = False,
) -> None:
    """Tell what, when, where and why of the events in files; exit code 2 if any is refused."""
    wrong = False
    for file in files:
        try:
            document = read_document(_bytes_of(file))
        except InvalidMessage as error:
            typer.echo(f"{file}: {error}", err=True)
            wrong = True
            continue
        for line in _told(document, hashes):
            typer.echo(f"{file}: {line}" if not line.startswith(" ") else line)
    if wrong:
        raise typer.Exit(2)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidMessage(
            f"the file cannot be read: {error.strerror}", field=str(file), remedy="Name a file."
        ) from error


def _told(document: Document, hashes: bool) -> Iterator[str]:
    kind = "EPCISDocument" if isinstance(document, EpcisDocument) else "EPCISQueryDocument"
    number = len(document.events)
    kinds = Counter(type(event).__name__ for event in document.events)
    listed = ", ".join(f"{count} {name}" for name, count in sorted(kinds.items()))
    yield f"{kind}, {number} event{'' if number == 1 else 's'}" + (f": {listed}" if listed else "")
    prefixes = prefixes_of(document.context)
    for at, event in enumerate(document.events, start=1):
        action = getattr(event, "action", None)
        error = event.error_declaration
        yield "  " + _line(
            f"{at}. {type(event).__name__}",
            action,
            error and f"declared wrong at {error.declaration_time}",
            error and error.reason,
        )
        yield f"     what:  {_what(event)}"
        yield f"     when:  {event.event_time} (there {event.time_zone_offset})"
        yield f"     where: {_where(event)}"
        yield f"     why:   {_why(event)}"
        if hashes:
            yield f"     hash:  {event_hash(event, prefixes)}"


def _what(event: EpcisEvent) -> str:
    objects = {
        name: [_shown(each) for each in getattr(event, name, None) or ()] for name in _OBJECTS
    }
    parts = [_few(name.replace("_", " "), listed) for name, listed in objects.items() if listed]
    if event.sensor_elements:
        parts.append(f"sensor elements: {len(event.sensor_elements)}")
    parent = getattr(event, "parent_id", None)
    return _line(parent and f"in {parent}", *parts)


def _where(event: EpcisEvent) -> str:
    read, place = event.read_point, event.biz_location
    return _line(read and f"read at {read.id}", place and f"then in {place.id}")


def _why(event: EpcisEvent) -> str:
    listed = event.biz_transactions or ()
    part_of = [f"{each.type or 'part of'} {each.biz_transaction}" for each in listed]
    return _line(event.biz_step, event.disposition, *part_of)


def _few(name: str, listed: list[str]) -> str:
    more = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return f"{name}: {', '.join(listed[:_SHOWN])}{more}"


def _shown(what: str | Quantity) -> str:
    """An EPC as it is; of a class how much of it."""
    if isinstance(what, str):
        return what
    amount = "some" if what.quantity is None else f"{what.quantity:g}"
    return " ".join(filter(None, (amount, what.uom, what.epc_class)))


def _line(*parts: object) -> str:
    return "  ".join(str(part) for part in parts if part) or "-"
