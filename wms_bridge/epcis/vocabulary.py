"""Words of the Core Business Vocabulary (CBV 2.0, section 7) and the namespaces of EPCIS."""

from collections.abc import Mapping
from typing import Any

GS1_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
CBV_WEB = "https://ref.gs1.org/cbv/"
GS1_WEB = "https://ref.gs1.org/voc/"
OUR_PREFIX = "podherd"
OUR_NAMESPACE = "urn:podherd:epcis:"

STANDARD_PREFIXES: Mapping[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": CBV_WEB,
    "cbvmda": "urn:epcglobal:cbv:mda",
    "gs1": GS1_WEB,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""Prefixes that need no declaration. ``gs1`` and ``cbvmda`` as the reference implementation of the
event hash has them; GS1's context of 2.0.0 has ``https://gs1.org/voc/`` and a colon more."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ACTIONS = frozenset(("ADD", "OBSERVE", "DELETE"))
BIZ_STEPS = _words(
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping"""
)
DISPOSITIONS = _words(
    """active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement
    no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved
    retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable
    unknown"""
)
TRANSACTION_TYPES = _words(
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"
)
PARTY_TYPES = frozenset(("location", "owning_party", "possessing_party"))
ERROR_REASONS = frozenset(("did_not_occur", "incorrect_data"))


def prefixes_of(*contexts: Any) -> dict[str, str]:
    """Prefixes that JSON-LD contexts declare, beside those every EPCIS document has; a later
    context overrides an earlier one. Contexts named by their address are not fetched."""
    found = dict(STANDARD_PREFIXES)
    for context in contexts:
        for part in context if isinstance(context, list) else [context]:
            if isinstance(part, dict):
                found.update({key: value for key, value in part.items() if isinstance(value, str)})
    return found
