"""All examples of GS1's own repository are read, and written again equal."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis.event import EpcisDocument, EpcisQueryDocument
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.read import read_document
from wms_bridge.epcis.vocabulary import prefixes_of
from wms_bridge.epcis.write import write_document

pytestmark = pytest.mark.shared


def test_all_47_are_read(examples: dict[str, bytes]) -> None:
    documents = [read_document(raw) for raw in examples.values()]
    kinds = Counter(type(each).__name__ for each in documents)
    assert kinds == {EpcisDocument.__name__: 46, EpcisQueryDocument.__name__: 1}
    events = Counter(type(event).__name__ for each in documents for event in each.events)
    assert events == {
        "ObjectEvent": 32,
        "AssociationEvent": 10,
        "TransformationEvent": 6,
        "TransactionEvent": 4,
        "AggregationEvent": 4,
    }


def test_nothing_is_lost_when_they_are_written_again(examples: dict[str, bytes]) -> None:
    for name, raw in examples.items():
        written = write_document(read_document(raw))
        assert canonical(written) == canonical(json.loads(raw)), name
        assert read_document(canonical(written)) == read_document(raw), name


def test_every_member_that_is_taken_away_is_missed(examples: dict[str, bytes]) -> None:
    """That the round trip is equal would mean little if it could not be unequal."""
    raw = examples["WithFullCombinationOfFields/object_event_all_possible_fields.jsonld"]
    changed = [each for each in without_one_member(json.loads(raw)) if reads(each)]
    assert len(changed) > 50
    assert read_document(raw) not in [read_document(json.dumps(each)) for each in changed]


def test_what_the_schema_refuses_is_refused(
    examples: dict[str, bytes], schema: Draft7Validator
) -> None:
    """Each example with one member taken away, at any depth: both judge the same."""
    judged = Counter[bool]()
    for name, raw in examples.items():
        if name.startswith("WithSensorData") and not name.endswith(("1.jsonld", "17.jsonld")):
            continue
        for changed in without_one_member(json.loads(raw)):
            fine = schema.is_valid(changed)
            judged[fine] += 1
            assert reads(changed) == fine, (name, canonical(changed))
    assert judged[False] > 100
    assert judged[True] > 100


def test_the_same_event_in_urns_and_in_digital_links_has_one_hash(
    examples: dict[str, bytes],
) -> None:
    """The one pair of examples that names the same goods in both forms."""
    named = (
        "Example_9.6.4-TransformationEvent",
        "Example_9.6.4-TransformationEventWithDigitalLink",
    )
    urns = read_document(examples[f"{named[0]}.jsonld"])
    links = read_document(examples[f"WithDigitalLinkID/{named[1]}.jsonld"])
    assert urns.events != links.events
    (first,), (second,) = (
        [event_hash(event, prefixes_of(each.context)) for event in each.events]
        for each in (urns, links)
    )
    assert first == second


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True)


def reads(data: Any) -> bool:
    try:
        read_document(json.dumps(data))
    except InvalidMessage:
        return False
    return True


def without_one_member(data: Any) -> Iterator[Any]:
    """The document with one member of one object taken away, in all ways outside extensions."""
    for path in member_paths(data, ()):
        changed = copy.deepcopy(data)
        inner = changed
        for step in path[:-1]:
            inner = inner[step]
        del inner[path[-1]]
        yield changed


def member_paths(data: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    if isinstance(data, dict):
        for key, each in data.items():
            yield (*path, key)
            if ":" not in key and key not in ("@context", "ilmd"):
                yield from member_paths(each, (*path, key))
    elif isinstance(data, list):
        for at, each in enumerate(data):
            yield from member_paths(each, (*path, at))
