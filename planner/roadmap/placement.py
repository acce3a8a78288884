"""Where pods are stored before the first order."""

from planner.warehouse.ids import NodeId, PodId

_GOLDEN_32 = 2654435769
"""2**32 divided by the golden ratio (Knuth, TAOCP 3, 6.4): multiples of it, modulo 2**32, fill
the range evenly and never in step with the rows of a block."""


def scattered(count: int, places: int) -> tuple[int, ...]:
    """``count`` different indices below ``places``, ascending, evenly spread but not periodic."""
    ranked = sorted(range(places), key=lambda place: place * _GOLDEN_32 % 2**32)
    return tuple(sorted(ranked[:count]))


def stored_pods(pod_count: int, spots: tuple[NodeId, ...]) -> dict[PodId, NodeId]:
    """Pods ``P001``, ``P002``... on spots in node order, the free spots spread between them.

    Names have three digits, or as many as the last pod needs. There must be enough spots.
    """
    digits = max(3, len(str(pod_count)))
    return {
        PodId(f"P{number:0{digits}d}"): spots[spot]
        for number, spot in enumerate(scattered(pod_count, len(spots)), start=1)
    }
