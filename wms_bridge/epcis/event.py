"""The five kinds of EPCIS 2.0 events and what they are made of (EPCIS 2.0, 7.3 and 7.4).

Times, URIs and vocabulary words are kept as they are written, so that a document read is written
again without loss; ``None`` is a field that is not there, which an empty list is not. Fields of
others' namespaces are in ``extensions``, as plain JSON data under the names they came with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Extensions = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a class of objects. Without ``uom`` (UN/ECE Recommendation 20) it is a number of
    pieces; without ``quantity`` it is not known how much."""

    epc_class: str
    quantity: float | None = None
    uom: str | None = None


@dataclass(frozen=True, slots=True)
class BizTransaction:
    """A business document or process that the event is part of."""

    biz_transaction: str
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a transfer comes from: a party or a place."""

    type: str
    source: str


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a transfer goes to: a party or a place."""

    type: str
    destination: str


@dataclass(frozen=True, slots=True)
class Place:
    """A read point or a business location."""

    id: str
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersistentDisposition:
    """Conditions of the objects that hold from now until an event unsets them."""

    set: tuple[str, ...] | None = None
    unset: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ErrorDeclaration:
    """Says that the event which carries it was wrong (EPCIS 2.0, 7.4.1.2)."""

    declaration_time: str
    reason: str | None = None
    corrective_event_ids: tuple[str, ...] | None = None
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SensorElement:
    """What sensors told: ``reports`` and ``metadata`` hold the standard's fields under its own
    names (``type``, ``value``, ``uom`` ...), and extensions beside them."""

    reports: tuple[Extensions, ...]
    metadata: Extensions | None = None
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcisEvent:
    """What all kinds share: when, where, why, and how it can be told from others.

    ``event_time`` is ISO 8601 with an offset, ``time_zone_offset`` (``+01:00``) that of the place
    where it happened.
    """

    event_time: str
    time_zone_offset: str
    record_time: str | None = None
    event_id: str | None = None
    certification_info: str | tuple[str, ...] | None = None
    error_declaration: ErrorDeclaration | None = None
    biz_step: str | None = None
    disposition: str | None = None
    persistent_disposition: PersistentDisposition | None = None
    read_point: Place | None = None
    biz_location: Place | None = None
    biz_transactions: tuple[BizTransaction, ...] | None = None
    sources: tuple[Source, ...] | None = None
    destinations: tuple[Destination, ...] | None = None
    sensor_elements: tuple[SensorElement, ...] | None = None
    context: Any = None
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectEvent(EpcisEvent):
    """Something happened to objects."""

    action: str
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None
    ilmd: Extensions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationEvent(EpcisEvent):
    """Objects were put into, taken out of or seen in a container."""

    action: str
    parent_id: str | None = None
    child_epcs: tuple[str, ...] | None = None
    child_quantities: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationEvent(EpcisEvent):
    """Things were fixed to a thing or a place, or taken off it."""

    action: str
    parent_id: str
    child_epcs: tuple[str, ...] | None = None
    child_quantities: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEvent(EpcisEvent):
    """Objects became part of a business transaction, or ceased to be."""

    action: str
    parent_id: str | None = None
    epcs: tuple[str, ...] | None = None
    quantities: tuple[Quantity, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformationEvent(EpcisEvent):
    """Objects were used up and others came out."""

    transformation_id: str | None = None
    input_epcs: tuple[str, ...] | None = None
    input_quantities: tuple[Quantity, ...] | None = None
    output_epcs: tuple[str, ...] | None = None
    output_quantities: tuple[Quantity, ...] | None = None
    ilmd: Extensions | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcisDocument:
    """Events that are handed over (``EPCISDocument``). ``header`` is master data as plain JSON."""

    context: Any
    schema_version: str
    creation_date: str
    events: tuple[EpcisEvent, ...]
    id: str | None = None
    sender: str | None = None
    receiver: str | None = None
    instance_identifier: str | None = None
    header: Extensions | None = None
    extensions: Extensions = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpcisQueryDocument:
    """Events that answer a query (``EPCISQueryDocument``)."""

    context: Any
    query_name: str
    events: tuple[EpcisEvent, ...]
    subscription_id: str | None = None
    vocabulary_list: tuple[Any, ...] | None = None
    id: str | None = None
    schema_version: str | None = None
    creation_date: str | None = None
    extensions: Extensions = field(default_factory=dict)


Document = EpcisDocument | EpcisQueryDocument
