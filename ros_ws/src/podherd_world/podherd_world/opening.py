"""Opens the world: from the node's parameters to floor, stock, people and arms."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node

from planner.codec.messages import decode, encode, from_json
from planner.codec.sitefile import parse_site
from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import PodId, SlotId
from planner.warehouse.site import Point, Site, StationRole
from planner.warehouse.stock import Balance
from podherd_ros.parameters import number, text, whole
from podherd_world.desk import BridgeDesk
from podherd_world.pacer import Pacer, parse_speed
from podherd_world.terminal import Terminal
from podherd_world.world import World
from sim_worlds.faults import Faults, true_stock
from sim_worlds.floor import Floor
from sim_worlds.picker import ArmParams
from sim_worlds.staff import Staff, StaffParams

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
    arm_failure_rate: float
    report: Path

    def open(self, wake: Callable[[], None]) -> tuple[World, tuple[Terminal, ...]]:
        """The world and the terminals of its stations; ``wake`` is called when one has news."""
        arm = ArmParams(failure_rate=self.arm_failure_rate)
        staff = Staff(self.site, self.stock, StaffParams(arm=arm), self.seed)
        puts = staff.put_stations

        def desk() -> BridgeDesk:
            return BridgeDesk(self.bridge_url)

        terminals = {
            place.id: Terminal(
                place.id,
                desk,
                wake,
                puts=place.id in puts,
                counts=StationRole.PICK in place.roles,
            )
            for place in self.site.stations
        }
        fast = self.speed is None or self.speed > _WATCHABLE
        chunk_ms = _PERIOD_MS if fast else _FINE_MS
        floor = Floor(self.site, _pod_places(self.site), seed=self.seed)
        pacer = Pacer(_PERIOD_MS, self.speed)
        return World(floor, staff, terminals, pacer, chunk_ms), tuple(terminals.values())

    def write_report(self, world: World) -> None:
        """Site time, what the referee saw, what was taken and put away, what the bridge refused,
        and what lies in the slots, as JSON."""
        world.hear()
        referee, work = world.referee, world.work
        self.report.write_bytes(
            encode(
                {
                    "site_ms": world.now_ms,
                    "violations": referee.violations,
                    "counts": {kind.value: count for kind, count in referee.counts.items()},
                    "pieces_taken": work.pieces_taken,
                    "pieces_put": work.pieces_put,
                    "refused": work.refused,
                    "shelves": self.stock,
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
        arm_failure_rate=number(
            node, "arm_failure_rate", "share of tries at which an arm fails", least=0.0, most=1.0
        ),
        report=Path(text(node, "report", "path of the report to write at the end")),
    )


def _pod_places(site: Site) -> dict[PodId, Point]:
    roadmap = compile_roadmap(site)
    points = [(float(x_m), float(y_m)) for x_m, y_m in roadmap.xy_m]
    return {pod: points[roadmap.index[node]] for pod, node in roadmap.pods.items()}
