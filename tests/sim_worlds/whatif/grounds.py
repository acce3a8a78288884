"""Small grounds for studies, and futures that go wrong on purpose."""

import os
from dataclasses import dataclass
from typing import Any

from sim_worlds.faults import Faults
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.whatif.clone import skus_of
from sim_worlds.whatif.futures import Ground


def tiny_ground(orders: int = 3, faults: Faults | None = None, hours: float = 24.0) -> Ground:
    """A handful of orders on the tiny site, with enough stock for them."""
    shift = generated_shift(load_site("tiny"), orders, seed=1)
    return Ground(
        shift.site, shift.orders, skus_of(shift.orders), hours=hours, faults=faults or Faults()
    )


@dataclass(frozen=True, slots=True)
class Deadly(Faults):
    """Ends the process that is handed it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (7,)
