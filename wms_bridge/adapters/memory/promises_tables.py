"""What a store in memory holds of promises to the WMS."""

from dataclasses import dataclass, field

from wms_bridge.records.promises import HookSource, Reservation, Subscription


@dataclass(slots=True)
class PromisesTables:
    """Records by their names; ``held`` is a look-up made from them."""

    reservations: dict[str, Reservation] = field(default_factory=dict)
    held: dict[str, None] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    hook_sources: dict[str, HookSource] = field(default_factory=dict)
