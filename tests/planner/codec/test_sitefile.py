import json
from importlib import resources
from typing import Any

import jsonschema
import pytest

from planner.codec.sitefile import dump_site, parse_site, schema_text, site_schema
from planner.warehouse.errors import InvalidSite

SITES = resources.files("sim_worlds.sites")


@pytest.fixture
def tiny() -> Any:
    return json.loads(SITES.joinpath("tiny.json").read_bytes())


def refusal(data: Any) -> InvalidSite:
    with pytest.raises(InvalidSite) as caught:
        parse_site(json.dumps(data).encode())
    return caught.value


@pytest.mark.parametrize("name", ["tiny", "small", "medium"])
def test_shipped_sites_are_written_as_they_are_read(name: str) -> None:
    raw = SITES.joinpath(f"{name}.json").read_bytes()
    assert dump_site(parse_site(raw)) == raw


def test_shipped_schema_is_in_step() -> None:
    """If this fails: ``podherd site schema > sim_worlds/sites/site.schema.json``."""
    assert SITES.joinpath("site.schema.json").read_text() == schema_text()


def test_schema_is_a_schema_and_accepts_what_the_parser_accepts(tiny: Any) -> None:
    schema = site_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tiny, schema)


WRONG: dict[str, tuple[tuple[str | int, ...], object, str, str]] = {
    # name: (path, value, field told, part of the message)
    "text_for_number": (
        ("stations", 0, "queue_m", 1, 0),
        "3.6",
        "stations[0].queue_m[1][0]",
        "expected float, got str (found '3.6')",
    ),
    "point_of_one_number": (
        ("floor_m", 2),
        [9.6],
        "floor_m[2]",
        "expected array of length 2, got 1 (found [9.6])",
    ),
    "half_a_pod": (("pod_count",), 5.5, "pod_count", "expected int, got float (found 5.5)"),
    "unknown_direction": (
        ("aisles", 1, "direction"),
        "sideways",
        "aisles[1].direction",
        "'sideways'",
    ),
    "record_for_list": (("aisles",), {}, "aisles", "expected array, got object"),
    "misspelt_field": (
        ("stations", 0, "que_m"),
        [],
        "stations[0].que_m",
        "unknown field (found []). Did you mean queue_m?",
    ),
    "strange_field": (("chargers", 0, "zzz"), 1, "chargers[0].zzz", "Known here: id, position_m"),
    "pitch_of_nothing": (("pitch_m",), 0, "pitch_m", "Must be more than 0"),
    "battery_overfull": (("robots", 1, "battery"), 1.01, "robots[1].battery", "at most 1"),
    "robot_name_with_space": (("robots", 0, "id"), "R 1", "robots[0].id", "Use letters"),
    "face_with_slash": (
        ("pod_model", "faces", 0),
        "A/B",
        "pod_model.faces[0]",
        "Use letters",
    ),
    "floor_of_two_corners": (("floor_m",), [[0, 0], [1, 1]], "floor_m", "Give at least 3"),
    "no_robots": (("robots",), [], "robots", "Give at least 1"),
    "other_format": (("format",), "podherd-site/2", "format", 'Write "podherd-site/1"'),
}


@pytest.mark.parametrize("oddity", WRONG)
def test_wrong_fields_are_named_by_parser_and_schema(tiny: Any, oddity: str) -> None:
    path, value, field, message = WRONG[oddity]
    place = tiny
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    error = refusal(tiny)
    assert error.field == field
    assert message in str(error)
    assert error.remedy
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tiny, site_schema())


def test_a_missing_field_is_named(tiny: Any) -> None:
    del tiny["stations"][0]["exit_m"]
    error = refusal(tiny)
    assert (error.field, error.problem) == ("stations[0].exit_m", "missing")


def test_a_missing_field_of_the_site_is_named(tiny: Any) -> None:
    del tiny["pod_model"]
    assert refusal(tiny).field == "pod_model"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "not JSON"),
        (b'{"format": "podherd-site/1", ', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "unknown format"),
        (b'{"format": 7}', "unknown format"),
    ],
    ids=["empty", "cut_off", "not_utf8", "list", "no_format", "format_number"],
)
def test_what_is_no_site_at_all(raw: bytes, problem: str) -> None:
    with pytest.raises(InvalidSite, match=problem):
        parse_site(raw)
