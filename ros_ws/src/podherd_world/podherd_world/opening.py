"""Opens the world: from the node's parameters to floor, stock and people."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node

from planner.codec.messages import decode, encode, from_json
from planner.codec.sitefile import parse_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import PodId, SlotId, StationId
from planner.warehouse.site import Point, Site
from planner.warehouse.stock import Balance
from podherd_ros.parameters import number, text, whole
from podherd_world.desk import BridgeDesk
from podherd_world.pacer import Pacer, parse_speed
from podherd_world.terminal import Terminal
from podherd_world.world import Station, World
from sim_worlds.faults import Faults, true_stock
from sim_worlds.floor import Floor
from sim_worlds.picker import Picker

_PERIOD_MS = 500
"""The planning period: the world goes no further without the fleet."""
_FINE_MS = 100
"""Site time passes in these steps where people watch it at about real-time pace."""
_WATCHABLE = 5.0
"""Times real time."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a world starts from. ``stock`` is a JSON array of balances, what the books say; slots
    may hold less, as ``faults`` say."""

    site: Site
    stock: dict[SlotId, int]
    bridge_url: str
    speed: float | None
    seed: int
    report: Path

    def open(self, wake: Callable[[], None]) -> tuple[World, tuple[Terminal, ...]]:
        """The world and the terminals of its stations; ``wake`` is called when one has news."""
        stations: dict[StationId, Station] = {}
        terminals: list[Terminal] = []
        for place in self.site.stations:
            terminal = Terminal(place.id, lambda: BridgeDesk(self.bridge_url), wake)
            terminals.append(terminal)
            stations[place.id] = Station(Picker(place.id, self.stock, seed=self.seed), terminal)
        fast = self.speed is None or self.speed > _WATCHABLE
        chunk_ms = _PERIOD_MS if fast else _FINE_MS
        floor = Floor(self.site, _pod_places(self.site), seed=self.seed)
        return World(floor, stations, Pacer(_PERIOD_MS, self.speed), chunk_ms), tuple(terminals)

    def write_report(self, world: World, terminals: Sequence[Terminal]) -> None:
        """Site time, what the referee saw, people took and the bridge refused, as JSON."""
        referee = world.referee
        self.report.write_bytes(
            encode(
                {
                    "site_ms": world.now_ms,
                    "violations": referee.violations,
                    "counts": {kind.value: count for kind, count in referee.counts.items()},
                    "pieces_taken": world.pieces_taken,
                    "picks_refused": sum(terminal.refused for terminal in terminals),
                }
            )
        )


def read_settings(node: Node) -> Opening:
    """The node's parameters. Raises :class:`PodherdError` on one that is missing or wrong."""
    site = parse_site(Path(text(node, "site", "path of the site file")).read_bytes())
    seed = whole(node, "seed", "seed of everything random in the world")
    share = number(node, "short_slot_share", "share of slots with less than the books say", least=0)
    books = decode(Path(text(node, "stock", "path of the opening stock (JSON)")).read_bytes())
    balances = from_json(books, tuple[Balance, ...])
    return Opening(
        site=site,
        stock=true_stock(balances, Faults(short_slot_share=share), seed),
        bridge_url=text(node, "bridge", "address of the bridge, such as http://127.0.0.1:8600"),
        speed=parse_speed(text(node, "speed", "max, or a factor of real time such as '10.0'")),
        seed=seed,
        report=Path(text(node, "report", "path of the report to write at the end")),
    )


def _pod_places(site: Site) -> dict[PodId, Point]:
    roadmap = compile_roadmap(site)
    points = [(float(x_m), float(y_m)) for x_m, y_m in roadmap.xy_m]
    return {pod: points[roadmap.index[node]] for pod, node in roadmap.pods.items()}
