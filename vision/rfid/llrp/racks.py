"""A rack full of tagged goods, for scenes."""

from collections.abc import Sequence

import numpy as np

from vision.rfid.llrp.scene import SceneTag

_SGTIN_96 = 0x30
_COMPANY = 614141
"""Company prefix 0614141 of GS1's examples."""
_PARTITION_7 = 5
_MARGIN_M = 0.1
"""Tags are not nearer to the side of their bay."""
_SLACK_M = 0.18
"""And not farther above or below the middle of their level."""


def rack_tags(
    bays: int,
    levels_m: Sequence[float],
    each: int,
    seed: int,
    *,
    first_x_m: float = 0.0,
    bay_m: float = 1.0,
    y_m: tuple[float, float] = (1.05, 1.40),
    first_item: int = 0,
) -> tuple[SceneTag, ...]:
    """Tags in a rack along the x axis: ``each`` in every bin, at random places in it.

    Bays are ``bay_m`` wide from ``first_x_m`` on, levels have these heights of their middles, tags
    lie at a depth within ``y_m``. ``place`` is ``bay/level``, both from 0. EPCs are SGTIN-96 with
    one item reference a bin from ``first_item`` on, so that racks with different ones can be added
    up.
    """
    dice = np.random.default_rng(seed)
    tags = []
    for bay in range(bays):
        for level, height_m in enumerate(levels_m):
            item = first_item + bay * len(levels_m) + level
            for serial in range(each):
                x_m = first_x_m + bay * bay_m + dice.uniform(_MARGIN_M, bay_m - _MARGIN_M)
                z_m = height_m + dice.uniform(-_SLACK_M, _SLACK_M)
                at_m = (float(x_m), float(dice.uniform(*y_m)), float(z_m))
                tags.append(SceneTag(sgtin_96(item, serial), at_m, f"{bay}/{level}"))
    return tuple(tags)


def sgtin_96(item: int, serial: int) -> bytes:
    """An SGTIN-96 of the example company: filter 1, item reference of 20 bits, serial of 38 (GS1
    TDS, clause 14.6.1)."""
    bits = _SGTIN_96 << 3 | 1
    bits = (bits << 3 | _PARTITION_7) << 24 | _COMPANY
    return ((bits << 20 | item) << 38 | serial).to_bytes(12, "big")
