"""Which JSON field holds which attribute of the records in :mod:`wms_bridge.epcis.event`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wms_bridge.epcis import event as events
from wms_bridge.epcis import values
from wms_bridge.epcis import vocabulary as words
from wms_bridge.epcis.values import Reader, many, mapping, refused, text, time, unique, uri


@dataclass(frozen=True, slots=True)
class Field:
    """One field: how it is called here and in JSON, and how it is read."""

    name: str
    key: str
    read: Reader
    required: bool = False


def read_record(kind: type[Any], data: Any, path: str) -> Any:
    """A record of ``kind``; :class:`InvalidMessage` names the first field that is wrong. Of an
    event its ``type`` has been looked at before."""
    fields = FIELDS[kind]
    found: dict[str, Any] = {}
    left = dict(mapping(data, path))
    if issubclass(kind, events.EpcisEvent):
        del left["type"]
    for field in fields:
        if field.key in left:
            found[field.name] = field.read(left.pop(field.key), f"{path}.{field.key}")
        elif field.required:
            raise refused(f"{path}.{field.key}", "missing", None, "Every such record has it.")
    if left:
        found["extensions"] = _extensions(kind, left, path)
    return kind(**found)


def write_record(record: Any) -> dict[str, Any]:
    """Plain JSON data of a record, extensions last."""
    kind = type(record)
    found: dict[str, Any] = {}
    if isinstance(record, events.EpcisEvent):
        found["type"] = kind.__name__
    for field in FIELDS[kind]:
        value = getattr(record, field.name)
        if value is not None:
            found[field.key] = _written(value)
    found.update(getattr(record, "extensions", {}))
    return found


def _written(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    return write_record(value) if type(value) in FIELDS else value


def _extensions(kind: type[Any], left: Mapping[str, Any], path: str) -> dict[str, Any]:
    for key, value in left.items():
        if "extensions" not in kind.__dataclass_fields__ or ":" not in key:
            raise refused(
                f"{path}.{key}",
                f"no field of {kind.__name__}",
                value,
                "Leave it out; fields of one's own have a namespace (prefix:name).",
            )
        values.plain(value, f"{path}.{key}")
    return dict(left)


def _record(kind: type[Any]) -> Reader:
    return lambda value, path: read_record(kind, value, path)


def _persistent_disposition(value: Any, path: str) -> events.PersistentDisposition:
    found: events.PersistentDisposition = read_record(events.PersistentDisposition, value, path)
    if found.set is None and found.unset is None:
        raise refused(path, "neither sets nor unsets anything", value, "Name set or unset.")
    return found


def _known(readers: Mapping[str, Reader], *required: str) -> Callable[[Any, str], dict[str, Any]]:
    """An object that stays as it is, with the fields of the standard in it checked."""

    def read(value: Any, path: str) -> dict[str, Any]:
        found = mapping(value, path)
        for key in required:
            if key not in found:
                raise refused(f"{path}.{key}", "missing", None, "Every such record has it.")
        for key, each in found.items():
            if key not in readers and ":" not in key:
                raise refused(
                    f"{path}.{key}", "no field of the standard", each, "Give it a namespace."
                )
            readers.get(key, values.plain)(each, f"{path}.{key}")
        return found

    return read


_METADATA = _known(
    dict.fromkeys(("time", "startTime", "endTime"), time)
    | dict.fromkeys(("deviceID", "deviceMetadata", "rawData"), uri)
    | dict.fromkeys(("dataProcessingMethod", "bizRules"), uri)
)
_REPORT = _known(
    dict.fromkeys(("type", "exception", "component"), values.word)
    | dict.fromkeys(("deviceID", "deviceMetadata", "rawData"), uri)
    | dict.fromkeys(("dataProcessingMethod", "bizRules", "uriValue"), uri)
    | dict.fromkeys(("microorganism", "chemicalSubstance", "coordinateReferenceSystem"), uri)
    | dict.fromkeys(("value", "minValue", "maxValue", "meanValue"), values.number)
    | dict.fromkeys(("sDev", "percRank", "percValue"), values.number)
    | {"time": time, "stringValue": text, "uom": text}
    | {"booleanValue": values.boolean, "hexBinaryValue": values.hexadecimal},
    "type",
)

_BIZ_STEP = values.vocabulary(words.BIZ_STEPS)
_DISPOSITION = values.vocabulary(words.DISPOSITIONS)
_PARTY_TYPE = values.vocabulary(words.PARTY_TYPES)
_QUANTITIES = many(_record(events.Quantity))
_ACTION = Field("action", "action", values.one_of(words.ACTIONS), required=True)

_WHEN = (
    Field("context", "@context", values.plain),
    Field("event_id", "eventID", uri),
    Field("event_time", "eventTime", time, required=True),
    Field("time_zone_offset", "eventTimeZoneOffset", values.offset, required=True),
    Field("record_time", "recordTime", time),
    Field("certification_info", "certificationInfo", values.one_or_many),
    Field("error_declaration", "errorDeclaration", _record(events.ErrorDeclaration)),
)
_PERSISTENT = Field("persistent_disposition", "persistentDisposition", _persistent_disposition)
_WHY_AND_WHERE = (
    Field("biz_step", "bizStep", _BIZ_STEP),
    Field("disposition", "disposition", _DISPOSITION),
    Field("read_point", "readPoint", _record(events.Place)),
    Field("biz_location", "bizLocation", _record(events.Place)),
    Field("biz_transactions", "bizTransactionList", many(_record(events.BizTransaction))),
    Field("sources", "sourceList", many(_record(events.Source))),
    Field("destinations", "destinationList", many(_record(events.Destination))),
    Field("sensor_elements", "sensorElementList", many(_record(events.SensorElement))),
)
_ILMD = Field("ilmd", "ilmd", values.plain_object)
_OBJECTS = (
    Field("epcs", "epcList", unique(uri)),
    Field("quantities", "quantityList", _QUANTITIES),
)
_CHILDREN = (
    Field("child_epcs", "childEPCs", many(uri)),
    Field("child_quantities", "childQuantityList", _QUANTITIES),
)

FIELDS: Mapping[type[Any], tuple[Field, ...]] = {
    events.Quantity: (
        Field("epc_class", "epcClass", uri, required=True),
        Field("quantity", "quantity", values.number),
        Field("uom", "uom", values.uom),
    ),
    events.BizTransaction: (
        Field("type", "type", values.vocabulary(words.TRANSACTION_TYPES)),
        Field("biz_transaction", "bizTransaction", uri, required=True),
    ),
    events.Source: (
        Field("type", "type", _PARTY_TYPE, required=True),
        Field("source", "source", uri, required=True),
    ),
    events.Destination: (
        Field("type", "type", _PARTY_TYPE, required=True),
        Field("destination", "destination", uri, required=True),
    ),
    events.Place: (Field("id", "id", uri, required=True),),
    events.PersistentDisposition: (
        Field("set", "set", unique(_DISPOSITION, least=1)),
        Field("unset", "unset", unique(_DISPOSITION, least=1)),
    ),
    events.ErrorDeclaration: (
        Field("declaration_time", "declarationTime", time, required=True),
        Field("reason", "reason", values.vocabulary(words.ERROR_REASONS)),
        Field("corrective_event_ids", "correctiveEventIDs", many(uri)),
    ),
    events.SensorElement: (
        Field("metadata", "sensorMetadata", _METADATA),
        Field("reports", "sensorReport", many(_REPORT, least=1), required=True),
    ),
    events.ObjectEvent: (*_WHEN, *_OBJECTS, _ACTION, _PERSISTENT, *_WHY_AND_WHERE, _ILMD),
    events.AggregationEvent: (
        *_WHEN,
        Field("parent_id", "parentID", uri),
        *_CHILDREN,
        _ACTION,
        _PERSISTENT,
        *_WHY_AND_WHERE,
    ),
    events.AssociationEvent: (
        *_WHEN,
        Field("parent_id", "parentID", uri, required=True),
        *_CHILDREN,
        _ACTION,
        _PERSISTENT,
        *_WHY_AND_WHERE,
    ),
    events.TransactionEvent: (
        *_WHEN,
        Field("parent_id", "parentID", uri),
        *_OBJECTS,
        _ACTION,
        _PERSISTENT,
        *_WHY_AND_WHERE,
    ),
    events.TransformationEvent: (
        *_WHEN,
        Field("input_epcs", "inputEPCList", unique(uri)),
        Field("input_quantities", "inputQuantityList", _QUANTITIES),
        Field("output_epcs", "outputEPCList", unique(uri)),
        Field("output_quantities", "outputQuantityList", _QUANTITIES),
        Field("transformation_id", "transformationID", uri),
        _PERSISTENT,
        *_WHY_AND_WHERE,
        _ILMD,
    ),
}
