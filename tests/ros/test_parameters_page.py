"""The page of parameters says what the nodes declare."""

from pathlib import Path

import jsonschema
import pytest

from podherd_bringup import parameters_page
from podherd_robot.settings import PARAMETERS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date() -> None:
    page = (ROOT / "docs/reference/parameters.md").read_text()
    assert page == parameters_page.page(), "run: python -m podherd_bringup.parameters_page"


def test_worlds_say_what_they_read() -> None:
    import podherd_world.opening

    names = [one.name for one in parameters_page.asked_for(podherd_world.opening)]
    assert {"site", "stock", "bridge", "speed", "seed", "report"} <= set(names)
    assert len(names) == len(set(names))


def test_the_schema_accepts_what_the_node_does() -> None:
    schema = parameters_page.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    defaults = {one.name: one.default for one in PARAMETERS if one.default is not None}
    jsonschema.validate({**defaults, "robots": ["R01"]}, schema)
    for name, value in (("drive", "wings"), ("report_ms", 1), ("lidar", 1), ("wheels", 4)):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**defaults, "robots": ["R01"], name: value}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(defaults, schema)
