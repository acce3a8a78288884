"""``podherd drones fly``."""

from pathlib import Path

from typer.testing import CliRunner

from sim_worlds.drones.cli import app


def test_flights_over_a_small_site_are_told_and_drawn(tmp_path: Path) -> None:
    target = tmp_path / "flights.png"
    arguments = ["fly", "tiny", "--drones", "1", "--minutes", "3", "--draw", str(target)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "6 of 6 faces; 0 left, 0 of them out of reach" in done.output
    assert "incidents: 0" in done.output
    assert target.read_bytes().startswith(b"\x89PNG")


def test_more_drones_than_layers_are_refused_with_a_remedy() -> None:
    done = CliRunner().invoke(app, ["fly", "tiny", "--drones", "5", "--minutes", "1"])
    assert done.exit_code == 1
    assert "raise highest_m" in done.output


def test_a_drawing_needs_a_known_ending() -> None:
    done = CliRunner().invoke(app, ["fly", "tiny", "--draw", "flights.doc"])
    assert done.exit_code == 2
    assert "--draw" in done.output
