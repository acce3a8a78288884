"""``podherd rules`` and ``podherd policy``: rules of the floor and the routing policy of a bridge
that runs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from planner.codec.messages import decode
from planner.codec.rulefile import policy_from_json
from planner.warehouse.errors import InvalidPolicy, InvalidRule, PodherdError
from planner.warehouse.flows import RoutingPolicy
from planner.warehouse.ids import NodeId, RuleId, Sku
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Point
from planner.warehouse.view import RobotActivity
from wms_bridge.client import BridgeClient
from wms_bridge.main import DEFAULT_PORT

CONSOLE = Console(stderr=True)
_OUT = Console(highlight=False, soft_wrap=True)
_LOCAL = f"http://127.0.0.1:{DEFAULT_PORT}"

rules_app = typer.Typer(help="Rules of the floor.", no_args_is_help=True)
policy_app = typer.Typer(help="The routing policy.", no_args_is_help=True)

ApiKey = Annotated[
    str | None, typer.Option(envvar="PODHERD_API_KEY", help="Key of the bridge, if it has one.")
]
Url = Annotated[str, typer.Option(help="Where the bridge is.")]


@rules_app.command("set")
def set_rule(
    rule: Annotated[str, typer.Argument(help="What to call the rule.")],
    kind: Annotated[RuleKind, typer.Option(help="What it says.")],
    area: Annotated[str, typer.Option(help='Corners: "3,9 11,9 11,12.6 3,12.6" (metres).')] = "",
    node: Annotated[list[str] | None, typer.Option(help="A node; may come again.")] = None,
    heading: Annotated[float | None, typer.Option(help="Of a one-way (radians from +x).")] = None,
    speed: Annotated[float | None, typer.Option(help="Of a speed limit (m/s).")] = None,
    priority: Annotated[int | None, typer.Option(help="From 1; 0 is what others have.")] = None,
    sku: Annotated[str | None, typer.Option(help="Priority of orders with this SKU.")] = None,
    orders: Annotated[str | None, typer.Option(help="Of orders whose id begins so.")] = None,
    trips: Annotated[RobotActivity | None, typer.Option(help="Of robots that do this.")] = None,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Have a rule in force; it replaces the one of the same name."""
    try:
        wanted = FloorRule(
            rule=RuleId(rule),
            kind=kind,
            area_m=_corners(area),
            nodes=tuple(NodeId(name) for name in node or ()),
            heading_rad=heading,
            max_speed_mps=speed,
            priority=priority,
            sku=None if sku is None else Sku(sku),
            orders=orders,
            trips=trips,
        )
        BridgeClient(url, api_key).set_rule(wanted)
    except PodherdError as error:
        raise _failure(error) from error
    _OUT.print(f"{rule} is in force")


@rules_app.command("list")
def list_rules(url: Url = _LOCAL, api_key: ApiKey = None) -> None:
    """Show the rules in force."""
    try:
        found = BridgeClient(url, api_key).rules()
    except PodherdError as error:
        raise _failure(error) from error
    table = Table("rule", "kind", "what", "where")
    for record in found:
        table.add_row(record.rule.rule, record.rule.kind, _what(record.rule), _where(record.rule))
    _OUT.print(table)


@rules_app.command("clear")
def clear_rule(
    rule: Annotated[str, typer.Argument(help="Name of the rule.")],
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """End a rule."""
    try:
        BridgeClient(url, api_key).clear_rule(RuleId(rule))
    except PodherdError as error:
        raise _failure(error) from error
    _OUT.print(f"{rule} is over")


@policy_app.command("set")
def set_policy(
    file: Annotated[Path, typer.Argument(help="Policy file (JSON).")],
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Have the policy of a file in force."""
    try:
        record = BridgeClient(url, api_key).set_policy(read_policy(file))
    except PodherdError as error:
        raise _failure(error) from error
    _OUT.print(f"policy version {record.policy.version} is in force")


@policy_app.command("check")
def check(file: Annotated[Path, typer.Argument(help="Policy file (JSON).")]) -> None:
    """Tell whether a file holds a policy that can be used; no bridge is asked."""
    try:
        policy = read_policy(file)
    except PodherdError as error:
        raise _failure(error) from error
    _OUT.print(f"{len(policy.rules)} rules, else {policy.default}: version {policy.version}")


@policy_app.command("show")
def show(url: Url = _LOCAL, api_key: ApiKey = None) -> None:
    """Show the policy in force."""
    try:
        record = BridgeClient(url, api_key).policy()
    except PodherdError as error:
        raise _failure(error) from error
    table = Table("rule", "flow", title=f"Policy version {record.policy.version}")
    for rule in record.policy.rules:
        table.add_row(rule.name, rule.flow)
    table.add_row("(else)", record.policy.default)
    _OUT.print(table)


def read_policy(path: Path) -> RoutingPolicy:
    """The policy in a file; :class:`InvalidPolicy` if there is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidPolicy(
            f"the file cannot be read: {error.strerror}", field=str(path)
        ) from error
    return policy_from_json(decode(raw))


def _corners(text: str) -> tuple[Point, ...]:
    try:
        pairs = [corner.split(",") for corner in text.split()]
        return tuple((float(x), float(y)) for x, y in pairs)
    except ValueError as error:
        raise InvalidRule(
            "not corners", field="area", value=text, remedy='Write "x,y x,y x,y" in metres.'
        ) from error


def _what(rule: FloorRule) -> str:
    whose = rule.sku or rule.orders or rule.trips
    named = {
        "heading_rad": rule.heading_rad,
        "max_speed_mps": rule.max_speed_mps,
        "priority": rule.priority,
        "of": None if whose is None else str(whose),
    }
    return ", ".join(f"{name} {value}" for name, value in named.items() if value is not None)


def _where(rule: FloorRule) -> str:
    corners = " ".join(f"{x:g},{y:g}" for x, y in rule.area_m)
    return " ".join(part for part in (corners, *rule.nodes[:5]) if part)


def _failure(error: Exception) -> typer.Exit:
    CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
    return typer.Exit(1)
