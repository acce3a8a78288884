"""Was it a good shift? Figures for people and a pass or fail for machines."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from planner.codec.messages import decode, from_json
from podherd_bringup.run_folder import RunFolder
from podherd_bringup.shift import Progress, ShiftEnd
from sim_worlds.referee import Violation
from sim_worlds.summary import kpi_rows
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.work import Tally


@dataclass(frozen=True, slots=True)
class Errors:
    """Distances (m) between where robots were and where they should have been."""

    count: int
    p50_m: float
    p99_m: float
    largest_m: float


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a world in lock-step went, and what its wall time went into."""

    ticks: int
    wall_s: float
    real_time_factor: float
    late: int
    parts_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WorldReport:
    """What the world wrote at its end; see :mod:`podherd_world.world_node`. The fields with a
    default are told by Gazebo only (:mod:`podherd_gazebo.report`)."""

    site_ms: int
    violations: tuple[Violation, ...]
    counts: Mapping[str, int]
    pieces_taken: int
    pieces_put: int
    refused: int
    path: Errors | None = None
    docking: Errors | None = None
    way_m: float = 0.0
    pods_off_m: float = 0.0
    pace: Pace | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """``complaints`` is empty after a good shift."""

    end: ShiftEnd
    world: WorldReport | None
    confirmed: int
    complaints: tuple[str, ...]


def judge(end: ShiftEnd, folder: RunFolder) -> Verdict:
    """The verdict, once all processes have ended; also written to ``result.json``."""
    world = _world(folder.world)
    confirmed = end.audit.orders if end.audit else _confirmed(folder.confirmations)
    verdict = Verdict(end, world, confirmed, tuple(_complaints(end, world, confirmed)))
    folder.result.write_text(json.dumps(_summary(verdict), indent=1) + "\n")
    return verdict


def _complaints(end: ShiftEnd, world: WorldReport | None, confirmed: int) -> list[str]:
    progress, complaints = end.progress, []
    if end.trouble:
        complaints.append(f"ended early: {end.trouble}")
    open_orders = progress.orders - progress.orders_completed
    if open_orders:
        complaints.append(f"{open_orders} orders neither complete nor explained")
    at_dock = progress.receipts - progress.receipts_put_away
    if at_dock:
        complaints.append(f"{at_dock} of {progress.receipts} receipts not put away")
    if confirmed != progress.orders:
        complaints.append(f"{confirmed} of {progress.orders} orders confirmed to the WMS")
    if not end.ledger.sound:
        complaints.append("the ledger does not balance")
    complaints += end.audit.complaints if end.audit else ()
    return complaints + _complaints_of_world(world, end.ledger)


def _complaints_of_world(world: WorldReport | None, ledger: LedgerReport) -> list[str]:
    if world is None:
        return ["the world left no report"]
    complaints = []
    if world.violations:
        complaints.append(f"{len(world.violations)} violations")
    if world.refused:
        complaints.append(f"the bridge refused {world.refused} picks and puts")
    if world.pieces_taken != ledger.pieces_picked:
        booked = f"{ledger.pieces_picked} are booked"
        complaints.append(f"{world.pieces_taken} pieces were taken, {booked}")
    if world.pieces_put != ledger.pieces_put_away:
        booked = f"{ledger.pieces_put_away} are booked"
        complaints.append(f"{world.pieces_put} pieces were put away, {booked}")
    return complaints


def show(verdict: Verdict, console: Console) -> None:
    """Print the figures and the verdict."""
    progress = verdict.end.progress
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in _rows(verdict):
        table.add_row(name, value)
    console.print(table)
    for complaint in verdict.complaints:
        console.print(f"[red]✗[/] {complaint}")
    if not verdict.complaints:
        hours = progress.site_ms / 3_600_000
        console.print(f"[green]✓[/] a good shift: {hours:.1f} h in {progress.wall_s:.0f} s")


