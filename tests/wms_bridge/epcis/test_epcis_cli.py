"""``podherd epcis`` on the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.epcis.cli import app
from wms_bridge.epcis.counting import (
    CountedSlot,
    SlotStock,
    declare_error,
    document,
    events_of_count,
)
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.naming import EpcisSite

RUN = CliRunner()
SITE = EpcisSite(base="urn:example:hall-2", owner="urn:example:goods")
COUNT = CountedSlot(
    SlotId("S1"),
    "C-88",
    SlotStock(Sku("milk"), 5),
    SlotStock(Sku("milk"), 3),
    1_700_000_000_123,
    frozenset((EvidenceKind.CAMERA,)),
    ("sha-256;9f86d081",),
)


@pytest.fixture
def made() -> EpcisEvent:
    return events_of_count(COUNT, SITE)[0]


def written(folder: Path, *events: EpcisEvent) -> str:
    file = folder / "count.jsonld"
    file.write_text(json.dumps(document(events, 1_700_000_000_500)))
    return str(file)


def test_what_when_where_and_why_in_a_line_each(tmp_path: Path, made: EpcisEvent) -> None:
    wrong = declare_error(made, 1_700_000_001_000, SITE)
    file = written(tmp_path, made, wrong)
    result = RUN.invoke(app, ["read", file])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[:6] == [
        f"{file}: EPCISDocument, 2 events: 2 ObjectEvent",
        "  1. ObjectEvent  OBSERVE",
        "     what:  quantities: 3 urn:example:goods:class:milk",
        "     when:  2023-11-14T22:13:20.123+00:00 (there +00:00)",
        "     where: read at urn:example:hall-2:loc:S1  then in urn:example:hall-2:loc:S1",
        "     why:   cycle_counting  mismatch_quantity  "
        "urn:podherd:epcis:count urn:example:hall-2:bt:C-88",
    ]
    assert "declared wrong at 2023-11-14T22:13:21.000+00:00  incorrect_data" in lines[6]


def test_hashes_are_the_ids(tmp_path: Path, made: EpcisEvent) -> None:
    result = RUN.invoke(app, ["read", "--hash", written(tmp_path, made)])
    assert result.output.splitlines()[-1] == f"     hash:  {made.event_id}"


def test_files_that_are_refused_are_told_and_the_others_all_the_same(
    tmp_path: Path, made: EpcisEvent
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"type": "EPCISDocument"}')
    result = RUN.invoke(app, ["read", str(bad), str(tmp_path / "none"), written(tmp_path, made)])
    assert result.exit_code == 2
    first, second = result.stderr.splitlines()
    assert first.startswith(f"{bad}: @context: missing")
    assert "the file cannot be read" in second
    assert "1 event: 1 ObjectEvent" in result.stdout


@pytest.mark.shared
def test_all_official_examples_are_told(shared_data: Path) -> None:
    files = sorted((shared_data / "epcis" / "gs1_draft_repo" / "examples").rglob("*.jsonld"))
    result = RUN.invoke(app, ["read", "--hash", *map(str, files)])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert sum("Document, " in line for line in lines) == 47
    assert sum(line.startswith("     hash:  ni:///sha-256;") for line in lines) == 56
