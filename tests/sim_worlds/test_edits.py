"""Rules edited in the course of a shift."""

from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from planner.codec.messages import decode, encode, event_to_json
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.events import PolicySet, RuleCleared, RuleSet
from planner.warehouse.flows import Flow, RoutingPolicy, When
from planner.warehouse.flows import FlowRule as Rule
from planner.warehouse.ids import RuleId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Direction, Site
from sim_worlds.cli import add_to
from sim_worlds.edited import run_edited, trial
from sim_worlds.edits import TimedEdit, random_edits, read_edits
from sim_worlds.eventlog import EventLogWriter, Header, read_log, replay
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.records.work import OrderQuery

PIECE = ((2.0, 8.0), (28.0, 8.0), (28.0, 8.8), (2.0, 8.8))


def two_way() -> Site:
    site = load_site("small")
    return replace(site, aisles=tuple(replace(a, direction=Direction.BOTH) for a in site.aisles))


def test_twenty_edits_are_obeyed_at_once_without_collisions() -> None:
    """The scenario of the issue on a small site and a short shift."""
    found = trial(generated_shift(two_way(), 5, seed=1), edits=20, seed=1, until_ms=200_000)
    edited = found.edited
    assert edited.applied >= 12
    assert edited.edges > 300
    assert edited.breaches == ()
    assert edited.outcome.violations == ()
    assert edited.outcome.unfinished == ()
    assert edited.outcome.ledger.sound
    assert edited.outcome.kpis.lines_picked == found.alone.kpis.lines_picked
    assert found.retained > 0.5


def test_refused_edits_are_told_and_the_shift_goes_on() -> None:
    rule = FloorRule(RuleId("r"), RuleKind.SPEED_LIMIT, PIECE, max_speed_mps=0.0)
    edits = (TimedEdit(1000, RuleSet(rule)), TimedEdit(2000, RuleCleared(RuleId("r"))))
    found = run_edited(replace(generated_shift(load_site("tiny"), 2, seed=1), edits=edits))
    assert found.applied == 0
    assert [text.partition(":")[0] for text in found.outcome.refused_edits] == [
        "max_speed_mps",
        "rule",
    ]
    assert found.outcome.unfinished == ()


def test_lines_routed_elsewhere_are_told_to_the_wms_and_orders_end_complete() -> None:
    small = Rule("one or two pieces", When(quantity=None, full_cases=None), Flow.FIXED_PICK_FACE)
    policy = RoutingPolicy(1, Flow.GOODS_TO_PERSON, (small,))
    shift = generated_shift(load_site("tiny"), 3, seed=1)
    run = ShiftRun(replace(shift, edits=(TimedEdit(0, PolicySet(policy)),)))
    while not run.done:
        run.tick()
    orders = run.bridge.orders(OrderQuery())
    assert {record.status.value for record in orders} == {"complete"}
    assert run.outcome().unfinished == ()
    assert run.outcome().kpis.lines_picked == 0
    lines = sum(len(timed.order.lines) for timed in shift.orders)
    with run.bridge.store.reading() as tx:
        assert tx.backlog() == lines + len(orders)


def test_the_log_of_an_edited_shift_replays_to_the_same_commands(tmp_path: Path) -> None:
    site = two_way()
    log = tmp_path / "shift.jsonl"
    shift = replace(
        generated_shift(site, 2, seed=3), edits=random_edits(site, 10, seed=3, until_ms=60_000)
    )
    with EventLogWriter(log, Header.of(site, shift.dispatch)) as writer:
        run = ShiftRun(shift, writer)
        while not run.done:
            run.tick()
    assert run.edits_applied > 5
    header, ticks = read_log(log)
    again = replay(header.dispatcher(), ticks)
    assert again.state.rules == run.state.rules
    assert again.ticks == run.ticks


def test_edits_are_read_from_a_file(tmp_path: Path) -> None:
    edits = random_edits(load_site("tiny"), 12, 4, 60_000)
    path = tmp_path / "edits.jsonl"
    rows = [encode({"at_ms": t.at_ms, "event": event_to_json(t.edit)}) for t in edits]
    path.write_bytes(b"\n".join(rows) + b"\n\n")
    assert read_edits(path) == edits
    assert random_edits(load_site("tiny"), 12, 5, 60_000) != edits


def test_a_shift_with_edits_from_the_command_line(tmp_path: Path) -> None:
    edits, figures = tmp_path / "edits.jsonl", tmp_path / "figures.json"
    good = FloorRule(RuleId("slow"), RuleKind.SPEED_LIMIT, PIECE, max_speed_mps=0.3)
    bad = replace(good, max_speed_mps=0.0)
    rows = [{"at_ms": 0, "event": event_to_json(RuleSet(rule))} for rule in (good, bad)]
    edits.write_bytes(b"\n".join(encode(row) for row in rows))
    app = typer.Typer()
    add_to(app)
    asked = ["simulate", "--site", "tiny", "--orders", "1", "--edits", str(edits)]
    result = CliRunner().invoke(app, [*asked, "--result", str(figures)])
    assert result.exit_code == 0, result.output
    assert "an edit was refused: max_speed_mps" in " ".join(result.output.split())
    assert len(decode(figures.read_bytes())["refused_edits"]) == 1
    edits.write_text("no edit")
    assert CliRunner().invoke(app, asked).exit_code == 2


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        '{"at_ms": 1}',
        '{"event": {}}',
        "no",
        '{"at_ms": 1, "event": {"type": "NodesOpened", "closure": "x"}}',
    ],
)
def test_a_line_that_is_no_edit_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "edits.jsonl"
    path.write_text(line)
    with pytest.raises(InvalidMessage):
        read_edits(path)
    with pytest.raises(InvalidMessage):
        read_edits(tmp_path / "none.jsonl")