def _rows(verdict: Verdict) -> list[tuple[str, str]]:
    end, world = verdict.end, verdict.world
    progress, ledger = end.progress, end.ledger
    counts, factor = progress.counts, progress.site_ms / 1000 / max(progress.wall_s, 1e-3)
    return [
        ("orders complete", f"{progress.orders_completed} of {progress.orders}"),
        ("of those short", str(counts.get(Tally.ORDERS_COMPLETED_SHORT, 0))),
        ("confirmed to the WMS", str(verdict.confirmed)),
        ("order lines", f"{counts.get(Tally.LINES_CLOSED, 0)} of {progress.lines}"),
        ("picks confirmed", str(counts.get(Tally.PICKS_CONFIRMED, 0))),
        *_rows_of_goods(progress),
        *(kpi_rows(progress.kpis) if progress.kpis else ()),
        ("collisions", str(len(world.violations)) if world else "unknown"),
        ("ledger", f"{'balanced' if ledger.sound else 'OUT OF BALANCE'}, {ledger.entries} entries"),
        *_rows_of_audit(end),
        ("processes restarted", str(progress.restarts)),
        ("speed", f"{factor:.0f} times real time"),
        *_rows_of_gazebo(world),
    ]


def _rows_of_goods(progress: Progress) -> list[tuple[str, str]]:
    if not progress.receipts:
        return []
    return [("goods put away", f"{progress.receipts_put_away} of {progress.receipts} receipts")]


def _rows_of_audit(end: ShiftEnd) -> list[tuple[str, str]]:
    """Two books and the shelves, side by side."""
    found = end.audit
    if found is None:
        return []
    equal = found.places - len(found.unequal)
    return [
        ("shipped in Tryton", f"{found.orders} of {end.progress.orders} orders"),
        ("put away in Tryton", f"{found.receipts} of {end.progress.receipts} receipts"),
        ("corrections booked in Tryton", str(found.adjusted)),
        ("Tryton = ledger = shelves", f"{equal} of {found.places} places, {found.pieces} pieces"),
        ("lost / twice", f"{len(found.lost)} / {len(found.twice)}"),
        ("shipped other than picked", str(len(found.wrongly_shipped))),
    ]


def _rows_of_gazebo(world: WorldReport | None) -> list[tuple[str, str]]:
    if world is None or world.path is None or world.docking is None or world.pace is None:
        return []
    pace = world.pace
    parts = ", ".join(f"{name} {spent:.1f}" for name, spent in pace.parts_s.items())
    return [
        ("path error p50 / p99 / worst", _in_mm(world.path)),
        ("docking error p50 / p99 / worst", _in_mm(world.docking)),
        ("pods off their spots", f"{world.pods_off_m * 1000:.0f} mm at most"),
        ("Gazebo in lock-step", f"{pace.real_time_factor:.1f} times real time"),
        ("wall time, s", parts),
    ]


def _in_mm(errors: Errors) -> str:
    figures = (errors.p50_m, errors.p99_m, errors.largest_m)
    return " / ".join(f"{figure * 1000:.1f}" for figure in figures) + f" mm ({errors.count})"


def _summary(verdict: Verdict) -> dict[str, object]:
    progress, world = verdict.end.progress, verdict.world
    return {
        "good": not verdict.complaints,
        "complaints": verdict.complaints,
        "site_s": progress.site_ms / 1000,
        "wall_s": round(progress.wall_s, 1),
        "restarts": progress.restarts,
        "counts": dict(progress.counts),
        "confirmed": verdict.confirmed,
        "ledger_sound": verdict.end.ledger.sound,
        "violations": dict(world.counts) if world else None,
        "kpis": asdict(progress.kpis) if progress.kpis else None,
        "wms": asdict(verdict.end.audit) if verdict.end.audit else None,
    }


def _world(report: Path) -> WorldReport | None:
    return from_json(decode(report.read_bytes()), WorldReport) if report.exists() else None


def _confirmed(log: Path) -> int:
    """Orders that the WMS was told about, each counted once."""
    lines = log.read_text().splitlines() if log.exists() else []
    told = (json.loads(line)["body"].get("order") for line in lines)
    return len({order for order in told if order is not None})
