"""What is in the way for a while: robots that do not move, and places an operator has closed."""

from dataclasses import dataclass

import numpy as np

from planner.roadmap.access import Int8Array


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Nodes that are not to be entered. ``dead`` ones are held by robots that do not move.
    ``closed`` ones may be left, over other closed nodes if need be, by who is on one."""

    dead: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()

    def __contains__(self, node: int) -> bool:
        return node in self.dead or node in self.closed

    def __bool__(self) -> bool:
        return bool(self.dead or self.closed)

    def stop(self, here: int, there: int) -> bool:
        """Whether nobody may drive from ``here`` to its neighbour ``there``."""
        return there in self.dead or (there in self.closed and here not in self.closed)

    def levels(self, nodes: int) -> Int8Array:
        """0 free, 1 closed, 2 dead, shape (nodes,): nobody enters a node of a higher level than the
        one it is on."""
        level = np.zeros(nodes, dtype=np.int8)
        level[list(self.closed)] = 1
        level[list(self.dead)] = 2
        return level


CLEAR = Obstacles()
"""Nothing in the way."""
