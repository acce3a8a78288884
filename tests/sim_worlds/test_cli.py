"""``podherd simulate`` and ``podherd replay`` as a person types them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sim_worlds.cli import add_to


@pytest.fixture
def app() -> typer.Typer:
    found = typer.Typer()
    add_to(found)
    return found


def test_simulate_then_replay(app: typer.Typer, tmp_path: Path) -> None:
    log, result = tmp_path / "run.jsonl", tmp_path / "run.json"
    line = f"simulate --site tiny --orders 4 --seed 3 --log {log} --result {result}"
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code == 0, done.output
    assert "4 of 4" in done.output
    assert "balanced" in done.output
    figures = json.loads(result.read_text())
    assert figures["violations"] == 0
    again = CliRunner().invoke(app, ["replay", str(log)])
    assert again.exit_code == 0, again.output
    assert "the same commands" in again.output


def test_orders_from_a_file_with_a_bad_row(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,ts,sku,qty\n"
        "A,2011-12-01 08:00:00,22423,2\n"
        "B,2011-12-01 08:05:00,85123A,none\n"
        "C,2011-12-01 08:06:00,85123A,1\n"
    )
    done = CliRunner().invoke(app, ["simulate", "--site", "tiny", "--orders", str(file)])
    assert done.exit_code == 0, done.output
    assert "2 of 2" in done.output
    assert "row 3, qty" in done.output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("simulate --site nowhere --orders 3", "nowhere"),
        ("simulate --site tiny --orders missing.csv", "missing.csv"),
        ("simulate --site tiny --orders 3 --robots 0", "robots"),
        ("simulate --site tiny --orders 3 --short-slots 3", "short_slot_share"),
        ("replay missing.jsonl", "missing.jsonl"),
    ],
)
def test_bad_input_is_named(app: typer.Typer, line: str, says: str) -> None:
    done = CliRunner().invoke(app, line.split())
    assert done.exit_code in (1, 2)
    assert says in done.output
    assert "Traceback" not in done.output
