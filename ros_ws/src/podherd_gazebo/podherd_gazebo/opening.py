"""Opens the world in Gazebo: from the node's parameters to floor, stock, people and the loop."""

from dataclasses import dataclass
from pathlib import Path

from rclpy.node import Node

from planner.codec.messages import decode, from_json
from planner.codec.sitefile import parse_site
from planner.warehouse.ids import RobotId, SlotId
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from podherd_gazebo.floor import GazeboFloor
from podherd_gazebo.journal import Entry, Journal
from podherd_gazebo.lockstep import PERIOD_MS, Gazebo, Lockstep, Patience
from podherd_gazebo.people import People
from podherd_gazebo.report import TrackLog, write_report
from podherd_gazebo.wire import RosWire
from podherd_ros.parameters import number, text, whole
from podherd_world.desk import BridgeDesk
from podherd_world.pacer import Pacer, parse_speed
from podherd_world.work import Work
from sim_worlds.faults import Faults, true_stock
from sim_worlds.picker import ArmParams
from sim_worlds.staff import Staff, StaffParams

_AFTER_RESTART_S = 3.0
"""Robots are waited for so long by a node that came after another one."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a world starts from; see :func:`read_settings`."""

    site: Site
    stock: dict[SlotId, int]
    bridge_url: str
    speed: float | None
    seed: int
    arm_failure_rate: float
    report: Path
    journal: Path
    port: int
    lidars: tuple[RobotId, ...]
    lidar_x_m: float
    lidar_m: float
    patience_s: float


def read_settings(node: Node) -> Opening:
    """The node's parameters. Raises :class:`PodherdError` on one that is missing or wrong."""
    site = parse_site(Path(text(node, "site", "path of the site file")).read_bytes())
    seed = whole(node, "seed", "seed of everything random in the world")
    share = number(node, "short_slot_share", "share of slots with less than the books say", least=0)
    books = decode(Path(text(node, "stock", "path of the opening stock (JSON)")).read_bytes())
    balances = from_json(books, tuple[Balance, ...])
    report = Path(text(node, "report", "path of the report to write at the end"))
    lidars = text(node, "lidars", "robots with a lidar, by commas; '-' for none")
    return Opening(
        site=site,
        stock=true_stock(balances, Faults(short_slot_share=share), seed),
        bridge_url=text(node, "bridge", "address of the bridge, such as http://127.0.0.1:8600"),
        speed=parse_speed(text(node, "speed", "max, or a factor of real time such as '10.0'")),
        seed=seed,
        arm_failure_rate=number(
            node, "arm_failure_rate", "share of tries at which an arm fails", least=0.0, most=1.0
        ),
        report=report,
        journal=report.with_name("world-journal.json"),
        port=whole(node, "gazebo_port", "port of the Gazebo master on this machine"),
        lidars=tuple(RobotId(name) for name in lidars.split(",") if name != "-"),
        lidar_x_m=number(node, "lidar_x_m", "where lidars sit on base_link's x axis", least=-9.0),
        lidar_m=number(node, "lidar_m", "how far lidars see", least=0.1),
        patience_s=number(node, "patience_s", "wall time an answer is waited for", least=0.01),
    )


class GazeboWorld:
    """Everything of one run, wired; ``node`` is where its topics are."""

    def __init__(self, opening: Opening, node: Node, gazebo: Gazebo):
        self._opening = opening
        self._gazebo = gazebo
        self._journal = Journal(opening.journal)
        before = self._journal.read(opening.seed)
        self.floor = GazeboFloor(opening.site, opening.seed)
        self._stock = dict(before.stock) if before else opening.stock
        self._people = self._hire(before)
        pacer = Pacer(PERIOD_MS, opening.speed)
        self.wire = RosWire(
            node,
            tuple(self.floor.robots),
            opening.lidars,
            opening.lidar_x_m,
            opening.lidar_m,
            self.floor.hear,
            pacer.planned,
        )
        if before:
            self._restore(before)
        patience = Patience(opening.patience_s)
        if before:
            patience = Patience(opening.patience_s, _AFTER_RESTART_S, settle_s=0.0)
        self._tracks = TrackLog(opening.report.with_name("tracks.jsonl"))
        self.loop = Lockstep(
            gazebo,
            self.floor,
            self._people,
            self.wire,
            pacer,
            self.remember,
            opening.lidars,
            patience,
        )

    def remember(self) -> None:
        """Write the journal, and where robots are."""
        floor, people = self.floor, self._people
        at_ms = self._gazebo.now_ms
        self._tracks.write(at_ms, floor.poses, floor.robots)
        self._journal.write(
            Entry(
                at_ms,
                self._opening.seed,
                floor.records,
                self._stock,
                people.untold,
                people.work.pieces_taken,
                people.work.pieces_put,
                people.work.refused,
                tuple(floor.violations),
                dict(floor.tracks.path),
                dict(floor.tracks.docking),
                floor.tracks.way_m,
            )
        )

    def close(self) -> None:
        """Write the report."""
        work, now_ms = self._people.work, self._gazebo.now_ms
        write_report(self._opening.report, self.floor, work, self.loop, now_ms)
        self._tracks.close()
        self.wire.close()

    def _hire(self, before: Entry | None) -> People:
        opening = self._opening
        arm = ArmParams(failure_rate=opening.arm_failure_rate)
        work = Work(Staff(opening.site, self._stock, StaffParams(arm=arm), opening.seed))
        if before:
            work.pieces_taken, work.pieces_put = before.pieces_taken, before.pieces_put
            work.refused = before.refused
        untold = before.untold if before else None
        return People(work, opening.site.stations, BridgeDesk(opening.bridge_url), untold)

    def _restore(self, entry: Entry) -> None:
        self.floor.restore(
            entry.at_ms, entry.robots, entry.violations, entry.path, entry.docking, entry.way_m
        )
