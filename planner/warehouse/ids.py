"""Names of things. Each is a string at run time and a type of its own to the checker."""

from typing import NewType

RobotId = NewType("RobotId", str)
PodId = NewType("PodId", str)
SlotId = NewType("SlotId", str)
"""A place in a pod: ``<pod>/<face>/<level>/<column>``, for example ``P017/A/3/2``."""
StationId = NewType("StationId", str)
ChargerId = NewType("ChargerId", str)
NodeId = NewType("NodeId", str)
EdgeId = NewType("EdgeId", str)
ClosureId = NewType("ClosureId", str)
InterventionId = NewType("InterventionId", str)
"""What an operator calls a place that is closed for a while."""

RuleId = NewType("RuleId", str)
"""What an operator calls a rule of the floor."""

Sku = NewType("Sku", str)
OrderId = NewType("OrderId", str)
"""The WMS's own number of a pick order."""
LineId = NewType("LineId", str)
"""One line of a pick order: ``<order>#<line number from 1>``."""
PickId = NewType("PickId", str)
"""One instruction to a picker: take so many of one SKU out of one slot for one line."""
ReceiptId = NewType("ReceiptId", str)
"""The WMS's own number of goods received."""
Lot = NewType("Lot", str)
"""Pieces of one SKU that were made together and belong to one owner, as the bridge names them:
``L000001``. Empty: of no known lot."""
NO_LOT = Lot("")
PutId = NewType("PutId", str)
"""One instruction to put so many of one SKU out of one receipt into one slot."""
CountId = NewType("CountId", str)
"""One instruction to a person to count one slot."""
EpcUri = NewType("EpcUri", str)
"""One tagged thing: the pure identity URI of its EPC, ``urn:epc:id:sgtin:...`` (GS1 TDS 2.3)."""
VisitId = NewType("VisitId", str)
"""One presentation of a pod at a station."""

TransportOrderId = NewType("TransportOrderId", str)
ActionId = NewType("ActionId", str)
