"""The command ``podherd openapi``: write the contract of the bridge, or check it against an earlier
one."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from planner.codec.messages import decode
from wms_bridge.api.app import routed_app
from wms_bridge.api.catalogue import page
from wms_bridge.api.compatibility import breaks
from wms_bridge.api.contract import document

CONSOLE = Console(stderr=True)


def openapi(
    target: Annotated[Path | None, typer.Argument(help="File to write; else to stdout.")] = None,
    problems: Annotated[
        Path | None, typer.Option(help="Write the catalogue of problems (Markdown) here, too.")
    ] = None,
    compatible_with: Annotated[
        Path | None, typer.Option(help="An earlier contract; exit code 1 if this one breaks it.")
    ] = None,
) -> None:
    """Write the OpenAPI document of the bridge's HTTP interface."""
    text = published()
    if target is not None:
        target.write_text(text, encoding="utf-8")
    elif compatible_with is None:
        typer.echo(text, nl=False)
    if problems is not None:
        problems.write_text(page(), encoding="utf-8")
    if compatible_with is not None:
        _compare(decode(compatible_with.read_bytes()), json.loads(text))


def published() -> str:
    """The document as it stands in docs/reference/openapi.json."""
    return json.dumps(document(routed_app()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _compare(before: Any, now: Any) -> None:
    found = breaks(before, now)
    for one in found:
        CONSOLE.print(one, style="red", markup=False, highlight=False)
    if found:
        CONSOLE.print(
            f"{len(found)} changes break callers of the earlier contract", style="bold red"
        )
        raise typer.Exit(1)
    CONSOLE.print("Callers of the earlier contract are served as before.")
