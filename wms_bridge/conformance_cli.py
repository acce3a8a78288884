"""``podherd wms``: whether a WMS and its connector keep what the bridge rests on, and a proxy that
does harm."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from planner.warehouse.errors import InvalidMessage, PodherdError
from wms_bridge.conformance.case import Outcome, Verdict
from wms_bridge.conformance.faults import parse_plan
from wms_bridge.conformance.proxy import Endpoint, FaultProxy
from wms_bridge.conformance.report import summary, table_of, write_json, write_junit
from wms_bridge.conformance.running import (
    KitParams,
    KitReport,
    all_cases,
    chosen,
    run_kit,
    target_of,
)
from wms_bridge.ports.store import DeliveryFailed

_CONSOLE = Console(stderr=True)
_OUT = Console()
_MARKS = {Verdict.PASSED: "ok", Verdict.FAILED: "FAILED", Verdict.NOT_APPLICABLE: "n/a"}

wms_app = typer.Typer(help="Systems of record.", no_args_is_help=True)


@wms_app.command("conformance")
def conformance(
    url: Annotated[
        str,
        typer.Argument(help="tryton://…, odoo://…, rest+http://…?map=FILE, or hostile:"),
    ],
    clerk: Annotated[
        str, typer.Option(help="The address by which people work there, if it is another.")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="A case, or how its name begins; may come again.")
    ] = None,
    seed: Annotated[int, typer.Option(help="What the faults depend on.")] = 0,
    keep: Annotated[
        Path | None, typer.Option(help="Folder for the bridge's books of each case.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the report as JSON.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write the report as JUnit XML.")] = None,
    slots: Annotated[
        bool, typer.Option("--slots", help="The WMS keeps stock by slot, not by pod.")
    ] = False,
    patience: Annotated[
        float, typer.Option(min=0.1, help="How long messages may take (s), beside fences.")
    ] = 20.0,
) -> None:
    """Run the cases against a WMS; exit code 1 if one fails. It makes its own items, orders and
    stock there."""
    params = KitParams(tuple(only or ()), seed, keep is not None, keep, slots, patience)
    try:
        chosen(params.only)
        report = asyncio.run(_run(url, clerk, params))
    except (PodherdError, DeliveryFailed) as error:
        raise _failure(error) from error
    _report(report, json, junit)


@wms_app.command("cases")
def cases() -> None:
    """List the cases."""
    table = Table("case", "what it shows", "rule")
    for case in all_cases():
        table.add_row(case.name, case.shows, case.rule)
    _OUT.print(table)


@wms_app.command("proxy")
def proxy(
    listen: Annotated[int, typer.Argument(help="Port of this machine.")],
    target: Annotated[str, typer.Argument(help="host:port")],
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="delay=S, late=S, cut-up=BYTES, cut-down=BYTES, throttle=BYTES_PER_S, half-open, "
            "drop, duplicate or 503; may come again."
        ),
    ] = None,
    rate: Annotated[float, typer.Option(min=0, max=1, help="Share of requests it meets.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Which requests and faults depends on this.")] = 0,
) -> None:
    """Pass connections on, and do harm to some requests."""
    try:
        plan = parse_plan(fault or [], rate, seed)
        server = FaultProxy(_endpoint(target), plan, listen)
        asyncio.run(_serve(server))
    except (PodherdError, OSError) as error:
        raise _failure(error) from error
    except KeyboardInterrupt:
        pass
    for name, number in sorted(server.done.items()):
        _OUT.print(f"{name}: {number} of {server.requests} requests")


def _report(report: KitReport, json: Path | None, junit: Path | None) -> None:
    _OUT.print(table_of(report))
    _OUT.print(summary(report))
    if json is not None:
        write_json(report, json)
    if junit is not None:
        write_junit(report, junit)
    if not report.passed:
        raise typer.Exit(1)


async def _serve(server: FaultProxy) -> None:
    await server.start()
    _CONSOLE.print(f"127.0.0.1:{server.port} is open; end it with Ctrl-C")
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


async def _run(url: str, clerk: str, params: KitParams) -> KitReport:
    async with target_of(url, params.seed, clerk) as target:
        return await run_kit(target, params, _tell)


def _tell(outcome: Outcome) -> None:
    took = outcome.took_ms / 1000
    why = f": {outcome.reason[:300]}" if outcome.verdict is Verdict.FAILED else ""
    told = f"{_MARKS[outcome.verdict]:>6} {took:6.1f} s  {outcome.case.name}{why}"
    _CONSOLE.print(told, markup=False, highlight=False, soft_wrap=True)


def _endpoint(text: str) -> Endpoint:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65_536:
        raise InvalidMessage(
            "not a place to connect to", field="target", value=text, remedy="Write host:port."
        )
    return Endpoint(host.strip("[]"), int(port))


def _failure(error: Exception) -> typer.Exit:
    _CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
    return typer.Exit(2)
