"""The reference of the site format tells every field there is."""

from pathlib import Path

import pytest

from planner.codec.sitefile import site_schema

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "site-format.md"
FIELDS = [
    (record, field)
    for record, definition in site_schema()["$defs"].items()
    for field in definition.get("properties", {})
]


@pytest.mark.parametrize(("record", "field"), FIELDS, ids=lambda name: str(name))
def test_field_is_in_the_table_of_its_record(record: str, field: str) -> None:
    titles = {"PickStation": "Station", "SiteRobot": "Robot", "Site": "The site"}
    spaced = "".join(f" {c.lower()}" if c.isupper() else c for c in record).strip()
    title = titles.get(record, spaced.capitalize())
    _, _, section = REFERENCE.read_text().partition(f"### {title}\n")
    table = section.split("\n#")[0]
    assert f"`{field}`" in table
