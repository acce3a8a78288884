"""``podherd demo``: a whole shift over real processes, and whether it was a good one."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rich.console import Console

from planner.roadmap.geometry import checked_roadmap
from planner.warehouse.errors import PodherdError
from planner.warehouse.site import Site
from podherd_bringup import faults
from podherd_bringup.environment import find_workspace, free_domain_id, ros_environment
from podherd_bringup.faults import Injector, plan_faults
from podherd_bringup.gazebo import GazeboPlan
from podherd_bringup.offices import Office, TrytonOffice, WebhookOffice
from podherd_bringup.opening import ConsoleOpener
from podherd_bringup.programs import ROBOT_PREFIX, Wiring, floor_programs, free_port
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.screen import Screen
from podherd_bringup.shift import LiveShift, Progress
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.tryton_server import POSTGRESQL, SQLITE, TrytonPlan, find_root
from podherd_bringup.verdict import Verdict, judge, show
from podherd_world.pacer import parse_speed
from sim_worlds.gazebo.prefix import find_gazebo
from sim_worlds.gazebo.server import free_port as free_gazebo_port
from sim_worlds.picker import ArmParams
from sim_worlds.shift import (
    Shift,
    generated_shift,
    receiving,
    recorded_shift,
    with_arms,
    with_robots,
)
from sim_worlds.sites.catalogue import load_site
from wms_bridge.main import DEFAULT_PORT

_WORLDS = ("fast", "gazebo")
_WMSS = ("webhook", "tryton")


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """``robots`` None: those of the site. ``orders``: how many, or an order file (CSV) of which
    only ``day`` or the first ``limit`` are used. ``speed``: ``max`` or a factor of real time.
    ``receipts``: share (0 to 1) of the stock for the orders that comes in during the shift.
    ``arms``: pick stations with a robot arm; None: one, unless the site has but one station.
    ``wms``: ``webhook`` (a fake that is told) or ``tryton`` (a real one; ``tryton_db`` is
    ``sqlite`` or ``postgresql``, on the server at ``postgres`` or one of its own). With ``faults``
    things go wrong (:mod:`podherd_bringup.faults`); ``show_console`` opens it in a browser."""

    site: str = "small"
    robots: int | None = None
    orders: str = "200"
    speed: str = "max"
    seed: int = 1
    world: str = "fast"
    day: date | None = None
    limit: int | None = None
    short_slot_share: float = 0.02
    port: int = DEFAULT_PORT
    runs: Path = Path("var")
    receipts: float = 0.15
    arms: int | None = None
    wms: str = "webhook"
    tryton_db: str = SQLITE
    postgres: str = ""
    faults: bool = False
    show_console: bool = False

    def __post_init__(self) -> None:
        parse_speed(self.speed)
        _check_choice("world", self.world, _WORLDS)
        _check_choice("wms", self.wms, _WMSS)
        _check_choice("tryton_db", self.tryton_db, (SQLITE, POSTGRESQL))
        if self.orders == "0":
            raise PodherdError(
                "a shift needs orders",
                field="orders",
                value=self.orders,
                remedy="Ask for 1 or more.",
            )
        if self.faults and self.world != "fast":
            raise PodherdError(
                "robots that halt would hold up a world in lock-step",
                field="faults",
                value=self.world,
                remedy="Take the fast world.",
            )
        if not 0 <= self.receipts <= 1:
            raise PodherdError(
                "receipts is a share of the stock",
                field="receipts",
                value=self.receipts,
                remedy="Give 0 to 1, such as 0.15; 0 for a shift in which nothing comes in.",
            )


def _check_choice(field: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        kind = {"wms": "WMS", "tryton_db": "database"}.get(field, field)
        remedy = f"There are: {', '.join(known)}."
        raise PodherdError(f"no such {kind}", field=field, value=value, remedy=remedy)


def run_demo(settings: DemoSettings, console: Console) -> Verdict:
    """The shift from the first process to the verdict; no process outlives it."""
    plan = plan_of(settings)
    site = plan.site
    wiring = _wiring(settings, site)
    office = _office(settings, plan, wiring)
    wiring.folder.prepare(site, plan.stock)
    wiring.folder.domain.write_text(wiring.ros["ROS_DOMAIN_ID"])
    lines = sum(len(timed.order.lines) for timed in plan.orders)
    console.print(
        f"{site.name}: {len(site.robots)} robots, {len(site.stations)} stations, "
        f"{site.pod_count} pods; {len(plan.orders)} orders with {lines} lines, "
        f"{len(plan.receipts)} receipts, seed {settings.seed}"
    )
    console.print(f"console: {wiring.console_url}  (files: {wiring.folder.path})")
    with Supervisor(wiring.folder.logs) as supervisor, Screen(console) as screen:
        watchers = [screen.watch]
        if settings.faults:
            watchers.append(_injector(settings, wiring, supervisor, console).watch)
        if settings.show_console:
            watchers.append(ConsoleOpener(wiring.console_url).watch)

        def watch(progress: Progress) -> None:
            for watcher in watchers:
                watcher(progress)

        end = LiveShift(plan, wiring, watch, office=office).run(supervisor)
        supervisor.stop()
    verdict = judge(end, wiring.folder)
    show(verdict, console)
    return verdict


def _injector(
    settings: DemoSettings, wiring: Wiring, supervisor: Supervisor, console: Console
) -> Injector:
    programs = floor_programs(wiring, _site(settings))
    robots = [one.name for one in programs if one.name.startswith(ROBOT_PREFIX)]
    planned = plan_faults(robots, settings.seed, wms_goes=settings.wms == "webhook")
    return Injector(planned, wiring, supervisor, console.print)


def plan_of(settings: DemoSettings) -> Shift:
    """The shift that is asked for."""
    site = _site(settings)
    if settings.orders.isdecimal():
        plan = generated_shift(site, int(settings.orders), settings.seed)
    else:
        file, day, limit = Path(settings.orders), settings.day, settings.limit
        plan, _ = recorded_shift(site, file, settings.seed, day=day, limit=limit)
    return receiving(plan, settings.receipts)


def _site(settings: DemoSettings) -> Site:
    site = load_site(settings.site)
    if settings.robots is not None:
        site = with_robots(site, settings.robots)
    checked_roadmap(site)
    arms = settings.arms
    return with_arms(site, min(1, len(site.stations) - 1) if arms is None else arms)


def _wiring(settings: DemoSettings, site: Site) -> Wiring:
    if not (find_workspace() / "install").exists() and "ROS_DISTRO" not in os.environ:
        raise PodherdError(
            "the ROS 2 messages are not built",
            field="ros_ws/install",
            remedy="Run 'make setup', or 'colcon build' in ros_ws and source its setup file.",
        )
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{site.name}-seed{settings.seed}-{os.getpid()}"
    bridge_port = free_port(settings.port)
    return Wiring(
        folder=RunFolder((settings.runs / name).absolute()),
        bridge_port=bridge_port,
        wms_port=free_port(bridge_port + 1),
        speed=settings.speed,
        seed=settings.seed,
        short_slot_share=faults.SHORT_SLOT_SHARE if settings.faults else settings.short_slot_share,
        ros=ros_environment(os.environ, free_domain_id()),
        gazebo=_gazebo() if settings.world == "gazebo" else None,
        arm_failure_rate=faults.ARM_FAILURE_RATE if settings.faults else ArmParams().failure_rate,
    )


def _office(settings: DemoSettings, plan: Shift, wiring: Wiring) -> Office:
    if settings.wms == "webhook":
        return WebhookOffice(wiring, plan.stock)
    database, postgres = settings.tryton_db, settings.postgres
    tryton = TrytonPlan(find_root(), wiring.wms_port, database, postgres)
    return TrytonOffice(wiring, tryton, plan.site, plan.stock)


def _gazebo() -> GazeboPlan:
    """Raises :class:`GazeboUnavailable` where there is none."""
    return GazeboPlan(find_gazebo(), free_gazebo_port())
