"""``podherd trace``: ask a bridge that runs where things are, where they were and how they came
there."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from planner.warehouse.errors import InvalidMessage, PodherdError
from wms_bridge.connection import Connection, Param
from wms_bridge.main import DEFAULT_PORT
from wms_bridge.traces.answers import Subject

CONSOLE = Console(stderr=True)
_OUT = Console(highlight=False, soft_wrap=True)
_LOCAL = f"http://127.0.0.1:{DEFAULT_PORT}"

trace_app = typer.Typer(help="Where things are and were.", no_args_is_help=True)

ApiKey = Annotated[
    str | None, typer.Option(envvar="PODHERD_API_KEY", help="Key of the bridge, if it has one.")
]
Url = Annotated[str, typer.Option(help="Where the bridge is.")]
What = Annotated[Subject, typer.Argument(help="What is traced.")]
Called = Annotated[str, typer.Argument(help="Its name: GS1 code, lot, SKU, pod or order.")]
At = Annotated[str | None, typer.Option("--at", help="Then: ISO 8601 or ms since 1970 UTC.")]
OfSku = Annotated[str | None, typer.Option("--sku", help="Of a plain serial, or of a lot.")]


@trace_app.command("where")
def where(
    what: What,
    name: Called,
    at: At = None,
    sku: OfSku = None,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Tell where something is, or was."""
    answer = _asked("where", what, name, at, sku, url, api_key)
    for line in _told(answer):
        _OUT.print(line, markup=False)


@trace_app.command("history")
def history(
    what: What,
    name: Called,
    at: At = None,
    sku: OfSku = None,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Tell how something came to where it is, or was; of a lot where it went."""
    answer = _asked("history", what, name, at, sku, url, api_key)
    for step in answer["path"]:
        place = step["pack"] or (step["seat"] or {}).get("account", "")
        with_pack = f" (in {step['with_pack']})" if step["with_pack"] else ""
        named = [f"{key} {step[key]}" for key in ("order", "station", "robot") if step[key]]
        by = ", ".join([step["cause"], *named])
        line = f"{_time(step['at_ms'])} {step['what']} to {place}{with_pack} by {by}"
        _OUT.print(line, markup=False)
    for title, flows in (("from", answer["came_from"]), ("to", answer["went_to"])):
        for flow in flows:
            pieces = f"{flow['quantity']} pieces, {flow['serials']} serials"
            _OUT.print(f"{title} {flow['seat']['account']}: {pieces} ({flow['cause']})")
    for line in _told(answer["then"]):
        _OUT.print(line, markup=False)


def _asked(
    path: str,
    what: Subject,
    name: str,
    at: str | None,
    sku: str | None,
    url: str,
    api_key: str | None,
) -> Any:
    params: dict[str, Param] = {what.value: name}
    if sku is not None:
        params["sku"] = sku
    try:
        if at is not None:
            params["at_ms"] = _moment(at)
        connection = Connection(url, api_key)
        try:
            return connection.get(f"/v1/traces/{path}", params)
        finally:
            connection.close()
    except PodherdError as error:
        CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
        raise typer.Exit(1) from error


def _told(answer: Any) -> list[str]:
    """Lines that say where something is."""
    lines = []
    thing = answer["thing"]
    if thing is not None:
        packs = "".join(f" in {pack}" for pack in thing["packs"])
        since = f"since {_time(thing['since_ms'])} by {thing['cause']}"
        lines.append(f"{thing['name']}{packs} at {thing['seat']['account']} {since}")
    for held in answer["stock"]:
        lot = f" of lot {held['lot_code'] or held['lot']}" if held["lot"] else ""
        lines.append(f"{held['quantity']} {held['sku']}{lot} at {held['seat']['account']}")
    lines += [f"{each['count']} serials at {each['seat']['account']}" for each in answer["serials"]]
    lines += [f"inside: {name}" for name in answer["inside"]]
    lines += [f"{each['quantity']} {each['what']} in {each['pack']}" for each in answer["contents"]]
    return [*lines, "..."] if answer["more"] else lines


def _moment(text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidMessage(
            "not a time", field="--at", value=text, remedy="Send 2026-11-30T08:15+01:00 or ms."
        ) from error
    return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)


def _time(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
