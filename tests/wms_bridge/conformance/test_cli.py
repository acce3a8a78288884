"""``podherd wms``."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.codec.messages import decode
from wms_bridge.conformance.running import all_cases
from wms_bridge.conformance_cli import wms_app

RUNNER = CliRunner()


def test_a_run_writes_its_reports_and_ends_with_0(tmp_path: Path) -> None:
    json, junit = tmp_path / "r.json", tmp_path / "r.xml"
    kept = tmp_path / "kept"
    result = RUNNER.invoke(
        wms_app,
        ["conformance", "hostile:", "--only", "check", "--only", "intake-new", "--json", str(json),
         "--junit", str(junit), "--keep", str(kept), "--seed", "5"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "3 cases: 3 passed" in result.output
    assert decode(json.read_bytes())["seed"] == 5
    assert junit.read_text().startswith("<?xml")
    assert (kept / "intake-new" / "bridge.db").exists()


def test_what_does_not_apply_alone_is_no_success() -> None:
    result = RUNNER.invoke(wms_app, ["conformance", "hostile:", "--only", "request-twice"])
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (["conformance", "nothing://x"], "no connector with a clerk"),
        (["conformance", "hostile:", "--only", "nonsense"], "no such case"),
        (["conformance", "rest+http://127.0.0.1:1/?map=podherd-fake&timeout_s=1"], "ConnectError"),
        (["proxy", "0", "nowhere"], "not a place to connect to"),
        (["proxy", "0", "127.0.0.1:1", "--fault", "eat"], "no such fault"),
    ],
)
def test_what_cannot_be_done_is_told_and_ends_with_2(told: list[str], said: str) -> None:
    result = RUNNER.invoke(wms_app, told)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_cases_are_listed() -> None:
    result = RUNNER.invoke(wms_app, ["cases"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert all(case.name in result.output for case in all_cases())
