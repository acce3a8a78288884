"""A run of the kit as a table, as JSON and as JUnit XML."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.table import Table

from planner.codec.messages import encode
from wms_bridge.conformance.case import Outcome, Verdict
from wms_bridge.conformance.running import KitReport

_COLOURS = {Verdict.PASSED: "green", Verdict.FAILED: "red", Verdict.NOT_APPLICABLE: "yellow"}


@dataclass(frozen=True, slots=True)
class Row:
    """A case as it stands in the JSON file."""

    case: str
    shows: str
    rule: str
    verdict: Verdict
    reason: str
    took_ms: int
    faults: int


def row_of(outcome: Outcome) -> Row:
    """An outcome, flat."""
    case = outcome.case
    return Row(
        case.name,
        case.shows,
        case.rule,
        outcome.verdict,
        outcome.reason,
        outcome.took_ms,
        outcome.faults,
    )


def table_of(report: KitReport) -> Table:
    """For people."""
    table = Table(title=f"{report.target}: {report.version}, fence {report.fence_ms / 1000:g} s")
    for name in ("case", "what it shows", "", "s", "faults", "why"):
        table.add_column(name, justify="right" if name in ("s", "faults") else "left")
    for row in map(row_of, report.outcomes):
        verdict = f"[{_COLOURS[row.verdict]}]{row.verdict}[/]"
        took, faults = f"{row.took_ms / 1000:.1f}", str(row.faults or "")
        table.add_row(row.case, row.shows, verdict, took, faults, _plain(row.reason[:300]))
    return table


def summary(report: KitReport) -> str:
    """In one line."""
    counts = ", ".join(f"{report.count(verdict)} {verdict}" for verdict in Verdict)
    faults = sum(outcome.faults for outcome in report.outcomes)
    return f"{len(report.outcomes)} cases: {counts}; {faults} faults by the proxy"


def write_json(report: KitReport, path: Path) -> None:
    """For programs."""
    told = {
        "format": "podherd-conformance/1",
        "target": report.target,
        "version": report.version,
        "fence_ms": report.fence_ms,
        "seed": report.seed,
        **{str(verdict).replace(" ", "_"): report.count(verdict) for verdict in Verdict},
        "cases": [row_of(outcome) for outcome in report.outcomes],
    }
    path.write_bytes(encode(told) + b"\n")


def write_junit(report: KitReport, path: Path) -> None:
    """For CI: what does not apply is skipped."""
    took = sum(outcome.took_ms for outcome in report.outcomes)
    suite = ET.Element(
        "testsuite",
        name=f"podherd wms conformance {report.target}",
        tests=str(len(report.outcomes)),
        failures=str(report.count(Verdict.FAILED)),
        skipped=str(report.count(Verdict.NOT_APPLICABLE)),
        time=f"{took / 1000:.3f}",
    )
    for row in map(row_of, report.outcomes):
        case = ET.SubElement(
            suite,
            "testcase",
            classname="podherd.wms.conformance",
            name=row.case,
            time=f"{row.took_ms / 1000:.3f}",
        )
        if row.verdict is Verdict.FAILED:
            failure = ET.SubElement(case, "failure", message=_printable(row.shows))
            failure.text = _printable(row.reason)
        elif row.verdict is Verdict.NOT_APPLICABLE:
            ET.SubElement(case, "skipped", message=_printable(row.reason))
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _printable(text: str) -> str:
    """XML knows no control characters."""
    return "".join(character if character.isprintable() else " " for character in text)
