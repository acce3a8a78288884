"""GS1's schema and examples, which do not ship with the project."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator


@pytest.fixture(scope="session")
def epcis_data(shared_data: Path) -> Path:
    return shared_data / "epcis" / "gs1_draft_repo"


@pytest.fixture(scope="session")
def examples(epcis_data: Path) -> dict[str, bytes]:
    """Contents by path below the folder."""
    folder = epcis_data / "examples"
    found = sorted(folder.rglob("*.jsonld"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.fixture(scope="session")
def schema(epcis_data: Path) -> Draft7Validator:
    return Draft7Validator(json.loads((epcis_data / "EPCIS-JSON-Schema.json").read_text()))
