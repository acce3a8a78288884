"""Is a plan free of conflicts? Written without a look at the solvers, to check them.

Definitions: R. Stern et al., Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks,
SoCS 2019 (vertex conflict, edge or swapping conflict, cycle conflict).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class ConflictKind(StrEnum):
    """What is wrong with a step."""

    VERTEX = "vertex"
    """Two agents on one node."""
    SWAP = "swap"
    """Two agents change places over one edge."""
    CYCLE = "cycle"
    """A ring of agents moves one on together: allowed on paper, but nobody can start first."""
    NO_EDGE = "no_edge"
    """A move between nodes that are not joined that way."""
    UNDER_POD = "under_pod"
    """A loaded agent on a pod spot that is neither its start nor its goal."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """``step`` is the step at whose end (or during which) it happens."""

    kind: ConflictKind
    step: int
    agents: tuple[int, ...]
    node: int


def conflicts(
    paths: Sequence[Sequence[int]],
    edges: Mapping[int, frozenset[int]],
    spots: frozenset[int] = frozenset(),
    loaded_goals: Mapping[int, int] | None = None,
) -> list[Conflict]:
    """Every conflict in ``paths`` (one node sequence per agent, all of one length).

    ``edges`` maps a node to those it leads to; ``loaded_goals`` maps a loaded agent to its goal.
    """
    found: list[Conflict] = []
    for step in range(len(paths[0]) if paths else 0):
        found += _shared_nodes(paths, step)
        if step:
            found += _moves(paths, step, edges)
    for agent, goal in (loaded_goals or {}).items():
        allowed = {goal, paths[agent][0]}
        found += [
            Conflict(ConflictKind.UNDER_POD, step, (agent,), node)
            for step, node in enumerate(paths[agent])
            if node in spots and node not in allowed
        ]
    return found


def _shared_nodes(paths: Sequence[Sequence[int]], step: int) -> list[Conflict]:
    seen: dict[int, int] = {}
    found = []
    for agent, path in enumerate(paths):
        if path[step] in seen:
            pair = (seen[path[step]], agent)
            found.append(Conflict(ConflictKind.VERTEX, step, pair, path[step]))
        seen[path[step]] = agent
    return found


def _moves(
    paths: Sequence[Sequence[int]], step: int, edges: Mapping[int, frozenset[int]]
) -> list[Conflict]:
    found = []
    follows: dict[int, int] = {}
    was_on = {path[step - 1]: agent for agent, path in enumerate(paths)}
    for agent, path in enumerate(paths):
        start, end = path[step - 1], path[step]
        if start == end:
            continue
        if end not in edges.get(start, frozenset()):
            found.append(Conflict(ConflictKind.NO_EDGE, step, (agent,), end))
        ahead = was_on.get(end)
        if ahead is not None and ahead != agent and paths[ahead][step] != end:
            follows[agent] = ahead
    return found + _rings(follows, paths, step)


def _rings(follows: Mapping[int, int], paths: Sequence[Sequence[int]], step: int) -> list[Conflict]:
    found = []
    done: set[int] = set()
    for first in follows:
        chain: list[int] = []
        agent: int | None = first
        while agent is not None and agent not in done and agent not in chain:
            chain.append(agent)
            agent = follows.get(agent)
        if agent is not None and agent in chain:
            ring = tuple(chain[chain.index(agent) :])
            kind = ConflictKind.SWAP if len(ring) == 2 else ConflictKind.CYCLE
            found.append(Conflict(kind, step, ring, paths[ring[0]][step]))
        done.update(chain)
    return found
