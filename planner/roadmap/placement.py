"""Where pods are stored before the first order."""

from planner.warehouse.ids import NodeId, PodId


def spread(count: int, places: int) -> tuple[int, ...]:
    """``count`` different indices below ``places``, as evenly spaced as whole numbers allow."""
    return tuple((2 * i + 1) * places // (2 * count) for i in range(count))


def stored_pods(pod_count: int, spots: tuple[NodeId, ...]) -> dict[PodId, NodeId]:
    """Pods ``P001``, ``P002``... on spots in node order, the free spots spread between them.

    Names have three digits, or as many as the last pod needs. There must be enough spots.
    """
    digits = max(3, len(str(pod_count)))
    return {
        PodId(f"P{number:0{digits}d}"): spots[spot]
        for number, spot in enumerate(spread(pod_count, len(spots)), start=1)
    }
