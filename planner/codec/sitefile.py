"""Site files: JSON to :class:`planner.warehouse.site.Site` and back, and their JSON Schema."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from planner.codec.sitebounds import BOUNDS, out_of_bounds
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site

SITE_FORMAT = "podherd-site/1"

_HELP = "See docs/reference/site-format.md."
_SITE_TYPE = inspect.type_info(Site)


def parse_site(raw: bytes) -> Site:
    """A site from the bytes of its file.

    Raises :class:`InvalidSite` that names the field (``stations[1].queue_m[0]``), its value and
    what to do. Geometry is checked by :func:`planner.roadmap.geometry.check_site`.
    """
    data = _decoded(raw)
    for unknown in _unknown_fields(data, _SITE_TYPE, ""):
        raise unknown
    try:
        site = msgspec.convert(data, Site)
    except msgspec.ValidationError as error:
        raise _wrong_field(str(error), data) from error
    for problem in out_of_bounds(site):
        raise problem
    return site


def dump_site(site: Site) -> bytes:
    """The file of a site: JSON, one line per record, ending with a line feed."""
    data: dict[str, Any] = msgspec.to_builtins(site)
    parts = [f"  {_json(key)}: {_indented(value)}" for key, value in data.items()]
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def site_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of site files: types, bounds and no unknown fields."""
    schema: dict[str, Any] = msgspec.json.schema(Site)
    for name, definition in schema["$defs"].items():
        definition["description"] = " ".join(definition.get("description", "").split())
        if "properties" not in definition:
            continue
        definition["additionalProperties"] = False
        for field, words in definition["properties"].items():
            if (name, field) in BOUNDS:
                words.update(BOUNDS[name, field].schema())
            if (name, f"{field}[]") in BOUNDS:
                words["items"].update(BOUNDS[name, f"{field}[]"].schema())
    schema["$defs"]["Site"]["properties"]["format"] = {"const": SITE_FORMAT}
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Podherd site"}
    return {**head, **schema}


def schema_text() -> str:
    """The schema as it ships in ``sim_worlds/sites/site.schema.json``."""
    return msgspec.json.format(msgspec.json.encode(site_schema()), indent=2).decode() + "\n"


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidSite(f"not JSON: {error}", remedy=_HELP) from error
    if not isinstance(data, dict):
        raise InvalidSite("not a JSON object", value=data, remedy=_HELP)
    if data.get("format") != SITE_FORMAT:
        raise InvalidSite(
            "unknown format",
            field="format",
            value=data.get("format", "nothing"),
            remedy=f'Write "{SITE_FORMAT}".',
        )
    return data


def _unknown_fields(data: Any, kind: inspect.Type, path: str) -> Iterator[InvalidSite]:
    """Errors for fields that no record has; wrong types are left to msgspec."""
    if isinstance(kind, inspect.DataclassType) and isinstance(data, dict):
        known = {field.encode_name: field.type for field in kind.fields}
        for key, value in data.items():
            field = f"{path}.{key}" if path else key
            if key not in known:
                yield _unknown_field(field, key, value, list(known))
            else:
                yield from _unknown_fields(value, known[key], field)
    elif isinstance(kind, inspect.VarTupleType) and isinstance(data, list):
        for number, value in enumerate(data):
            yield from _unknown_fields(value, kind.item_type, f"{path}[{number}]")


def _unknown_field(field: str, key: str, value: Any, known: list[str]) -> InvalidSite:
    close = difflib.get_close_matches(key, known, n=1)
    remedy = f"Did you mean {close[0]}?" if close else f"Known here: {', '.join(known)}."
    return InvalidSite("unknown field", field=field, value=value, remedy=remedy)


def _wrong_field(message: str, data: Any) -> InvalidSite:
    """msgspec's message, with its path taken apart and the value that stood there."""
    problem, _, path = message.partition(" - at ")
    field = path.strip("`").removeprefix("$").removeprefix(".")
    missing = re.search(r"missing required field `(\w+)`", problem)
    if missing:
        field = f"{field}.{missing[1]}" if field else missing[1]
        return InvalidSite("missing", field=field, remedy=f"Add it. {_HELP}")
    plain = problem.replace("`", "")
    plain = plain[:1].lower() + plain[1:]
    return InvalidSite(plain, field=field, value=_value_at(data, field), remedy=_HELP)


def _value_at(data: Any, field: str) -> Any:
    for part in re.findall(r"\w+", field):
        data = data[int(part)] if isinstance(data, list) else data[part]
    return data


def _indented(value: Any) -> str:
    """A list of records one record per line; anything else on one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(f"    {_json(record)}" for record in value) + "\n  ]"
    return _json(value)


def _json(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=0).decode()
