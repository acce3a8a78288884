"""Small floors, questions on them, and a judge that shares nothing with the solvers."""

from collections import deque
from itertools import product

import numpy as np
from hypothesis import strategies as st

from planner.mapf.validate import Conflict, ConflictKind, conflicts
from planner.oneshot.problem import Int32Array, Solution, Ways, pose


def drawn(picture: str) -> tuple[Int32Array, dict[tuple[int, int], int]]:
    """Neighbours, and node by (row, column); ``@`` is a wall."""
    rows = picture.split()
    free = [(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell != "@"]
    node = {place: number for number, place in enumerate(free)}
    steps = ((0, 1), (1, 0), (0, -1), (-1, 0))
    table = [[node.get((r + dr, c + dc), -1) for dr, dc in steps] for r, c in free]
    return np.array(table, dtype=np.int32).reshape(-1, 4), node


def asked(picture: str, starts: str, goals: str) -> Ways:
    """Agents a, b, c ... go from where ``starts`` shows their letter to where ``goals`` does."""
    neighbours, node = drawn(picture)
    agents = sorted({letter for letter in starts if letter.isalpha()})

    def places(drawing: str) -> Int32Array:
        rows = drawing.split()
        where = {cell: node[r, c] for r, row in enumerate(rows) for c, cell in enumerate(row)
                 if cell.isalpha()}  # fmt: skip
        return np.array([where[agent] for agent in agents], dtype=np.int32)

    return pose(neighbours, places(starts), places(goals))


def random_ways(seed: int, longest: int, most_agents: int, walls: float = 0.2) -> Ways:
    """A floor of 3 to ``longest`` nodes a side, some of them walls, with 1 agent or more."""
    rng = np.random.default_rng(seed)
    height, width = rng.integers(3, longest + 1, size=2)
    cells = np.where(rng.random((height, width)) < walls, "@", ".")
    cells[0, :2] = "."
    neighbours, _ = drawn(" ".join("".join(row) for row in cells))
    agents = min(int(rng.integers(1, most_agents + 1)), len(neighbours))
    places = [rng.permutation(len(neighbours))[:agents].astype(np.int32) for _ in range(2)]
    return pose(neighbours, *places)


SEEDS = st.integers(0, 2**32 - 1)


def faults(ways: Ways, solution: Solution) -> list[Conflict | str]:
    """Everything wrong with a solution in the classic model, where rings may rotate."""
    edges = {
        node: frozenset(int(there) for there in row if there >= 0)
        for node, row in enumerate(ways.neighbours)
    }
    found: list[Conflict | str] = [
        conflict
        for conflict in conflicts(solution.paths.tolist(), edges)
        if conflict.kind is not ConflictKind.CYCLE
    ]
    if not np.array_equal(solution.paths[:, 0], ways.starts):
        found.append("an agent starts elsewhere")
    if not np.array_equal(solution.paths[:, -1], ways.goals):
        found.append("an agent ends elsewhere")
    return found


def solvable(ways: Ways) -> bool:
    """Breadth first over the places of all agents together: for few agents on few nodes."""
    choices = [
        [node, *(int(there) for there in row if there >= 0)]
        for node, row in enumerate(ways.neighbours)
    ]
    begin, end = tuple(ways.starts.tolist()), tuple(ways.goals.tolist())
    seen, queue = {begin}, deque([begin])
    while queue:
        here = queue.popleft()
        if here == end:
            return True
        for there in product(*(choices[node] for node in here)):
            moves = set(zip(here, there, strict=True))
            swap = any(a != b and (b, a) in moves for a, b in moves)
            if there not in seen and len(set(there)) == len(there) and not swap:
                seen.add(there)
                queue.append(there)
    return False
